"""What a script tells TensorFlow and Keras of its hardware, from the fields of the target."""

from __future__ import annotations

from workbench.exchange.codegen.expressions import written
from workbench.spec.hardware import CPU, Hardware


def startup_lines(hardware: Hardware) -> list[str]:
    """What has to be said before anything is computed; nothing where all is as it comes."""
    threading, lines = "tf.config.threading", []
    if hardware.intra_op_threads:
        lines.append(f"{threading}.set_intra_op_parallelism_threads({hardware.intra_op_threads})")
    if hardware.inter_op_threads:
        lines.append(f"{threading}.set_inter_op_parallelism_threads({hardware.inter_op_threads})")
    if hardware.deterministic:
        lines.append("tf.config.experimental.enable_op_determinism()")
    if isinstance(hardware, CPU):
        lines.append('tf.config.set_visible_devices([], "GPU")')
    if hardware.precision != "float32":
        lines.append(f"keras.config.set_dtype_policy({written(hardware.precision)})")
    return lines


def compile_arguments(hardware: Hardware) -> str:
    """More arguments of `model.compile`, each after a comma."""
    found = ", jit_compile=True" if hardware.jit_compile else ""
    if hardware.steps_per_execution:
        found += f", steps_per_execution={hardware.steps_per_execution}"
    return found

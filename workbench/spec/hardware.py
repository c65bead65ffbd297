"""What a run computes on, and how: the target, and the settings that all targets share.

What a machine really has is `workbench.spec.machine`'s; how TensorFlow is told is the runtime's.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NamedTuple

from workbench.base.text import tr
from workbench.spec.base import Choice, Problem, setting
from workbench.spec.machine import Machine

Precision = Literal["float32", "mixed_bfloat16", "mixed_float16"]
Pipeline = Literal["auto", "memory", "cached", "streamed"]

MOST_THREADS = 1024
"""A process of tens of thousands brings a computer down."""


class Startup(NamedTuple):
    """What TensorFlow must know before it starts; other values need another process."""

    intra_op_threads: int = 0
    inter_op_threads: int = 0
    deterministic: bool = False
    memory_growth: bool = True
    memory_limit: int | None = None


class Hardware(Choice):
    """A device to train on, and how to use it.

    Attributes:
        device_type: TensorFlow's device type; None leaves the choice to what is there.
        is_parallel: Whether each batch is shared by several devices.
    """

    key = "target"
    device_type: ClassVar[str | None] = None
    is_parallel: ClassVar[bool] = False

    target: str
    precision: Precision = setting(
        "float32",
        "Precision",
        "The type that layers compute in; weights, losses and BatchNormalization stay float32. "
        "mixed_bfloat16 is the first thing to try where the hardware has it: measured on 2 cores "
        "of an AVX-512 server CPU it trained the reference CNN 1.4 times as fast as float32, to "
        "the same accuracy. mixed_float16 is for GPUs before 2020; its loss is scaled so that "
        "small gradients don't vanish.",
    )
    jit_compile: bool = setting(
        False,
        "XLA",
        "Compile the whole step with XLA: fuses small operations, and takes seconds to minutes "
        "before the first step. Mostly a gain on GPUs; measured on 2 cores of an AVX-512 server "
        "CPU it made the reference CNN 2 to 3 times slower, so let Autotune measure it.",
    )
    steps_per_execution: int = setting(
        0,
        "Steps a call",
        "Training steps in one compiled call. Automatic chooses as many as take 50 ms, so that "
        "Python's share vanishes and a run still stops at once.",
        zero="automatic",
        ge=0,
        le=100_000,
        advanced=True,
    )
    intra_op_threads: int = setting(
        0,
        "Threads",
        "Cores that share one operation; automatic takes all. Fewer can be faster for small "
        "networks. Another number restarts the training process, which takes seconds.",
        zero="automatic",
        ge=0,
        le=MOST_THREADS,
        advanced=True,
    )
    inter_op_threads: int = setting(
        0,
        "Parallel ops",
        "Independent operations that run side by side; automatic takes as many as there are "
        "cores. Another number restarts the training process, which takes seconds.",
        zero="automatic",
        ge=0,
        le=MOST_THREADS,
        advanced=True,
    )
    pipeline: Pipeline = setting(
        "auto",
        "Input",
        "How images reach the device. memory: all of them lie there, and batches are gathered "
        "inside the compiled step; cached: kept decoded in the computer's memory and sent batch "
        "by batch, for data too large for the device; streamed: read and decoded at every epoch. "
        "auto takes memory where the images fit, else streamed.",
    )
    prefetch: int = setting(
        0,
        "Prefetch",
        "Batches made ready ahead where images are cached or streamed; automatic adapts it.",
        zero="automatic",
        unit="batches",
        ge=0,
        le=10_000,
        advanced=True,
    )
    decode_threads: int = setting(
        0,
        "Decoders",
        "Batches decoded side by side where images are streamed; automatic takes 2.",
        zero="automatic",
        ge=0,
        le=256,
        advanced=True,
    )
    memory_growth: bool = setting(
        True,
        "GPU growth",
        "Take a GPU's memory as it is needed, not all of it at the start, so that other programs "
        "can use it too.",
        advanced=True,
    )
    memory_limit: int | None = setting(
        None,
        "GPU limit",
        "At most this much of each GPU's memory, to share a GPU.",
        unit="MB",
        ge=64,
        le=10_000_000,
        advanced=True,
    )
    deterministic: bool = setting(
        False,
        "Deterministic",
        "Only operations that give the same bits each time, so that a run on a GPU can be "
        "repeated exactly; slower there. On a CPU the same seed gives the same weights without it.",
        advanced=True,
    )

    @property
    def startup(self) -> Startup:
        """The settings that a training process has to be started with."""
        return Startup(*(getattr(self, name) for name in Startup._fields))

    def missing(self, machine: Machine) -> str:
        """Why it can't be used on this machine and what to do about it; "" where it can."""
        return ""

    def conflicts(self) -> list[Problem]:
        """Settings that don't go with the target, whatever the machine."""
        return []

    def best_there(self, machine: Machine) -> dict[str, Any]:
        """The settings, by path, that replace a target that `machine` lacks."""
        return {"hardware.target": "gpu" if machine.gpus else "cpu"}


class Auto(Hardware):
    """A GPU where TensorFlow sees one, else the CPU."""

    label = tr("Auto")

    target: Literal["auto"] = "auto"


class CPU(Hardware):
    """The processor, all its cores unless threads are set."""

    label = tr("CPU")
    device_type = "CPU"

    target: Literal["cpu"] = "cpu"


class GPU(Hardware):
    """The first GPU that TensorFlow sees; a run that asks for one and finds none says so."""

    label = tr("GPU")
    device_type = "GPU"

    target: Literal["gpu"] = "gpu"

    def missing(self, machine: Machine) -> str:
        return "" if machine.gpus else tr("asks for a GPU, but {reason}", reason=_no_gpu(machine))


class MultiGPU(Hardware):
    """All GPUs of this computer, each with a share of every batch (data parallel).

    Gradients are summed over the GPUs, so the loss is that of the whole batch. As in Keras,
    BatchNormalization takes its means over each GPU's share, and dropout differs between them.
    """

    label = tr("All GPUs")
    device_type = "GPU"
    is_parallel = True

    target: Literal["multi_gpu"] = "multi_gpu"

    def missing(self, machine: Machine) -> str:
        if max(len(machine.gpus), machine.virtual_cpus) > 1:
            return ""
        if machine.gpus:
            return tr("asks for several GPUs, but there is one ({name})", name=machine.gpus[0].name)
        return tr("asks for several GPUs, but {reason}", reason=_no_gpu(machine))

    def conflicts(self) -> list[Problem]:
        if not self.jit_compile:
            return []
        return [
            Problem(
                "hardware.jit_compile",
                tr("must be off with several GPUs, as TensorFlow can't sum gradients inside XLA"),
            )
        ]


class TPU(Hardware):
    """Google's TPU, of this virtual machine or by its name in the cloud."""

    label = tr("TPU")
    device_type = "TPU"
    is_parallel = True

    target: Literal["tpu"] = "tpu"
    tpu_name: str = setting(
        "",
        "TPU name",
        "Name of the TPU in Google Cloud; left empty for the TPU of the machine this runs on.",
        max_length=200,
    )
    zone: str = setting(
        "",
        "Zone",
        "Zone of the TPU in Google Cloud, as europe-west4-a; empty for the one this runs in.",
        max_length=200,
    )
    project: str = setting(
        "",
        "Project",
        "Google Cloud project of the TPU; empty for the one this runs in.",
        max_length=200,
    )

    def missing(self, machine: Machine) -> str:
        if machine.tpus or self.tpu_name:
            return ""
        return tr(
            "asks for a TPU, but this machine has none; name one of Google Cloud, or run on a TPU "
            "machine with the libtpu package installed"
        )


def _no_gpu(machine: Machine) -> str:
    """Why TensorFlow sees no GPU, as far as can be known, and what to install."""
    if "cuda" not in machine.versions:
        return tr(
            "this TensorFlow was built without CUDA; use Linux or WSL 2 and install "
            "dlopt-workbench[cuda], or choose cpu or auto"
        )
    if "driver" not in machine.versions:
        return tr(
            "TensorFlow sees none and no NVIDIA driver is installed; install the driver and "
            "dlopt-workbench[cuda], or choose cpu or auto"
        )
    return tr(
        "TensorFlow sees none though the NVIDIA driver {driver} is there; "
        "install dlopt-workbench[cuda], or choose cpu or auto",
        driver=machine.versions["driver"],
    )

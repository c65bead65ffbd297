"""What a run computes on: TensorFlow's devices, and the strategy that uses them."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from workbench.base.text import plural, tr
from workbench.hardware.processor import usable_cores
from workbench.runtime.process.probe import machine_here
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.hardware import CPU, GPU, TPU, Auto, Hardware, MultiGPU, Startup

MOST_NAMES = 1000
"""Of classes that a run's record keeps."""

VIRTUAL_CPUS = "DLOPT_VIRTUAL_CPUS"
"""Environment variable: the number of devices to split the CPU into, to test several devices."""


@dataclass(frozen=True)
class Device:
    """Where a run computes.

    Attributes:
        words: For a person: "CPU, 2 cores".
        strategy: Runs each step there.
        place: Name of the device, of the first of several: where a layer is tried by itself.
    """

    words: str
    strategy: tf.distribute.Strategy
    place: str = "/cpu:0"

    @property
    def gpus(self) -> int | None:
        """How many GPUs compute; None where it is something that isn't in this computer."""
        if "tpu" in self.place.lower():
            return None
        return self.strategy.num_replicas_in_sync if "gpu" in self.place.lower() else 0


def prepare_tensorflow(startup: Startup) -> None:
    """Tells TensorFlow what it must know before it starts; the first thing a process does."""
    tf.config.threading.set_intra_op_parallelism_threads(startup.intra_op_threads)
    tf.config.threading.set_inter_op_parallelism_threads(startup.inter_op_threads)
    if startup.deterministic:
        tf.config.experimental.enable_op_determinism()
    for gpu in tf.config.list_physical_devices("GPU"):
        if startup.memory_limit is not None:
            part = tf.config.LogicalDeviceConfiguration(memory_limit=startup.memory_limit)
            tf.config.set_logical_device_configuration(gpu, [part])
        else:
            tf.config.experimental.set_memory_growth(gpu, startup.memory_growth)
    parts = int(os.environ.get(VIRTUAL_CPUS, "0"))
    if parts > 1:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * parts
        )


def suits(own: Startup, wanted: Startup) -> bool:
    """Whether a process that was started with `own` computes as one started with `wanted`."""
    return _in_force(own) == _in_force(wanted)


def _in_force(startup: Startup) -> Startup:
    """What becomes of settings here: automatic threads are all cores; no GPU, no memory of it."""
    cores, usual = usable_cores(), Startup()
    changes: dict[str, Any] = {
        "intra_op_threads": startup.intra_op_threads or cores,
        "inter_op_threads": startup.inter_op_threads or cores,
    }
    if not tf.config.list_physical_devices("GPU"):
        changes |= {"memory_growth": usual.memory_growth, "memory_limit": usual.memory_limit}
    return startup._replace(**changes)


def choose(hardware: Hardware) -> Device:
    """The device an experiment asks for.

    Raises:
        SpecError: where it isn't there.
    """
    reason = hardware.missing(machine_here())
    if reason:
        raise SpecError.at("hardware.target", reason)
    return _DEVICES[type(hardware)](hardware)


def _auto(hardware: Hardware) -> Device:
    return _gpu(hardware) if tf.config.list_physical_devices("GPU") else _cpu(hardware)


def _cpu(hardware: Hardware) -> Device:
    cores = usable_cores()
    words = plural("CPU, {count} core", "CPU, {count} cores", cores)
    if len(tf.config.list_logical_devices()) > 1:
        return Device(words, tf.distribute.OneDeviceStrategy("/cpu:0"))
    return Device(words, tf.distribute.get_strategy())


def _gpu(hardware: Hardware) -> Device:
    gpu = tf.config.list_physical_devices("GPU")[0]
    details: dict[str, Any] = tf.config.experimental.get_device_details(gpu)
    strategy = tf.distribute.OneDeviceStrategy("/gpu:0")
    return Device(details.get("device_name", "GPU"), strategy, "/gpu:0")


def _all_gpus(hardware: Hardware) -> Device:
    """Every GPU; the virtual parts of a CPU where a test asked for them."""
    gpus = tf.config.list_logical_devices("GPU")
    devices = gpus if len(gpus) > 1 else tf.config.list_logical_devices("CPU")
    count = len(devices)
    words = (
        plural("{count} GPU", "{count} GPUs", count)
        if gpus
        else plural("{count} virtual CPU", "{count} virtual CPUs", count)
    )
    names = tuple(device.name for device in devices)
    return Device(words, _mirrored(names), names[0])


@cache
def _mirrored(names: tuple[str, ...]) -> tf.distribute.Strategy:
    """One for the life of the process: a second one would number its sums as the first does."""
    return tf.distribute.MirroredStrategy(names)


def _tpu(hardware: Hardware) -> Device:
    assert isinstance(hardware, TPU)
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(
            tpu=hardware.tpu_name or "local",
            zone=hardware.zone or None,
            project=hardware.project or None,
        )
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except Exception as error:  # whatever a library of the cloud raises
        detail = str(error).strip().splitlines() or [type(error).__name__]
        raise SpecError.at(
            "hardware.target", tr("the TPU can't be reached ({detail})", detail=detail[0])
        ) from error
    strategy = tf.distribute.TPUStrategy(resolver)
    return Device(
        plural("TPU, {count} core", "TPU, {count} cores", strategy.num_replicas_in_sync),
        strategy,
        "/tpu:0",
    )


_DEVICES: dict[type[Hardware], Callable[[Hardware], Device]] = {
    Auto: _auto,
    CPU: _cpu,
    GPU: _gpu,
    MultiGPU: _all_gpus,
    TPU: _tpu,
}


def versions() -> dict[str, str]:
    """Of what decides a result."""
    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }


def names_to_keep(info: DataInfo) -> list[str]:
    """What a network tells apart, for its record, so that it can teach others; none of too many."""
    return list(info.class_names) if info.classes <= MOST_NAMES else []


def environment(device: Device, hardware: Hardware, **used: Any) -> dict[str, Any]:
    """What a run's record keeps of where and how it ran.

    Args:
        device: Where.
        hardware: What was asked for.
        used: What became of settings that are chosen automatically.
    """
    machine, threading = machine_here(), tf.config.threading
    return {
        **versions(),
        **machine.versions_in_use,
        "device": device.words,
        "devices": device.strategy.num_replicas_in_sync,
        "processor": machine.processor.name,
        "machine": platform.machine(),
        "system": platform.platform(),
        "precision": hardware.precision,
        "jit_compile": hardware.jit_compile,
        "intra_op_threads": threading.get_intra_op_parallelism_threads() or usable_cores(),
        "inter_op_threads": threading.get_inter_op_parallelism_threads() or usable_cores(),
        "deterministic": hardware.deterministic,
        **used,
    }

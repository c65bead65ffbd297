"""What a run computes on: TensorFlow's devices, and the strategy that uses them."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from workbench.spec.base import SpecError
from workbench.spec.hardware import Hardware


@dataclass(frozen=True)
class Device:
    """Where a run computes.

    Attributes:
        words: For a person: "CPU, 2 cores".
        strategy: Runs each step there.
    """

    words: str
    strategy: tf.distribute.Strategy


def choose(hardware: Hardware) -> Device:
    """The device an experiment asks for.

    Raises:
        SpecError: where it isn't there.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if hardware.device_type == "GPU" and not gpus:
        raise SpecError.at(
            "hardware.target",
            "asks for a GPU, but TensorFlow sees none; choose cpu or auto, or install "
            "dlopt-workbench[cuda] and the NVIDIA driver",
        )
    if gpus and hardware.device_type != "CPU":
        details: dict[str, Any] = tf.config.experimental.get_device_details(gpus[0])
        return Device(details.get("device_name", "GPU"), tf.distribute.OneDeviceStrategy("/gpu:0"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    words = f"CPU, {cores} core{'' if cores == 1 else 's'}"
    if gpus:
        return Device(words, tf.distribute.OneDeviceStrategy("/cpu:0"))
    return Device(words, tf.distribute.get_strategy())


def use_memory_as_needed() -> None:
    """Keeps TensorFlow from taking all of a GPU's memory at its first touch."""
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)


def versions() -> dict[str, str]:
    """Of what decides a result."""
    return {
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }


def environment(device: Device) -> dict[str, Any]:
    """What a run's record keeps of where it ran."""
    return {
        **versions(),
        "device": device.words,
        "machine": platform.machine(),
        "system": platform.platform(),
    }

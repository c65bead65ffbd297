"""What this computer has to train with, as TensorFlow and the system tell it."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import Any

import tensorflow as tf

from workbench.hardware.processor import processor_here
from workbench.spec.machine import Accelerator, Machine

DRIVER_SECONDS = 5.0


@cache
def machine_here() -> Machine:
    """This machine; looked at once, as none of it changes while a process lives."""
    cpus = tf.config.list_logical_devices("CPU")
    return Machine(
        processor_here(),
        tuple(_gpu(device) for device in tf.config.list_physical_devices("GPU")),
        tuple(Accelerator(d.name) for d in tf.config.list_physical_devices("TPU")),
        len(cpus) if len(cpus) > 1 else 0,
        _versions(),
    )


def _gpu(device: Any) -> Accelerator:
    details: dict[str, Any] = tf.config.experimental.get_device_details(device)
    number, told = int(device.name.rpartition(":")[2]), _told_by_the_driver()
    return Accelerator(
        details.get("device_name", "GPU"),
        told[number][1] if number < len(told) else 0,
        (*details.get("compute_capability", (0, 0)),),
    )


@cache
def _told_by_the_driver() -> list[tuple[str, int]]:
    """Of each GPU the version of its driver and its bytes; nothing where there is no NVIDIA."""
    query = ["nvidia-smi", "--query-gpu=driver_version,memory.total"]
    try:
        done = subprocess.run(
            [*query, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=DRIVER_SECONDS,
            check=True,
        )
        rows = [line.split(",") for line in done.stdout.splitlines()]
        return [(version.strip(), int(mebibytes) * 2**20) for version, mebibytes in rows]
    except (OSError, ValueError, subprocess.SubprocessError):
        return []


def _versions() -> dict[str, str]:
    """Of TensorFlow, and of what it needs of NVIDIA."""
    build = tf.sysconfig.get_build_info()
    found = {"tensorflow": tf.__version__}
    if build.get("is_cuda_build"):
        found["cuda"] = str(build.get("cuda_version", "?"))
        found["cudnn"] = str(build.get("cudnn_version", "?"))
    told = _told_by_the_driver()
    return found | ({"driver": told[0][0]} if told else {})

"""The task `peak`: what the device can do at best, in arithmetic and in memory traffic."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from workbench.base.text import tr
from workbench.execution.tasks.peak import PEAK
from workbench.experiment import Experiment
from workbench.hardware import remembered
from workbench.hardware.remembered import peak_key
from workbench.hardware.requests import AboutExperiment
from workbench.hardware.roofline import Peaks
from workbench.runtime.process.probe import machine_here
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.hardware import choose

TYPES = {"float32": "float32", "mixed_bfloat16": "bfloat16", "mixed_float16": "float16"}
SIDES = (512, 1024, 2048)
"""Of the square matrices; the fastest counts, as a size that suits one device is too small or too
slow on another."""

VALUES = 2**25
"""Of the array that is copied: 128 MiB, far more than any cache."""

SAMPLES = 5
SLOW_SECONDS = 0.5
"""A larger matrix isn't tried where one takes longer than this."""


@does(PEAK)
def peak(request: AboutExperiment, work: TaskWork[Any]) -> Peaks:
    """Measures the target of an experiment, and remembers what it found for this machine; see also
    `peak_here`.
    """
    hardware = Experiment.from_toml(request.experiment).hardware
    device = choose(hardware)
    machine = machine_here()
    key = peak_key(machine, hardware)
    flops: dict[str, float] = {}
    with tf.device(device.place):
        for number, (precision, name) in enumerate(TYPES.items()):
            on_gpu = "gpu" in device.place.lower()
            if machine.computes_in(precision, on_gpu=on_gpu):
                work.progress(
                    number, len(TYPES) + 1, tr("multiplying matrices in {name}", name=name)
                )
                flops[precision] = _matrix_flops(name, work)
        work.progress(len(TYPES), len(TYPES) + 1, tr("copying memory"))
        bandwidth = _bandwidth(work)
    found = Peaks(flops, bandwidth, device.words)
    remembered.remember(work.store, remembered.PEAK, key, found)
    return found


def peak_here(experiment: Experiment, work: TaskWork[Any]) -> Peaks:
    """What is remembered of this machine, measured where nothing is."""
    key = peak_key(machine_here(), experiment.hardware)
    known = remembered.recall(work.store, remembered.PEAK, key, Peaks)
    return known or peak(AboutExperiment.of(experiment), work)


def _matrix_flops(name: str, work: TaskWork[Any]) -> float:
    best = 0.0
    for side in SIDES:
        one = tf.random.stateless_uniform((side, side), (0, 0), dtype=tf.float32)
        one = tf.cast(one, name)
        multiply = tf.function(lambda a: tf.reduce_sum(tf.matmul(a, a)), autograph=False)
        seconds = _quickest(multiply, one, work)
        best = max(best, 2 * side**3 / seconds)
        if seconds > SLOW_SECONDS:
            break
    return best


def _bandwidth(work: TaskWork[Any]) -> float:
    """Bytes a second of adding a number to an array: each value is read once and written once."""
    array = tf.zeros(VALUES, tf.float32)
    add = tf.function(lambda a: (a + 1.0)[0], autograph=False)
    return 2 * VALUES * 4 / _quickest(add, array, work)


def _quickest(
    function: Callable[[tf.Tensor], tf.Tensor], given: tf.Tensor, work: TaskWork[Any]
) -> float:
    """Seconds of the quickest of a few calls: the best the device can do."""
    function(given).numpy()
    seconds = []
    for _ in range(SAMPLES):
        work.check()
        began = time.perf_counter()
        function(given).numpy()  # waits until the device is done
        seconds.append(time.perf_counter() - began)
    return min(seconds)

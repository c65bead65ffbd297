"""The task `measure_inference`: how fast a run's trained network answers, by measuring."""

from __future__ import annotations

import time
from typing import Any

import tensorflow as tf

from workbench.evaluation.latency import (
    Latency,
    LatencyRequest,
    Measured,
    Points,
    of_one_image,
    recall,
    remember,
)
from workbench.execution.tasks import MEASURE_INFERENCE
from workbench.runs.store import Store
from workbench.runtime.process.probe import machine_here
from workbench.runtime.process.work import Work, does
from workbench.runtime.training.trained import (
    device_here,
    images_of_test,
    kept,
    probabilities,
    restored,
)

CALLS = 50
"""At least, unless they take longer than `LONGEST`: the 99th percentile needs some."""

LONGEST = 5.0
WARM_CALLS = 5
WARM_SECONDS = 0.2
BATCHES = 4
"""Different ones that take turns, so that no call finds all its images in the nearest cache."""

LOOK_SECONDS = 0.1
"""How often it checks for cancellation, between two calls and never within one."""


@does(MEASURE_INFERENCE)
def measure_inference(request: LatencyRequest, work: Work[Points]) -> Measured:
    """Times calls of the compiled network on test images that are in the device's memory.

    Compiling and warming up aren't counted; scaling the outputs to probabilities is. The network
    computes in the precision, and with XLA where, the run did.

    Raises:
        CheckpointError: where the run has none, or it is damaged.
    """
    run_id, threads, sizes = request.run_id, request.threads, request.batch_sizes
    run = kept(work.store, run_id)
    dataset = work.load(run.experiment.data, run.reading)
    work.progress(words="building the network")
    device = device_here(run.experiment)
    points: list[Latency] = []
    with tf.device(device.place):
        model = restored(run, dataset.info).model

        def answer(images: tf.Tensor) -> tf.Tensor:
            outputs = model(images, training=False)
            return probabilities(run.experiment, dataset.info, outputs)

        for number, size in enumerate(sizes):
            work.progress(number, len(sizes), f"{size:,} image{'' if size == 1 else 's'} a call")
            batches = [images_of_test(dataset, n * size, size) for n in range(BATCHES)]
            compiled = tf.function(
                answer, autograph=False, jit_compile=run.experiment.hardware.jit_compile,
                input_signature=[tf.TensorSpec(batches[0].shape, tf.float32)],
            )  # fmt: skip
            seconds = _timed(compiled, batches, request.seconds, work)
            points.append(Latency.of(threads, size, seconds))
            work.progress(number + 1, len(sizes), "", Points((points[-1],)))
    found = Measured(tuple(points), device.words, time.time())
    remember(work.store, machine_here(), run_id, threads, found)
    fastest = of_one_image(recall(work.store, machine_here(), run_id))
    if fastest is not None:
        with Store(work.store) as store:
            store.update(run_id, latency_ms=fastest)
    return found


def _timed(
    compiled: Any, batches: list[tf.Tensor], limit: float, work: Work[Points]
) -> list[float]:
    """Seconds of each call after the warm-up."""
    call = compiled.get_concrete_function()
    began = time.perf_counter()
    for number in range(WARM_CALLS):
        call(batches[number % len(batches)]).numpy()
        work.check()
        if time.perf_counter() - began > WARM_SECONDS and number:
            break
    seconds: list[float] = []
    began = looked = time.perf_counter()
    while True:
        images = batches[len(seconds) % len(batches)]
        before = time.perf_counter()
        call(images).numpy()  # waits until the device is done
        now = time.perf_counter()
        seconds.append(now - before)
        if now - began > LONGEST or (now - began > limit and len(seconds) >= CALLS):
            return seconds
        if now - looked > LOOK_SECONDS:
            work.check()
            looked = time.perf_counter()

"""The task `measure_inference`: how fast a run's trained network answers, by measuring."""

from __future__ import annotations

import time

from workbench.base.text import tr
from workbench.compression.model_file import MODEL_FILE
from workbench.evaluation.answerer import timed
from workbench.evaluation.latency import (
    Latency,
    LatencyPoints,
    LatencyRequest,
    MeasuredLatency,
    of_one_image,
    recall,
    remember,
)
from workbench.execution.tasks.measure_inference import MEASURE_INFERENCE
from workbench.runs.store import Store
from workbench.runtime.jobs.answering import answerer_of
from workbench.runtime.process.probe import machine_here
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.keras_answerer import KerasAnswerer
from workbench.runtime.training.trained import (
    device_here,
    images_of_test,
    kept,
)

BATCHES = 4
"""Different ones that take turns, so that no call finds all its images in the nearest cache."""


@does(MEASURE_INFERENCE)
def measure_inference(request: LatencyRequest, work: TaskWork[LatencyPoints]) -> MeasuredLatency:
    """Times calls of what answers for the run on test images that are in the device's memory.

    That is the quantized file where the run has one, else the compiled network. Compiling and
    warming up aren't counted; scaling the outputs to probabilities is. The network computes in the
    precision, and with XLA where, the run did.

    Raises:
        CheckpointError: where the run has none, or it is damaged.
        ModelFileError, ApartError: where the file can't be run; it may be anybody's.
    """
    run_id, threads, sizes = request.run_id, request.threads, request.batch_sizes
    run = kept(work.store, run_id)
    dataset = work.load(run.experiment.data, run.reading)
    work.progress(words=tr("building the network"))
    device = device_here(run.experiment)
    network = answerer_of(run, dataset.info, device, threads)
    points: list[Latency] = []
    for number, size in enumerate(sizes):
        work.progress(number, len(sizes), f"{size:,} image{'' if size == 1 else 's'} a call")
        batches = [images_of_test(dataset, n * size, size) for n in range(BATCHES)]
        points.append(timed(network, batches, threads, request.seconds, work.check))
        work.progress(number + 1, len(sizes), "", LatencyPoints((points[-1],)))
    is_keras = isinstance(network, KerasAnswerer)
    where = device.words if is_keras else tr("CPU, as {file}", file=MODEL_FILE.name)
    found = MeasuredLatency(tuple(points), where, time.time())
    remember(work.store, machine_here(), run_id, threads, found)
    fastest = of_one_image(recall(work.store, machine_here(), run_id))
    if fastest is not None:
        with Store(work.store) as store:
            store.update(run_id, latency_ms=fastest)
    return found

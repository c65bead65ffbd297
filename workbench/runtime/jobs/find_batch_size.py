"""The task `find_batch_size`: the speed of training over the batch size, by measuring."""

from __future__ import annotations

import time

import keras
import numpy as np
import psutil
import tensorflow as tf

from workbench.base.text import tr
from workbench.execution.tasks.find_batch_size import FIND_BATCH_SIZE
from workbench.experiment import Experiment
from workbench.hardware import batch_sizes
from workbench.hardware.batch_sizes import BatchSizes, MeasuredBatch, Sizes
from workbench.hardware.requests import AboutExperiment
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.borrowed.loading import borrowed_by_name
from workbench.runtime.training.borrowed.networks import Borrowed
from workbench.runtime.training.fresh import fresh_loop
from workbench.runtime.training.prepare import Prepared, prepare, training_feed

SAMPLES = 5
SAMPLE_SECONDS = 0.12
"""A size is timed in this many samples of about this long each; the best counts, as what slows the
others is the rest of the machine."""

INDICES = 4_000_000
"""How many images' numbers are laid out at once at most."""


@does(FIND_BATCH_SIZE)
def find_batch_size(request: AboutExperiment, work: TaskWork[Sizes]) -> BatchSizes:
    """Times a few steps at each size, doubling, until one doesn't fit.

    Raises:
        MemoryError: where not even the smallest fits.
    """
    experiment = Experiment.from_toml(request.experiment)
    dataset = work.load(experiment.data)
    prepared = prepare(experiment, dataset)
    used = borrowed_by_name(work.store, experiment, dataset.info)
    sizes = batch_sizes.sizes_to_try(len(prepared.train_rows))
    measured: list[MeasuredBatch] = []
    limit = tr("of {count} training images", count=f"{len(prepared.train_rows):,}")
    for number, batch_size in enumerate(sizes):
        work.progress(
            number, len(sizes), tr("batch size {batch_size}", batch_size=f"{batch_size:,}")
        )
        tried = experiment.model_copy(
            update={"training": experiment.training.changed(batch_size=batch_size)}
        )
        why_not = _too_large(tried, prepared)
        if why_not:
            limit = f"{batch_size:,} {why_not}"
            break
        try:
            rate = _images_per_second(tried, prepared, used, work)
        except (tf.errors.ResourceExhaustedError, MemoryError):
            limit = tr("the device ran out of memory at {batch_size}", batch_size=f"{batch_size:,}")
            break
        finally:
            keras.utils.clear_session()
        measured.append(MeasuredBatch(batch_size, rate))
        work.progress(number + 1, len(sizes), "", Sizes((measured[-1],)))
    found = BatchSizes.of(measured, limit)
    if found is None:
        raise MemoryError
    return found


def _too_large(experiment: Experiment, prepared: Prepared) -> str:
    """Whether the machine's own memory would not do; a GPU says so itself, harmlessly."""
    if tf.config.list_physical_devices("GPU"):
        return ""
    needed = experiment.training_bytes(prepared.dataset.info)
    return batch_sizes.too_large(needed, psutil.virtual_memory().available)


def _images_per_second(
    experiment: Experiment, prepared: Prepared, used: Borrowed, work: TaskWork[Sizes]
) -> float:
    """The best of a few samples, after a warm-up that traces and compiles."""
    batch_size = experiment.training.batch_size
    images = len(prepared.train_rows)
    info = prepared.dataset.info
    loop = fresh_loop(experiment, info, prepared.device, images, borrowed=used)
    source = training_feed(experiment, prepared.dataset)
    steps = max(2, min(512, INDICES // batch_size))
    order = np.resize(prepared.train_rows, steps * batch_size)
    state, position, count, samples = source.begin(order, 0), 0, 1, []
    for number in range(2 + SAMPLES):  # the first call traces, the second says how long a step is
        work.check()
        if position + count > steps:
            state, position = source.begin(order, 0), 0
        rates = np.full(count, experiment.optimizer.learning_rate)
        began = time.perf_counter()
        loop.train(source, state, position, rates)
        took = time.perf_counter() - began
        position += count
        if number >= 2:
            samples.append(count * batch_size / took)
        elif number == 1:
            count = max(1, min(steps, round(SAMPLE_SECONDS / took)))
    return max(samples)

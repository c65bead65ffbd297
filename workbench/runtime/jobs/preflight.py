"""The task `preflight`: a few steps before a run, for its duration and memory. Touches no run."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from workbench.base.text import tr
from workbench.data import ArrayImages, Dataset, Part, is_downloaded
from workbench.execution.messages import TaskProgress
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.experiment import Experiment
from workbench.hardware import preflight, remembered
from workbench.hardware.batch_sizes import too_large
from workbench.hardware.preflight import Preflight
from workbench.hardware.requests import AboutExperiment
from workbench.runtime.jobs.bench import TaskProcess
from workbench.runtime.jobs.trial import Trial
from workbench.runtime.process import memory
from workbench.runtime.process.memory import ProcessPeak
from workbench.runtime.process.probe import machine_here
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training import hardware
from workbench.runtime.training.borrowed.loading import borrowed_by_name
from workbench.spec.base import Problem, SpecError
from workbench.spec.data import DataInfo, KerasData

SAMPLE_SECONDS = 0.4
SAMPLES = 2
RANDOM_IMAGES = 2048
"""Stand for a data set that isn't on disk; what all of them would take is added."""


@does(PREFLIGHT)
def measure(request: AboutExperiment, work: TaskWork[None]) -> Preflight:
    """Measures, unless the same was measured on this machine before.

    Raises:
        SpecError: where it can't train, or would surely exhaust the memory.
    """
    experiment = Experiment.from_toml(request.experiment)
    key = preflight.key(machine_here(), experiment)
    known = preflight.recall(work.store, machine_here(), experiment)
    if known is not None:
        return known
    if not memory.is_fresh():
        return _measured_apart(experiment, request, work)
    found = _measured(experiment, work)
    remembered.remember(work.store, preflight.KIND, key, found)
    return found


def _measured_apart(
    experiment: Experiment, request: AboutExperiment, work: TaskWork[None]
) -> Preflight:
    """As `measure`, in a fresh process: what this one has freed and loaded would not be seen."""
    work.progress(words=tr("starting a fresh process, to see its memory"))
    process = TaskProcess(experiment, work.store)

    def hear(said: TaskProgress) -> None:
        work.progress(said.done, said.total, said.words)

    try:
        return process.ask(PREFLIGHT, request, hear)
    finally:
        process.end()


def _measured(experiment: Experiment, work: TaskWork[None]) -> Preflight:
    memory.use()
    peak = peak_of(experiment)
    dataset, missing_bytes = _data(experiment, work)
    _check(experiment, dataset.info, peak.free_bytes)
    work.progress(0, SAMPLES + 1, "building")
    used = borrowed_by_name(work.store, experiment, dataset.info)
    trial = Trial(experiment, dataset, {}, used)
    speeds = []
    for number in range(SAMPLES):
        work.progress(number, SAMPLES + 1, tr("timing steps"))
        speeds.append(trial.sample(SAMPLE_SECONDS))
    work.progress(SAMPLES, SAMPLES + 1, tr("timing validation"))
    info, training = dataset.info, experiment.training
    validated = training.validation_images(info)
    first, again = trial.judging_seconds(dataset.train, max(validated, info.test_images, 1))
    needed = max(peak.most_bytes, experiment.training_bytes(info)) + missing_bytes
    return Preflight(
        compile_seconds=trial.compile_seconds + first,
        step_seconds=training.batch_size / float(np.median(speeds)),
        image_seconds=again,
        steps_per_epoch=experiment.steps_per_epoch(info),
        validation_images=validated,
        test_images=info.test_images,
        memory_bytes=int(needed),
        free_bytes=peak.free_bytes,
        is_random=missing_bytes > 0,
    )


def _data(experiment: Experiment, work: TaskWork[None]) -> tuple[Dataset, int]:
    """The data, or random images in place of what would have to be fetched; and the bytes that
    these lack.
    """
    info = experiment.data.info()
    if not isinstance(experiment.data, KerasData) or info is None or is_downloaded(experiment.data):
        return work.load(experiment.data), 0
    random = np.random.default_rng(experiment.training.seed)
    count = min(RANDOM_IMAGES, info.train_images)
    pixels = random.integers(0, 256, (count, *info.image_shape), np.uint8)
    part = Part(ArrayImages(pixels), random.integers(0, info.classes, count).astype(np.int32))
    missing = info.train_images + info.validation_images + info.test_images - count
    return Dataset(part, part, info, "random"), missing * pixels[0].nbytes


def _check(experiment: Experiment, info: DataInfo, free_bytes: int) -> None:
    """Refuses what can't train, before it takes all memory."""
    problems = experiment.problems(info)
    reason = "" if problems else too_large(experiment.training_bytes(info), free_bytes)
    if reason:
        problems = [Problem("training.batch_size", reason)]
    if problems:
        raise SpecError(problems)


class DevicePeak:
    """As `ProcessPeak`, of the first GPU, as TensorFlow's allocator counts it."""

    PLACE = "GPU:0"

    def __init__(self) -> None:
        self._before = int(tf.config.experimental.get_memory_info(self.PLACE)["current"])
        total = machine_here().gpus[0].memory_bytes
        self.free_bytes = total - self._before

        tf.config.experimental.reset_memory_stats(self.PLACE)

    @property
    def most_bytes(self) -> int:
        """So far."""
        peak = int(tf.config.experimental.get_memory_info(self.PLACE)["peak"])
        return peak - self._before


def peak_of(experiment: Experiment) -> ProcessPeak | DevicePeak:
    """Of the memory that decides: a GPU's where it trains on one and tells how much it has."""
    on_gpu = "gpu" in hardware.choose(experiment.hardware).place.lower()
    gpus = machine_here().gpus
    return DevicePeak() if on_gpu and gpus and gpus[0].memory_bytes else ProcessPeak()

"""The task `preflight`: a few steps before a run, for its duration and memory. Touches no run."""

from __future__ import annotations

import threading
from dataclasses import asdict
from types import TracebackType
from typing import Any

import numpy as np
import psutil
import tensorflow as tf

from workbench import measured, preflight
from workbench.batch_sizes import too_large
from workbench.data import ArrayImages, Dataset, Part, is_downloaded
from workbench.experiment import Experiment
from workbench.runtime import hardware
from workbench.runtime.probe import machine_here
from workbench.runtime.tasks import Work
from workbench.runtime.trial import Trial
from workbench.spec.base import Problem, SpecError
from workbench.spec.data import DataInfo, KerasData

SAMPLE_SECONDS = 0.4
SAMPLES = 2
LOOK_SECONDS = 0.005
RANDOM_IMAGES = 2048
"""Stand for a data set that isn't on disk; what all of them would take is added."""


def measure(request: dict[str, Any], work: Work) -> dict[str, Any]:
    """Measures, unless the same was measured on this machine before.

    Args:
        request: `experiment`: TOML; `startup` as for any task.
        work: Its line.

    Returns:
        The fields of `Preflight`.

    Raises:
        SpecError: where it can't train, or would surely exhaust the memory.
    """
    experiment = Experiment.from_toml(request["experiment"])
    key = preflight.key(machine_here(), experiment)
    known = preflight.recall(work.store, machine_here(), experiment)
    if known is None:
        known = _measured(experiment, work)
        measured.remember(work.store, preflight.KIND, key, asdict(known))
    return asdict(known)


def _measured(experiment: Experiment, work: Work) -> preflight.Preflight:
    with _memory_watch(experiment) as memory:
        dataset, missing_bytes = _data(experiment, work)
        _check(experiment, dataset.info, memory.free_bytes)
        work.progress(0, SAMPLES + 1, "building")
        trial = Trial(experiment, dataset, {})
        speeds = []
        for number in range(SAMPLES):
            work.progress(number, SAMPLES + 1, "timing steps")
            speeds.append(trial.sample(SAMPLE_SECONDS))
        work.progress(SAMPLES, SAMPLES + 1, "timing validation")
        first, again = trial.judging_seconds(dataset.train)
    info, training = dataset.info, experiment.training
    needed = max(memory.most_bytes, experiment.training_bytes(info)) + missing_bytes
    return preflight.Preflight(
        compile_seconds=trial.compile_seconds + first,
        step_seconds=training.batch_size / float(np.median(speeds)),
        image_seconds=again,
        steps_per_epoch=experiment.steps_per_epoch(info),
        validation_images=training.validation_images(info),
        test_images=info.test_images,
        memory_bytes=int(needed),
        free_bytes=memory.free_bytes,
        is_random=missing_bytes > 0,
    )


def _data(experiment: Experiment, work: Work) -> tuple[Dataset, int]:
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


class _ProcessMemory:
    """The most memory that this process takes within the block, above what it had before."""

    def __init__(self) -> None:
        self.most_bytes = 0
        self.free_bytes = psutil.virtual_memory().available
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _ProcessMemory:
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._done.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            taken = self._process.memory_info().rss - self._before
            self.most_bytes = max(self.most_bytes, taken)


class _DeviceMemory:
    """The most memory of the first GPU within the block, as TensorFlow's allocator counts it."""

    PLACE = "GPU:0"

    def __init__(self) -> None:
        self.most_bytes = 0
        self._before = int(tf.config.experimental.get_memory_info(self.PLACE)["current"])
        total = machine_here().gpus[0].memory_bytes
        self.free_bytes = total - self._before

    def __enter__(self) -> _DeviceMemory:
        tf.config.experimental.reset_memory_stats(self.PLACE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        peak = int(tf.config.experimental.get_memory_info(self.PLACE)["peak"])
        self.most_bytes = peak - self._before


def _memory_watch(experiment: Experiment) -> _ProcessMemory | _DeviceMemory:
    """Of the memory that decides: a GPU's where it trains on one and tells how much it has."""
    on_gpu = "gpu" in hardware.choose(experiment.hardware).place.lower()
    gpus = machine_here().gpus
    return _DeviceMemory() if on_gpu and gpus and gpus[0].memory_bytes else _ProcessMemory()

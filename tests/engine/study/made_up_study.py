"""Lever studies whose runs nobody trains: a machine, a truth and a clock that are made up.

A training takes the time of its multiplications, and its errors depend on its settings in a known
way, with MNIST's noise between seeds; so it is known which levers are worth it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tests.engine.executors import Asked
from workbench import presets
from workbench.evaluation.predictions import Evaluated, EvaluationRequest
from workbench.execution.executor import Tell
from workbench.execution.messages import StatusChanged
from workbench.execution.task import Task
from workbench.execution.tasks.evaluate import EVALUATE
from workbench.execution.tasks.find_rate import FIND_RATE
from workbench.execution.tasks.tune import TUNE
from workbench.experiment import Experiment
from workbench.hardware.autotune import Tuned
from workbench.hardware.learning_rate_range import RangeTest
from workbench.hardware.requests import Request
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.lever_study.study import LeverStudy, stopwatch
from workbench.study.work import Ask, SearchEnded, TrainRuns

MNIST = presets.load("mnist-cnn").with_settings({"schedule.kind": "fixed"})
INFO = MNIST.data.info()
assert INFO is not None
Truth = Callable[[Experiment], float]
NOISE = 0.0007
TASK_SECONDS = 40.0
BESIDE = 3.0
MACS = 5_700_000.0


def training_seconds(experiment: Experiment) -> float:
    """75 s for the baseline on the made-up machine; less in bfloat16, of larger batches and of
    fewer multiplications.
    """
    assert INFO is not None
    analysis = experiment.analysis(INFO)
    per_epoch = 1.0 + 6.5 * (analysis.macs / MACS) ** 0.8
    if experiment.hardware.precision == "mixed_bfloat16":
        per_epoch /= 1.9
    per_epoch *= (64 / experiment.training.batch_size) ** 0.2
    return experiment.training.epochs * per_epoch


def true_accuracy(experiment: Experiment) -> float:
    """What a training reaches in the mean over seeds: 99.2 % for the baseline."""
    assert INFO is not None
    parameters = experiment.analysis(INFO).parameters
    errors = math.log(0.008)
    cycle = experiment.schedule.name() == "one_cycle"
    errors -= 0.25 * cycle
    errors += 0.28 * max(0.0, math.log(10 / experiment.training.epochs)) ** 1.3
    errors += 0.12 * max(0.0, math.log(93_322 / parameters)) ** 1.2
    best = 0.006 if cycle else 0.0015
    rate = experiment.optimizer.learning_rate * math.sqrt(64 / experiment.training.batch_size)
    if experiment.optimizer.name() == "nesterov":
        rate /= 20
    errors += 0.03 * math.log(rate / best) ** 2
    errors -= 0.15 * ("batch_normalization" in experiment.to_toml())
    errors -= 0.10 * (getattr(experiment.optimizer, "beta_1", 0.0) == 0.7 and cycle)
    errors += 0.10 * ("global_average" in experiment.to_toml())
    return 1 - math.exp(min(errors, -0.1))


def trained(
    store: Store, run_id: str, maker: str, accuracy: Truth = true_accuracy, noise: float = NOISE
) -> float:
    """A run as if it had been trained; the seconds that it took. Its noise is always the same."""
    assert INFO is not None
    assert store.claim(run_id, maker)
    experiment = store.run(run_id).experiment
    seconds, analysis = training_seconds(experiment), experiment.analysis(INFO)
    chance = np.random.default_rng(zlib.crc32(experiment.to_toml().encode()))
    store.update(
        run_id,
        val_accuracy=min(accuracy(experiment) + noise * chance.normal(), 1.0),
        seconds=seconds,
        elapsed=seconds + BESIDE,
        parameters=analysis.parameters,
        macs=analysis.macs,
        file_bytes=4 * analysis.parameters,
        images_per_second=54_000 * experiment.training.epochs / seconds,
    )
    store.finish(run_id, RunStatus.COMPLETED)
    return seconds


def answered(
    store: Store, task: Task[Any, Any, Any], request: Request, accuracy: Truth = true_accuracy
) -> Any:
    """The answer of a task as if it had been done."""
    if task is TUNE:
        settings = {"hardware.precision": "mixed_bfloat16", "hardware.jit_compile": False}
        alone = {"bfloat16": 1.9}
        return Tuned((), "bfloat16", settings, 1.9, alone, None, (), "", TASK_SECONDS, 0.0)
    if task is FIND_RATE:
        return RangeTest((), (), (), 0.02, None, "")
    assert task is EVALUATE
    assert isinstance(request, EvaluationRequest)
    return Evaluated(10_000, accuracy(store.run(request.run_id).experiment), "")


@dataclass
class MadeUp:
    """A study, worked on by nobody.

    Attributes:
        folder: Of the store.
        plan: Of the study.
        chance: Of the noise.
        now: The clock, in seconds.
        asked: Names of the tasks, in order.
        stop_after: Runs after which it is left alone; None for none.
    """

    folder: Path
    plan: StudyPlan
    accuracy: Truth = true_accuracy
    noise: float = NOISE
    now: float = 0.0
    asked: list[str] = field(default_factory=list)
    stop_after: int | None = None

    def work(self) -> SearchEnded | None:
        """Works on it to its end; None where it was left alone before."""
        assert INFO is not None
        with Store(self.folder) as store:
            store.mark_interrupted()
            known = store.study("made up")
            study = known or store.add_study("made up", self.plan.plain())
            store.take_study(study)
            clock = stopwatch(store, study)
            clock._now = lambda: self.now
            clock._since = self.now
            search = LeverStudy(study, self.plan, INFO, clock)
            runs = search.left_over(store)
            while True:
                for run in runs:
                    if self.stop_after == 0:
                        return None
                    self.train(store, run)
                    if self.stop_after is not None:
                        self.stop_after -= 1
                step = search.next(store)
                if isinstance(step, SearchEnded):
                    return step
                assert isinstance(step, TrainRuns | Ask), step
                runs = list(step.runs) if isinstance(step, TrainRuns) else []
                if isinstance(step, Ask):
                    self.answer(store, step)

    def train(self, store: Store, run: Run) -> None:
        """A run as if it had been trained."""
        self.now += trained(store, run.run_id, store.token, self.accuracy, self.noise) + BESIDE

    def answer(self, store: Store, step: Ask[Any, Any, Any]) -> None:
        """A task as if it had been done."""
        self.now += 2.0 if step.task is EVALUATE else TASK_SECONDS
        self.asked.append(step.task.name)
        step.take(store, answered(store, step.task, step.request, self.accuracy))


class Trains(Asked):
    """An executor that ends each run at once, as the made-up truth has it."""

    def __init__(self, store: Path, tell: Tell, **_: Any) -> None:
        super().__init__(store, tell)
        self._folder = store

    def submit(self, run_id: str, maker: str = "") -> None:
        super().submit(run_id, maker)
        with Store(self._folder) as store:
            trained(store, run_id, maker)
        self.tell(StatusChanged(run_id, RunStatus.COMPLETED))


class Answers:
    """Stands in the place of the process that does tasks.

    Attributes:
        asked: Names of the tasks, in order.
    """

    asked: ClassVar[list[str]] = []

    def __init__(self, store: Path, startup: object = None) -> None:
        self._folder = store

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *exception: object) -> None: ...

    def do(self, task: Task[Any, Any, Any], request: Request, progress: object = None) -> Any:
        Answers.asked.append(task.name)
        with Store(self._folder) as store:
            return answered(store, task, request)

"""Where a trial runs: in this process, or in one of its own; and any task in one of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from workbench.base.child_process import Child, cause_of
from workbench.base.text import tr
from workbench.data import Dataset
from workbench.execution.messages import TaskEnd, TaskProgress, decode
from workbench.execution.task import Found, Req, Res, Task, asked
from workbench.execution.tasks.trial import TRIAL, Sample, TrialRequest
from workbench.experiment import Experiment
from workbench.runtime.jobs.trial import Trial
from workbench.runtime.training.borrowed.networks import NOTHING, Borrowed
from workbench.runtime.training.pipeline import Feed

WORKER = "workbench.runtime.worker.main"


class BenchFailed(RuntimeError):
    """A trial that can't be made, in one sentence."""


class Bench(Protocol):
    """Times one setting.

    Attributes:
        compile_seconds: Before the first step.
    """

    compile_seconds: float

    def sample(self, seconds: float) -> float:
        """Images a second over about this long."""

    def end(self) -> None:
        """Gives back what it holds."""


class OwnBench:
    """A trial in this process."""

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        feeds: dict[tuple[str, int], Feed],
        borrowed: Borrowed = NOTHING,
    ) -> None:
        self.trial = Trial(experiment, dataset, feeds, borrowed)
        self.compile_seconds = self.trial.compile_seconds
        self.sample = self.trial.sample

    def end(self) -> None:
        """Nothing: it goes with this process."""


class TaskProcess:
    """Another training process that does tasks, started as an experiment needs it."""

    def __init__(self, experiment: Experiment, store: Path) -> None:
        self._store, self._number = store, 0
        startup = json.dumps(experiment.hardware.startup._asdict())
        self._child = Child(WORKER, "0", startup)
        self._lines: Iterator[str] = self._child.lines()

    def ask(
        self,
        task: Task[Req, Found, Res],
        request: Req,
        hear: Callable[[TaskProgress], None] | None = None,
    ) -> Res:
        """The result of a task.

        Args:
            task: Which.
            request: What it is asked.
            hear: Takes what it says meanwhile.

        Raises:
            BenchFailed: where it fails.
        """
        self._number += 1
        self._child.send(asked(self._number, task, self._store, request).encode())
        for line in self._lines:
            try:
                message = decode(line)
            except ValueError:
                continue  # a library wrote to the messages' pipe
            if isinstance(message, TaskEnd) and message.number == self._number:
                if message.result is None:
                    raise BenchFailed(message.error)
                return task.parse_result(message.result)
            if isinstance(message, TaskProgress) and hear is not None:
                hear(message)
        raise BenchFailed(cause_of(tr("the process of the trial"), self._child.end()))

    def end(self) -> None:
        """Ends the process."""
        self._child.end()


class ChildBench:
    """A trial in another training process.

    Raises:
        BenchFailed: where it can't be made.
    """

    def __init__(self, experiment: Experiment, store: Path) -> None:
        self._toml = experiment.to_toml()
        self._process = TaskProcess(experiment, store)
        try:
            self.compile_seconds = self._ask(0.0).compile_seconds
        except BenchFailed:
            self.end()
            raise

    def sample(self, seconds: float) -> float:
        """Images a second over about this long."""
        return self._ask(seconds).rate

    def end(self) -> None:
        """Ends the process."""
        self._process.end()

    def _ask(self, seconds: float) -> Sample:
        return self._process.ask(TRIAL, TrialRequest(self._toml, seconds))

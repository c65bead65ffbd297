"""Executors for tests of those who use one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.execution.executor import Command, Tell
from workbench.execution.messages import StatusChanged
from workbench.experiment import Experiment
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

Reaches = Callable[[Experiment], float]


class Asked:
    """An executor that trains nothing, and remembers what it was asked for.

    It takes what `LocalExecutor` takes, to stand in its place.

    Attributes:
        tell: Takes what a training process would say.
    """

    def __init__(
        self, store: Path | None = None, tell: Tell = print, *, capacity: int = 1, **_: Any
    ) -> None:
        self.tell, self.capacity = tell, capacity
        self.memory_bytes = 0
        self.submitted: list[tuple[str, str]] = []
        self.commands: list[tuple[str, Command]] = []

    def submit(self, run_id: str, maker: str = "") -> None:
        self.submitted.append((run_id, maker))

    def provide(self, count: int) -> None:
        self.capacity = count

    def control(self, run_id: str, command: Command) -> None:
        self.commands.append((run_id, command))

    def warm_up(self) -> None: ...

    def close(self) -> None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> bool:
        return True


def pretend(store: Store, run_id: str, reaches: Reaches, maker: str = "") -> RunStatus:
    """A run as if it had been trained; one that reaches NaN has diverged, infinity interrupted."""
    assert store.claim(run_id, maker)
    experiment = store.run(run_id).experiment
    reached = reaches(experiment)
    status = RunStatus.FAILED if reached != reached else RunStatus.COMPLETED
    status = RunStatus.INTERRUPTED if reached == float("inf") else status
    if status is RunStatus.COMPLETED:
        epochs = experiment.training.epochs
        store.update(run_id, val_accuracy=reached, elapsed=2.0, step=10 * epochs)
        store.update(run_id, steps_per_epoch=10, parameters=100 + epochs)
    store.finish(run_id, status)
    return status


class Pretends(Asked):
    """An executor that ends each run at once, at what a function of its experiment gives.

    Args:
        reaches: The validation accuracy, see `pretend`.
    """

    def __init__(
        self, store: Path, tell: Tell, *, reaches: Reaches, capacity: int | None = None, **_: Any
    ) -> None:
        super().__init__(store, tell, capacity=capacity or 1)
        self._folder, self._reaches = store, reaches

    def submit(self, run_id: str, maker: str = "") -> None:
        super().submit(run_id, maker)
        with Store(self._folder) as store:
            status = pretend(store, run_id, self._reaches, maker)
        self.tell(StatusChanged(run_id, status))

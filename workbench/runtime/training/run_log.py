"""Where what becomes of a run goes, as the training process writes it.

Two ways: into the store beside it (`StoreLog`), or as messages to whoever has the store, where
`workbench.execution.record_keeper` writes them (`MessageLog`). Training knows neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np

from workbench.base.files import write_inside
from workbench.base.text import tr
from workbench.execution.messages import (
    EpochEnd,
    Message,
    RemoteRun,
    Rewind,
    StatusChanged,
    Update,
)
from workbench.execution.pieces import Damaged, cut
from workbench.runs.artifacts import Artifact, folder_of
from workbench.runs.record import EpochMetrics, Run
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError

Say = Callable[[Message], None]


class RunLog(Protocol):
    """The record of one run, for the process that trains it and nobody else.

    Each call is one change of the record, whole or not at all. What is only to be shown at once
    (`Steps`, `Progress`) is said besides.

    Attributes:
        run_id: The run.
        say: Sends a message to the parent.
        folder: Where the run's own files lie for this process.
        measurements: Folder of the store, where what this machine measured is remembered; None
            where the record is kept on another machine.
    """

    run_id: str
    say: Say
    folder: Path
    measurements: Path | None

    def read(self) -> Run:
        """The run as it stands before it begins, or goes on."""

    def rewind(self, step: int) -> None:
        """Forget the metrics after a step: a resumed run goes on from its checkpoint."""

    def update(self, **columns: Any) -> None:
        """Set columns of the run, named as in `Run`."""

    def steps(
        self, first_step: int, values: np.ndarray, probes: np.ndarray | None, **columns: Any
    ) -> None:
        """Add the metrics of steps that have been said (`Steps`) since the last call.

        Args:
            first_step: Number of the first of them, from 1.
            values: `STEP_DTYPE`, shape (n,).
            probes: `PROBE_DTYPE`, shape (n,), where they are recorded.
            columns: Of the run, set with them.
        """

    def epoch(self, metrics: EpochMetrics, **columns: Any) -> None:
        """Add the metrics of an epoch, set columns of the run with them, and say so."""

    def status(self, status: RunStatus) -> None:
        """Note that the run is paused or continues, and say so."""

    def artifact(self, artifact: Artifact, content: bytes) -> None:
        """Keep a file of the run, whole or not at all.

        Args:
            artifact: Which.
            content: The whole file.
        """

    def finish(self, status: RunStatus, message: str, outcome: Outcome) -> None:
        """End the run, and say so.

        Args:
            status: How it ended.
            message: One sentence for a person; "" where there is nothing to say.
            outcome: How it ended, for logic.
        """


class StoreLog:
    """Writes into the store; this process owns the run.

    Args:
        store: Of this thread. It has claimed the run.
        run_id: The run.
        say: Sends a message to the parent.
    """

    def __init__(self, store: Store, run_id: str, say: Say) -> None:
        self._store, self.run_id, self.say = store, run_id, say
        self.folder = store.artifacts(run_id)
        self.measurements: Path | None = store.folder

    def read(self) -> Run:
        """The run as the store has it."""
        return self._store.run(self.run_id)

    def rewind(self, step: int) -> None:
        """Forget the metrics after a step."""
        self._store.truncate(self.run_id, step)

    def update(self, **columns: Any) -> None:
        """Set columns of the run."""
        self._store.update(self.run_id, **columns)

    def steps(
        self, first_step: int, values: np.ndarray, probes: np.ndarray | None, **columns: Any
    ) -> None:
        """Add the metrics of steps."""
        self._store.add_steps(self.run_id, first_step, values, probes, **columns)

    def epoch(self, metrics: EpochMetrics, **columns: Any) -> None:
        """Add the metrics of an epoch."""
        self._store.add_epoch(self.run_id, metrics, **columns)
        self.say(EpochEnd(self.run_id, metrics))

    def status(self, status: RunStatus) -> None:
        """Note that the run is paused or continues."""
        self._store.update(self.run_id, status=status)
        self.say(StatusChanged(self.run_id, status))

    def artifact(self, artifact: Artifact, content: bytes) -> None:
        """Write a file into the run's folder, where the run is still this process's."""
        self._store.require_owner(self.run_id)
        write_inside(self.folder / artifact.name, content)

    def finish(self, status: RunStatus, message: str, outcome: Outcome) -> None:
        """End the run; what the store doesn't take is said."""
        try:
            self._store.finish(self.run_id, status, message, outcome)
        except StoreError as error:
            if status is not RunStatus.FAILED:
                outcome = Outcome.STORE
            status, message = RunStatus.FAILED, message or str(error)
        self.say(StatusChanged(self.run_id, status, message, outcome))


class MessageLog:
    """Says everything; whoever listens owns the run and keeps its record.

    Args:
        job: What is to be trained.
        folder: Of this process alone, with the files that came with the job.
        say: Sends a message to the parent.
    """

    measurements: Path | None = None

    def __init__(self, job: RemoteRun, folder: Path, say: Say) -> None:
        self._job, self.folder, self.say = job, folder, say
        self.run_id = job.run_id

    def read(self) -> Run:
        """The run as the job describes it."""
        job = self._job
        return Run(
            job.run_id,
            name="",
            status=RunStatus.RUNNING,
            experiment_toml=job.experiment,
            created=0.0,
            fingerprint=job.fingerprint,
            environment=job.environment,
            kind=job.kind,
            parent_id=job.parent_id,
            study_id=job.study_id,
            recipe=job.recipe,
        )

    def rewind(self, step: int) -> None:
        """Have the metrics after a step forgotten."""
        self.say(Rewind(self.run_id, step))

    def update(self, **columns: Any) -> None:
        """Have columns of the run set."""
        self.say(Update(self.run_id, columns))

    def steps(
        self, first_step: int, values: np.ndarray, probes: np.ndarray | None, **columns: Any
    ) -> None:
        """Have the steps written that were said since the last time."""
        self.say(Update(self.run_id, columns))

    def epoch(self, metrics: EpochMetrics, **columns: Any) -> None:
        """Say the metrics of an epoch, and have them written."""
        self.say(EpochEnd(self.run_id, metrics))
        self.say(Update(self.run_id, columns))

    def status(self, status: RunStatus) -> None:
        """Say that the run is paused or continues."""
        self.say(StatusChanged(self.run_id, status))

    def artifact(self, artifact: Artifact, content: bytes) -> None:
        """Send a file.

        Raises:
            TooLarge: where it is larger than anybody takes.
        """
        for piece in cut(self.run_id, artifact.name, content):
            self.say(piece)

    def finish(self, status: RunStatus, message: str, outcome: Outcome) -> None:
        """Say that the run ended."""
        self.say(StatusChanged(self.run_id, status, message, outcome))


@contextmanager
def log_of_job(job: RemoteRun, files: Mapping[str, bytes], say: Say) -> Iterator[MessageLog]:
    """The log of a job, with the files that came before it, in a folder that goes with it.

    Raises:
        Damaged: where a file is missing.
    """
    with TemporaryDirectory(prefix="dlopt-job-") as folder:
        home = folder_of(Path(folder), job.run_id)
        home.mkdir(parents=True)
        for name in job.files:
            if name not in files:
                raise Damaged(
                    tr("{name} of run {run_id} did not arrive", name=name, run_id=job.run_id)
                )
            write_inside(home / name, files[name])
        yield MessageLog(job, home, say)

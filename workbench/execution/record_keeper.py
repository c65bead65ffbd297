"""The other end of a run whose training process has no store: writes what it says into ours.

The process says what would have been one change of the record as messages; here each becomes that
change again, in one transaction, by the store that owns the run. Nothing a process says is trusted:
only columns that training sets, only files that training makes, of a bounded size.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.base.files import open_inside, write_inside
from workbench.base.text import tr
from workbench.execution.messages import (
    EpochEnd,
    Message,
    Piece,
    RemoteRun,
    Rewind,
    StatusChanged,
    Steps,
    Update,
)
from workbench.execution.pieces import Assembly, cut
from workbench.runs.artifacts import Artifact, RunFolder
from workbench.runs.checkpoint_file import CHECKPOINT
from workbench.runs.record import PROBE_DTYPE, STEP_DTYPE, EpochMetrics
from workbench.runs.status import Outcome
from workbench.runs.store import Store

SENT: tuple[Artifact, ...] = (CHECKPOINT,)
"""Files of a run that go to its training process, and come from it."""

COLUMNS = frozenset(
    {
        "accuracy",
        "elapsed",
        "environment",
        "file_bytes",
        "fingerprint",
        "images_per_second",
        "joules",
        "loss",
        "macs",
        "parameters",
        "penalty",
        "seconds",
        "step",
        "steps_per_epoch",
        "test_accuracy",
        "test_images",
        "test_loss",
        "total_steps",
        "val_accuracy",
        "val_loss",
    }
)
"""Columns of a run that say what came of training."""


MOST_STEPS = 1_000_000
"""Steps that are said before they are to be written; of a healthy process, those of a second."""


Kept = Steps | EpochEnd | Update | Rewind | Piece | StatusChanged
"""Messages that say something for the record."""


class NotKept(RuntimeError):
    """Something said of a run that can't be written, in one sentence."""


def job_of(store: Store, run_id: str) -> list[Message]:
    """What a process is told that trains a run without its store: its files, then the job.

    Raises:
        StoreError: where there is no such run, or it can't be read.
        TooLarge: where a file is larger than may be sent.
    """
    run, folder = store.run(run_id), RunFolder(store.artifacts(run_id))
    pieces: list[Message] = []
    names = [artifact.name for artifact in SENT if folder.has(artifact)]
    for name in names:
        with open_inside(folder.path / name) as file:
            pieces += cut(run_id, name, file.read())
    job = RemoteRun(
        run_id,
        run.experiment_toml,
        names,
        run.fingerprint,
        run.environment,
        run.kind,
        run.parent_id,
        run.study_id,
        run.recipe,
    )
    return [*pieces, job]


class RecordKeeper:
    """Writes what is said of one run.

    Args:
        store: Of this thread. It has claimed the run.
        run_id: The run.
    """

    def __init__(self, store: Store, run_id: str) -> None:
        self._store, self._run_id = store, run_id
        self._steps: list[Steps] = []
        self._epoch: EpochMetrics | None = None
        self._assembly = Assembly()

    def take(self, message: Message) -> None:
        """Write what a message says, or keep it until the `Update` that it belongs to.

        Raises:
            StoreError: where the store doesn't take it, or the run isn't this store's any more.
            NotKept: where it makes no sense.
        """
        if not isinstance(message, Kept):
            return
        if message.run_id != self._run_id:
            raise NotKept(
                tr("the training process spoke of another run than {run_id}", run_id=self._run_id)
            )
        try:
            self._take(message)
        except (ValueError, TypeError, OverflowError) as error:
            raise NotKept(
                tr(
                    "the training process said what can't be kept of run {run_id} ({error})",
                    run_id=self._run_id,
                    error=error,
                )
            ) from error

    def _take(self, message: Kept) -> None:
        store, run_id = self._store, self._run_id
        match message:
            case Steps():
                self._add(message)
            case EpochEnd():
                self._epoch = message.metrics
            case Update():
                self._write(message.columns)
            case Rewind():
                store.truncate(run_id, int(message.step))
            case Piece():
                self._receive(message)
            case StatusChanged() if message.state.is_finished:
                self._write({})
                store.finish(run_id, message.state, message.message, Outcome(message.outcome))
            case StatusChanged():
                store.update(run_id, status=message.state)

    def _add(self, steps: Steps) -> None:
        count = sum(len(known.loss) for known in self._steps)
        if self._steps and steps.first_step != self._steps[0].first_step + count:
            raise ValueError(
                tr(
                    "step {step} is missing",
                    step=f"{self._steps[0].first_step + count:,}",
                )
            )
        if count > MOST_STEPS:
            raise ValueError(
                tr(
                    "more than {most_steps} steps that are not to be written yet",
                    most_steps=f"{MOST_STEPS:,}",
                )
            )
        self._steps.append(steps)

    def _write(self, columns: dict[str, Any]) -> None:
        """One change of the record: steps, an epoch and columns, all of them or nothing."""
        unknown = columns.keys() - COLUMNS
        if unknown:
            raise ValueError(tr("training sets no {unknown}", unknown=", ".join(sorted(unknown))))
        with self._store.owned(self._run_id):
            if self._steps:
                values = np.concatenate([_values(steps) for steps in self._steps])
                probes = [_probes(steps) for steps in self._steps]
                known = [values_ for values_ in probes if values_ is not None]
                together = np.concatenate(known) if len(known) == len(probes) else None
                first = self._steps[0].first_step
                self._store.add_steps(self._run_id, first, values, together)
            if self._epoch is not None:
                self._store.add_epoch(self._run_id, self._epoch)
            if columns:
                self._store.update(self._run_id, **columns)
        self._steps, self._epoch = [], None

    def _receive(self, piece: Piece) -> None:
        if piece.name not in {artifact.name for artifact in SENT}:
            raise ValueError(tr("training makes no file {name}", name=repr(piece.name)))
        content = self._assembly.add(piece)
        if content is not None:
            self._store.require_owner(self._run_id)
            write_inside(self._store.artifacts(self._run_id) / piece.name, content)


def _values(steps: Steps) -> np.ndarray:
    values = np.full(len(steps.loss), np.nan, STEP_DTYPE)
    for name in STEP_DTYPE.names or ():
        if getattr(steps, name) is not None:
            values[name] = _column(steps, name)
    return values


def _probes(steps: Steps) -> np.ndarray | None:
    if steps.gradient_norm is None or steps.update_ratio is None:
        return None
    values = np.empty(len(steps.loss), PROBE_DTYPE)
    for name in PROBE_DTYPE.names or ():
        values[name] = _column(steps, name)
    return values


def _column(steps: Steps, name: str) -> list[float]:
    column: list[float] = getattr(steps, name)
    if len(column) != len(steps.loss):  # NumPy would repeat a single one
        raise ValueError(
            tr(
                "{count} of {all} values of {name}",
                count=f"{len(column):,}",
                all=f"{len(steps.loss):,}",
                name=name,
            )
        )
    return column

"""What a training process and its parent say to each other: one line of JSON a message.

Plain data only, never live objects; every message is a frozen dataclass, written by its name. What
a person reads of it (`Said`) travels by its parts: the parent shows it in the person's language and
keeps it in English.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any

from workbench.base.plain_values import Said, parsed, plain
from workbench.runs.record import EpochMetrics
from workbench.runs.status import RunStatus


@dataclass(frozen=True)
class Message:
    """Anything said over the pipe."""

    def encode(self) -> str:
        """One line, without its end."""
        # Pydantic writes None for an infinite number among values of any type.
        free = {
            it.name: getattr(self, it.name)
            for it in fields(self)
            if str(it.type).startswith("dict[str, Any]")
        }
        values = {"say": type(self).__name__, **plain(self, strict=False, by_parts=True), **free}
        return json.dumps(values, separators=(",", ":"))


# --- from the parent -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Train(Message):
    """Train (or go on with) a run of the store in this folder.

    Attributes:
        maker: The token of who reserved it; "" where it waits in the queue.
    """

    store: str
    run_id: str
    maker: str = ""


@dataclass(frozen=True)
class RemoteRun(Message):
    """Train a run of which the process has no store: what becomes of it is said, not written.

    Attributes:
        experiment: The spec as TOML.
        files: Names of the run's files that were sent before (`Piece`).
        fingerprint, environment: As in `record.Run`; how the data of a run that goes on were read.
        kind, parent_id, study_id, recipe: As in `record.Run`.
    """

    run_id: str
    experiment: str
    files: list[str] = field(default_factory=list)
    fingerprint: str = ""
    environment: dict[str, Any] = field(default_factory=dict)
    kind: str = "training"
    parent_id: str | None = None
    study_id: str | None = None
    recipe: str = ""


@dataclass(frozen=True)
class Do(Message):
    """Do a task that is no run: measure, look for a learning rate, evaluate.

    Attributes:
        number: Told back with each answer.
        task: Name in `workbench.execution.tasks`.
        store: Folder of the store.
        request: What the task is asked, plain values.
        startup: The fields of the `Startup` that it needs; None where any will do.
    """

    number: int
    task: str
    store: str
    request: dict[str, Any] = field(default_factory=dict)
    startup: dict[str, Any] | None = None


@dataclass(frozen=True)
class Cancel(Message):
    """End a task, under way or waiting, at its next look."""

    number: int


@dataclass(frozen=True)
class Pause(Message):
    """Hold after the compiled call in progress."""


@dataclass(frozen=True)
class Continue(Message):
    """Go on after a pause."""


@dataclass(frozen=True)
class Stop(Message):
    """End the run: keep its weights and evaluate what is there."""


@dataclass(frozen=True)
class Interrupt(Message):
    """End the run at once: keep a checkpoint, evaluate nothing."""


@dataclass(frozen=True)
class Close(Message):
    """Interrupt what runs and end the process."""


# --- both ways -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece(Message):
    """A part of a file of a run; see `pieces`.

    Attributes:
        name: Of the file.
        start: Where in the file it begins, in bytes.
        total: How long the file is, in bytes.
        digest: SHA-256 of the whole file.
        data: In base64.
    """

    run_id: str
    name: str
    start: int
    total: int
    digest: str
    data: str

    @property
    def file(self) -> tuple[str, str, int, str]:
        """What all pieces of one file have alike."""
        return self.run_id, self.name, self.total, self.digest


# --- from the training process -------------------------------------------------------------------


@dataclass(frozen=True)
class Ready(Message):
    """TensorFlow is imported; the next run starts without delay.

    Attributes:
        device: What `auto` trains on, in words: "CPU, 2 cores".
        versions: Of python, tensorflow, keras and numpy.
        machine: What is there to train on, a `Machine` as plain values.
    """

    device: Said
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unsuited(Message):
    """The process ends undone: what it was asked for needs one that is started otherwise.

    Attributes:
        startup: The fields of the `Startup` that is needed.
    """

    startup: dict[str, Any]


@dataclass(frozen=True)
class Progress(Message):
    """What a run does before its first step, or after its last.

    Attributes:
        phase: In a word: "downloading", "reading", "building", "evaluating".
        done: How much, in `unit`; 0 where unknown.
        total: Of how much; 0 where unknown.
        unit: "B", "images" or "".
    """

    run_id: str
    phase: Said
    done: int = 0
    total: int = 0
    unit: str = ""


@dataclass(frozen=True)
class Started(Message):
    """The network is built and training begins (or goes on at `step`)."""

    run_id: str
    step: int
    total_steps: int
    steps_per_epoch: int
    batch_size: int
    parameters: int
    macs: int
    device: Said


@dataclass(frozen=True)
class Steps(Message):
    """Metrics of the steps of one or a few compiled calls; all lists have one entry a step.

    Attributes:
        first_step: Number of the first of them, from 1.
        elapsed: Time so far at the end of each step, see `record.Run`.
        loss: Mean over the batch, without penalties; with them where `penalty` is None.
        accuracy: Share of the batch, 0 to 1.
        learning_rate: As used in the step.
        images_per_second: Over the call that the step belongs to.
        seconds, penalty: As in `record.STEP_DTYPE`; None where they aren't known.
        gradient_norm, update_ratio: As in `record.PROBE_DTYPE`; None where they aren't recorded.
    """

    run_id: str
    first_step: int
    elapsed: list[float]
    loss: list[float]
    accuracy: list[float]
    learning_rate: list[float]
    images_per_second: list[float]
    seconds: list[float] | None = None
    penalty: list[float] | None = None
    gradient_norm: list[float] | None = None
    update_ratio: list[float] | None = None


@dataclass(frozen=True)
class Update(Message):
    """To be written, of a `RemoteRun`: these columns of the run, together with the steps and the
    epoch that were said since the last one.
    """

    run_id: str
    columns: dict[str, Any]


@dataclass(frozen=True)
class Rewind(Message):
    """To be forgotten, of a `RemoteRun`: the metrics after this step, as it goes on from there."""

    run_id: str
    step: int


@dataclass(frozen=True)
class TimeShares(Message):
    """Where the time of the last second of training went, 0 to 1 each; once a second at most.

    Attributes:
        input: Waiting for images.
        python: Between compiled calls.
    """

    run_id: str
    input: float
    python: float


@dataclass(frozen=True)
class EpochEnd(Message):
    """An epoch is over, with what it came to."""

    run_id: str
    metrics: EpochMetrics


@dataclass(frozen=True)
class TaskProgress(Message):
    """How far a task is.

    Attributes:
        done: Of `total`; both 0 where unknown.
        words: What it does now, "" for nothing to add.
        found: What is known already, plain values; the task's own.
    """

    number: int
    done: float = 0.0
    total: float = 0.0
    words: Said = ""
    found: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskEnd(Message):
    """A task is over.

    Attributes:
        result: Plain values; None where it failed or was cancelled.
        error: One sentence where it failed; else "".
        is_bad_input: Whether it failed by what it was given, and so would again.
    """

    number: int
    result: dict[str, Any] | None = None
    error: Said = ""
    is_bad_input: bool = False


@dataclass(frozen=True)
class StatusChanged(Message):
    """A run began, paused, went on or ended.

    Attributes:
        status: One of `RunStatus`.
        message: One sentence where it failed or something is to be known; else "".
        outcome: How it ended, a code of `Outcome`; "" where it hasn't.
    """

    run_id: str
    status: str
    message: Said = ""
    outcome: str = ""

    @property
    def state(self) -> RunStatus:
        """The status as the Enum."""
        return RunStatus(self.status)


_KNOWN = {cls.__name__: cls for cls in Message.__subclasses__()}


def decode(line: str) -> Message:
    """The message in a line.

    Raises:
        ValueError: where the line is not a message.
    """
    try:
        fields: dict[str, Any] = json.loads(line)
        kind = fields.pop("say")
        return parsed(_KNOWN[kind], fields, kind)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a message: {line[:200]!r}") from error

"""What is known of a run, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.base.errors import BadInput
from workbench.runs.quantities import QUANTITIES
from workbench.runs.status import Outcome, RunStatus

if TYPE_CHECKING:  # a list of runs needs no spec, which takes most of a command's start
    from workbench.experiment import Experiment
    from workbench.spec.data import Reading
    from workbench.spec.layers import Shape

STEP_DTYPE = np.dtype(
    [
        ("elapsed", "<f8"),
        ("loss", "<f4"),
        ("accuracy", "<f4"),
        ("learning_rate", "<f4"),
        ("images_per_second", "<f4"),
        ("seconds", "<f8"),
        ("penalty", "<f4"),
    ]
)
"""One step as it lies in the store.

`elapsed` and `seconds` are the run's two times at its end, see `Run`; `loss` is the mean over the
batch without penalties, `penalty` their sum: 0 where the network has none. Of runs of before these
two were kept, `seconds` and `penalty` are NaN, and the loss contains the penalty.
"""

FIRST_STEP_DTYPE = np.dtype([(name, STEP_DTYPE[name]) for name in STEP_DTYPE.names[:5]])  # type: ignore[index]
"""A step as it lay in the store until `seconds` and `penalty` were kept."""

PROBE_DTYPE = np.dtype([("gradient_norm", "<f4"), ("update_ratio", "<f4")])
"""What a run with `training.probes` records of a step besides, as it lies in the store: the norm of
the whole gradient before it is clipped, and that of the step's change of the weights by theirs."""


PARSED = 256
"""Specs that are kept parsed: those of the runs that a person looks at."""

TRAINING = "training"
"""The kind of a run that trains a network."""

COMPRESSED = "compressed"
"""The kind of a run that makes the network of its parent smaller, by a recipe."""


@dataclass(frozen=True)
class StepMetrics:
    """Metrics of consecutive steps.

    Attributes:
        steps: Step numbers from 1, shape (n,).
        values: `STEP_DTYPE` or `PROBE_DTYPE`, shape (n,).
    """

    steps: npt.NDArray[np.int64]
    values: npt.NDArray[Any]


@dataclass(frozen=True)
class EpochMetrics:
    """Metrics at the end of an epoch.

    Attributes:
        seconds: Training time so far, see `Run`; None for a run of before it was kept.
        loss: Mean over the training images, without penalties, as `val_loss` is.
        val_loss, val_accuracy: None without a validation part.
        elapsed: Time so far, see `Run`.
        penalty: Mean over the epoch; 0 without any, None for a run of before it was kept, whose
            `loss` contains it.
    """

    epoch: int
    step: int
    seconds: float | None
    loss: float
    accuracy: float
    images_per_second: float
    learning_rate: float
    val_loss: float | None
    val_accuracy: float | None
    elapsed: float
    penalty: float | None = 0.0


@dataclass(frozen=True)
class Origin:
    """What a run is, and what it belongs to; its fields are those of `Run`."""

    kind: str = TRAINING
    parent_id: str | None = None
    group_id: str | None = None
    study_id: str | None = None
    trial: int | None = None
    recipe: str = ""


@dataclass(frozen=True)
class Run:
    """A run as the store holds it; what isn't known yet is None.

    Attributes:
        run_id: Sorts by time of creation.
        experiment_toml: The full spec; `experiment` parses it.
        created, started, finished: Seconds since 1970.
        position: Order in the queue.
        message: One sentence on how it ended, "" where all went well. For a person: what logic
            asks is `outcome`.
        owner: The process that works on it, see `presence`; "" for none.
        maker: The process that is about to have it trained; "" where it waits in the queue.
        step, total_steps, steps_per_epoch: Progress.
        seconds: Training time: the steps alone, as `runtime.clock` defines it; None for a run of
            before it was kept.
        elapsed: From the first step to the last, with compiling, validation and checkpoints;
            pauses left out.
        loss: Of the last epoch, without penalties; with them where `penalty` is None.
        penalty: Of the last epoch; 0 without any.
        images_per_second: Median over the epochs after the first (over all if there is only one).
        latency_ms: What its trained network takes for one image, as it was measured last.
        file_bytes: What its weights take as they are kept.
        joules: Energy of training, pauses left out; None where the machine told nothing.
        environment: Package versions, hardware, the shape of an image, and how the data were read.
        fingerprint: Of the data.
        hidden: Whether its curves are hidden in the plots.
        tags: A person's words for it, separated by ", ".
        notes: What a person wrote about it.
        starred: Whether a person marked it.
        archived: Whether it is put away: kept, and left out of the table unless asked for.
        kind: What it is: a name in `RUNNERS` of the training process, or one that a newer version
            knows.
        parent_id: The run that it was made from, or None. It may be gone, or lie in another
            store.
        group_id: The runs that it was made with, see `groups`, or None.
        study_id: The study that it is a trial of, which is a group too, or None.
        trial: Its number in the study, from 1; 0 for the baseline that trials are compared with.
        outcome: How it ended, a code of `Outcome`.
        figures: What was measured of it that has no field here, by the key of its quantity.
        recipe: The steps that compressed it, as the TOML of a `CompressionRecipe`; "" for none.
    """

    run_id: str
    name: str
    status: RunStatus
    experiment_toml: str
    created: float
    started: float | None = None
    finished: float | None = None
    position: float = 0.0
    message: str = ""
    owner: str = ""
    maker: str = ""
    step: int = 0
    total_steps: int | None = None
    steps_per_epoch: int | None = None
    seconds: float | None = None
    loss: float | None = None
    accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    test_loss: float | None = None
    test_accuracy: float | None = None
    images_per_second: float | None = None
    parameters: int | None = None
    macs: int | None = None
    latency_ms: float | None = None
    file_bytes: int | None = None
    joules: float | None = None
    fingerprint: str = ""
    colour: int = 0
    hidden: bool = False
    deleted: float | None = None
    environment: dict[str, Any] = field(default_factory=dict)
    tags: str = ""
    notes: str = ""
    starred: bool = False
    archived: bool = False
    elapsed: float | None = None
    penalty: float | None = None
    kind: str = TRAINING
    parent_id: str | None = None
    group_id: str | None = None
    study_id: str | None = None
    trial: int | None = None
    outcome: str = Outcome.NONE
    figures: Mapping[str, float] = field(default_factory=dict)
    recipe: str = ""

    @property
    def experiment(self) -> Experiment:
        """The spec it was made with; parsed once.

        Raises:
            SpecError: where it is of a newer version of the workbench.
        """
        return _parsed(self.experiment_toml)

    def figure(self, key: str) -> float | None:
        """A quantity of it, by its key; None where it isn't known."""
        own = getattr(self, key, None)
        return own if own is not None else self.figures.get(key)

    @property
    def loss_holds_penalty(self) -> bool:
        """Whether its training loss contains the penalty: it was trained before the two were kept
        apart. False too where its spec is of a later version.
        """
        if self.penalty is not None or not self.step:
            return False
        try:
            return self.experiment.has_penalty
        except BadInput:
            return False

    @property
    def image_shape(self) -> Shape | None:
        """What its network was fed with; None where it never began, or under an older version."""
        known = self.environment.get("image_shape")
        return tuple(known) if known else None

    @property
    def class_names(self) -> tuple[str, ...]:
        """What its network tells apart; empty where that isn't known."""
        known = self.environment.get("class_names")
        if known:
            return tuple(map(str, known))
        info = self.experiment.data.info()
        return info.class_names if info is not None else ()

    @property
    def reading(self) -> Reading | None:
        """How its data were read, for them to be read alike; None where it never began."""
        from workbench.spec.data import Reading

        return Reading.parse(self.environment.get("reading")) if self.fingerprint else None

    @property
    def epochs(self) -> int:
        """Epochs that are wholly trained."""
        return self.step // self.steps_per_epoch if self.steps_per_epoch else 0

    def summary(self) -> dict[str, Any]:
        """The figures that the command line prints as JSON."""
        return {
            "run_id": self.run_id,
            "name": self.name,
            "status": self.status.value,
            "outcome": str(self.outcome),
            "message": self.message,
            "test_accuracy": self.test_accuracy,
            "test_loss": self.test_loss,
            "val_accuracy": self.val_accuracy,
            "val_loss": self.val_loss,
            "accuracy": self.accuracy,
            "loss": self.loss,
            "images_per_second": self.images_per_second,
            "penalty": self.penalty,
            "seconds": self.seconds,
            "elapsed": self.elapsed,
            "epochs": self.epochs,
            "steps": self.step,
            "parameters": self.parameters,
            "macs": self.macs,
            "latency_ms": self.latency_ms,
            "file_bytes": self.file_bytes,
            "joules": self.joules,
            "created": self.created,
            "fingerprint": self.fingerprint,
            **{quantity.key: self.figure(quantity.key) for quantity in QUANTITIES},
        }


@lru_cache(PARSED)
def _parsed(toml: str) -> Experiment:
    from workbench.experiment import Experiment

    return Experiment.from_toml(toml)

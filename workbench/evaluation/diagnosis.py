"""What a run's curves say of it: faults of training, each with its evidence and what to try.

Pure functions over metrics; nothing is trained, read or drawn here. The thresholds are for the loss
of a classifier, without penalties on the weights, so that training and validation are compared like
with like; they were set so that the presets' own runs give no finding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.base.units import percent
from workbench.experiment import Experiment
from workbench.levers import remedies
from workbench.levers.remedies import Remedy
from workbench.runs.record import EpochMetrics, Run, StepMetrics
from workbench.runs.status import Outcome

FEWEST_EPOCHS = 3
"""Before, curves say nothing yet."""

LATEST = 3
"""Epochs averaged where the end of a curve is meant."""

GAP = 0.05
"""Training accuracy this far above validation accuracy is over-fitting."""

RISE = 0.3
"""So is a validation loss that rose by this share above its best while training loss fell, and by
`JUMP` of the first loss: near 0 a doubling is nothing."""

SINCE = 3
"""Epochs since the best validation loss, before which a rise is a wobble."""

HIGH_LOSS = 0.3
"""A training loss that ends above this share of where it began has left much to learn."""

FLAT = 0.03
"""A loss that fell by less than this share of where it began stands still."""

STUCK = 0.95
"""A loss that ends above this share of where it began has learned nothing."""

SPIKE = 1.2
"""A step whose loss is this many times the first one jumped out of the valley; at the start,
batches of 64 differ by a tenth of that."""

DRIFT = 0.01
"""A loss that ends this share above where it began was driven there."""

JUMP = 0.05
"""An epoch whose loss rises by this share of where it began is a setback."""

SETBACKS = 0.3
"""Share of epochs with setbacks from which on training is unstable."""

STEADY = 0.8
"""Share of epochs in which a loss falls, from which on it falls steadily."""

STILL_GAINING = 0.01
"""Validation accuracy gained over the last epochs, from which on the end came too soon."""


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes:
        kind: Its name in code: "overfitting".
        title: Its name for a person.
        evidence: The numbers that show it, one sentence.
        remedies: What to try, the most promising first; never empty.
    """

    kind: str
    title: str
    evidence: str
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True)
class Curves:
    """A run's metrics as arrays; validation is NaN where there is none."""

    experiment: Experiment
    first_loss: float
    """Of the first step: that of a network that has learned nothing."""
    highest_loss: float
    loss: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    val_loss: npt.NDArray[np.float64]
    val_accuracy: npt.NDArray[np.float64]
    is_finished: bool

    @property
    def has_learned_nothing(self) -> bool:
        """Whether the loss is where it began, or above."""
        return _end(self.loss) > STUCK * self.first_loss

    @property
    def has_leapt(self) -> bool:
        """Whether the loss was, in a step or at the end, well above that of the first step."""
        return self.highest_loss > SPIKE * self.first_loss or _end(self.loss) > self.first_loss * (
            1 + DRIFT
        )


Check = Callable[[Curves], Finding | None]
"""Looks for one fault."""


def diagnose(
    experiment: Experiment,
    epochs: Sequence[EpochMetrics],
    steps: StepMetrics,
    checks: Sequence[Check] | None = None,
    *,
    is_finished: bool = True,
) -> list[Finding]:
    """The faults that show, the gravest first; empty for a healthy run or one that just began.

    Args:
        experiment: What was trained.
        epochs: In order.
        steps: In order.
        checks: What is looked for; everything where left out.
        is_finished: Whether all epochs that were planned are done.
    """
    if len(epochs) < FEWEST_EPOCHS or not len(steps.values):
        return []
    losses = steps.values["loss"]
    curves = Curves(
        experiment,
        float(losses[0]),
        float(np.max(losses)),
        _array([epoch.loss for epoch in epochs]),
        _array([epoch.accuracy for epoch in epochs]),
        _array([epoch.val_loss for epoch in epochs]),
        _array([epoch.val_accuracy for epoch in epochs]),
        is_finished,
    )
    found = [finding for check in checks or CHECKS if (finding := check(curves)) is not None]
    short = too_short(curves) if not found else None
    return [short] if short is not None else found


def diagnose_run(run: Run, epochs: Sequence[EpochMetrics], steps: StepMetrics) -> list[Finding]:
    """As `diagnose`, of a run of the store.

    Of a loss that contains the penalty no share of where it began can be judged: what needs that
    is not looked for.

    Raises:
        SpecError: where its experiment is of a later version.
    """
    experiment = run.experiment
    is_finished = run.step == run.total_steps
    if run.outcome == Outcome.DIVERGED:
        tries = remedies.against_high_rate(experiment)
        return [Finding("rate_too_high", tr("Diverged"), run.message, tries)]
    if run.loss_holds_penalty:
        return diagnose(experiment, epochs, steps, (overfitting,), is_finished=is_finished)
    return diagnose(experiment, epochs, steps, is_finished=is_finished)


def calm(run: Run, name: str) -> str:
    """What is said of a run without findings that has enough epochs.

    Args:
        run: A loss that contains the penalty can't be compared with that of the validation part.
        name: Its own.
    """
    if run.loss_holds_penalty:
        return tr(
            "{name}: no sign of over-fitting; its training loss contains the penalty on the "
            "weights, as an earlier version recorded it, so nothing can be said of under-fitting "
            "and the learning rate",
            name=name,
        )
    return tr("{name}: no sign of over-fitting, under-fitting or a wrong learning rate", name=name)


# --- one function a fault ------------------------------------------------------------------------


def too_high(curves: Curves) -> Finding | None:
    """The loss jumped and nothing was learned, or it goes up and down."""
    setbacks = np.diff(curves.loss) > JUMP * curves.first_loss
    if curves.has_learned_nothing and curves.has_leapt:
        evidence = tr(
            "the loss leapt from {first_loss} to {highest_loss} and ended "
            "at {loss}: nothing was learned",
            first_loss=f"{curves.first_loss:.3g}",
            highest_loss=f"{curves.highest_loss:.3g}",
            loss=f"{_end(curves.loss):.3g}",
        )
    elif setbacks.sum() >= 2 and setbacks.mean() >= SETBACKS:
        evidence = tr(
            "the training loss rose in {rises} of {count} epochs, by up to {most}",
            rises=int(setbacks.sum()),
            count=len(setbacks),
            most=f"{np.diff(curves.loss).max():.3g}",
        )
    else:
        return None
    tries = remedies.against_high_rate(curves.experiment)
    return Finding("rate_too_high", tr("Learning rate too high"), evidence, tries)


def too_low(curves: Curves) -> Finding | None:
    """The loss has hardly moved, or falls steadily and is far from the bottom at the end."""
    if not curves.is_finished or curves.has_leapt:
        return None
    falls = np.diff(curves.loss) < 0
    pace = -np.diff(curves.loss) / curves.first_loss
    is_stuck = curves.has_learned_nothing
    is_steady = falls.mean() >= STEADY and float(np.mean(pace[-LATEST:])) > FLAT / len(curves.loss)
    # The last epoch alone: where a loss falls steadily, the mean of the last ones lies far above.
    is_high = float(curves.loss[-1]) > HIGH_LOSS * curves.first_loss
    if not is_stuck and not (is_high and is_steady):
        return None
    first, last, count = f"{curves.first_loss:.3g}", f"{curves.loss[-1]:.3g}", len(curves.loss)
    evidence = (
        tr(
            "the training loss went from {first} to {last} in {count} epochs",
            first=first,
            last=last,
            count=count,
        )
        if is_stuck
        else tr(
            "the training loss went from {first} to {last} in {count} epochs, and it fell in "
            "almost every one of them",
            first=first,
            last=last,
            count=count,
        )
    )
    tries = remedies.against_low_rate(curves.experiment)
    return Finding("rate_too_low", tr("Learning rate too low"), evidence, tries)


def overfitting(curves: Curves) -> Finding | None:
    """Training goes on, validation doesn't follow."""
    if not _has_validation(curves):
        return None
    gap = _end(curves.accuracy) - _end(curves.val_accuracy)
    best = int(np.argmin(curves.val_loss))
    lowest, now = float(curves.val_loss[best]), _end(curves.val_loss)
    rose = (
        len(curves.val_loss) - 1 - best >= SINCE
        and now > max((1 + RISE) * lowest, lowest + JUMP * curves.first_loss)
        and _end(curves.loss) < curves.loss[best]
        and _end(curves.val_accuracy) <= float(curves.val_accuracy[best])
    )
    if gap >= GAP:
        evidence = tr(
            "training accuracy {accuracy} is {points} points "
            "above validation accuracy {val_accuracy}",
            accuracy=percent(_end(curves.accuracy), 1),
            points=f"{100 * gap:.1f}",
            val_accuracy=percent(_end(curves.val_accuracy), 1),
        )
    elif rose:
        evidence = tr(
            "validation loss rose from {lowest} in epoch {epoch} to {now}, while "
            "training loss fell from {first} to {last}",
            lowest=f"{lowest:.3g}",
            epoch=best + 1,
            now=f"{now:.3g}",
            first=f"{curves.loss[best]:.3g}",
            last=f"{_end(curves.loss):.3g}",
        )
    else:
        return None
    return Finding(
        "overfitting", tr("Over-fitting"), evidence, remedies.against_overfitting(curves.experiment)
    )


def underfitting(curves: Curves) -> Finding | None:
    """The training loss stands still, high."""
    recent = curves.loss[-1 - LATEST :]
    stands = abs(float(recent[0] - recent[-1])) < FLAT * curves.first_loss
    end = _end(curves.loss)
    if not (stands and HIGH_LOSS * curves.first_loss < end <= STUCK * curves.first_loss):
        return None
    evidence = tr(
        "the training loss stands at {end}, {share} of where it "
        "began, with a training accuracy of {accuracy}",
        end=f"{end:.3g}",
        share=percent(end / curves.first_loss, 1),
        accuracy=percent(_end(curves.accuracy), 1),
    )
    return Finding(
        "underfitting",
        tr("Under-fitting"),
        evidence,
        remedies.against_underfitting(curves.experiment),
    )


def too_short(curves: Curves) -> Finding | None:
    """Validation accuracy still rises at the end."""
    if not (curves.is_finished and _has_validation(curves) and len(curves.loss) > LATEST):
        return None
    gain = float(curves.val_accuracy[-1] - curves.val_accuracy[-1 - LATEST])
    rises = bool(np.all(np.diff(curves.val_loss[-1 - LATEST :]) < 0))
    if not (rises and gain >= STILL_GAINING):
        return None
    evidence = tr(
        "validation accuracy still rose by {points} points over the last {epochs} epochs, "
        "to {val_accuracy}",
        points=f"{100 * gain:.1f}",
        epochs=LATEST,
        val_accuracy=percent(curves.val_accuracy[-1], 1),
    )
    return Finding(
        "too_short",
        tr("Ended too soon"),
        evidence,
        remedies.against_short_training(curves.experiment),
    )


CHECKS: tuple[Check, ...] = (
    too_high,
    too_low,
    underfitting,
    overfitting,
)


def _array(values: Sequence[Any]) -> npt.NDArray[np.float64]:
    return np.array([math.nan if value is None else value for value in values], np.float64)


def _has_validation(curves: Curves) -> bool:
    return not bool(np.isnan(curves.val_loss).any())


def _end(values: npt.NDArray[np.float64]) -> float:
    """The mean over the last epochs, so that one bad epoch at the end doesn't count."""
    return float(np.mean(values[-LATEST:]))

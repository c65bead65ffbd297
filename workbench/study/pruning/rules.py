"""What a plan says of trials that end before their time: which rule, at which rungs, and how."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.base.text import joined, tr
from workbench.spec.schedules import Schedule
from workbench.study.pruning import halving
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.space import applying

EPOCHS = "training.epochs"

MEASURED = ("val_accuracy", "val_loss", "accuracy", "loss")
"""Goals that each epoch has a value of."""


@dataclass(frozen=True)
class Pruning:
    """A rule for trials that end before their time.

    Attributes:
        label: For a person.
        help: What it does, in a sentence.
        prunes: Whether any trial is.
        has_brackets: Whether trials differ in the rung at which they are judged first.
    """

    label: str
    help: str
    prunes: bool = True
    has_brackets: bool = False


NONE = "none"

PRUNING: dict[str, Pruning] = {
    NONE: Pruning(
        tr("Train all to the end"), tr("Every trial is trained for all epochs."), prunes=False
    ),
    "asha": Pruning(
        tr("ASHA"),
        tr(
            "After a ninth and a third of the epochs a trial goes on only where it is among the "
            "best third of those that got as far."
        ),
    ),
    "hyperband": Pruning(
        tr("Hyperband"),
        tr(
            "As ASHA, but some trials are judged later or not at all, for the case that good ones "
            "begin slowly."
        ),
        has_brackets=True,
    ),
}
"""By the name that a person types."""


@dataclass(frozen=True)
class Rungs:
    """Where the trials of a plan are judged.

    Attributes:
        epochs: After how many, ascending; the last is the whole training.
        rule: Of the plan.
        is_whole: Whether each rung is a training of its own, from its first step to the end of its
            schedule.
        seed: Of the search.
    """

    epochs: tuple[int, ...]
    rule: Pruning
    is_whole: bool
    seed: int

    def first(self, number: int) -> int:
        """The place of the rung at which a trial is judged first."""
        if not self.rule.has_brackets:
            return 0
        return halving.bracket(self.seed, number, len(self.epochs))

    def judged(self, number: int) -> tuple[int, ...]:
        """Epochs after which it is decided whether a trial goes on."""
        return self.epochs[self.first(number) : -1]


def rungs_of(plan: SweepPlan) -> Rungs | None:
    """Where the trials of a plan are judged; None where all are trained to the end."""
    rule = PRUNING[plan.prune]
    if not rule.prunes:
        return None
    epochs = halving.rungs(plan.baseline.training.epochs)
    return Rungs(epochs, rule, bool(_spanning(plan)), plan.seed)


def why_whole(plan: SweepPlan) -> str:
    """Why rungs are whole short trainings, in one sentence; "" where running trials are stopped."""
    rungs, spanning = rungs_of(plan), _spanning(plan)
    if rungs is None or not spanning:
        return ""
    return tr(
        "{schedule} spans the whole training, so a trial that is cut says nothing: rungs are whole "
        "trainings of {epochs} epochs",
        schedule=spanning[0].label,
        epochs=joined(", ", [str(rung) for rung in rungs.epochs]),
    )


def pruning_lines(plan: SweepPlan) -> list[str]:
    """What becomes of trials that are behind, for a person; nothing where nothing does."""
    rungs = rungs_of(plan)
    if rungs is None:
        return []
    if rungs.is_whole:
        return [why_whole(plan)]
    judged = joined(", ", [str(rung) for rung in rungs.epochs[:-1]])
    return [
        tr(
            "A running trial is stopped after {epochs} of {all} epochs where it is not among the "
            "best third",
            epochs=judged,
            all=rungs.epochs[-1],
        )
    ]


def obstacle(plan: SweepPlan) -> str:
    """Why trials can't be pruned as the plan says, in one sentence; "" where they can."""
    if not PRUNING[plan.prune].prunes:
        return ""
    goal = plan.goals[0]
    if len(plan.goals) > 1:
        return tr("pruning by {name} compares trials by one goal; give one", name=plan.prune)
    if goal.key not in MEASURED:
        return tr(
            "pruning by {name} compares trials after an epoch, when there is no {goal}; choose by "
            "{names}, or prune nothing",
            name=plan.prune,
            goal=goal.key,
            names=joined(", ", list(MEASURED)),
        )
    if any(axis.path == EPOCHS for axis in plan.axes):
        return tr(
            "training.epochs can't be varied with pruning by {name}, which trains for less where a "
            "trial is behind",
            name=plan.prune,
        )
    epochs = plan.baseline.training.epochs
    if len(halving.rungs(epochs)) < 2:
        return tr(
            "pruning by {name} needs training.epochs of {least} or more, got {epochs}",
            name=plan.prune,
            least=halving.FACTOR,
            epochs=epochs,
        )
    return ""


def _spanning(plan: SweepPlan) -> list[Schedule]:
    """Schedules of the plan's combinations that depend on the length of training."""
    return [schedule for schedule in _schedules(plan) if schedule.spans_training]


def _schedules(plan: SweepPlan) -> Iterator[Schedule]:
    """The schedules that combinations have, those at the ends of ranges."""
    baseline = plan.baseline
    axes = [axis for axis in plan.axes if axis.path.startswith("schedule.")]
    ends = [axis.values or (axis.tidied(axis.low), axis.tidied(axis.high)) for axis in axes]
    for values in itertools.product(*ends):
        settings = dict(zip((axis.path for axis in axes), values, strict=True))
        yield baseline.with_settings(applying(settings, baseline)).schedule

"""The levers of a study: what may make an experiment better, each by one move.

Each is a pure function from an experiment to a changed one, or refuses in one sentence, which is
kept: a lever that does not apply is an answer too. They are data: who screens them knows their
names and groups alone. What measures itself (threads, XLA, the input) is Autotune's.

Sources of the values:
    Smith, L. N. and Topin, N. (2018). Super-convergence. (One cycle: a rate several times as high,
        and a third of the epochs.)
    Goyal, P. et al. (2017). Accurate, large minibatch SGD. (The rate grows with the batch.)
    Malladi, S. et al. (2022). On the SDEs and scaling rules for adaptive gradient algorithms. (With
        its square root for Adam and its like.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Any

from workbench.base.text import inside, tr
from workbench.experiment import Experiment
from workbench.levers.convolutions import (
    DepthwiseHead,
    LargerFirstKernel,
    Normalize,
    StridedStem,
)
from workbench.levers.lever import Lever
from workbench.levers.structure import (
    GlobalPooling,
    ReduceDepth,
    Separable,
    ShareBlocks,
    WidthMultiplier,
)
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.optimizers import SGD, GradientDescent, Momentum, Nesterov, Optimizer
from workbench.spec.schedules import Fixed, OneCycle

PEAK, SHORTER = 4.0, 0.3
"""One cycle: how much higher its rate is, and to what share the epochs fall at first."""

BETAS = 0.7, 0.9
DECAY, SMOOTHING, SHIFT = 0.004, 0.1, 0.1
MOST_RATE = 1000.0
LINEAR = (SGD, Momentum, Nesterov, GradientDescent)
"""Optimizers whose step grows with the gradient: their rate is scaled by the batch itself."""


class LeverGroup(StrEnum):
    """What kind of lever it is; a study tries them in this order. The values are codes."""

    HARDWARE = "hardware"
    ALGORITHM = "algorithm"
    STRUCTURE = "structure"

    @property
    def words(self) -> str:
        """For a person."""
        return _GROUPS[self]


_GROUPS = {
    LeverGroup.HARDWARE: tr("hardware"),
    LeverGroup.ALGORITHM: tr("algorithm"),
    LeverGroup.STRUCTURE: tr("structure"),
}

Change = Callable[[Experiment, DataInfo], Experiment]


@dataclass(frozen=True)
class StudyLever:
    """One move.

    Attributes:
        key: Its name on the command line and in JSON.
        label: As a sentence begins with it.
        group: What kind it is.
        change: Gives the changed experiment; raises a `SpecError` where it doesn't apply.
        levels: How far it can be pulled; empty where it is pulled or not.
        usual: The one of them that `change` is of; None for a lever that refines others, and is
            not tried by itself.
        leveled: Gives the change of a level.
    """

    key: str
    label: str
    group: LeverGroup
    change: Change
    levels: tuple[float, ...] = ()
    usual: float | None = None
    leveled: Callable[[float], Change] | None = None

    def at(self, level: float | None) -> StudyLever:
        """The lever pulled that far; itself where it has no levels."""
        if level is None or self.leveled is None:
            return self
        return replace(self, change=self.leveled(level), usual=level)

    def applied(self, experiment: Experiment, info: DataInfo) -> Experiment:
        """The experiment with the lever pulled.

        Raises:
            SpecError: in one sentence, where it does not apply.
        """
        changed = self.change(experiment, info)
        if changed == experiment:
            raise _refused(tr("{label} changes nothing here", label=self.label))
        problems = changed.problems(info)
        if problems:
            raise _refused(
                tr(
                    "{label} does not fit this experiment ({problem})",
                    label=self.label,
                    problem=str(problems[0]),
                )
            )
        return changed


@dataclass(frozen=True)
class Pulled:
    """An experiment with some levers pulled.

    Attributes:
        levers: Their keys, in the order in which they were pulled.
        experiment: What came of it; None where they don't apply together.
        refusal: Why they don't, in one sentence without its full stop; "" where they do.
    """

    levers: tuple[str, ...]
    experiment: Experiment | None
    refusal: str = ""


def pulled(levers: Sequence[StudyLever], experiment: Experiment, info: DataInfo) -> Pulled:
    """An experiment with levers pulled one after another, each on what the ones before left."""
    keys = tuple(lever.key for lever in levers)
    for lever in levers:
        try:
            experiment = lever.applied(experiment, info)
        except SpecError as error:
            return Pulled(keys, None, error.problems[0].message)
    return Pulled(keys, experiment)


def conflicts(
    levers: Sequence[StudyLever], experiment: Experiment, info: DataInfo
) -> dict[frozenset[str], str]:
    """Pairs that don't go together though each applies alone, and why.

    Either the analyzer refuses both, or the second undoes the first, as two optimizers do.

    Args:
        levers: That apply alone.
        experiment: The baseline.
        info: Of its data.
    """
    found = {}
    alone = {lever.key: lever.applied(experiment, info) for lever in levers}
    for first, second in combinations(levers, 2):
        both = pulled((first, second), experiment, info)
        undone = both.experiment == alone[second.key]
        if both.experiment is None or undone:
            words = tr("{second} undoes {first}", second=second.label, first=inside(first.label))
            found[frozenset((first.key, second.key))] = words if undone else both.refusal
    return found


# --- moves ---------------------------------------------------------------------------------------


def _settings(settings: Callable[[Experiment], Mapping[str, Any]]) -> Change:
    """A lever that sets settings by their paths."""

    def change(experiment: Experiment, info: DataInfo) -> Experiment:
        return experiment.with_settings(settings(experiment))

    return change


def _structural(lever: Lever) -> Change:
    """A lever of the designer."""
    return lever.apply


def _one_cycle(share: float) -> Change:
    """Up and down once, to a high rate, in a part of the epochs: a cycle ends where it is told."""

    def settings(experiment: Experiment) -> Mapping[str, Any]:
        if isinstance(experiment.schedule, OneCycle):
            raise _refused(tr("One cycle is the schedule already"))
        return {
            "schedule.kind": "one_cycle",
            "training.epochs": max(1, round(share * experiment.training.epochs)),
            "optimizer.learning_rate": _rate(PEAK * experiment.optimizer.learning_rate),
        }

    return _settings(settings)


def _epochs(share: float) -> Change:
    """More or fewer epochs."""

    def settings(experiment: Experiment) -> Mapping[str, Any]:
        return {"training.epochs": max(1, round(share * experiment.training.epochs))}

    return _settings(settings)


def _learning_rate(factor: float) -> Change:
    """A higher or lower rate."""

    def settings(experiment: Experiment) -> Mapping[str, Any]:
        rate = _rate(factor * experiment.optimizer.learning_rate)
        return {"optimizer.learning_rate": rate}

    return _settings(settings)


def _optimizer(kind: str, rate: float | None = None, **settings: Any) -> Change:
    """Another optimizer with the rate that suits it: a rate of one says nothing of another's.

    Args:
        kind: Its name.
        rate: Its learning rate; None for the default of its class.
        settings: More of it, by name.
    """

    def change(experiment: Experiment, info: DataInfo) -> Experiment:
        chosen = Optimizer.choices()[kind]
        if isinstance(experiment.optimizer, chosen):
            raise _refused(tr("{label} is the optimizer already", label=chosen.label))
        own = chosen.default().learning_rate if rate is None else rate
        values = {f"optimizer.{name}": value for name, value in settings.items()}
        return experiment.with_settings(
            {"optimizer.kind": kind, "optimizer.learning_rate": own, **values}
        )

    return change


def _larger_batch(times: float) -> Change:
    """A larger batch, the rate scaled so that an epoch takes the network as far."""

    def settings(experiment: Experiment) -> Mapping[str, Any]:
        if experiment.optimizer.full_batch:
            raise _refused(tr("Larger batch needs an optimizer that steps after each batch"))
        factor = times if isinstance(experiment.optimizer, LINEAR) else math.sqrt(times)
        return {
            "training.batch_size": round(times * experiment.training.batch_size),
            "optimizer.learning_rate": _rate(factor * experiment.optimizer.learning_rate),
        }

    return _settings(settings)


def _shorter_memory(experiment: Experiment) -> Mapping[str, Any]:
    """Betas that fit a training of few steps: an average over 1,000 of them never warms up."""
    fields = type(experiment.optimizer).model_fields
    if not {"beta_1", "beta_2"} <= set(fields):
        raise _refused(tr("Betas 0.7 and 0.9 need an optimizer with betas, as Adam has"))
    return dict(zip(("optimizer.beta_1", "optimizer.beta_2"), BETAS, strict=True))


def _averaged(experiment: Experiment) -> Mapping[str, Any]:
    return {"optimizer.use_ema": True}


def _smoothed(experiment: Experiment) -> Mapping[str, Any]:
    if not hasattr(experiment.loss, "label_smoothing"):
        raise _refused(tr("Label smoothing needs a cross-entropy as loss"))
    return {"loss.label_smoothing": SMOOTHING}


def _decayed(experiment: Experiment) -> Mapping[str, Any]:
    if experiment.optimizer.weight_decay:
        raise _refused(tr("Weight decay is on already"))
    return {"optimizer.weight_decay": DECAY}


def _shifted(experiment: Experiment) -> Mapping[str, Any]:
    if experiment.augmentation.shift:
        raise _refused(tr("Shifted images are trained on already"))
    return {"augmentation.shift": SHIFT}


def _cosine(experiment: Experiment) -> Mapping[str, Any]:
    if not isinstance(experiment.schedule, Fixed):
        raise _refused(tr("Cosine decay needs a constant rate in its place"))
    return {"schedule.kind": "cosine_decay"}


def _width(factor: float) -> Change:
    """Narrower layers, in multiples that suit processors as long as they are wide."""
    return _structural(WidthMultiplier(factor=factor, divisor=4 if factor >= 0.5 else 2))


def _bfloat16(experiment: Experiment) -> Mapping[str, Any]:
    return {"hardware.precision": "mixed_bfloat16"}


def _rate(rate: float) -> float:
    """In three digits, within what a rate may be."""
    return float(f"{min(rate, MOST_RATE):.3g}")


def _refused(sentence: str) -> SpecError:
    return SpecError.at("", sentence)


ALGORITHM, STRUCTURE = LeverGroup.ALGORITHM, LeverGroup.STRUCTURE
STUDY_LEVERS: tuple[StudyLever, ...] = (
    StudyLever("bfloat16", tr("bfloat16"), LeverGroup.HARDWARE, _settings(_bfloat16)),
    StudyLever(
        "nesterov", tr("Nesterov momentum"), ALGORITHM, _optimizer("nesterov", 0.02, momentum=0.9)
    ),
    StudyLever("adamw", tr("AdamW"), ALGORITHM, _optimizer("adamw")),
    StudyLever(
        "one_cycle",
        tr("One cycle"),
        ALGORITHM,
        _one_cycle(SHORTER),
        (0.1, 0.2, SHORTER, 0.5, 0.8, 1.2),
        SHORTER,
        _one_cycle,
    ),
    StudyLever("cosine", tr("Cosine decay"), ALGORITHM, _settings(_cosine)),
    StudyLever(
        "batch",
        tr("Larger batch"),
        ALGORITHM,
        _larger_batch(2.0),
        (2.0, 4.0, 8.0),
        2.0,
        _larger_batch,
    ),
    StudyLever("betas", tr("Betas 0.7 and 0.9"), ALGORITHM, _settings(_shorter_memory)),
    StudyLever("ema", tr("Averaged weights"), ALGORITHM, _settings(_averaged)),
    StudyLever("smoothing", tr("Label smoothing"), ALGORITHM, _settings(_smoothed)),
    StudyLever("weight_decay", tr("Weight decay"), ALGORITHM, _settings(_decayed)),
    StudyLever("shift", tr("Shifted images"), ALGORITHM, _settings(_shifted)),
    StudyLever("strided_stem", StridedStem.label, STRUCTURE, _structural(StridedStem())),
    StudyLever(
        "width",
        tr("Narrower layers"),
        STRUCTURE,
        _width(0.5),
        (0.14, 0.18, 0.22, 0.25, 0.375, 0.5, 0.75),
        0.5,
        _width,
    ),
    StudyLever("depth", ReduceDepth.label, STRUCTURE, _structural(ReduceDepth())),
    StudyLever("separable", Separable.label, STRUCTURE, _structural(Separable())),
    StudyLever("pooling", GlobalPooling.label, STRUCTURE, _structural(GlobalPooling())),
    StudyLever("head", DepthwiseHead.label, STRUCTURE, _structural(DepthwiseHead())),
    StudyLever("shared", ShareBlocks.label, STRUCTURE, _structural(ShareBlocks())),
    StudyLever("kernel", LargerFirstKernel.label, STRUCTURE, _structural(LargerFirstKernel())),
    StudyLever("batch_norm", Normalize.label, STRUCTURE, _structural(Normalize())),
)
"""In the order in which they are pulled: each group makes the runs of the next cheaper, and an
optimizer brings its own rate before that is scaled."""


REFINEMENTS: tuple[StudyLever, ...] = (
    StudyLever(
        "epochs", tr("Length of training"), ALGORITHM, _epochs(0.5), (0.2, 0.3, 0.5, 0.7, 1.5),
        None, _epochs,
    ),
    StudyLever(
        "rate", tr("Learning rate"), ALGORITHM, _learning_rate(1.5), (0.35, 0.6, 1.5, 2.5),
        None, _learning_rate,
    ),
)  # fmt: skip
"""What is adjusted around a combination, after all others were pulled: neither good nor bad by
itself."""


def chosen(groups: Sequence[LeverGroup] = tuple(LeverGroup)) -> tuple[StudyLever, ...]:
    """The levers of some groups."""
    return tuple(lever for lever in STUDY_LEVERS if lever.group in groups)

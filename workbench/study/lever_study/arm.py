"""Combinations of levers: as a value, as an experiment, and what they can't be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.base.text import tr
from workbench.experiment import MOST_LETTERS, Experiment
from workbench.spec.data import DataInfo
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.levers import REFINEMENTS, STUDY_LEVERS, LeverGroup, Pulled, StudyLever, pulled

HARDWARE = "hardware"
"""The lever that is not in the list: what Autotune found on this machine."""

_ORDER = {
    key: place
    for place, key in enumerate((HARDWARE, *(lever.key for lever in (*STUDY_LEVERS, *REFINEMENTS))))
}
_SETTING = "lever."
REFINING = frozenset(lever.key for lever in REFINEMENTS)
"""Levers that adjust a combination, and are neither good nor bad by themselves."""

USUAL = {lever.key: lever.usual for lever in (*STUDY_LEVERS, *REFINEMENTS)}
"""The level at which a lever is tried first, None where it has none."""


@dataclass(frozen=True)
class LeverSet:
    """A combination of levers.

    Attributes:
        pulls: Keys of the levers in the order in which they are pulled, each with its level, None
            for one that has no levels.
    """

    pulls: tuple[tuple[str, float | None], ...] = ()

    @classmethod
    def of(cls, levels: Mapping[str, float | None]) -> LeverSet:
        """Of levers in any order."""
        return cls(tuple(sorted(levels.items(), key=lambda pull: _ORDER[pull[0]])))

    @classmethod
    def of_plain(cls, settings: Mapping[str, Any]) -> LeverSet:
        """What `plain` gave; what is no lever is passed over."""
        found = {
            path.removeprefix(_SETTING): None if value is True else float(value)
            for path, value in settings.items()
            if path.removeprefix(_SETTING) in _ORDER
        }
        return cls.of(found)

    def plain(self) -> dict[str, Any]:
        """As the settings of a trial: `{"lever.one_cycle": 0.3, "lever.head": True}`."""
        return {f"{_SETTING}{key}": True if v is None else v for key, v in self.pulls}

    @property
    def key(self) -> str:
        """As in "one_cycle=0.3+head"; "" for the baseline."""
        return "+".join(key if level is None else f"{key}={level:g}" for key, level in self.pulls)

    @property
    def levels(self) -> dict[str, float | None]:
        """By the key of the lever."""
        return dict(self.pulls)

    @property
    def levers(self) -> tuple[str, ...]:
        """Keys of its levers."""
        return tuple(key for key, _ in self.pulls)

    def including(self, key: str, level: float | None = None) -> LeverSet:
        """With a lever, at this level."""
        return LeverSet.of({**self.levels, key: level})

    def without(self, key: str) -> LeverSet:
        """Without a lever."""
        return LeverSet(tuple(pull for pull in self.pulls if pull[0] != key))

    def only(self, keys: frozenset[str]) -> LeverSet:
        """With none but these of its levers."""
        return LeverSet(tuple(pull for pull in self.pulls if pull[0] in keys))


class ArmBuilder:
    """Makes experiments of combinations, each once.

    Args:
        plan: Of the study.
        info: What is known of the data.
        hardware: Settings that Autotune found faster; None where it hasn't been asked, or found
            none.
        rates: Learning rates that were found for optimizers, by the key of their lever.
    """

    def __init__(
        self,
        plan: StudyPlan,
        info: DataInfo,
        hardware: Mapping[str, Any] | None = None,
        rates: Mapping[str, float] | None = None,
    ) -> None:
        self.baseline, self.info = plan.baseline, info
        self.levers = {
            lever.key: _with_rate(lever, (rates or {}).get(lever.key))
            for lever in (*STUDY_LEVERS, *REFINEMENTS)
        }
        if hardware:
            label = tr("Hardware settings")
            self.levers[HARDWARE] = StudyLever(
                HARDWARE,
                label,
                LeverGroup.HARDWARE,
                lambda experiment, _: experiment.with_settings(hardware),
            )
        self._built: dict[LeverSet, Pulled] = {}
        self._parameters: dict[LeverSet, int] = {}

    def lever(self, key: str, level: float | None = None) -> StudyLever:
        """A lever, pulled that far."""
        return self.levers[key].at(level)

    def refusal(self, arm: LeverSet) -> str:
        """Why a combination can't be trained, in a sentence; "" where it can."""
        return self._pulled(arm).refusal

    def experiment(self, arm: LeverSet, seed: int | None = None) -> Experiment:
        """A combination as an experiment that says in its name what it is.

        Raises:
            KeyError: where it can't be trained.
        """
        found = self._pulled(arm).experiment
        if found is None:
            raise KeyError(arm.key)
        name = " ".join(filter(None, (self.baseline.name, arm.key)))[:MOST_LETTERS]
        named = found.model_copy(update={"name": name})
        return named if seed is None else named.with_settings({"training.seed": seed})

    def cost(self, arm: LeverSet, key: str) -> float:
        """Parameters or MACs of a combination, before it is trained.

        Raises:
            KeyError: where it can't be trained.
        """
        analysis = self.experiment(arm).analysis(self.info)
        return float(analysis.macs if key == "macs" else analysis.parameters)

    def is_same(self, one: LeverSet, other: LeverSet) -> bool:
        """Whether two combinations train the same, as levers can come to nothing together."""
        first, second = self._pulled(one).experiment, self._pulled(other).experiment
        return first is not None and first == second

    def _pulled(self, arm: LeverSet) -> Pulled:
        if arm not in self._built:
            levers = [self.lever(key, level) for key, level in arm.pulls]
            self._built[arm] = pulled(levers, self.baseline, self.info)
        return self._built[arm]


def _with_rate(lever: StudyLever, rate: float | None) -> StudyLever:
    """The lever of an optimizer with the rate that was found for it here."""
    if rate is None:
        return lever

    def change(experiment: Experiment, info: DataInfo) -> Experiment:
        changed = lever.change(experiment, info)
        return changed.with_settings({"optimizer.learning_rate": rate})

    return replace(lever, change=change)

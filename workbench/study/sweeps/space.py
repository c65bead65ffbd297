"""The combinations of a search: each is an experiment, made of the baseline by its settings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from workbench.experiment import Experiment
from workbench.levers.catalog import LEVER
from workbench.spec.base import Choice, SpecError
from workbench.spec.data import DataInfo
from workbench.study.sweeps.axes import SweepAxis, combinations, lever_of, owner_of, written

Settings = dict[str, Any]
"""A value by the path of its axis."""


@dataclass(frozen=True)
class Combination:
    """One combination.

    Attributes:
        settings: By path, without those that its kinds don't have.
        experiment: What is trained.
        info: What is known of its data.
        key: The same for all that train the same.
        fault: Why it can't be trained; "" where it can.
    """

    settings: Settings
    experiment: Experiment
    info: DataInfo
    key: str = ""
    fault: str = field(default="", compare=False)

    def __str__(self) -> str:
        """As in "optimizer.kind=sgd, training.batch_size=64"."""
        return ", ".join(f"{path}={written(value)}" for path, value in self.settings.items())


class Space:
    """All combinations of axes.

    Args:
        baseline: What is varied; fits its data.
        info: What is known of them.
        axes: What is varied, in the order in which levers are pulled.
    """

    def __init__(self, baseline: Experiment, info: DataInfo, axes: Sequence[SweepAxis]) -> None:
        self.baseline, self.info, self.axes = baseline, info, tuple(axes)

    @property
    def count(self) -> int | None:
        """How many combinations there are; None where there is no end of them."""
        return combinations(self.axes)

    def all_settings(self) -> Iterator[Settings]:
        """Every combination of a space that has a `count`, the last axis fastest."""
        for values in itertools.product(*(axis.all_values() for axis in self.axes)):
            yield {axis.path: value for axis, value in zip(self.axes, values, strict=True)}

    def drawn(self, random: np.random.Generator) -> Settings:
        """A combination by chance, each axis by itself."""
        return {axis.path: axis.at(float(random.random())) for axis in self.axes}

    def combination(self, settings: Mapping[str, Any]) -> Combination:
        """The experiment of a combination; one that can't be trained says why in `fault`."""
        kept = applying(settings, self.baseline)
        experiment, info = self.baseline, self.info
        try:
            plain = {path: v for path, v in kept.items() if not path.startswith(LEVER)}
            experiment = experiment.with_settings(plain)
            for path, value in kept.items():
                if path.startswith(LEVER):
                    experiment, info = _pulled(path, value, experiment, info)
            problems = experiment.problems(info)
            fault = str(problems[0]) if problems else ""
        except SpecError as error:
            fault = str(error)
        key = "" if fault else experiment.to_toml()
        return Combination(kept, experiment, info, key, fault)


def applying(settings: Mapping[str, Any], baseline: Experiment) -> Settings:
    """Those of the settings that the kinds of a combination have."""
    return {path: value for path, value in settings.items() if _applies(path, settings, baseline)}


def _applies(path: str, settings: Mapping[str, Any], baseline: Experiment) -> bool:
    """Whether the kind that a combination has takes a setting; other axes' kinds may not."""
    owner = owner_of(path)
    if path.startswith(LEVER) or not owner:
        return True
    group = baseline.at(owner)
    if not isinstance(group, Choice):
        return True
    kind = settings.get(f"{owner}.{group.key}", group.name())
    return path.rpartition(".")[2] in group.registry[kind].model_fields


def _pulled(
    path: str, value: Any, experiment: Experiment, info: DataInfo
) -> tuple[Experiment, DataInfo]:
    """An experiment with a lever pulled; as it was where that changes nothing.

    Raises:
        SpecError: where the lever doesn't apply.
    """
    lever = lever_of(path, value)
    if lever is None or lever.changed_experiment(experiment, info) == experiment:
        return experiment, info
    changed = lever.apply(experiment, info)
    return changed, lever.info_after(changed, info)

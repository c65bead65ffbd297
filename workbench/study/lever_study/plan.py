"""The plan of a lever study: what is made small, what accuracy is held, how long it may take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.base.versions import made_by_newer
from workbench.experiment import Experiment
from workbench.hardware.preflight import roughly
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.judging.verdicts import EXACT
from workbench.study.levers import REFINEMENTS, STUDY_LEVERS, LeverGroup
from workbench.study.sweeps.plan import NoSuchPlan

KIND, VERSION = "levers", 1
"""Of plans in the store; those of sweeps name no kind."""

ACCURACY = "val_accuracy"
GOALS = ("seconds", "parameters", "macs", "file_bytes")
"""Quantities that a study makes small while the accuracy is held."""

USUAL_GOAL = "min:seconds"
USUAL_MARGIN = 0.001
MOST_SEED = 10_000
GROUPS = {
    "hardware": (LeverGroup.HARDWARE, ()),
    "schedule": (LeverGroup.ALGORITHM, ("one_cycle", "cosine", "epochs")),
    "optimizer": (LeverGroup.ALGORITHM, ("nesterov", "adamw", "betas", "batch", "rate")),
    "algorithm": (LeverGroup.ALGORITHM, ()),
    "structure": (LeverGroup.STRUCTURE, ()),
}
"""What a person calls several levers at once: a group, and its levers where that isn't all."""

ALL = tuple(lever.key for lever in (*STUDY_LEVERS, *REFINEMENTS))
_TARGET = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")


@dataclass(frozen=True)
class StudyPlan:
    """What a study does.

    Attributes:
        experiment: The baseline as TOML, fitted to its data.
        source: What a person named it by, for the commands that make its runs.
        budget: Seconds.
        run_seconds: What a run of the baseline takes, about.
        goal: One of `GOALS`, to be made small.
        target: Validation accuracy that has to be reached; None where the baseline's is kept.
        margin: What may be lost of the baseline's accuracy.
        levers: Keys of those that are tried, in the order in which they are pulled.
        seed: Of the study.
    """

    experiment: str
    source: str
    budget: float
    run_seconds: float
    goal: str = GOALS[0]
    target: float | None = None
    margin: float = USUAL_MARGIN
    levers: tuple[str, ...] = ALL
    seed: int = 0

    @cached_property
    def baseline(self) -> Experiment:
        """The experiment that is to be made better.

        Raises:
            SpecError: where it is of a newer version.
        """
        return Experiment.from_toml(self.experiment)

    @property
    def is_exact(self) -> bool:
        """Whether the goal is known of an experiment without training it."""
        return self.goal in EXACT

    def plain(self) -> dict[str, Any]:
        """As the store has it."""
        return {"kind": KIND, "version": VERSION, **asdict(self), "levers": list(self.levers)}

    @classmethod
    def of_plain(cls, found: Mapping[str, Any]) -> StudyPlan:
        """What `plain` gave.

        Raises:
            NoSuchPlan: where it is of a newer version, or damaged, or of a sweep.
        """
        version = found.get("version")
        if isinstance(version, int) and version > VERSION:
            newer = made_by_newer(tr("plan"), version, VERSION)
            raise NoSuchPlan(tr("the study was {newer}", newer=newer))
        try:
            if found["kind"] != KIND:
                raise KeyError("kind")
            target = found["target"]
            return cls(
                str(found["experiment"]),
                str(found["source"]),
                float(found["budget"]),
                float(found["run_seconds"]),
                str(found["goal"]),
                None if target is None else float(target),
                float(found["margin"]),
                tuple(map(str, found["levers"])),
                int(found["seed"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NoSuchPlan(
                tr("the plan of the study is damaged ({error})", error=str(error))
            ) from None

    def differs_from(self, other: StudyPlan) -> str:
        """What another plan of the same name differs in, as a name; "" where it is the same."""
        mine, theirs = self.baseline.values(), other.baseline.values()
        for part in mine:
            if part != "name" and mine[part] != theirs.get(part):
                return part
        names = {"goal": "--goal", "target": "--target", "margin": "--keep", "levers": "--levers"}
        whole, also = self.plain(), other.plain()
        found = (option for name, option in names.items() if whole[name] != also[name])
        return next(found, "")


# --- what a person types -------------------------------------------------------------------------


def target_of(text: str) -> float:
    """An accuracy as it is typed: 99.2% or 0.992.

    Raises:
        SpecError: where it is none.
    """
    found = _TARGET.fullmatch(text.strip())
    value = float(found[1]) / (100 if found[2] else 1) if found is not None else 0.0
    if not 0 < value < 1:
        fault = tr(
            "--target {text}: must be an accuracy between 0 and 100 %, as in 99.2% or 0.992",
            text=text,
        )
        raise SpecError.at("", fault)
    return value


def margin_of(text: str) -> float:
    """What may be lost of the baseline's accuracy, as it is typed: accuracy:0.1, in points.

    Raises:
        SpecError: where it is none.
    """
    name, _, points = text.rpartition(":")
    try:
        value = float(points) / 100
    except ValueError:
        value = 0.0
    if name not in ("", "accuracy") or not 0 < value < 1:
        fault = tr(
            "--keep {text}: must be accuracy and points that may be lost, as in accuracy:0.1",
            text=text,
        )
        raise SpecError.at("", fault)
    return value


def goal_of(text: str) -> str:
    """What is to be made small, as it is typed: min:parameters.

    Raises:
        SpecError: where it is no such quantity.
    """
    way, _, key = text.rpartition(":")
    if way not in ("", "min") or key not in GOALS:
        fault = tr(
            "--goal {text}: must be one of {goals}",
            text=text,
            goals=", ".join(f"min:{goal}" for goal in GOALS),
        )
        raise SpecError.at("", fault)
    return key


def levers_of(text: str) -> tuple[str, ...]:
    """Levers as they are typed: all, groups or names, separated by commas.

    Raises:
        SpecError: where there is none of a name.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    keys: set[str] = set()
    by_key = {lever.key: lever for lever in (*STUDY_LEVERS, *REFINEMENTS)}
    for name in names:
        if name == "all":
            keys.update(by_key)
        elif name in GROUPS:
            group, some = GROUPS[name]
            keys.update(some or (key for key, lever in by_key.items() if lever.group is group))
        elif name in by_key:
            keys.add(name)
        else:
            fault = tr("--levers {name}: there is no such lever or group", name=name)
            raise SpecError.at("", near_miss(fault, name, [*GROUPS, *by_key, "all"]))
    if not keys:
        raise SpecError.at("", tr("--levers: name at least one lever or group, or all"))
    return tuple(key for key in by_key if key in keys)


def checked(plan: StudyPlan, info: DataInfo, budget: str) -> StudyPlan:
    """The plan, refused where it can't be done.

    Args:
        plan: To be checked.
        info: What is known of the data.
        budget: As a person typed it.

    Raises:
        SpecError: in one sentence.
    """
    training = plan.baseline.training
    if not training.has_validation(info) or training.folds:
        fault = tr(
            "training.validation_split is 0: a search needs a validation part; set it above 0"
        )
        if training.folds:
            fault = tr(
                "training.folds is above 0: a study chooses by a validation part; set it to 0"
            )
        raise SpecError.at("", fault)
    if not 0 <= plan.seed <= MOST_SEED:
        fault = tr(
            "--seed must be from 0 to {most}, got {seed}", most=f"{MOST_SEED:,}", seed=plan.seed
        )
        raise SpecError.at("", fault)
    if plan.budget < plan.run_seconds:
        fault = tr(
            "a budget of {budget} is less than one run takes (about {time})",
            budget=budget,
            time=roughly(plan.run_seconds),
        )
        raise SpecError.at("", fault)
    return plan

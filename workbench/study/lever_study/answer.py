"""What a lever study says, as one value: the source of its page, its JSON and what is printed.

Quantities are named by their keys (`workbench.runs.quantities`). An effect on one is the difference
to what it is compared with, or the factor where `is_ratio` says so: 0.5 halves it. Ends of
intervals are None where nothing is known of chance, and equal where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workbench.base.plain_values import plain
from workbench.runs.quantities import QUANTITIES
from workbench.study.judging.noise import Noise
from workbench.study.judging.time_to import TimeTo
from workbench.study.judging.verdicts import RATIOS, VerdictCode

ACCURACY = "val_accuracy"
SHOWN = (
    ACCURACY,
    "seconds",
    "images_per_second",
    "parameters",
    "macs",
    "file_bytes",
    "latency_ms",
)
"""Quantities that a study tells of, as far as they are known."""

_KINDS = {quantity.key: quantity.kind for quantity in QUANTITIES}


def is_ratio(key: str) -> bool:
    """Whether effects on a quantity are factors."""
    return _KINDS[key] in RATIOS


class BarKind(StrEnum):
    """What the bars of the waterfall are; the values are codes."""

    SHAPLEY = "shapley"
    """All combinations were trained: the mean over all orders in which levers can be added."""

    MEAN = "mean of alone and last"
    NONE = "none"
    """Too little was trained for bars."""


@dataclass(frozen=True)
class Measured:
    """A number with its 95 % interval."""

    value: float
    low: float | None = None
    high: float | None = None


Effects = Mapping[str, Measured]
"""By the key of the quantity."""


@dataclass(frozen=True)
class Confirmation:
    """What a combination reached on seeds that no choice has seen.

    Attributes:
        seeds: As many.
        accuracy: On the validation images.
        test_accuracy: On the test images, which were read once, after the choice.
        ratio: How many times as much of each quantity as the baseline takes, trained in turns.
        is_kept: Whether the target is reached, or the accuracy kept to within the margin.
        sentence: The same in words, without a full stop.
    """

    seeds: int
    accuracy: Measured
    test_accuracy: Measured | None
    ratio: Effects
    is_kept: bool
    sentence: str


@dataclass(frozen=True)
class StudyArm:
    """One combination of levers and what its runs reached.

    Attributes:
        key: Its name in this study: "" for the baseline.
        levers: Keys of the levers, with the level of those that have several, else None.
        settings: What differs from the baseline, by path, as `--set` takes it.
        command: Trains one run of it.
        run_ids: Its runs that ended with a figure, oldest first.
        seeds: Of them.
        accuracy: On the validation images.
        test_accuracy: On the test images; None where they weren't read for it.
        quantities: Means of the others that are known, by key.
        time_to: How long it took to the target; None without one.
        is_on_front: Whether no other arm is at least as accurate for less of the goal.
        confirmed: On fresh seeds; None where it wasn't.
    """

    key: str
    levers: Mapping[str, float | None]
    settings: Mapping[str, Any]
    command: str
    run_ids: tuple[str, ...]
    seeds: tuple[int, ...]
    accuracy: Measured
    test_accuracy: Measured | None = None
    quantities: Mapping[str, float] = field(default_factory=dict)
    time_to: TimeTo | None = None
    is_on_front: bool = False
    confirmed: Confirmation | None = None


@dataclass(frozen=True)
class LeverFinding:
    """What can be said of a lever.

    Attributes:
        key: Of the lever.
        name: As a sentence begins with it.
        group: A code of `LeverGroup`.
        settings: What it changes of the baseline when it is pulled alone, by path; empty where it
            doesn't apply.
        command: Trains one run with it alone; "" where it doesn't apply.
        is_chosen: Whether it is part of what is recommended.
        level: The one that is recommended, else the one that was screened; None for yes or no.
        alone: Effects where it was added to the baseline; empty where that was not trained.
        last: Where it was added to all others that are recommended.
        screened: While each other lever was on in half of the runs.
        share: Its bar, of each quantity.
        interval: Of its effect on `ACCURACY` that the verdict is from; None without one.
        p: The chance of that without any effect.
        p_adjusted: The same, corrected for all levers that were judged together (Holm).
        verdict: A code, on accuracy: `reason` says what it costs or saves as well.
        reason: The same in words, with the numbers, or why it wasn't tried; without a full stop.
        run_ids: Those that it was judged by, oldest first.
    """

    key: str
    name: str
    group: str
    settings: Mapping[str, Any]
    command: str
    is_chosen: bool
    level: float | None
    alone: Effects
    last: Effects
    screened: Effects
    share: Effects
    interval: tuple[float, float] | None
    p: float | None
    p_adjusted: float | None
    verdict: VerdictCode
    reason: str
    run_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageNote:
    """What a stage did.

    Attributes:
        key: Its code.
        title: For a person.
        words: In one sentence without its full stop.
        runs: As many were trained for it.
        seconds: It took, tasks included.
    """

    key: str
    title: str
    words: str
    runs: int
    seconds: float


@dataclass(frozen=True)
class StudyAnswer:
    """All of it.

    Attributes:
        name: Of the study.
        experiment: Of the baseline.
        is_finished: Whether it has ended; else this is what is known so far.
        sentence: The answer, with its full stop.
        goal: The key of the quantity that is to be small, or of the accuracy.
        target: The accuracy that has to be reached; None where the baseline's is to be kept.
        margin: What may be lost of the baseline's accuracy.
        baseline: The experiment as it is.
        recommended: The best combination that was found; None where nothing is better.
        runner_up: The next best.
        arms: All that were trained, the baseline first.
        resolution_points: Smallest difference in accuracy that the screening shows in four of five
            cases, in points; None where it shows none.
        resolution: The same in a sentence, with its full stop.
        noise: Between seeds of one combination.
        levers: In the order in which they are pulled; also those that don't apply or weren't tried.
        bars: What the shares are.
        total: From the baseline to what is recommended.
        together: What is no lever's own; empty where the shares add up.
        validation_readings: How many runs were judged on validation images.
        test_readings: For how many choices the test images were read.
        seconds, budget_seconds: It took, and it had.
        stages: In order.
        notes: What else should be known, whole sentences.
        machine: What it was trained on, in words; "" before the first run.
        versions: Of the packages, by name.
        seeds: Of all runs.
        seed: Of the study.
        command: Makes the same study.
    """

    name: str
    experiment: str
    is_finished: bool
    sentence: str
    goal: str
    target: float | None
    margin: float
    baseline: StudyArm
    recommended: StudyArm | None
    runner_up: StudyArm | None
    arms: tuple[StudyArm, ...]
    resolution_points: float | None
    resolution: str
    noise: Noise | None
    levers: tuple[LeverFinding, ...]
    bars: BarKind
    total: Effects
    together: Effects
    validation_readings: int
    test_readings: int
    seconds: float
    budget_seconds: float
    stages: tuple[StageNote, ...] = ()
    notes: tuple[str, ...] = ()
    machine: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()
    seed: int = 0
    command: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        found: dict[str, Any] = plain(self)
        baseline = found["baseline"]
        found["baseline"] = {**baseline, "runs": len(baseline["run_ids"]), **baseline["quantities"]}
        noise = self.noise
        if noise is not None:
            found["noise"] = {"deviation": noise.deviation, "seeds": noise.freedom + 1}
        return found

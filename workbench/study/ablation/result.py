"""What the runs of an ablation say: what each technique was worth, or that nothing can be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workbench.base.text import tr
from workbench.base.units import NONE, listing
from workbench.evaluation.group_test import amount
from workbench.evaluation.significance import Spread, spread
from workbench.experiment import Experiment
from workbench.runs.columns import RUN_COLUMNS, Column
from workbench.runs.quantities import Kind
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.study.ablation.plan import Ablated, ablated, same_but_name
from workbench.study.judging.noise import Noise, pooled
from workbench.study.judging.resolution import seeds_sentence, smallest_with_seeds
from workbench.study.judging.verdicts import Arm, ArmVerdict, judged, keeps

MARGIN = 0.001
"""Of an accuracy: what is surely worse by less without a technique can do without it."""


@dataclass(frozen=True)
class AblationRow:
    """An experiment without one of its techniques.

    Attributes:
        key: Of the technique.
        words: Its name, inside a sentence.
        finding: What can be said of taking it away.
        spread: Of what its runs reached; None without any.
        run_ids: Its runs that ended with a figure.
        is_spare: Whether it is shown to be as good without it, to within `MARGIN`; None for a
            quantity that is no share.
    """

    key: str
    words: str
    finding: ArmVerdict
    spread: Spread | None
    run_ids: tuple[str, ...]
    is_spare: bool | None


@dataclass(frozen=True)
class AblationResult:
    """All of it.

    Attributes:
        column: The quantity that is judged.
        baseline: Of the experiment as it is; None without any run that ended.
        rows: One a technique.
        noise: Between seeds; None where there is one of each, or the quantity is compared by
            ratios.
        seeds: Of the baseline that ended with a figure.
        notes: What else should be known, one sentence each.
    """

    column: Column
    baseline: Spread | None
    rows: tuple[AblationRow, ...]
    noise: Noise | None
    seeds: int
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        noise = self.noise
        smallest = None
        if noise is not None and self.seeds > 1:
            smallest = smallest_with_seeds(noise.deviation, self.seeds, len(self._judged))
        return {
            "metric": self.column.key,
            "baseline": asdict(self.baseline) if self.baseline is not None else None,
            "noise": asdict(noise) if noise is not None else None,
            "resolution": smallest,
            "techniques": [
                {
                    "technique": row.key,
                    **row.finding.plain(),
                    "spread": asdict(row.spread) if row.spread is not None else None,
                    "runs": list(row.run_ids),
                    "is_spare": row.is_spare,
                }
                for row in self.rows
            ],
            "notes": list(self.notes),
        }

    @property
    def _judged(self) -> list[AblationRow]:
        return [row for row in self.rows if row.finding.difference is not None]

    def table(self) -> list[tuple[str, ...]]:
        """A head, the baseline, and a row for each technique."""
        column = self.column
        head = (
            tr("without"),
            column.title,
            tr("deviation"),
            tr("seeds"),
            tr("difference"),
            tr("verdict"),
        )
        rows = [(tr("(baseline)"), *_figures(self.baseline, column), "", "")]
        rows += [
            (
                row.words,
                *_figures(row.spread, column),
                row.finding.amount or NONE,
                row.finding.verdict.words,
            )
            for row in self.rows
        ]
        return [head, *rows]


def result(
    baseline: Experiment, variants: Sequence[Ablated], runs: Sequence[Run], metric: str
) -> AblationResult:
    """What runs say of an experiment's techniques.

    Args:
        baseline: The experiment as it is.
        variants: Without each of its techniques.
        runs: Of them, with any seeds, in the order in which they were made; others are passed over.
        metric: The quantity to judge by.
    """
    column = RUN_COLUMNS[metric]
    of_baseline = _of(baseline, runs, metric)
    found = [_of(variant.experiment, runs, metric) for variant in variants]
    arms = [_arm(variant, ended, metric) for variant, ended in zip(variants, found, strict=True)]
    findings = judged(_values(of_baseline, metric), arms, column)
    spreads = [_spread(ended, metric) for ended in (of_baseline, *found)]
    rows = tuple(
        AblationRow(
            variant.technique.key,
            variant.technique.words,
            finding,
            reached,
            tuple(run.run_id for run in ended.values()),
            _is_spare(finding, column),
        )
        for variant, finding, reached, ended in zip(
            variants, findings, spreads[1:], found, strict=True
        )
    )
    is_ratio = any(finding.is_ratio for finding in findings)
    noise = None if is_ratio else pooled([one for one in spreads if one is not None])
    bare = AblationResult(column, spreads[0], rows, noise, len(of_baseline), ())
    notes = tuple(tr("{sentence}.", sentence=note) for note in _notes(bare, runs, metric))
    return AblationResult(column, bare.baseline, rows, noise, bare.seeds, notes)


def result_of_group(runs: Sequence[Run], metric: str) -> AblationResult:
    """What the runs of a group that an ablation made say.

    Nothing was noted of which run is without what: the experiments tell it. The baseline is the one
    that most of the others come from.

    Args:
        runs: Of the group, at least one, in the order in which they were made.
        metric: As in `result`.
    """
    experiments = [run.experiment for run in runs]

    def explains(base: Experiment) -> int:
        others = [one.experiment for one in ablated(base, None) if one.experiment is not None]
        return sum(any(same_but_name(each, other) for other in others) for each in experiments)

    baseline = max(_distinct(experiments), key=explains)
    return result(baseline, ablated(baseline, None), runs, metric)


def _distinct(experiments: Sequence[Experiment]) -> list[Experiment]:
    found: list[Experiment] = []
    for each in experiments:
        if not any(same_but_name(each, other) for other in found):
            found.append(each)
    return found


def _of(experiment: Experiment | None, runs: Sequence[Run], metric: str) -> dict[int, Run]:
    """The runs of an experiment that ended with a figure, by seed; of each seed the newest."""
    if experiment is None:
        return {}
    return {
        run.experiment.training.seed: run
        for run in runs
        if _counts(run, metric) and same_but_name(run.experiment, experiment)
    }


def _counts(run: Run, metric: str) -> bool:
    """Whether a run was trained to its end and has the figure."""
    return run.status is RunStatus.COMPLETED and run.figure(metric) is not None


def _arm(variant: Ablated, ended: dict[int, Run], metric: str) -> Arm:
    name = tr("Without {technique}", technique=variant.technique.words)
    if variant.experiment is None:
        return Arm(name, reason=variant.refusal, applies=False)
    return Arm(name, _values(ended, metric))


def _is_spare(finding: ArmVerdict, column: Column) -> bool | None:
    """Non-inferiority, which says more than that no difference is shown."""
    if column.kind is not Kind.SHARE:
        return None
    difference = finding.difference
    if difference is None or (difference.p is None and difference.difference != 0):
        return False
    return keeps(difference, MARGIN, column.better)


def _values(ended: dict[int, Run], metric: str) -> dict[int, float]:
    found = {seed: run.figure(metric) for seed, run in ended.items()}
    return {seed: float(value) for seed, value in found.items() if value is not None}


def _spread(ended: dict[int, Run], metric: str) -> Spread | None:
    values = list(_values(ended, metric).values())
    return spread(values) if values else None


def _figures(found: Spread | None, column: Column) -> tuple[str, str, str]:
    """Mean, deviation and number of seeds as cells."""
    if found is None:
        return NONE, NONE, "0"
    return column.text(found.mean), column.text(found.deviation), str(found.count)


def _notes(found: AblationResult, runs: Sequence[Run], metric: str) -> list[str]:
    notes = []
    if found.noise is not None and found.seeds > 1:
        levers = max(1, len(found._judged))
        notes.append(seeds_sentence(found.noise, found.seeds, levers, found.column))
    spare = [row.words for row in found.rows if row.is_spare]
    if spare:
        notes.append(
            tr(
                "As good without it, to within {margin} (95 % interval): {techniques}",
                margin=amount(found.column, MARGIN),
                techniques=listing(spare),
            )
        )
    missing = [run.name for run in runs if not _counts(run, metric)]
    if missing:
        notes.append(
            tr(
                "Left out, as they did not train to the end or lack the figure: {names}",
                names=listing(missing),
            )
        )
    return notes

"""Two groups of runs against each other: which test is the right one, and what it says.

The tests themselves, with their sources, are in `significance`; nothing is read from disk here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workbench.base.text import inside, plural, tr
from workbench.base.units import NONE, listing
from workbench.curves.grouping import REPEATS, differing, settings_of
from workbench.evaluation.accuracy_difference import image_by_image
from workbench.evaluation.predictions import TEST, VALIDATION, Predictions
from workbench.evaluation.significance import Difference, Spread, between, paired, spread
from workbench.runs.columns import RUN_COLUMNS, Column
from workbench.runs.quantities import Kind
from workbench.runs.record import Run
from workbench.tradeoffs.titles import title_of

METRICS = (
    "test_accuracy",
    "val_accuracy",
    "test_loss",
    "val_loss",
    "images_per_second",
    "seconds",
)
PART_OF = {"test_accuracy": TEST, "val_accuracy": VALIDATION}
"""The images on which two runs are compared one by one."""

Key = tuple[int, int, int]
"""Seed, number of folds, fold: runs with the same one are a pair."""

Answers = Callable[[Run, str], Predictions | None]
"""What a run's network answered on a part, where that is kept."""


@dataclass(frozen=True)
class Group:
    """Runs that were made the same way, but for seed or fold.

    Attributes:
        name: What a person calls them.
        runs: Oldest first.
    """

    name: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class RunPair:
    """A pair of runs, or a run that has no partner.

    Attributes:
        label: "seed 3", "fold 2".
        a, b: What they reached.
    """

    label: str
    a: float | None
    b: float | None

    @property
    def difference(self) -> float | None:
        """B less A."""
        return None if self.a is None or self.b is None else self.b - self.a


@dataclass(frozen=True)
class Judgement:
    """What can be said.

    Attributes:
        names: Of A and B.
        column: The figure that is compared.
        sentence: The answer, or what keeps it from being given.
        outcome: The numbers behind it; None where no test could be made.
        spreads: Of A and B; None where a group has no figure.
        rows: By seed or fold.
        notes: What else should be known, one sentence each.
    """

    names: tuple[str, str]
    column: Column
    sentence: str
    outcome: Difference | None = None
    spreads: tuple[Spread | None, Spread | None] = (None, None)
    rows: tuple[RunPair, ...] = ()
    notes: tuple[str, ...] = ()

    def signed(self, value: float | None) -> str:
        """A difference with its sign: +0.42 points."""
        if value is None:
            return NONE
        return f"{'−' if value < 0 else '+'}{amount(self.column, value)}"

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "a": self.names[0],
            "b": self.names[1],
            "metric": self.column.key,
            "sentence": self.sentence,
            "is_shown": self.outcome is not None and self.outcome.is_shown,
            "outcome": asdict(self.outcome) if self.outcome is not None else None,
            "spreads": [asdict(found) if found is not None else None for found in self.spreads],
            "rows": [asdict(row) for row in self.rows],
            "notes": list(self.notes),
        }


def judge(a: Group, b: Group, metric: str, answers: Answers) -> Judgement:
    """Whether one group is better.

    Args:
        a: A run or several.
        b: A run or several, none of them in A.
        metric: One of `METRICS`.
        answers: Gives the answers of a run where a single one stands on each side.
    """
    column = RUN_COLUMNS[metric]
    groups = (a, b)
    known = [_by_key(group, metric) for group in groups]
    values = [{key: _value(run, metric) for key, run in found.items()} for found in known]
    spreads = [spread(list(v.values()), _folds(v)) if v else None for v in values]
    both = Judgement((a.name, b.name), column, "", None, (spreads[0], spreads[1]), _rows(*values))
    outcome, obstacle = _tested(groups, known, values, metric, answers)
    notes = [note for group in groups for note in _notes_on(group, metric)] + _notes_on_both(a, b)
    sentence = obstacle
    if outcome is not None:
        is_single = len(values[0]) == len(values[1]) == 1
        sentence = _sentence(both, outcome, _each(values[0]), is_single=is_single)
        if is_single:
            notes.append(tr("This is about these two trained networks; other seeds may differ"))
    return Judgement(
        both.names,
        column,
        tr("{sentence}.", sentence=sentence),
        outcome,
        both.spreads,
        both.rows,
        tuple(tr("{sentence}.", sentence=note) for note in notes),
    )


# --- which test ----------------------------------------------------------------------------------


def _tested(
    groups: tuple[Group, Group],
    known: Sequence[dict[Key, Run]],
    values: Sequence[dict[Key, float]],
    metric: str,
    answers: Answers,
) -> tuple[Difference | None, str]:
    """The right test's outcome; else None and what keeps it from being made."""
    a, b = values
    shared = {run.run_id for run in groups[0].runs} & {run.run_id for run in groups[1].runs}
    if shared:
        return None, tr("The two groups share runs; choose groups that have none in common")
    for group, found in zip(groups, values, strict=True):
        if not found:
            title = inside(title_of(RUN_COLUMNS[metric]).words)
            return None, tr(
                "{name} has no run with a value for {title} yet", name=group.name, title=title
            )
    if len(a) == len(b) == 1:
        one, other = (next(iter(found.values())) for found in known)
        return _by_image(one, other, metric, answers)
    folds = {key[1] for key in (*a, *b)}
    if folds != {0}:
        if len(folds) > 1 or a.keys() != b.keys():
            return None, (
                tr(
                    "The two groups were not judged on the same folds, so no test is valid; "
                    "cross-validate both with the same seed and number of folds"
                )
            )
        keys = sorted(a)
        pairs = [a[key] for key in keys], [b[key] for key in keys]
        return paired(*pairs, folds.pop(), tr("folds")), ""
    outcome = between({key: a[key] for key in sorted(a)}, b, tr("seeds"))
    if outcome is not None:
        return outcome, ""
    small = groups[0] if len(a) < 2 else groups[1]
    return None, tr(
        "{name} is one run, which says nothing of chance; {advice}",
        name=small.name,
        advice=_MORE_SEEDS,
    )


_MORE_SEEDS = tr("train with several seeds (Run > Train with several seeds, or run --seeds)")


def _by_image(one: Run, other: Run, metric: str, answers: Answers) -> tuple[Difference | None, str]:
    """McNemar's test, where both networks' answers on the same images are kept."""
    part = PART_OF.get(metric)
    if part is None:
        return None, tr("One run of each says nothing of chance; {advice}", advice=_MORE_SEEDS)
    found = [answers(run, part) for run in (one, other)]
    a, b = found
    if a is None or b is None:
        missing = listing(
            run.name for run, kept in zip((one, other), found, strict=True) if kept is None
        )
        return None, (
            tr(
                "One run of each says nothing of chance; evaluate {missing} on the {part} part "
                "for a test image by image, or {advice}",
                missing=missing,
                part=part,
                advice=_MORE_SEEDS,
            )
        )
    shown = image_by_image(a, b)
    if shown is None:
        return None, tr(
            "The two runs were not evaluated on the same images; {advice}",
            advice=_MORE_SEEDS,
        )
    return shown, ""


# --- runs as numbers -----------------------------------------------------------------------------


def _by_key(group: Group, metric: str) -> dict[Key, Run]:
    """The runs that have a figure; of those with the same seed and fold the newest."""
    return {_key(run): run for run in group.runs if _known(run, metric)}


def _known(run: Run, metric: str) -> bool:
    return run.status.is_finished and getattr(run, metric) is not None


def _value(run: Run, metric: str) -> float:
    return float(getattr(run, metric))


def _key(run: Run) -> Key:
    training = run.experiment.training
    folds = training.folds
    return training.seed, folds, training.fold if folds else 0


def _folds(values: dict[Key, float]) -> int:
    """Of the cross-validation; 0 where not all were judged on as many."""
    found = {key[1] for key in values}
    return found.pop() if len(found) == 1 else 0


def _each(values: dict[Key, float]) -> str:
    return tr("folds") if _folds(values) else tr("seeds")


def _rows(a: dict[Key, float], b: dict[Key, float]) -> tuple[RunPair, ...]:
    keys = sorted(a.keys() | b.keys())
    several = len({key[0] for key in keys}) > 1
    return tuple(RunPair(_label(key, several), a.get(key), b.get(key)) for key in keys)


def _label(key: Key, several_seeds: bool) -> str:
    seed, folds, fold = key
    if not folds:
        return tr("seed {seed}", seed=seed)
    return (
        tr("fold {fold} of {folds}, seed {seed}", fold=fold, folds=folds, seed=seed)
        if several_seeds
        else tr("fold {fold} of {folds}", fold=fold, folds=folds)
    )


# --- words ---------------------------------------------------------------------------------------


def amount(column: Column, value: float) -> str:
    """A difference without its sign: 0.42 points, 0.0123, 310 images/s."""
    if column.kind is Kind.SHARE:
        return tr("{amount} points", amount=f"{100 * abs(value):.2f}")
    said = column.text(abs(value))
    return tr("{amount} {unit}", amount=said, unit=column.unit) if column.unit else said


def _sentence(both: Judgement, outcome: Difference, each: str, *, is_single: bool) -> str:
    """The answer without its full stop: who is better by how much, and how sure that is.

    Args:
        both: The names and the figure.
        outcome: The numbers.
        each: What the runs of a group differ in: seeds, folds.
        is_single: Whether each group is one run, whose figure is no mean.
    """
    column = both.column
    gain = outcome.difference * column.better
    better, worse = both.names if gain <= 0 else both.names[::-1]
    by = amount(column, gain)
    lead = tr("{better} is better than {worse} by {amount}", better=better, worse=worse, amount=by)
    if outcome.p is None and gain == 0:
        return tr(
            "{better} and {worse} reached the same in each of the runs", better=better, worse=worse
        )
    if outcome.p is None:
        return tr(
            "{found} in each of the runs, without any spread that a test could be made on",
            found=lead,
        )
    ends = sorted(end * column.better * (-1 if gain < 0 else 1) for end in _ends(outcome))
    low, high = (_signed(column, end) for end in ends)
    facts = tr(
        "95 % interval {low} to {high}, {test}, {chance}",
        low=low,
        high=high,
        test=outcome.test,
        chance=chance_words(outcome.p),
    )
    if outcome.is_shown:
        return tr("{found} ({facts})", found=lead, facts=facts)
    what = inside(title_of(column).words) if is_single else tr("mean")
    given = {"what": what, "better": better, "worse": worse}
    if gain == 0:
        seen = tr("the {what} of {better} is that of {worse}", **given)
    elif column.better > 0:
        seen = tr("the {what} of {better} is {amount} above that of {worse}", amount=by, **given)
    else:
        seen = tr("the {what} of {better} is {amount} below that of {worse}", amount=by, **given)
    said = tr("No difference can be shown: {seen} ({facts})", seen=seen, facts=facts)
    if outcome.more is None:
        return said
    return tr(
        "{said}; about {more} more {each} each would be needed to show a difference of "
        "this size in four of five cases",
        said=said,
        more=outcome.more,
        each=each,
    )


def _ends(outcome: Difference) -> tuple[float, float]:
    return outcome.low, outcome.high


def _signed(column: Column, value: float) -> str:
    text = f"{100 * abs(value):.2f}" if column.kind is Kind.SHARE else column.text(abs(value))
    return f"−{text}" if value < 0 else text


def chance_words(p: float) -> str:
    """A p value: p = 0.03."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def _notes_on(group: Group, metric: str) -> list[str]:
    """What of a group's runs was left out, and whether they are one group at all."""
    known = [run for run in group.runs if _known(run, metric)]
    notes = []
    missing, twice = len(group.runs) - len(known), len(known) - len(_by_key(group, metric))
    if known and missing:
        notes.append(
            plural(
                "{count} run of {name} is left out, as the figure is missing there",
                "{count} runs of {name} are left out, as the figure is missing there",
                missing,
                name=group.name,
            )
        )
    if twice:
        notes.append(
            tr(
                "{name} has several runs with the same seed; of each seed the newest counts",
                name=group.name,
            )
        )
    others = [p for p in differing([settings_of(run) for run in known]) if p not in REPEATS]
    if others:
        notes.append(
            tr(
                "The runs of {name} differ in more than the seed ({others}); the "
                "test takes them for repeats of one experiment",
                name=group.name,
                others=", ".join(others[:3]),
            )
        )
    return notes


def _notes_on_both(a: Group, b: Group) -> list[str]:
    prints = [{run.fingerprint for run in group.runs if run.fingerprint} for group in (a, b)]
    if prints[0] and prints[1] and prints[0] != prints[1]:
        return [tr("The two were trained on other data, or on other versions of them")]
    return []

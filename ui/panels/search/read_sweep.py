"""A sweep as the page shows it: read and worked out in a thread, so that the window only draws."""

from __future__ import annotations

from dataclasses import dataclass

from ui.panels.search.trials_table import TrialColumn, TrialRow
from ui.panels.shared.sorted_table import SortedCell
from workbench.base.text import inside, joined, plural, tr
from workbench.base.units import NONE, count, duration
from workbench.figures.tradeoffs.numbers import RunNumbers
from workbench.hardware.preflight import roughly
from workbench.runs.store import Store
from workbench.study.pruning.rules import PRUNING
from workbench.study.results.commands import sweep_command
from workbench.study.results.outcome import SweepOutcome, reached_words
from workbench.study.results.standing import (
    ListedSweep,
    SweepState,
    planned_trials,
    seconds_left,
    sweeps,
)
from workbench.study.results.trial_numbers import column_of_axis, is_numeric, numbers_of
from workbench.study.sweeps.axes import written
from workbench.study.sweeps.choice import IMPORTANT_FROM
from workbench.study.sweeps.goals import SweepGoal
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.strategies import inexact
from workbench.study.sweeps.trials import BASELINE, SweepTrial, TrialState
from workbench.study.words import axes_titled, titled

MOST_CURVES = 20
"""Trials whose curves are drawn unless others are selected: the best, and those under way."""


@dataclass(frozen=True)
class ShownSweep:
    """What is shown of a sweep.

    Attributes:
        listed: Where it stands.
        found: What came of it so far.
        about: What it is, one line.
        columns: Of the table of trials.
        status: The number of the column that says where a trial stands.
        rows: The trials that were not refused.
        counts: How many trials there are, by what became of them.
        refused: How many were refused, and by what; "" where none was.
        refusals: The same, a line a reason.
        numbers: The finished trials as numbers; a baseline that is no combination is the first.
        left: Seconds until its end; None where nobody knows.
        answer: What came of it, a sentence each; so far, where it has not ended.
        trained: How many trials are finished.
        command: What makes the same sweep on the command line.
    """

    listed: ListedSweep
    found: SweepOutcome
    about: str
    columns: tuple[TrialColumn, ...]
    status: int
    rows: tuple[TrialRow, ...]
    counts: str
    refused: str
    refusals: str
    numbers: RunNumbers
    left: float | None
    answer: tuple[str, ...]
    trained: int
    command: str

    @property
    def can_say_importance(self) -> bool:
        """Whether enough trials are finished to compare what is varied."""
        return self.trained >= IMPORTANT_FROM and len(self.found.plan.axes) > 1

    @property
    def curves(self) -> list[str]:
        """The runs whose curves say most: of the best trials, and those under way."""
        goals = self.found.plan.goals
        under_way = [r for r in self.rows if r.state in (TrialState.RUNNING,)]
        done = {trial.number: trial.means(goals) for trial in self.found.trials}
        ranked = sorted(
            (row for row in self.rows if done.get(row.number) is not None),
            key=lambda row: -goals[0].direction * (done[row.number] or (0.0,))[0],
        )
        chosen = [*under_way, *ranked[: MOST_CURVES - len(under_way)]]
        return [run_id for row in chosen for run_id in row.run_ids]


@dataclass(frozen=True)
class ReadSweeps:
    """What was read of the store.

    Attributes:
        listed: All sweeps, the newest first.
        shown: The one that is wanted; None without any.
        fault: Why it can't be shown, in one sentence; "" where it can.
    """

    listed: tuple[ListedSweep, ...]
    shown: ShownSweep | None
    fault: str = ""


def read(wanted: str, endings: dict[str, str], store: Store) -> ReadSweeps:
    """Reads a sweep.

    Args:
        wanted: The id of its study; "" for the newest.
        endings: Why sweeps ended, by id, as far as the window was there.
        store: Of that thread.

    Raises:
        StoreError: where the store can't be read.
    """
    listed = sweeps(store)
    chosen = next((each for each in listed if each.study.study_id == wanted), None)
    chosen = chosen or next(iter(listed), None)
    if chosen is None or chosen.plan is None:
        return ReadSweeps(tuple(listed), None, chosen.fault if chosen is not None else "")
    ending = endings.get(chosen.study.study_id, "")
    return ReadSweeps(tuple(listed), _shown(store, chosen, ending))


def _shown(store: Store, listed: ListedSweep, ending: str) -> ShownSweep:
    has_ended = listed.state is SweepState.ENDED
    found = SweepOutcome.read(store, listed.study, ending if has_ended else "")
    plan = found.plan
    columns, status = _columns(plan)
    best = found.choice.best.number if found.choice is not None else None
    trials = [trial for trial in found.trials if not trial.record.refused]
    rows = tuple(_row(trial, plan, trial.number == best) for trial in trials)
    refusals = found.refusals()
    numbers = numbers_of(found)
    left = None if has_ended else seconds_left(found)
    return ShownSweep(
        listed,
        found,
        about(plan),
        columns,
        status,
        rows,
        _counts(found),
        _refused(refusals),
        "\n".join(f"{count(many)} – {why}" for why, many in refusals.items()),
        numbers,
        left,
        tuple(_answer(found, has_ended=has_ended)),
        sum(trial.means(plan.goals) is not None for trial in found.asked),
        sweep_command(plan),
    )


# --- in words ------------------------------------------------------------------------------------


def about(plan: SweepPlan) -> str:
    """What a sweep is, in one line: what is varied, how, what for, within which bounds."""
    said = [axes_titled(plan.axes)]
    said.append(tr("by {strategy}", strategy=STRATEGY_WORDS.get(plan.strategy, plan.strategy)))
    goals = [tr("the {goal}", goal=goal.words) for goal in plan.goals]
    said.append(tr("for {goals}", goals=joined(tr(" and "), goals)))
    if plan.where:
        said.append(tr("with {bounds}", bounds=joined(tr(" and "), map(str, plan.where))))
    if plan.folds:
        said.append(plural("{count} fold each", "{count} folds each", plan.folds))
    elif plan.seeds > 1:
        said.append(plural("{count} seed each", "{count} seeds each", plan.seeds))
    if PRUNING[plan.prune].prunes:
        said.append(tr("pruned by {rule}", rule=PRUNING[plan.prune].label))
    planned = planned_trials(plan)
    if planned is not None:
        said.append(plural("{count} trial planned", "{count} trials planned", planned))
    if plan.budget is not None:
        said.append(tr("within {time}", time=roughly(plan.budget)))
    if plan.workers > 1:
        said.append(tr("{count} side by side", count=str(plan.workers)))
    return joined("; ", said)


STRATEGY_WORDS = {
    "grid": tr("a grid"),
    "random": tr("random search"),
    "tpe": tr("TPE (the next trial from what the others reached)"),
}


def repeats_words(plan: SweepPlan) -> str:
    """What is to be known of repeating a sweep: that it repeats exactly, or why it doesn't."""
    reason = inexact(plan)
    if not reason:
        return tr("The same seed gives the same trials again.")
    return tr("Not exactly repeatable: {reason}.", reason=reason)


def _columns(plan: SweepPlan) -> tuple[tuple[TrialColumn, ...], int]:
    settings = [
        TrialColumn(
            column_of_axis(axis).title,
            tr("What is varied: {axis}", axis=str(axis)),
            is_numeric(axis),
        )
        for axis in plan.axes
    ]
    goals = [
        TrialColumn(goal.quantity.title, _reason_of(goal, plan), True, goal.direction)
        for goal in plan.goals
    ]
    return (
        TrialColumn(tr("Trial"), tr("In the order in which they were asked for"), True),
        *goals,
        TrialColumn(tr("Status"), tr("Where the trial stands")),
        *settings,
        TrialColumn(tr("Runs"), tr("Those that have ended, of those that it takes"), True),
    ), 1 + len(goals)


def _reason_of(goal: SweepGoal, plan: SweepPlan) -> str:
    said = goal.quantity.help
    if plan.repeats == 1:
        return said
    return tr("{help}; mean and standard deviation over the runs of the trial", help=said)


def _row(trial: SweepTrial, plan: SweepPlan, is_best: bool) -> TrialRow:
    is_baseline = trial.number == BASELINE
    name = tr("baseline") if is_baseline else count(trial.number)
    cells = [SortedCell(name, float(trial.number))]
    for goal in plan.goals:
        found = trial.spread(goal)
        is_whole = trial.means(plan.goals) is not None
        shown = found is not None and (is_whole or trial.state in _SHOWN)
        cells.append(
            SortedCell(reached_words(trial, goal), found.mean)
            if shown and found is not None
            else SortedCell(NONE)
        )
    cells.append(SortedCell(_status(trial), trial.state.value))
    for axis in plan.axes:
        value = trial.settings.get(axis.path)
        text = NONE if value is None else column_of_axis(axis).text(_cell(value))
        rank = float(value) if is_numeric(axis) and value is not None else None
        cells.append(SortedCell(text, rank if is_numeric(axis) or value is None else text))
    ended, repeats = sum(run.status.is_finished for run in trial.runs), plan.repeats
    runs = tr("{ended} of {count}", ended=count(ended), count=count(max(len(trial.runs), repeats)))
    cells.append(SortedCell(runs, float(ended)))
    ids = tuple(run.run_id for run in trial.runs)
    reason = _reason(trial, plan.goals[0], is_best)
    return TrialRow(trial.number, ids, trial.state, tuple(cells), reason, is_best)


def _status(trial: SweepTrial) -> str:
    """In words; of a pruned one, after how many epochs."""
    if trial.pruned_at is None:
        return trial.state.words
    return plural("pruned after {count} epoch", "pruned after {count} epochs", trial.pruned_at)


_SHOWN = (TrialState.STOPPED, TrialState.FAILED)
"""What has a value that doesn't count, but is of interest; a pruned one has that of a rung."""


def _cell(value: object) -> float | str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return written(value)


def _reason(trial: SweepTrial, goal: SweepGoal, is_best: bool) -> str:
    said = [tr("The best so far")] if is_best else []
    if trial.number == BASELINE:
        said.append(tr("The experiment as it was, which no combination is"))
    for epochs, value in trial.at_each_rung(goal).items():
        text = NONE if value is None else goal.quantity.kind.text(value)
        what = goal.quantity.name
        said.append(
            plural(
                "After {count} epoch: {what} {value}",
                "After {count} epochs: {what} {value}",
                epochs,
                what=inside(what),
                value=text,
            )
        )
    messages = [run.message for run in trial.runs if run.message]
    names = ", ".join(run.run_id for run in trial.runs)
    return "\n".join([*said, *dict.fromkeys(messages), names])


def _counts(found: SweepOutcome) -> str:
    """As in "12 of 40 trials finished, 1 under way, 2 failed"."""
    states = [trial.state for trial in found.asked]
    planned, finished = planned_trials(found.plan), states.count(TrialState.FINISHED)
    if planned is None:
        said = [plural("{count} trial finished", "{count} trials finished", finished)]
    else:
        said = [
            plural(
                "{count} of {planned} trials finished",
                "{count} of {planned} trials finished",
                finished,
                planned=count(planned),
            )
        ]
    for state in TrialState:
        many = states.count(state)
        if many and state not in (TrialState.FINISHED, TrialState.REFUSED):
            said.append(tr("{count} {state}", count=count(many), state=state.words))
    return joined(", ", said)


def _refused(refusals: dict[str, int]) -> str:
    if not refusals:
        return ""
    total = sum(refusals.values())
    by = [
        tr("{count} by {bound}", count=count(many), bound=why)
        for why, many in sorted(refusals.items(), key=lambda item: -item[1])
    ]
    return plural(
        "{count} combination refused before training: {reasons}",
        "{count} combinations refused before training: {reasons}",
        total,
        reasons=joined(", ", by[:3]),
    )


def _answer(found: SweepOutcome, *, has_ended: bool) -> list[str]:
    """What is said of the best: with the verdict where the sweep has ended, else so far."""
    if has_ended or found.choice is None:
        return [found.best_words(titled), *(each[:1].upper() + each[1:] for each in found.judged())]
    return [
        found.best_words(titled),
        tr(
            "So far: the choice is made when the sweep has ended. Test images are read then, for "
            "the best, the next best and the baseline alone."
        ),
    ]


def left_words(seconds: float | None) -> str:
    """How long it still takes; "" where nobody knows."""
    return tr("about {time} left", time=duration(seconds)) if seconds else ""

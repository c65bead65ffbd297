"""What `sweep` says: the plan, a trial that begins, the table of trials and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.base.text import joined, plural, tr
from workbench.base.units import NONE, aligned, count, in_one_line, percent
from workbench.hardware.preflight import roughly
from workbench.runs.quantities import date
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.study.pruning.rules import NONE as NOT_PRUNED
from workbench.study.pruning.rules import pruning_lines
from workbench.study.results.outcome import SweepOutcome, plain_search, reached_words
from workbench.study.sweeps.bounds import refusal
from workbench.study.sweeps.choice import importance, ranking
from workbench.study.sweeps.estimate import known_seconds
from workbench.study.sweeps.goals import SweepGoal
from workbench.study.sweeps.plan import NoSuchPlan, SweepPlan
from workbench.study.sweeps.space import Combination, Space
from workbench.study.sweeps.trials import BASELINE, SweepTrial, TrialState
from workbench.study.words import pruned_words, settings_words

MOST_SHOWN = 50
"""Trials in the table; JSON has all."""


def outcome_lines(found: SweepOutcome) -> list[str]:
    """What came of a sweep, as a person reads it."""
    goals = found.plan.goals
    ranked = [*ranking(found.trials, goals), *_pruned(found.trials)]
    shown = ranked[:MOST_SHOWN]
    names = [goal.quantity.name.lower() for goal in goals]
    titles = [tr("trial"), *names, tr("settings"), tr("runs")]
    rows = [_row(trial, goals) for trial in shown]
    if found.baseline is not None and found.baseline.number == BASELINE:
        rows.append(_row(found.baseline, goals))
    lines = aligned([titles, *rows], "<" + ">" * len(goals) + "<<")
    if len(ranked) > len(shown):
        lines.append(tr("and {count} more", count=count(len(ranked) - len(shown))))
    lines += ["", in_one_line(joined("; ", found.counts()))]
    lines += map(in_one_line, found.answer())
    shares, note = importance(found.plan, found.trials)
    if shares is not None:
        parts = [f"{path} {percent(share, 0)}" for path, share in shares.items()]
        lines.append(in_one_line(tr("{note}: {shares}", note=note, shares=", ".join(parts))))
    return lines


def _row(trial: SweepTrial, goals: Sequence[SweepGoal]) -> list[str]:
    number = tr("baseline") if trial.number == BASELINE else str(trial.number)
    reached = [reached_words(trial, goal) for goal in goals]
    settings = settings_words(trial.settings)
    if trial.pruned_at is not None:
        settings = joined("; ", [settings, pruned_words(trial.pruned_at)])
    return [number, *reached, settings, ", ".join(run.run_id for run in trial.judged)]


def _pruned(trials: Sequence[SweepTrial]) -> list[SweepTrial]:
    """Those that were pruned, the one that got furthest first."""
    found = [trial for trial in trials if trial.state is TrialState.PRUNED]
    return sorted(found, key=lambda trial: (-(trial.pruned_at or 0), trial.number))


# --- before it begins ----------------------------------------------------------------------------


def plain_plan(
    plan: SweepPlan, space: Space, found: Sequence[Combination] | None
) -> dict[str, Any]:
    """What would be tried, as JSON has it."""
    kept, refused = _sorted_out(plan, found or ())
    return {
        **plain_search(plan),
        "combinations": space.count,
        "planned": plan.runs if found is None else len(kept),
        "trials": [each.settings for each in kept],
        "refused": [{"settings": of.settings, "reason": reason} for of, reason in refused],
    }


def plan_lines(
    store: Path, plan: SweepPlan, space: Space, found: Sequence[Combination] | None
) -> list[str]:
    """What would be tried, as a person reads it."""
    lines = [*(f"{axis}" for axis in plan.axes), *pruning_lines(plan)]
    if found is None:
        lines.append(tr("which combinations are tried depends on what the earlier ones reach"))
        trials = plan.runs
    else:
        kept, refused = _sorted_out(plan, found)
        rows = [[str(place), str(each)] for place, each in enumerate(kept, 1)]
        rows += [[tr("refused"), f"{of} ({reason})"] for of, reason in refused]
        lines += ["", *aligned(rows, "><")] if rows else []
        trials = len(kept)
    return [*map(in_one_line, lines), "", _estimate(store, plan, trials)]


def _estimate(store: Path, plan: SweepPlan, trials: int | None) -> str:
    """How many runs that is, and how long they take where that was measured before."""
    if trials is None:
        return tr("as many runs as the time allows")
    runs = plural("{count} run", "{count} runs", trials * plan.repeats)
    seconds = None
    if store.is_dir():
        with Store(store) as opened:
            seconds = known_seconds(opened, plan.baseline)
    if seconds is None:
        return tr("{runs}; 'preflight' measures how long one takes", runs=runs)
    given = {"runs": runs, "time": roughly(seconds * trials * plan.repeats)}
    if plan.prune != NOT_PRUNED:
        return tr("{runs}, at most about {time}: those that are pruned take less", **given)
    return tr("{runs}, about {time}", **given)


def _sorted_out(
    plan: SweepPlan, found: Sequence[Combination]
) -> tuple[list[Combination], list[tuple[Combination, str]]]:
    """Those that would be trained, and those that would be refused, with the reason."""
    why = [(each, refusal(each, plan.where)) for each in found]
    return (
        [each for each, refused in why if refused is None],
        [(each, refused.reason) for each, refused in why if refused is not None],
    )


# --- the list ------------------------------------------------------------------------------------


def plain_listed(store: Store, study: StudyRecord) -> dict[str, Any]:
    """A sweep of the store in short."""
    trials = [trial for trial in store.trials(study.study_id) if trial.trial != BASELINE]
    runs = store.trial_runs(study.study_id)
    try:
        plan: SweepPlan | None = SweepPlan.of_plain(study.plan)
    except NoSuchPlan:
        plan = None
    return {
        "name": study.name,
        "created": study.created,
        "strategy": plan.strategy if plan is not None else None,
        "planned": plan.runs if plan is not None else None,
        "trials": sum(not trial.refused for trial in trials),
        "refused": sum(bool(trial.refused) for trial in trials),
        "runs": len(runs),
        "open": sum(
            not run.status.is_finished or run.status.value == "interrupted" for run in runs
        ),
        "vary": [str(axis) for axis in plan.axes] if plan is not None else [],
        "choices": len(study.choices),
    }


def list_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The sweeps of the store as a table."""
    if not rows:
        return [tr("no sweeps yet")]
    titles = [tr("sweep"), tr("created"), tr("strategy"), tr("trials"), tr("refused"), tr("varied")]
    cells = [
        [
            in_one_line(row["name"]),
            date(row["created"]),
            row["strategy"] or NONE,
            count(row["trials"]),
            count(row["refused"]),
            in_one_line(", ".join(row["vary"])),
        ]
        for row in rows
    ]
    return aligned([titles, *cells], "<<<>><")

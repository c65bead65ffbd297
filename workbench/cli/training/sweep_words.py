"""What `sweep` says: the plan, a trial that begins, the table of trials and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.base.text import joined, plural, tr
from workbench.base.units import NONE, aligned, count, in_one_line, percent
from workbench.evaluation.group_test import Answers, Judgement
from workbench.hardware.preflight import roughly
from workbench.runs.quantities import date
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.study.bounds import refusal
from workbench.study.choice import (
    SweepChoice,
    front,
    importance,
    of_test,
    plain_best,
    plain_trial,
    ranking,
    verdicts,
)
from workbench.study.estimate import known_seconds
from workbench.study.plan import NoSuchPlan, SweepPlan
from workbench.study.space import Combination, Space
from workbench.study.strategies import inexact
from workbench.study.trials import BASELINE, SweepTrial, TrialState
from workbench.study.words import settings_words

MOST_SHOWN = 50
"""Trials in the table; JSON has all."""


@dataclass(frozen=True)
class SweepOutcome:
    """What came of a sweep.

    Attributes:
        study: As the store has it.
        plan, space: Of it.
        trials: All that were asked for.
        baseline: The experiment as it was.
        choice: What was chosen; None where no trial is finished.
        ending: Why it ended.
        answers: As `verdicts` takes it.
    """

    study: StudyRecord
    plan: SweepPlan
    space: Space
    trials: Sequence[SweepTrial]
    baseline: SweepTrial | None
    choice: SweepChoice | None
    ending: str
    answers: Answers

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        goals = self.plan.goals
        asked = [trial for trial in self.trials if trial.number != BASELINE]
        trained = [trial for trial in asked if not trial.record.refused]
        states = [trial.state for trial in trained]
        shares, note = importance(self.plan, self.trials)
        return {
            "name": self.study.name,
            **_plain_search(self.plan),
            "planned": self.plan.runs if self.plan.runs is not None else len(trained),
            "finished": states.count(TrialState.FINISHED),
            "failed": states.count(TrialState.FAILED) + states.count(TrialState.STOPPED),
            "pruned": 0,
            "refused": [
                {
                    "number": trial.number,
                    "settings": dict(trial.settings),
                    "reason": trial.record.refused,
                }
                for trial in asked
                if trial.record.refused
            ],
            "ending": self.ending,
            "trials": [plain_trial(trial, goals) for trial in trained],
            "baseline": self._plain_baseline(),
            "best": plain_best(self.choice, goals) if self.choice is not None else None,
            "runner_up": _number(self.choice.runner_up) if self.choice is not None else None,
            "front": front(self.trials, goals),
            "importance": shares,
            "importance_note": note,
            "verdicts": [found.plain() for found in self._verdicts()],
            "validation_readings": sum(len(trial.runs) for trial in self.trials),
            "test_readings": len(self.study.choices),
            "seconds": sum(run.elapsed or 0.0 for trial in self.trials for run in trial.runs),
        }

    def lines(self) -> list[str]:
        """As a person reads it."""
        ranked = ranking(self.trials, self.plan.goals)
        shown = ranked[:MOST_SHOWN]
        titles = [tr("trial"), *self._goal_titles(), tr("settings"), tr("runs")]
        rows = [self._row(trial) for trial in shown]
        if self.baseline is not None and self.baseline.number == BASELINE:
            rows.append(self._row(self.baseline))
        sides = "<" + ">" * len(self.plan.goals) + "<<"
        lines = aligned([titles, *rows], sides)
        if len(ranked) > len(shown):
            lines.append(tr("and {count} more", count=count(len(ranked) - len(shown))))
        lines += ["", in_one_line(joined("; ", self._counts()))]
        lines += map(in_one_line, self._answer())
        return lines

    def _goal_titles(self) -> list[str]:
        return [goal.quantity.name.lower() for goal in self.plan.goals]

    def _row(self, trial: SweepTrial) -> list[str]:
        is_baseline = trial.number == BASELINE
        cells = [tr("baseline") if is_baseline else str(trial.number)]
        for goal in self.plan.goals:
            found = trial.spread(goal)
            if found is None:
                cells.append(NONE)
            elif found.deviation is None:
                cells.append(goal.quantity.kind.text(found.mean))
            else:
                mean, deviation = map(goal.quantity.kind.text, (found.mean, found.deviation))
                cells.append(f"{mean} ± {deviation}")
        return [*cells, settings_words(trial.settings), ", ".join(r.run_id for r in trial.runs)]

    def _counts(self) -> list[str]:
        plain = self.plain_counts()
        finished, failed, refused = (plain[n] for n in ("finished", "failed", "refused"))
        found = [plural("{count} trial finished", "{count} trials finished", finished)]
        if failed:
            found.append(plural("{count} failed", "{count} failed", failed))
        if refused:
            first = next(t.record.refused for t in self.trials if t.record.refused)
            found.append(
                plural(
                    "{count} refused before training ({reason})",
                    "{count} refused before training (the first: {reason})",
                    refused,
                    reason=first,
                )
            )
        return [*found, self.ending]

    def plain_counts(self) -> dict[str, int]:
        """How many trials ended how."""
        states = [trial.state for trial in self.trials if trial.number != BASELINE]
        return {
            "finished": states.count(TrialState.FINISHED),
            "failed": states.count(TrialState.FAILED) + states.count(TrialState.STOPPED),
            "refused": states.count(TrialState.REFUSED),
        }

    def _answer(self) -> list[str]:
        """The best, whether it is really better, and what is to be known of that."""
        if self.choice is None:
            return [tr("No trial is finished, so there is nothing to choose.")]
        best, goal = self.choice.best, self.plan.goals[0]
        found = best.spread(goal)
        assert found is not None, "a finished trial has a value"
        given: dict[str, Any] = {
            "number": best.number,
            "settings": settings_words(best.settings),
            "what": goal.quantity.name.lower(),
            "value": goal.quantity.kind.text(found.mean),
        }
        tested = of_test(best)["test_accuracy"]
        lines = [tr("Best: trial {number} ({settings}), {what} {value}", **given)]
        if tested is not None:
            lines[0] = tr(
                "Best: trial {number} ({settings}), {what} {value}, test accuracy {tested}",
                tested=percent(tested),
                **given,
            )
        lines += self._against_the_baseline(found.mean)
        lines += [each.sentence for each in self._verdicts()]
        if len(self.study.choices) > 1:
            lines.append(
                tr(
                    "The test images were read for {count} choices of this sweep.",
                    count=len(self.study.choices),
                )
            )
        shares, note = importance(self.plan, self.trials)
        if shares is not None:
            parts = [f"{path} {percent(share, 0)}" for path, share in shares.items()]
            lines.append(tr("{note}: {shares}", note=note, shares=", ".join(parts)))
        return lines

    def _against_the_baseline(self, best: float) -> list[str]:
        """Says so where nothing that was varied did better than the experiment as it was."""
        assert self.choice is not None, "something was chosen"
        baseline, goal = self.choice.baseline, self.plan.goals[0]
        found = baseline.spread(goal) if baseline is not None else None
        if baseline is None or found is None:
            return []
        if baseline.number == self.choice.best.number:
            return [tr("The best is the baseline itself; nothing that was varied did better.")]
        if goal.direction * (found.mean - best) < 0:
            return []
        return [
            tr(
                "No combination did better than the baseline ({what} {value}).",
                what=goal.quantity.name.lower(),
                value=goal.quantity.kind.text(found.mean),
            )
        ]

    def _verdicts(self) -> list[Judgement]:
        return verdicts(self.choice, self.answers) if self.choice is not None else []

    def _plain_baseline(self) -> dict[str, Any] | None:
        if self.baseline is None:
            return None
        return {**plain_trial(self.baseline, self.plan.goals), **of_test(self.baseline)}


# --- before it begins ----------------------------------------------------------------------------


def plain_plan(
    plan: SweepPlan, space: Space, found: Sequence[Combination] | None
) -> dict[str, Any]:
    """What would be tried, as JSON has it."""
    kept, refused = _sorted_out(plan, found or ())
    return {
        **_plain_search(plan),
        "combinations": space.count,
        "planned": plan.runs if found is None else len(kept),
        "trials": [each.settings for each in kept],
        "refused": [{"settings": of.settings, "reason": reason} for of, reason in refused],
    }


def plan_lines(
    store: Path, plan: SweepPlan, space: Space, found: Sequence[Combination] | None
) -> list[str]:
    """What would be tried, as a person reads it."""
    lines = [f"{axis}" for axis in plan.axes]
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
    runs = plural("{count} run", "{count} runs", trials * plan.seeds)
    seconds = None
    if store.is_dir():
        with Store(store) as opened:
            seconds = known_seconds(opened, plan.baseline)
    if seconds is None:
        return tr("{runs}; 'preflight' measures how long one takes", runs=runs)
    return tr("{runs}, about {time}", runs=runs, time=roughly(seconds * trials * plan.seeds))


def _sorted_out(
    plan: SweepPlan, found: Sequence[Combination]
) -> tuple[list[Combination], list[tuple[Combination, str]]]:
    """Those that would be trained, and those that would be refused, with the reason."""
    why = [(each, refusal(each, plan.where)) for each in found]
    return (
        [each for each, refused in why if refused is None],
        [(each, refused.reason) for each, refused in why if refused is not None],
    )


def _plain_search(plan: SweepPlan) -> dict[str, Any]:
    return {
        "strategy": plan.strategy,
        "seed": plan.seed,
        "seeds": plan.seeds,
        "workers": plan.workers,
        "exact": not inexact(plan),
        "exact_note": inexact(plan),
        "space": [axis.plain() for axis in plan.axes],
        "goals": [
            {"column": goal.key, "direction": "max" if goal.direction > 0 else "min"}
            for goal in plan.goals
        ],
        "where": [str(bound) for bound in plan.where],
    }


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


def _number(trial: SweepTrial | None) -> int | None:
    return trial.number if trial is not None else None

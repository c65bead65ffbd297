"""What `study` says: the plan, the list, and the answer as a table with its sentences."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.base.text import joined, tr
from workbench.base.units import NONE, aligned, count, duration, in_one_line, percent
from workbench.cli.terminal import give_json
from workbench.hardware.preflight import roughly
from workbench.runs.columns import RUN_COLUMNS
from workbench.runs.quantities import date
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.spec.data import DataInfo
from workbench.study.lever_study.answer import (
    ACCURACY,
    BarKind,
    Effects,
    LeverFinding,
    StudyAnswer,
    is_ratio,
)
from workbench.study.lever_study.arm import ArmBuilder
from workbench.study.lever_study.context import BASELINE
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.lever_study.words import points_words
from workbench.study.sweeps.plan import NoSuchPlan


def source(name: str, settings: Sequence[str]) -> str:
    """How a person named the baseline, for the commands that make its runs."""
    return " ".join([shlex.quote(name), *(f"--set {shlex.quote(each)}" for each in settings)])


def timed(plan: StudyPlan, seconds: float) -> StudyPlan:
    """A plan that knows what a run of its baseline takes."""
    return replace(plan, run_seconds=max(seconds, 1e-3))


# --- before it begins ----------------------------------------------------------------------------


def say_plan(plan: StudyPlan, info: DataInfo, *, is_json: bool) -> None:
    """Says which levers apply, and what the budget buys."""
    builder = ArmBuilder(plan, info)
    rows = [
        (key, builder.levers[key].label, builder.refusal(BASELINE.including(key, lever.usual)))
        for key, lever in builder.levers.items()
        if key in plan.levers
    ]
    runs = int(plan.budget / plan.run_seconds)
    if is_json:
        levers = [{"name": key, "label": label, "refusal": why} for key, label, why in rows]
        bought = {"run_seconds": plan.run_seconds, "budget_seconds": plan.budget, "runs": runs}
        give_json({**bought, "goal": plan.goal, "target": plan.target, "levers": levers})
        return
    cells = [[label, why or tr("is tried")] for _, label, why in rows]
    for line in aligned([[tr("lever"), ""], *cells], "<<"):
        print(in_one_line(line))
    print()
    print(
        tr(
            "one run of the baseline takes {time}, so the budget of {budget} is worth {runs} of "
            "them; shorter trainings are tried first",
            time=roughly(plan.run_seconds),
            budget=roughly(plan.budget),
            runs=count(runs),
        )
    )


# --- the answer ----------------------------------------------------------------------------------


def lines(answer: StudyAnswer) -> list[str]:
    """As a person reads it."""
    quantities = [ACCURACY, answer.goal]
    titles = [tr("lever"), tr("verdict"), *(RUN_COLUMNS[key].title for key in quantities)]
    if answer.bars is not BarKind.NONE:
        titles.append(tr("share of {goal}", goal=RUN_COLUMNS[answer.goal].title))
    tried = [lever for lever in answer.levers if _effects(lever)]
    rows = [_row(answer, lever, quantities) for lever in tried]
    found = [in_one_line(answer.sentence), ""]
    if rows:
        found += aligned([titles, *rows], "<<" + ">" * (len(titles) - 2))
        found.append("")
    found += [
        in_one_line(tr("{name}: {reason}", name=lever.name, reason=lever.reason))
        for lever in answer.levers
        if not _effects(lever)
    ]
    if answer.resolution:
        found += ["", in_one_line(answer.resolution)]
    found += map(in_one_line, answer.notes)
    if answer.recommended is not None:
        found += ["", tr("train what is recommended:"), answer.recommended.command]
    return [*found, "", _ending(answer)]


def _effects(lever: LeverFinding) -> Effects:
    """What is known of a lever best: alone, else with others."""
    return lever.alone or lever.screened or lever.last


def _row(answer: StudyAnswer, lever: LeverFinding, quantities: Sequence[str]) -> list[str]:
    name = lever.name if lever.level is None else f"{lever.name} {lever.level:g}"
    mark = tr("{name} (chosen)", name=name) if lever.is_chosen else name
    cells = [mark, lever.verdict.words]
    cells += [_cell(_effects(lever), key) for key in quantities]
    if answer.bars is not BarKind.NONE:
        cells.append(_cell(lever.share, answer.goal))
    return cells


def _cell(effects: Effects, key: str) -> str:
    """As in "+0.10 ± 0.06 points" or "0.33 times"."""
    found = effects.get(key)
    if found is None:
        return NONE
    if is_ratio(key):
        return tr("{factor} times", factor=f"{found.value:.3g}")
    return points_words(found)


def _ending(answer: StudyAnswer) -> str:
    parts = [
        tr("{name}: {time}", name=answer.name, time=duration(answer.seconds)),
        tr("budget {time}", time=duration(answer.budget_seconds)),
        tr("baseline {accuracy}", accuracy=percent(answer.baseline.accuracy.value)),
    ]
    return in_one_line(joined(", ", parts))


# --- the list ------------------------------------------------------------------------------------


def plain_listed(store: Store, study: StudyRecord) -> dict[str, Any]:
    """A lever study of the store in short."""
    try:
        plan: StudyPlan | None = StudyPlan.of_plain(study.plan)
    except NoSuchPlan:
        plan = None
    runs = store.trial_runs(study.study_id)
    return {
        "name": study.name,
        "created": study.created,
        "experiment": plan.baseline.name if plan is not None else None,
        "goal": plan.goal if plan is not None else None,
        "target": plan.target if plan is not None else None,
        "budget_seconds": plan.budget if plan is not None else None,
        "runs": len(runs),
        "choices": len(study.choices),
    }


def list_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lever studies of the store as a table."""
    if not rows:
        return [tr("no lever studies yet")]
    titles = [tr("study"), tr("created"), tr("experiment"), tr("goal"), tr("budget"), tr("runs")]
    cells = [
        [
            in_one_line(row["name"]),
            date(row["created"]),
            in_one_line(row["experiment"] or NONE),
            row["goal"] or NONE,
            roughly(row["budget_seconds"]) if row["budget_seconds"] else NONE,
            count(row["runs"]),
        ]
        for row in rows
    ]
    return aligned([titles, *cells], "<<<<>>")

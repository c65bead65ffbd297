"""What a study can show with its budget, as soon as it knows its noise, and what is said of it."""

from __future__ import annotations

from workbench.base.text import plural, tr
from workbench.runs.columns import RUN_COLUMNS
from workbench.study.judging.design import runs_of
from workbench.study.judging.resolution import StudyResolution, resolution, smallest_screened
from workbench.study.lever_study.answer import ACCURACY
from workbench.study.lever_study.beginning import ground_of
from workbench.study.lever_study.context import StudyContext
from workbench.study.lever_study.ledger import StudyStage
from workbench.study.lever_study.screening import ScreeningPlan

SCREENING_SHARE = 0.45
"""Of the budget, while the screening isn't planned."""


def resolution_of(context: StudyContext) -> StudyResolution | None:
    """What the screening can show; while it isn't planned, what the budget would."""
    if context.noise is None:
        return None
    deviation, plan = context.noise.deviation, ScreeningPlan.of_notes(context.notes)
    if plan is None or not plan.levers:
        cost = context.times.of_budget(ground_of(context.notes))
        levers = len(context.plan.levers)
        return resolution(deviation, context.plan.budget, cost, levers, SCREENING_SHARE)
    levers, known = len(plan.levers), context.noise.freedom
    sizes = [(len(batch), plan.repeats * runs_of(len(batch))) for batch in plan.batches]
    smallest = min(smallest_screened(deviation, *size, levers, known) for size in sizes)
    cost = context.times.of_budget(plan.ground)
    return StudyResolution(int(context.plan.budget / cost), levers, smallest)


def resolution_sentence(found: StudyResolution) -> str:
    """With its full stop."""
    return tr("The budget buys {words}.", words=found.sentence(RUN_COLUMNS[ACCURACY]))


def points(found: StudyResolution) -> float | None:
    """The smallest difference in points; None where none can be shown."""
    return 100 * found.smallest if found.smallest < 1 else None


def announcement(context: StudyContext, stage: StudyStage) -> str:
    """What is said when the first run of a stage begins; "" where its title says all."""
    if stage is StudyStage.GROUND:
        found = resolution_of(context)
        return "" if found is None else resolution_sentence(found)
    if stage is StudyStage.SCREENING:
        plan, found = ScreeningPlan.of_notes(context.notes), resolution_of(context)
        if plan is None or found is None:
            return ""
        return plural(
            "screening {levers} levers in {count} run: {words}",
            "screening {levers} levers in {count} runs: {words}",
            plan.runs,
            levers=len(plan.levers),
            words=found.sentence(RUN_COLUMNS[ACCURACY]),
        )
    return ""

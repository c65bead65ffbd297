"""The answer of a lever study, from what its store has; also while it is under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.base.text import inside, joined, plural, tr
from workbench.runs.columns import RUN_COLUMNS
from workbench.runs.store import Store
from workbench.study.judging.design import Effect
from workbench.study.judging.verdicts import ArmVerdict, VerdictCode
from workbench.study.judging.verdicts import screened as judged_together
from workbench.study.lever_study.answer import (
    ACCURACY,
    Effects,
    LeverFinding,
    Measured,
    StageNote,
    StudyAnswer,
    StudyArm,
)
from workbench.study.lever_study.arm import HARDWARE, USUAL, LeverSet
from workbench.study.lever_study.arms_told import command_of, on_front, ratio_of, told_arm
from workbench.study.lever_study.beginning import ground_of, hardware_words
from workbench.study.lever_study.context import BASELINE, StudyContext
from workbench.study.lever_study.differences import changed_settings
from workbench.study.lever_study.effects import (
    LeverEffects,
    Parts,
    accuracy_alone,
    alone,
    screened,
    taken_apart,
)
from workbench.study.lever_study.finishing import StudyChoice, judged_runs
from workbench.study.lever_study.ledger import StudyStage, seconds_of
from workbench.study.lever_study.plan import ALL
from workbench.study.lever_study.resolved import points, resolution_of, resolution_sentence
from workbench.study.lever_study.screening import ScreeningPlan
from workbench.study.lever_study.study import LeverStudy
from workbench.study.lever_study.words import sentence, stage_words
from workbench.study.levers import STUDY_LEVERS


class NothingYet(Exception):
    """No run of the baseline has ended, so there is nothing to tell."""


def answer_of(search: LeverStudy, store: Store) -> StudyAnswer:
    """What a study says by now.

    Raises:
        NothingYet: where no run of its baseline has ended.
    """
    context = search.context(store)
    baseline = told_arm(context, BASELINE)
    if baseline is None:
        raise NothingYet(tr("no run of the baseline has ended"))
    choice = StudyChoice.of_notes(context.notes)
    best, second = (choice.best, choice.runner_up) if choice is not None else (None, None)
    parts = taken_apart(context, best or BASELINE)
    told = [told_arm(context, arm) for arm in context.ledger.arms]
    arms = [arm for arm in told if arm is not None]
    front = on_front(arms, context.plan.goal)
    arms = [replace(arm, is_on_front=arm.key in front) for arm in arms]
    by_key = {arm.key: arm for arm in arms}
    record = store.study(search.study.name) or search.study
    shown = resolution_of(context)
    made = StudyAnswer(
        name=record.name,
        experiment=context.plan.baseline.name,
        is_finished=choice is not None and _is_tested(context, choice),
        sentence="",
        goal=context.plan.goal,
        target=context.plan.target,
        margin=context.plan.margin,
        baseline=by_key[BASELINE.key],
        recommended=by_key.get(best.key) if best is not None else None,
        runner_up=by_key.get(second.key) if second is not None else None,
        arms=tuple(sorted(arms, key=lambda arm: arm.key != BASELINE.key)),
        resolution_points=None if shown is None else points(shown),
        resolution="" if shown is None else resolution_sentence(shown),
        noise=context.noise,
        levers=_findings(context, best, parts),
        bars=parts.bars,
        total=parts.total,
        together=parts.together,
        validation_readings=len([t for t in context.ledger.trials if t.ended is not None]),
        test_readings=len(record.choices),
        seconds=search.clock.seconds,
        budget_seconds=context.plan.budget,
        stages=_stages(context),
        notes=_notes(context, best, by_key),
        machine=_machine(context),
        versions=_versions(context),
        seeds=tuple(sorted({t.seed for t in context.ledger.trials if t.run is not None})),
        seed=context.plan.seed,
        command=_command(context),
    )
    return replace(made, sentence=sentence(made))


def _is_tested(context: StudyContext, choice: StudyChoice) -> bool:
    """Whether the last stage is through: the test images were read for what was chosen."""
    if choice.best is None:
        return True
    runs = [run for arm in choice.arms for run in judged_runs(context.ledger, arm)]
    return all(run.test_accuracy is not None for run in runs)


# --- levers --------------------------------------------------------------------------------------


def _findings(
    context: StudyContext, best: LeverSet | None, parts: Parts
) -> tuple[LeverFinding, ...]:
    """One a lever, in the order in which they are pulled."""
    levels = best.levels if best is not None else {}
    is_tuned = "settings" in context.notes.get(HARDWARE, {})
    keys = [lever.key for lever in STUDY_LEVERS if not (is_tuned and lever.key == "bfloat16")]
    keys = [*([HARDWARE] if is_tuned else []), *keys]
    keys += [key for key in levels if key not in keys]
    of_accuracy, of_all = screened(context)
    tests = {key: of_accuracy.get(key) or _alone_test(context, key, levels) for key in keys}
    judged = {key: test for key, test in tests.items() if test and test.difference}
    named = [replace(test, lever=_name(context, key)) for key, test in judged.items()]
    column = RUN_COLUMNS[ACCURACY]
    verdicts = dict(zip(judged, judged_together(named, column), strict=True))
    return tuple(
        _finding(
            context,
            key,
            levels,
            _effects(context, key, _level(key, levels), parts.levers.get(key)),
            of_all.get(key, {}),
            verdicts.get(key),
        )
        for key in keys
    )


def _effects(
    context: StudyContext, key: str, level: float | None, known: LeverEffects | None
) -> LeverEffects:
    """What a lever does; what Autotune measured of the hardware where no run was made of it."""
    found = known or LeverEffects(alone(context, key, level))
    gain = context.notes.get(HARDWARE, {}).get("gain")
    if key != HARDWARE or found.alone or not gain:
        return found
    speed = {"seconds": Measured(1 / float(gain)), "images_per_second": Measured(float(gain))}
    return replace(found, alone=speed)


def _finding(
    context: StudyContext,
    key: str,
    levels: Mapping[str, float | None],
    does: LeverEffects,
    screened: Effects,
    verdict: ArmVerdict | None,
) -> LeverFinding:
    level = _level(key, levels)
    arm = BASELINE.including(key, level)
    applies = key in context.builder.levers and not context.builder.refusal(arm)
    difference = verdict.difference if verdict is not None else None
    code, reason = _verdict(context, key, verdict, does, screened)
    settings: Mapping[str, Any] = {}
    if applies:
        changed = context.builder.experiment(arm)
        settings = changed_settings(context.builder.baseline, changed)
    return LeverFinding(
        key,
        _name(context, key),
        _group(context, key),
        settings,
        command_of(context, arm) if applies else "",
        key in levels,
        level,
        does.alone,
        does.last,
        screened,
        does.share,
        None if difference is None else (difference.low, difference.high),
        None if difference is None else difference.p,
        None if verdict is None else verdict.p_adjusted,
        code,
        reason,
        _runs_of(context, key, level),
    )


def _verdict(
    context: StudyContext,
    key: str,
    verdict: ArmVerdict | None,
    does: LeverEffects,
    screened: Effects,
) -> tuple[VerdictCode, str]:
    """What can be said of a lever, and why."""
    goal = context.plan.goal
    saved = does.alone.get(goal) or screened.get(goal) or does.last.get(goal)
    costs = "" if saved is None else _times_words(goal, saved.value)
    if verdict is not None:
        parts = [verdict.sentence, costs] if costs else [verdict.sentence]
        return verdict.verdict, joined("; ", parts)
    if key == HARDWARE:
        words = hardware_words(context.notes)
        if context.notes[HARDWARE].get("settings"):
            return VerdictCode.NOT_SHOWN, words
        return VerdictCode.NOT_TRIED, words
    if key not in (*context.plan.levers, *USUAL) or key not in context.builder.levers:
        return VerdictCode.NOT_TRIED, tr("it isn't among the levers of this study")
    refusal = context.builder.refusal(ground_of(context.notes).including(key, USUAL[key]))
    plan = ScreeningPlan.of_notes(context.notes)
    if key in ground_of(context.notes).levels or (does.alone or does.last):
        return VerdictCode.NOT_SHOWN, costs or tr("too few runs were trained to tell")
    if refusal:
        return VerdictCode.NOT_APPLICABLE, refusal
    if key not in context.plan.levers:
        return VerdictCode.NOT_TRIED, tr("it was left out by --levers")
    if plan is not None and key in plan.left_out:
        return VerdictCode.NOT_TRIED, plan.left_out[key]
    if plan is None:
        return VerdictCode.NOT_TRIED, tr("its stage hasn't begun")
    return VerdictCode.NOT_TRIED, tr("the time for the screening was used up")


def _alone_test(
    context: StudyContext, key: str, levels: Mapping[str, float | None]
) -> Effect | None:
    """The test of a lever that wasn't screened, against the baseline."""
    found = accuracy_alone(context, key, _level(key, levels))
    return None if found is None else Effect(key, found, 0.0, is_clear=True)


def _runs_of(context: StudyContext, key: str, level: float | None) -> tuple[str, ...]:
    """Runs that a lever is judged by: alone, and with others in the screening."""
    arm = BASELINE.including(key, level)
    found = [
        trial.run.run_id
        for trial in context.ledger.trials
        if trial.run is not None
        and (trial.arm == arm or (trial.stage is StudyStage.SCREENING and key in trial.arm.levels))
    ]
    return tuple(found)


def _level(key: str, levels: Mapping[str, float | None]) -> float | None:
    return levels.get(key) if levels.get(key) is not None else USUAL.get(key)


def _name(context: StudyContext, key: str) -> str:
    lever = context.builder.levers.get(key)
    return lever.label if lever is not None else tr("Hardware settings")


def _group(context: StudyContext, key: str) -> str:
    lever = context.builder.levers.get(key)
    return lever.group.value if lever is not None else HARDWARE


def _times_words(goal: str, factor: float) -> str:
    """As in "0.3 times the training time"."""
    what = inside(RUN_COLUMNS[goal].title)
    return tr("{factor} times the {what}", factor=f"{factor:.2g}", what=what)


# --- the rest ------------------------------------------------------------------------------------


def _stages(context: StudyContext) -> tuple[StageNote, ...]:
    found = []
    for stage in StudyStage:
        trials = context.ledger.of_stage(stage)
        note = context.notes.get(stage.value, {})
        if not trials and stage.value not in context.notes:
            continue
        trained = [trial for trial in trials if trial.run is not None]
        seconds = seconds_of(trials) + float(note.get("seconds", 0.0))
        words = stage_words(context, stage, len(trained))
        found.append(StageNote(stage.value, stage.words, words, len(trained), seconds))
    return tuple(found)


def _notes(
    context: StudyContext, best: LeverSet | None, arms: Mapping[str, StudyArm]
) -> tuple[str, ...]:
    readings = sum(trial.ended is not None for trial in context.ledger.trials)
    found = [
        plural(
            "The validation images were read for {count} run; all choices are by them.",
            "The validation images were read for {count} runs; all choices are by them.",
            readings,
        )
    ]
    refused = [trial for trial in context.ledger.trials if trial.refused]
    if refused:
        found.append(
            plural(
                "{count} combination was refused before training ({reason}).",
                "{count} combinations were refused before training (the first: {reason}).",
                len(refused),
                reason=refused[0].refused,
            )
        )
    failed = [t for t in context.ledger.trials if t.run and not t.is_open and t.ended is None]
    if failed:
        found.append(
            plural(
                "{count} run did not train to its end; its combination is passed over.",
                "{count} runs did not train to their end; their combinations are passed over.",
                len(failed),
            )
        )
    chosen = arms.get(best.key) if best is not None else None
    if chosen is not None and chosen.confirmed is None:
        found.append(tr("There was no time left to confirm the best on fresh seeds."))
    if chosen is not None and ratio_of(chosen, arms[BASELINE.key], "seconds") is not None:
        found.append(
            tr("Training time is that of the steps: without compiling, validation and pauses.")
        )
    return tuple(found)


def _command(context: StudyContext) -> str:
    plan = context.plan
    parts = [f"dlopt-workbench study {plan.source} --budget {plan.budget:g}s"]
    if plan.goal != "seconds":
        parts.append(f"--goal min:{plan.goal}")
    if plan.target is not None:
        parts.append(f"--target {percent_of(plan.target)}")
    if plan.levers != ALL:
        parts.append(f"--levers {','.join(plan.levers)}")
    return " ".join([*parts, f"--keep accuracy:{100 * plan.margin:g}", f"--seed {plan.seed}"])


def percent_of(share: float) -> str:
    """A share as a command line takes it: 99.2%."""
    return f"{100 * share:g}%"


def _environment(context: StudyContext) -> Mapping[str, Any]:
    found: Sequence[Mapping[str, Any]] = [
        trial.run.environment for trial in context.ledger.trials if trial.run is not None
    ]
    return next((each for each in reversed(found) if each), {})


def _machine(context: StudyContext) -> str:
    known = _environment(context)
    parts = [str(known[key]) for key in ("processor", "device", "system") if known.get(key)]
    return ", ".join(dict.fromkeys(parts))


def _versions(context: StudyContext) -> dict[str, str]:
    known = _environment(context)
    names = ("python", "tensorflow", "keras", "workbench")
    return {name: str(known[name]) for name in names if known.get(name)}

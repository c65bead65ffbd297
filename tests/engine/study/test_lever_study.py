"""A lever study from its first run to its answer: made-up runs, so that the truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.study.made_up_study import INFO, MNIST, MadeUp, training_seconds, true_accuracy
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.study.judging.verdicts import VerdictCode
from workbench.study.lever_study.answer import BarKind, StudyAnswer
from workbench.study.lever_study.arm import ArmBuilder, LeverSet
from workbench.study.lever_study.differences import as_options, changed_settings
from workbench.study.lever_study.ledger import Ledger, StudyStage
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.lever_study.result import answer_of
from workbench.study.lever_study.screening import ScreeningPlan
from workbench.study.lever_study.study import LeverStudy, stopwatch
from workbench.study.work import TrainRuns, Wait

LITTLE = ("bfloat16", "one_cycle", "betas", "smoothing", "strided_stem", "separable")


def plan(budget: float = 900.0, **changes: object) -> StudyPlan:
    """A study of the reference CNN with a few levers."""
    made = StudyPlan(MNIST.to_toml(), "mnist-cnn", budget, 80.0, levers=LITTLE)
    return replace(made, **changes)  # type: ignore[arg-type]


def answer(made: MadeUp) -> StudyAnswer:
    assert INFO is not None
    with Store(made.folder) as store:
        study = store.studies()[0]
        search = LeverStudy(study, made.plan, INFO, stopwatch(store, study))
        return answer_of(search, store)


def trials(made: MadeUp) -> list[tuple[str, str, int]]:
    """Stage, combination and seed of all that was trained or refused."""
    with Store(made.folder) as store:
        ledger = Ledger.of(store, store.studies()[0].study_id)
    return [(trial.stage.value, trial.arm.key, trial.seed) for trial in ledger.trials]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    """A study that was worked on to its end."""
    made = MadeUp(tmp_path_factory.mktemp("whole"), plan(target=0.9905))
    ended = made.work()
    assert ended is not None
    assert not ended.is_failure
    return made


def test_what_is_recommended_holds_the_accuracy_in_a_fraction_of_the_time(whole: MadeUp) -> None:
    found = answer(whole)
    best = found.recommended
    assert best is not None
    assert INFO is not None
    builder = ArmBuilder(whole.plan, INFO, {"hardware.precision": "mixed_bfloat16"})
    experiment = builder.experiment(LeverSet.of(best.levers))
    assert true_accuracy(experiment) >= 0.9905 - 0.0005
    assert training_seconds(experiment) < training_seconds(MNIST) / 8
    assert best.confirmed is not None
    assert best.confirmed.is_kept
    assert set(best.seeds) > {1000, 1001}
    ratio = best.confirmed.ratio["seconds"].value
    assert f"{1 / ratio:.3g} times less training time" in found.sentence
    again = MNIST.with_settings(best.settings)
    assert again.structure == experiment.structure
    assert again.optimizer == experiment.optimizer


def test_fresh_seeds_are_trained_after_the_choice_was_kept_and_tested_once(whole: MadeUp) -> None:
    with Store(whole.folder) as store:
        study = store.studies()[0]
        ledger = Ledger.of(store, study.study_id)
    assert len(study.choices) == 1
    fresh = ledger.of_stage(StudyStage.CONFIRMATION)
    seen = {trial.seed for trial in ledger.trials if trial not in fresh}
    assert fresh
    assert not {trial.seed for trial in fresh} & seen
    chosen_at = study.choices[0]["chosen_at"]
    assert all(trial.run is not None and trial.run.created >= chosen_at for trial in fresh)
    tested = [t for t in ledger.trials if t.run is not None and t.run.test_accuracy is not None]
    chosen = {LeverSet(), LeverSet.of_plain(study.choices[0]["best"])}
    assert {t.stage for t in tested if t.arm in chosen} == {StudyStage.CONFIRMATION}
    assert {t.arm for t in tested} - chosen == {LeverSet.of_plain(study.choices[0]["runner_up"])}
    assert whole.asked.count("evaluate") == len(tested)
    assert answer(whole).test_readings == 1


def test_stages_come_in_order_and_keep_to_the_budget(whole: MadeUp) -> None:
    stages = list(dict.fromkeys(stage for stage, _, _ in trials(whole)))
    assert stages == [
        "noise", "ground", "screening", "search", "confirmation", "ablation",
    ]  # fmt: skip
    assert whole.asked[0] == "tune"
    assert whole.now < 1.05 * whole.plan.budget
    found = answer(whole)
    assert found.seconds == pytest.approx(whole.now, rel=0.1)
    assert [stage.key for stage in found.stages] == ["noise", "hardware", *stages[1:]]


def test_levers_are_judged_together_and_useless_ones_are_not_shown(whole: MadeUp) -> None:
    found = answer(whole)
    by_key = {lever.key: lever for lever in found.levers}
    assert by_key["hardware"].is_chosen
    assert by_key["one_cycle"].is_chosen
    assert by_key["separable"].screened["val_accuracy"].value < 0
    p, adjusted = by_key["separable"].p, by_key["separable"].p_adjusted
    assert p is not None
    assert adjusted is not None
    assert adjusted > p
    assert by_key["smoothing"].verdict is VerdictCode.NOT_SHOWN
    assert not by_key["smoothing"].is_chosen
    assert by_key["separable"].screened["seconds"].value < 0.6
    assert by_key["adamw"].verdict is VerdictCode.NOT_TRIED
    assert by_key["adamw"].reason == "it was left out by --levers"
    assert by_key["depth"].verdict is VerdictCode.NOT_APPLICABLE
    assert "bfloat16" not in by_key, "it is part of what Autotune found"
    assert found.resolution_points is not None
    assert 0.01 < found.resolution_points < 0.5
    assert found.resolution.startswith("The budget buys about ")


def test_bars_are_shapley_values_of_few_levers_and_add_up(tmp_path: Path) -> None:
    levers = ("bfloat16", "one_cycle", "separable", "betas")
    made = MadeUp(tmp_path, plan(1500.0, levers=levers), noise=0.0002)
    made.work()
    found = answer(made)
    verdicts = {lever.key: lever.verdict for lever in found.levers}
    assert verdicts["separable"] is VerdictCode.WORSE
    assert verdicts["betas"] is VerdictCode.BETTER
    assert found.bars is BarKind.SHAPLEY
    chosen = [lever for lever in found.levers if lever.is_chosen]
    product = 1.0
    for lever in chosen:
        product *= lever.share["seconds"].value
    assert product == pytest.approx(found.total["seconds"].value)
    assert found.together == {}
    parameters = next(lever.share["parameters"] for lever in chosen if lever.key == "one_cycle")
    assert parameters.value == parameters.low == parameters.high == pytest.approx(1.0)


def test_few_parameters_are_a_goal(tmp_path: Path) -> None:
    levers = ("one_cycle", "batch", "width", "separable", "head", "batch_norm")
    made = MadeUp(tmp_path, plan(2000.0, goal="parameters", target=0.985, levers=levers))
    made.work()
    found = answer(made)
    assert found.recommended is not None
    assert found.recommended.quantities["parameters"] < 93_322 / 25
    assert "times fewer parameters" in found.sentence
    front = [arm for arm in found.arms if arm.is_on_front]
    assert len(front) > 2
    assert min(arm.quantities["parameters"] for arm in found.arms) in {
        arm.quantities["parameters"] for arm in front
    }


class Meddled(MadeUp):
    """A person stops the second run of the baseline, and larger batches diverge."""

    def train(self, store: Store, run: Run) -> None:
        if run.trial == 1:
            store.claim(run.run_id, store.token)
            store.finish(run.run_id, RunStatus.STOPPED)
        elif run.experiment.training.batch_size > 64:
            store.claim(run.run_id, store.token)
            store.finish(run.run_id, RunStatus.FAILED, "the loss became NaN at step 7")
        else:
            super().train(store, run)


def test_runs_that_were_stopped_or_diverged_are_passed_over(tmp_path: Path) -> None:
    made = Meddled(tmp_path, plan(700.0, levers=("one_cycle", "batch"), target=0.99))
    ended = made.work()
    assert ended is not None
    assert not ended.is_failure
    found = answer(made)
    assert found.recommended is not None
    assert "batch" not in found.recommended.levers
    assert found.baseline.accuracy.value > 0.98
    assert any("did not train to the" in note for note in found.notes)


def test_nothing_better_is_an_answer(tmp_path: Path) -> None:
    made = MadeUp(tmp_path, plan(600.0, levers=("smoothing", "ema"), target=0.99))
    made.work()
    found = answer(made)
    assert found.recommended is None
    assert found.sentence.startswith("Nothing that was tried holds the accuracy with less ")
    assert found.test_readings == 1
    assert {lever.verdict for lever in found.levers if lever.key in ("smoothing", "ema")} <= {
        VerdictCode.NOT_SHOWN, VerdictCode.WORSE
    }  # fmt: skip


def test_a_study_that_broke_off_anywhere_goes_on_as_it_would_have(
    whole: MadeUp, tmp_path: Path
) -> None:
    """What earlier sessions took is known to a second or so, which their last decisions turn on."""
    broken = MadeUp(tmp_path, whole.plan)
    for runs in (1, 2, 9, 20):
        broken.stop_after = runs
        assert broken.work() is None
        with Store(tmp_path) as store:  # a process that dies with a run under way
            left = [run for run in store.runs() if run.status is RunStatus.QUEUED]
            store.claim(left[-1].run_id, left[-1].maker)
        if runs > 1:
            early = answer(broken)
            assert not early.is_finished
            assert early.sentence.startswith("The study is under way: ")
    broken.stop_after = None
    assert broken.work() is not None
    wanted, found = trials(whole), trials(broken)
    same = [stage for stage, _, _ in wanted if stage in ("noise", "ground", "screening")]
    assert found[: len(same)] == wanted[: len(same)]
    assert len(found) == len(set(enumerate(found))), "no trial twice"
    asked = [(arm, seed) for stage, arm, seed in found if stage != "screening"]
    assert len(asked) == len(set(asked)), "no combination twice with one seed"
    assert broken.asked.count("tune") == 1
    best, other = answer(whole).recommended, answer(broken).recommended
    assert best is not None
    assert other is not None
    assert other.levers.keys() == best.levers.keys()


def test_runs_for_the_window_wait_in_its_queue(tmp_path: Path) -> None:
    assert INFO is not None
    wanted = plan()
    with Store(tmp_path) as store:
        study = store.add_study("s", wanted.plain())
        search = LeverStudy(study, wanted, INFO, reserved=False)
        step = search.next(store)
        assert isinstance(step, TrainRuns)
        assert [run_id for run_id, _ in store.queue_names()] == [step.runs[0].run_id]
        assert search.title(store, step.runs[0]) == "run 1, baseline: as it is (seed 0)"
        assert search.next(store) == Wait()


def test_a_screening_that_is_too_long_leaves_out_what_promises_least(tmp_path: Path) -> None:
    made = MadeUp(tmp_path, plan(420.0, levers=(*LITTLE, "ema", "batch", "shift", "weight_decay")))
    made.work()
    with Store(tmp_path) as store:
        screened = ScreeningPlan.of_notes(store.study_notes(store.studies()[0].study_id))
    assert screened is not None
    assert screened.left_out
    assert set(screened.left_out.values()) == {"the budget is too small for it"}
    assert "separable" in screened.levers, "it halves what is computed"
    reasons = {lever.key: lever.reason for lever in answer(made).levers}
    assert all(reasons[key] == "the budget is too small for it" for key in screened.left_out)


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "levels",
    [
        {"nesterov": None, "one_cycle": 0.2, "batch": 4.0},
        {"adamw": None, "strided_stem": None, "width": 0.25, "head": None, "batch_norm": None},
        {"smoothing": None, "ema": None, "shift": None, "rate": 1.5},
    ],
)
def test_settings_of_a_combination_make_it_of_the_baseline(
    levels: Mapping[str, float | None],
) -> None:
    assert INFO is not None
    arm = LeverSet.of(levels)
    assert LeverSet.of_plain(arm.plain()) == arm
    made = ArmBuilder(plan(), INFO).experiment(arm)
    settings = changed_settings(MNIST, made)
    again = MNIST.with_settings(settings)
    assert again.model_copy(update={"name": made.name}) == made
    assert as_options(settings).startswith(" --set ")


def test_what_was_found_for_an_optimizer_is_its_rate() -> None:
    assert INFO is not None
    builder = ArmBuilder(plan(), INFO, None, {"nesterov": 0.05})
    assert builder.experiment(LeverSet.of({"nesterov": None})).optimizer.learning_rate == 0.05
    cycle = builder.experiment(LeverSet.of({"one_cycle": 0.3, "nesterov": None}))
    assert cycle.optimizer.learning_rate == 0.2
    assert cycle.training.epochs == 3


def test_another_seed_trains_with_others_all_through(tmp_path: Path) -> None:
    made = MadeUp(tmp_path, plan(300.0, levers=("one_cycle", "betas"), seed=2))
    made.work()
    found = answer(made)
    assert min(found.seeds) == 20_000
    assert f"--seed {made.plan.seed}" in found.command


def test_a_plan_survives_the_store() -> None:
    wanted = plan(target=0.992, seed=3)
    assert StudyPlan.of_plain(wanted.plain()) == wanted
    assert wanted.differs_from(replace(wanted, budget=10.0)) == ""
    assert wanted.differs_from(replace(wanted, target=None)) == "--target"

"""Which trial is next, from the store alone: the same whatever ends first or breaks off."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.executors import pretend
from workbench import presets
from workbench.evaluation.predictions import Evaluated
from workbench.experiment import MOST_LETTERS, Experiment
from workbench.runs.record import Run
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError
from workbench.study.sweeps.axes import axes_of
from workbench.study.sweeps.bounds import SweepBound, out_of_reach, refusal
from workbench.study.sweeps.choice import chosen, front, importance
from workbench.study.sweeps.goals import goals_of
from workbench.study.sweeps.plan import NoSuchPlan, SweepPlan
from workbench.study.sweeps.proposals import planned, unreachable
from workbench.study.sweeps.space import Space
from workbench.study.sweeps.strategies import checked
from workbench.study.sweeps.sweep import Sweep, named, refuse_other
from workbench.study.sweeps.told import Told
from workbench.study.sweeps.trials import SweepTrial
from workbench.study.words import named_by, titled
from workbench.study.work import Ask, SearchEnded, Stopwatch, TrainRuns, Wait

DIGITS = presets.load("digits-cnn")
INFO = DIGITS.data.info()
assert INFO is not None
RATE = "optimizer.learning_rate=0.0001..1:log"
BATCH = "training.batch_size=32,64,128"


def plan(
    *vary: str,
    strategy: str = "tpe",
    goals: tuple[str, ...] = (),
    where: tuple[str, ...] = (),
    **others: object,
) -> SweepPlan:
    made = SweepPlan(
        DIGITS.to_toml(),
        axes_of(vary, DIGITS),
        strategy,
        goals_of(goals),
        tuple(map(SweepBound.of_text, where)),
    )
    return replace(made, **others)  # type: ignore[arg-type]


def reaches(experiment: Experiment) -> float:
    """A space with one best rate, 0.01; above 0.1 training diverges."""
    rate, batch = experiment.optimizer.learning_rate, experiment.training.batch_size
    if rate > 0.1:
        return math.nan
    return 0.9 - 0.1 * abs(math.log10(rate) + 2) + (0.01 if batch == 64 else 0.0)


class Bench:
    """A store with a sweep, trained by nobody: runs end in any order."""

    def __init__(self, folder: Path, wanted: SweepPlan, seed: int = 0) -> None:
        self.store, self.plan = Store(folder), wanted
        self._chance = random.Random(seed)
        self.study = self.store.study("s") or self.store.add_study("s", wanted.plain())
        assert INFO is not None
        self.sweep = Sweep(self.study, wanted, INFO)
        self.waiting = [run.run_id for run in self.sweep.left_over(self.store)]

    def run(self, until: int = 10_000) -> None:
        """Trains at most so many runs, as many at once as there are workers."""
        for _ in range(until):
            while len(self.waiting) < self.plan.workers and (runs := self.more()):
                self.waiting += [run.run_id for run in runs]
            if not self.waiting:
                return
            self._chance.shuffle(self.waiting)
            pretend(self.store, self.waiting.pop(), reaches, self.store.token)

    def more(self) -> list[Run]:
        """The runs that the sweep wants trained now."""
        step = self.sweep.next(self.store)
        return list(step.runs) if isinstance(step, TrainRuns) else []

    def trials(self) -> list[SweepTrial]:
        return self.sweep.trials(self.store)

    def tried(self) -> list[tuple[int, dict[str, object], str]]:
        """Number, settings and state of all trials."""
        return [(t.number, dict(t.settings), t.state.value) for t in self.trials()]

    def close(self) -> None:
        self.store.close()


def swept(
    folder: Path, wanted: SweepPlan, seed: int = 0
) -> list[tuple[int, dict[str, object], str]]:
    bench = Bench(folder, wanted, seed)
    bench.run()
    found = bench.tried()
    bench.close()
    return found


# --- strategies ----------------------------------------------------------------------------------


def test_a_grid_tries_each_combination_once_and_the_baseline_among_them(tmp_path: Path) -> None:
    wanted = plan("optimizer.learning_rate=0.001,0.01", BATCH, strategy="grid")
    bench = Bench(tmp_path, wanted)
    bench.run()
    tried = bench.tried()
    assert [number for number, *_ in tried] == [1, 2, 3, 4, 5, 6]
    assert len({str(settings) for _, settings, _ in tried}) == 6
    baseline = bench.sweep.baseline(bench.trials())
    assert baseline is not None
    assert baseline.settings == {"optimizer.learning_rate": 0.001, "training.batch_size": 32}
    assert bench.sweep.ending == "every combination has been tried"
    bench.close()


def test_runs_say_what_they_are_and_the_baseline_keeps_its_name(tmp_path: Path) -> None:
    wanted = plan("optimizer.kind=adam,sgd", "training.batch_size=32,64", strategy="grid", seeds=2)
    bench = Bench(tmp_path, wanted)
    bench.run()
    names = [[run.name for run in trial.runs] for trial in bench.trials()]
    baseline = bench.sweep.baseline(bench.trials())
    again = Bench(tmp_path, wanted)
    assert not again.more(), "a name makes no other combination"
    bench.close()
    again.close()
    assert [given[0] for given in names] == [
        "digits-cnn",
        "digits-cnn optimizer Adam, batch size 64",
        "digits-cnn optimizer SGD, batch size 32",
        "digits-cnn optimizer SGD, batch size 64",
    ]
    assert names[1][1] == "digits-cnn optimizer Adam, batch size 64 2"
    assert baseline is not None
    assert baseline.number == 1


def test_settings_by_the_titles_of_the_form() -> None:
    assert titled({"optimizer.learning_rate": 0.003}) == "Learning rate 0.003"
    assert titled({}) == "–"
    both = {"structure.layers[0].padding": "same", "lever.width_multiplier": 0.5}
    assert titled(both) == "Layer 1: padding same, width multiplier 0.5"
    same = {"optimizer.kind": "sgd", "optimizer.momentum": 0.9, "hardware.jit_compile": True}
    assert titled(same) == "Optimizer SGD, momentum 0.9, XLA on"
    long = named_by(DIGITS, {f"structure.layers[{n}].units": n for n in range(40)})
    assert len(long.name) <= MOST_LETTERS


def test_a_grid_without_the_baseline_trains_it_first(tmp_path: Path) -> None:
    tried = swept(tmp_path, plan("optimizer.learning_rate=0.02,0.01", strategy="grid"))
    assert [(number, settings) for number, settings, _ in tried] == [
        (0, {}),
        (1, {"optimizer.learning_rate": 0.02}),
        (2, {"optimizer.learning_rate": 0.01}),
    ]


@pytest.mark.parametrize("strategy", ["random", "tpe"])
def test_no_combination_twice_and_an_end_when_all_are_done(tmp_path: Path, strategy: str) -> None:
    wanted = plan("optimizer.kind=adam,sgd", BATCH, strategy=strategy, runs=50)
    tried = swept(tmp_path, wanted)
    assert len(tried) == 6, "the baseline, and what differs from it"
    assert len({str(sorted(settings.items())) for _, settings, _ in tried}) == 6


def test_tpe_finds_what_chance_finds_later(tmp_path: Path) -> None:
    best = {}
    for strategy in ("random", "tpe"):
        bench = Bench(tmp_path / strategy, plan(RATE, BATCH, strategy=strategy, runs=40))
        bench.run()
        reached = [t.means(bench.plan.goals) for t in bench.trials()][-20:]
        best[strategy] = sorted(value[0] for value in reached if value is not None)[-10]
        bench.close()
    assert best["tpe"] > best["random"] + 0.02


@pytest.mark.parametrize(
    ("strategy", "goals", "workers"),
    [
        ("random", (), 1),
        ("tpe", (), 1),
        ("tpe", (), 4),
        ("tpe", ("max:val_accuracy", "min:parameters"), 4),
    ],
)
def test_the_same_trials_whatever_ends_first_and_whenever_it_broke_off(
    tmp_path: Path, strategy: str, goals: tuple[str, ...], workers: int
) -> None:
    wanted = plan(RATE, BATCH, strategy=strategy, goals=goals, workers=workers, runs=16)
    whole = swept(tmp_path / "whole", wanted, seed=1)
    assert len(whole) == 17
    assert {state for *_, state in whole} == {"finished", "failed"}
    assert swept(tmp_path / "other order", wanted, seed=2) == whole
    for stop in (2, 5, 6):
        bench = Bench(tmp_path / "broken", wanted, seed=stop)
        bench.run(stop)
        bench.close()
        with Store(tmp_path / "broken") as store:
            store.mark_interrupted()  # as every command begins
    assert swept(tmp_path / "broken", wanted) == whole
    assert swept(tmp_path / "seed", replace(wanted, seed=1)) != whole


def test_refusals_are_counted_cost_nothing_and_teach(tmp_path: Path) -> None:
    wanted = plan(
        "structure.layers[0].filters=4..128", BATCH, where=("parameters < 90000",), runs=12
    )
    bench = Bench(tmp_path, wanted)
    bench.run()
    tried = bench.tried()
    refused = [settings for _, settings, state in tried if state == "refused"]
    assert sum(state == "finished" for *_, state in tried) == 13
    assert 3 <= len(refused) < 60
    runs = bench.store.runs()
    assert len(runs) == 13, "none was made of what was refused"
    reasons = {t.record.refused for t in bench.trials() if t.record.refused}
    assert all(
        reason.startswith("parameters < 90,000 does not hold: it has ") for reason in reasons
    )
    bench.close()


def test_a_search_that_is_refused_again_and_again_ends(tmp_path: Path) -> None:
    wanted = plan(
        "structure.layers[0].filters=8..4000", strategy="random", runs=5, where=("macs < 100",)
    )
    bench = Bench(tmp_path, wanted)
    bench.run()
    assert bench.sweep.ending.startswith("the last 200 combinations were refused (macs < 100 does ")
    assert unreachable(wanted, bench.sweep.space).startswith(
        "no combination has macs < 100: the smallest has "
    )
    bench.close()


# --- repeats, failures, budgets ------------------------------------------------------------------


def test_seeds_are_one_trial_with_mean_deviation_and_each_value(tmp_path: Path) -> None:
    bench = Bench(tmp_path, plan("training.epochs=2,3", strategy="grid", seeds=3))
    by_seed = {0: 0.90, 1: 0.92, 2: 0.94}
    while runs := bench.more():
        assert [run.experiment.training.seed for run in runs] == [0, 1, 2]
        for run in runs:
            pretend(bench.store, run.run_id, lambda e: by_seed[e.training.seed], bench.store.token)
    trials = bench.trials()
    assert [t.number for t in trials] == [0, 1, 2]
    found = trials[1].spread(bench.plan.goals[0])
    assert found is not None
    assert (found.mean, found.deviation) == (pytest.approx(0.92), pytest.approx(0.02))
    assert trials[1].each(bench.plan.goals[0]) == [0.90, 0.92, 0.94]
    assert [g.name for g in bench.store.groups()] == ["s", "s 0", "s 1", "s 2"]
    bench.store.delete([trials[1].runs[0].run_id])
    assert bench.trials()[1].state.value == "failed", "it lacks a repeat"
    bench.close()


def test_time_that_is_used_up_ends_it_after_the_first_trial(tmp_path: Path) -> None:
    bench = Bench(tmp_path, plan(RATE, runs=50, budget=90.0))
    assert INFO is not None
    bench.sweep = Sweep(bench.study, bench.plan, INFO, Stopwatch(100.0))
    bench.run()
    assert [number for number, *_ in bench.tried()] == [0, 1]
    assert bench.sweep.ending == "the time is used up"
    bench.close()


def test_two_processes_don_t_work_on_one_sweep(tmp_path: Path) -> None:
    bench = Bench(tmp_path, plan(RATE, runs=5))
    with Store(tmp_path) as other:
        with pytest.raises(StoreError, match="'s' is being worked on by another process"):
            other.take_study(bench.study)
        bench.store.leave_study(bench.study.study_id)
        other.take_study(bench.study)
    bench.close()


# --- what a driver is told -----------------------------------------------------------------------


def test_the_test_images_are_asked_for_once_the_choice_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, plan(BATCH, strategy="grid"))
    first = bench.sweep.next(bench.store)
    assert isinstance(first, TrainRuns)
    assert bench.sweep.title(bench.store, first.runs[0]) == "trial 1 of 3: training.batch_size=32"
    bench.waiting = [run.run_id for run in first.runs]
    bench.run()
    read = []
    while isinstance(step := bench.sweep.next(bench.store), Ask):
        known = bench.store.study("s")
        assert known is not None
        assert [choice["best"] for choice in known.choices] == [2], "kept before it is asked"
        assert step.words == "the choice is kept; testing 2 runs on the test images"
        again = bench.sweep.next(bench.store)
        assert isinstance(again, Ask)
        assert again.request == step.request, "what wasn't answered is asked again"
        step.take(bench.store, Evaluated(360, 0.9, ""))
        read.append(step.request.run_id)
    assert step == SearchEnded("every combination has been tried")
    tested = {run.run_id: run.test_accuracy for run in bench.store.runs()}
    assert {run_id for run_id, accuracy in tested.items() if accuracy} == set(read)
    assert len(read) == 2, "the best and the runner-up, which is the baseline"
    bench.close()


def test_a_sweep_for_the_window_puts_its_runs_into_the_queue(tmp_path: Path) -> None:
    bench = Bench(tmp_path, plan(BATCH, strategy="grid"))
    assert INFO is not None
    bench.sweep = Sweep(bench.study, bench.plan, INFO, reserved=False)
    first = bench.sweep.next(bench.store)
    assert isinstance(first, TrainRuns)
    run_id = first.runs[0].run_id
    assert [name for name, _ in bench.store.queue_names()] == [run_id]
    assert bench.sweep.next(bench.store) == Wait(), "one worker: the trial under way comes first"
    assert bench.sweep.left_over(bench.store) == [], "it waits where the window finds it"
    pretend(bench.store, run_id, lambda experiment: math.inf)
    assert [run.run_id for run in bench.sweep.left_over(bench.store)] == [run_id]
    assert [name for name, _ in bench.store.queue_names()] == [run_id]
    bench.close()


def test_a_stopwatch_stands_still_in_pauses() -> None:
    now = [100.0]
    watch = Stopwatch(5.0, lambda: now[0])
    now[0] += 2.0
    watch.pause()
    now[0] += 50.0
    assert watch.seconds == 7.0
    watch.go_on()
    now[0] += 1.0
    assert watch.seconds == 8.0


# --- the choice ----------------------------------------------------------------------------------


def test_the_choice_the_front_and_no_importance_before_twenty(tmp_path: Path) -> None:
    goals = ("max:val_accuracy", "min:parameters")
    bench = Bench(tmp_path, plan(RATE, "training.epochs=1..6", goals=goals, runs=19))
    bench.run()
    trials = bench.trials()
    choice = chosen(trials, bench.plan.goals, bench.sweep.baseline(trials))
    assert choice is not None
    means = {t.number: t.means(bench.plan.goals) for t in trials if t.number}
    known = {number: m for number, m in means.items() if m is not None}
    assert known[choice.best.number][0] == max(m[0] for m in known.values())
    on_front = front(trials, bench.plan.goals)
    for number, (accuracy, size) in known.items():
        beaten = any(
            a >= accuracy and s <= size and (a, s) != (accuracy, size) for a, s in known.values()
        )
        assert (number in on_front) is not beaten
    shares, note = importance(bench.plan, trials)
    assert shares is None
    assert note.startswith("from 20 finished trials on; ")
    bench.sweep = Sweep(bench.study, replace(bench.plan, runs=40), bench.sweep.info)
    bench.run()
    shares, note = importance(bench.plan, bench.trials())
    assert shares is not None
    assert shares["optimizer.learning_rate"] > shares["training.epochs"]
    assert sum(shares.values()) == pytest.approx(1)
    bench.close()


def test_a_failed_trial_is_no_choice(tmp_path: Path) -> None:
    bench = Bench(tmp_path, plan("optimizer.learning_rate=0.9,0.8", strategy="grid"))
    bench.run()
    trials = bench.trials()
    assert [t.state.value for t in trials] == ["finished", "failed", "failed"]
    assert chosen(trials, bench.plan.goals, trials[0]) is None
    bench.close()


# --- plans and bounds ----------------------------------------------------------------------------


def test_a_plan_survives_the_store_and_a_newer_one_is_refused(tmp_path: Path) -> None:
    wanted = plan(RATE, BATCH, where=("macs <= 1e6",), goals=("min:val_loss",), runs=9, seeds=2)
    with Store(tmp_path) as store:
        store.add_study("s", wanted.plain())
        assert named(store, "s")[1] == wanted
        for damaged, said in (({"version": 99}, "made by a newer"), ({}, "is damaged")):
            store.replan_study(named(store, "s")[0].study_id, damaged)
            with pytest.raises(NoSuchPlan, match=said):
                named(store, "s")
            store.replan_study(store.studies()[0].study_id, wanted.plain())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"strategy": "random"}, "the strategy random needs an end: a number of runs or a budget"),
        ({"strategy": "grid"}, "a grid needs values; list them, or choose the strategy random"),
        ({"runs": 0}, "the number of runs must be from 1 to 100,000, got 0"),
        ({"runs": 5, "seeds": 0}, "the number of seeds must be from 1 to 100, got 0"),
        ({"runs": 5, "workers": 99}, "trials side by side must be from 1 to 64, got 99"),
        ({"runs": 5, "seed": -1}, "the seed of the search must be 0 or more, got -1"),
        ({"runs": 5, "experiment": DIGITS.with_settings(
            {"training.validation_split": 0.0}).to_toml()},
         "training.validation_split is 0: a search needs a validation part"),
    ],
)  # fmt: skip
def test_plans_that_can_t_be_done(changes: dict[str, object], said: str) -> None:
    assert INFO is not None
    with pytest.raises(SpecError) as refused:
        checked(plan(RATE, **changes), INFO)  # type: ignore[arg-type]
    assert said in str(refused.value)


def test_a_grid_has_a_limit() -> None:
    assert INFO is not None
    wanted = plan(
        "optimizer.kind=adam,sgd", "training.epochs=1..300", "training.batch_size=1..40",
        strategy="grid",
    )  # fmt: skip
    with pytest.raises(SpecError) as refused:
        checked(wanted, INFO)
    assert str(refused.value) == (
        "2 x 300 x 40 = 24,000 runs; a grid is limited to 1,000: choose the strategy "
        "random and a number of runs"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parameters", "must be as in 'parameters < 50000'"),
        ("parmeters < 5", "there is no parmeters; did you mean 'parameters'?"),
        ("parameters < many", "'many' is not a number"),
        ("latency < 0.05 ms", "latency is not known before training; bound parameters or macs"),
    ],
)
def test_bad_bounds(text: str, said: str) -> None:
    with pytest.raises(SpecError) as refused:
        SweepBound.of_text(text)
    assert said in str(refused.value)


def test_bounds_take_thousands_and_units_and_name_what_is_nearest() -> None:
    assert INFO is not None
    space = Space(DIGITS, INFO, axes_of(["lever.width_multiplier=0.5,1"], DIGITS))
    half, whole = map(space.combination, space.all_settings())
    limit = DIGITS.analysis(INFO).parameters
    assert SweepBound.of_text("parameters<50,000") == SweepBound("parameters", "<", 50_000)
    assert SweepBound.of_text("file_bytes <= 400 kB").limit == 400_000
    assert refusal(half, [SweepBound("parameters", "<", limit)]) is None
    assert refusal(whole, [SweepBound("parameters", "<=", limit)]) is None
    refused = refusal(whole, [SweepBound("parameters", "<", limit)])
    assert refused is not None
    assert refused.violations["parameters < 93,322"] > 0, "also on the bound itself"
    smallest = half.experiment.analysis(INFO).parameters
    said = out_of_reach([half, whole], [SweepBound("parameters", "<", 100)])
    assert said == f"no combination has parameters < 100: the smallest has {smallest:,}"
    said = out_of_reach([half, whole], [SweepBound("macs", ">", 1e12)])
    assert "the largest has " in said
    both = [
        SweepBound("parameters", "<", limit),
        SweepBound("macs", ">=", DIGITS.analysis(INFO).macs),
    ]
    assert out_of_reach([half, whole], both).startswith("no combination keeps all bounds at once")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["max:test_accuracy"], "the test images are read once, after the choice"),
        (["max:acuracy"], "there is no quantity 'acuracy'; did you mean 'accuracy'?"),
        (["up:val_loss"], "must be max:NAME or min:NAME"),
        (["val_loss", "min:val_loss"], "each quantity can be a goal once"),
        (["val_loss", "macs", "parameters", "seconds"], "at most 3 goals make a front, got 4"),
    ],
)
def test_bad_goals(texts: list[str], said: str) -> None:
    with pytest.raises(SpecError) as refused:
        goals_of(texts)
    assert said in str(refused.value)


def test_a_name_belongs_to_one_search() -> None:
    known = plan(RATE, runs=5)
    refuse_other("s", known, replace(known, runs=9))
    other = DIGITS.with_settings({"structure.layers[0].filters": 8})
    cases: list[tuple[SweepPlan, str]] = [
        (replace(known, experiment=other.to_toml()), "another experiment (structure differs)"),
        (plan(BATCH, runs=5), "other options (axes differs)"),
    ]
    for wanted, said in cases:
        with pytest.raises(SpecError) as refused:
            refuse_other("s", known, wanted)
        assert said in str(refused.value)
        assert "give it another name" in str(refused.value)


def test_what_is_planned_is_what_is_tried(tmp_path: Path) -> None:
    assert INFO is not None
    wanted = plan(RATE, BATCH, strategy="random", runs=9, seed=3)
    found = planned(wanted, wanted.space(INFO))
    assert found is not None
    assert [c.settings for c in found] == [s for number, s, _ in swept(tmp_path, wanted) if number]
    assert planned(plan(RATE, runs=3), wanted.space(INFO)) is None


def test_a_new_strategy_is_a_class_and_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collections.abc import Iterator, Sequence

    from workbench.study.sweeps import strategies
    from workbench.study.sweeps.space import Settings

    class Backwards(strategies.Strategy):
        """The grid from its end."""

        ends = True

        def proposals(self, number: int, told: Sequence[Told]) -> Iterator[Settings]:
            yield from reversed(list(self.space.all_settings()))

    monkeypatch.setitem(strategies.STRATEGIES, "backwards", Backwards)
    tried = swept(tmp_path, plan(BATCH, strategy="backwards"))
    assert [settings for _, settings, _ in tried] == [
        {"training.batch_size": 128},
        {"training.batch_size": 64},
        {"training.batch_size": 32},
    ]

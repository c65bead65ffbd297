"""The tasks that measure speed, on real small networks: what they give adds up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.small import small
from tests.engine.tasks import do
from workbench.base.plain_values import plain
from workbench.experiment import Experiment
from workbench.hardware import remembered
from workbench.hardware.autotune import Tuned
from workbench.hardware.roofline import Peaks, Profile
from workbench.runs.store import Store
from workbench.spec.machine import Machine

TINY: dict[str, Any] = {
    "structure__layers": [
        {"kind": "conv2d", "filters": 4, "padding": "same"},
        {"kind": "residual_block", "filters": 4},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ],
    "training__batch_size": 64,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def profile(folder: Path) -> Profile:
    return do("profile_layers", folder, small(**TINY))[0]


@pytest.fixture(scope="module")
def machine(folder: Path) -> Machine:
    return do("devices", folder)[0]


def test_the_machine_is_this_one(machine: Machine) -> None:
    assert machine.processor.cores >= 1
    assert machine.processor.memory_bytes > 10**8
    assert machine.processor.name
    assert "tensorflow" in machine.versions


def test_a_profile_times_every_call_of_a_layer(profile: Profile) -> None:
    experiment = small(**TINY)
    info = experiment.data.info()
    assert info is not None
    calls = [call for cost in experiment.analysis(info).layers for call in cost.calls]
    assert len(profile.layers) == len(calls)
    computing = [row for row in profile.layers if row.flops]
    assert all(row.seconds > 0 for row in computing)
    spent = sum(row.seconds for row in profile.layers)
    assert profile.unexplained == pytest.approx(1 - spent / profile.step_seconds)
    assert profile.images_per_second == pytest.approx(64 / profile.step_seconds)
    json.dumps(plain(profile), allow_nan=False)


def test_the_peak_is_remembered_for_the_machine(
    profile: Profile, folder: Path, machine: Machine
) -> None:
    found = remembered.recall(
        folder, "peak", remembered.peak_key(machine, Experiment().hardware), Peaks
    )
    assert found == profile.peak
    assert found is not None
    assert found.flops["float32"] > 1e8
    assert found.bandwidth > 1e7


def test_what_is_damaged_counts_as_not_measured(tmp_path: Path) -> None:
    remembered.remember(tmp_path, "tune", "a", Peaks({"float32": 1.0}, 2.0, "CPU"))
    assert remembered.recall(tmp_path, "tune", "a", Peaks) == Peaks({"float32": 1.0}, 2.0, "CPU")
    assert remembered.recall(tmp_path, "tune", "a", Tuned) is None, "of another version"
    (tmp_path / "measured" / "tune-a.json").write_text("{", encoding="utf-8")
    assert remembered.recall(tmp_path, "tune", "a", Peaks) is None
    assert remembered.recall(tmp_path, "tune", "b", Peaks) is None


def test_another_network_is_another_measurement() -> None:
    keys = [
        remembered.network_key(small(**TINY, **extra))
        for extra in ({}, {"training__epochs": 9}, {"data__resize": 9})
    ]
    assert keys[0] == keys[1] != keys[2]


def test_autotune_measures_finds_and_remembers(
    folder: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With short samples, and without the levers that take seconds to build.

    A compilation that would take longer than there is time is not begun.
    """
    from workbench.hardware import autotune
    from workbench.runtime.jobs import tune

    every = autotune.levers
    monkeypatch.setattr(tune, "SAMPLE_SECONDS", 0.02)
    monkeypatch.setattr(tune, "XLA_FACTOR", 1e9)
    monkeypatch.setattr(
        autotune,
        "levers",
        lambda *given, **named: [
            lever
            for lever in every(*given, **named)
            if not any("threads" in path for path in lever.settings)
        ],
    )
    experiment = small(**TINY, hardware__jit_compile=True)
    result, said = do("tune", folder, experiment, seconds=60.0)
    candidates = {one.name: one for one in result.candidates}
    assert {"as it comes", "one step a call", "cached input"} <= candidates.keys()
    assert "compiling would take longer" in candidates.pop("XLA").failed
    assert all(one.rates for one in candidates.values())
    assert candidates["as it comes"].gain == 1.0
    assert result.alone.keys() <= candidates.keys()
    assert result.name in candidates
    assert result.best.keys() == autotune.AS_IT_COMES.keys()
    best = experiment.with_settings(result.best)
    assert not best.hardware.jit_compile, "it begins from the settings as they come"
    assert [m.done for m in said if m.total] == sorted(m.done for m in said if m.total)
    key = autotune.key(machine, experiment)
    assert remembered.recall(folder, "tune", key, Tuned) == result


def test_combinations_of_what_was_worth_it_are_measured_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With made-up speeds: two levers that give, and three that don't."""
    from workbench.hardware.autotune import SpeedLever
    from workbench.runtime.jobs import tune

    speeds = {
        "hardware.precision": 1.5,
        "hardware.pipeline": 1.2,
        "hardware.prefetch": 0.5,
        "hardware.decode_threads": 0.4,
        "hardware.steps_per_execution": 0.3,
    }
    values = ("mixed_bfloat16", "cached", 3, 3, 3)

    class MadeUp:
        compile_seconds = 0.0

        def __init__(self, experiment: Experiment, *rest: object) -> None:
            self.rate = 100.0
            for (path, factor), value in zip(speeds.items(), values, strict=True):
                self.rate *= factor if experiment.at(path) == value else 1.0

        def sample(self, seconds: float) -> float:
            return self.rate

        def end(self) -> None: ...

    monkeypatch.setattr(tune, "OwnBench", MadeUp)
    monkeypatch.setattr(tune.Tuning, "check", lambda *_: None)
    monkeypatch.setattr(
        tune.autotune,
        "levers",
        lambda *_, **__: [SpeedLever(p, {p: v}) for p, v in zip(speeds, values, strict=True)],
    )
    result, _ = do("tune", folder, small(**TINY))
    assert result.name == "hardware.precision + hardware.pipeline"
    assert result.gain == pytest.approx(1.8)
    assert all(one.rates for one in result.candidates)


NOISY = {
    "hardware.precision": "mixed_bfloat16",
    "hardware.pipeline": "cached",
    "hardware.prefetch": 3,
    "hardware.decode_threads": 3,
    "hardware.steps_per_execution": 3,
}


def tuned_on_a_noisy_machine(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rates: dict[str, Iterator[float]]
) -> Tuned:
    """Autotune's result where each lever (and "" for the base) gives these rates, one a sample, on
    a clock that only samples move.
    """
    from workbench.hardware.autotune import SpeedLever
    from workbench.runtime.jobs import tune

    now = [0.0]

    class Noisy:
        compile_seconds = 0.0

        def __init__(self, experiment: Experiment, *rest: object) -> None:
            path = [path for path, value in NOISY.items() if experiment.at(path) == value]
            self.rates = rates[path[0] if path else ""]

        def sample(self, seconds: float) -> float:
            now[0] += seconds
            return next(self.rates)

        def end(self) -> None: ...

    monkeypatch.setattr(tune, "OwnBench", Noisy)
    monkeypatch.setattr(tune.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(tune.Tuning, "check", lambda *_: None)
    monkeypatch.setattr(
        tune.autotune,
        "levers",
        lambda *_, **__: [SpeedLever(path, {path: NOISY[path]}) for path in rates if path],
    )
    monkeypatch.setattr(tune.autotune, "combinations", lambda *_: [])
    return do("tune", folder, small(**TINY), seconds=60.0)[0]


def test_autotune_takes_back_what_a_busy_moment_made_it_give_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from itertools import chain, repeat

    fast, *others = NOISY
    slow = {path: repeat(rate) for path, rate in zip(others, (107, 106, 105, 104), strict=True)}
    rates = {"": repeat(100.0), fast: chain([80.0, 150.0, 80.0], repeat(150.0)), **slow}
    result = tuned_on_a_noisy_machine(folder, monkeypatch, rates)
    assert result.name == fast
    assert result.best[fast] == NOISY[fast]
    shown = {one.name: one for one in result.candidates}
    assert not shown[fast].is_out
    assert shown[fast].rate == max(one.rate for one in result.candidates)
    assert "noisy" not in result.words


@pytest.mark.parametrize("pattern", [(80.0, 130.0), (90.0, 130.0, 130.0, 90.0, 130.0)])
def test_autotune_recommends_nothing_that_the_noise_hides(
    folder: Path, monkeypatch: pytest.MonkeyPatch, pattern: tuple[float, ...]
) -> None:
    """Now slower than the base, now faster, for as long as it takes."""
    from itertools import cycle, repeat

    path = next(iter(NOISY))
    rates = {"": repeat(100.0), path: cycle(pattern)}
    result = tuned_on_a_noisy_machine(folder, monkeypatch, rates)
    assert (result.name, result.gain) == ("as it comes", 1.0)
    assert all(result.best.get(p) != value for p, value in NOISY.items())
    assert result.doubts
    assert "Too noisy to say whether" in result.words
    assert "Give it more time" in result.words
    assert "100 images/s" in result.words, "with what it saw"
    assert len(result.candidates[1].rates) > 20, "and it looked for as long as it could"


def test_autotune_says_where_two_levers_can_not_be_told_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from itertools import cycle, repeat

    one, other, *_ = NOISY
    rates = {"": repeat(100.0), one: cycle([140.0, 200.0]), other: cycle([190.0, 150.0, 160.0])}
    result = tuned_on_a_noisy_machine(folder, monkeypatch, rates)
    assert result.name in (one, other)
    assert set(result.doubts) == {one, other} - {result.name}
    assert "times as fast" in result.words
    assert "Too noisy to say whether it is the fastest" in result.words


def test_autotune_can_be_ended(folder: Path) -> None:
    from workbench.runtime.process.work import TaskCancelled

    with pytest.raises(TaskCancelled):
        do("tune", folder, small(**TINY), cancel_after=6)


def test_a_trial_with_other_threads_runs_in_a_process_of_its_own(folder: Path) -> None:
    from workbench.runtime.jobs.bench import BenchFailed, ChildBench

    bench = ChildBench(small(**TINY, hardware__intra_op_threads=1), folder)
    try:
        assert bench.compile_seconds > 0
        assert bench.sample(0.05) > 0
    finally:
        bench.end()
    with pytest.raises(BenchFailed, match=r"hardware\.target: asks for a GPU"):
        ChildBench(small(**TINY, hardware__target="gpu", hardware__intra_op_threads=1), folder)


def test_a_task_that_needs_other_threads_gets_its_process(tmp_path: Path) -> None:
    from workbench.execution.ask import do_task
    from workbench.execution.tasks.trial import TRIAL, TrialRequest
    from workbench.spec.hardware import Startup

    Store(tmp_path).close()
    request = TrialRequest(small(**TINY).to_toml(), 0.0, startup=Startup(intra_op_threads=1))
    assert do_task(tmp_path, TRIAL, request, lambda message: None).compile_seconds > 0

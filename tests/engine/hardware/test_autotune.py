"""What Autotune tries and concludes, from made-up figures."""

from __future__ import annotations

import math

import pytest

from workbench.experiment import Experiment
from workbench.hardware import autotune
from workbench.hardware.autotune import Candidate, compare_losses, gain
from workbench.spec.machine import Accelerator, Machine, Processor

CPU = Machine(Processor("x", 4, 1, ("avx512_bf16",)))
OLD_CPU = Machine(Processor("x", 1, 1, ("avx2",)))
GPU = Machine(Processor("x", 4, 1, ()), (Accelerator("T4", 1, (7, 5)),))


def measured(name: str, rates: list[float], **settings: object) -> Candidate:
    return Candidate((name,) if name else (), settings, rates, list(range(len(rates))))


@pytest.mark.parametrize(
    ("machine", "target", "names"),
    [
        (CPU, "auto", ["bfloat16", "XLA", "cached input", "one step a call", "2 threads",
                       "1 thread"]),
        (OLD_CPU, "auto", ["XLA", "cached input", "one step a call"]),
        (GPU, "auto", ["float16", "XLA", "cached input", "one step a call"]),
        (GPU, "cpu", ["XLA", "cached input", "one step a call", "2 threads", "1 thread"]),
        (GPU, "multi_gpu", ["float16", "cached input", "one step a call"]),
    ],
)  # fmt: skip
def test_only_what_makes_sense_is_tried(machine: Machine, target: str, names: list[str]) -> None:
    experiment = Experiment().with_settings({"hardware.target": target})
    levers = autotune.levers(experiment, machine, in_memory=True)
    assert [lever.name for lever in levers] == names
    for lever in levers:
        changed = experiment.with_settings(lever.settings)
        assert changed != experiment.with_settings(autotune.AS_IT_COMES)
        assert lever.settings.keys() <= autotune.AS_IT_COMES.keys()


def test_batch_sizes_are_tried_only_where_they_may_change() -> None:
    names = [
        lever.name
        for lever in autotune.levers(Experiment(), OLD_CPU, in_memory=False, batch_sizes=True)
    ]
    assert names == ["XLA", "batch size 128", "batch size 256", "one step a call"]


def test_a_gain_is_taken_within_rounds_so_that_a_drift_cancels() -> None:
    base = measured("", [100, 50, 25, 200])
    assert gain(measured("a", [150, 75, 37.5, 300]), base) == pytest.approx(1.5)
    assert gain(Candidate(("b",), {}, [80.0], [1]), base) == pytest.approx(1.6)
    assert gain(Candidate(("c",)), base) == 0.0


def test_rates_are_shown_as_if_all_had_been_measured_together() -> None:
    base = measured("", [100.0, 50.0, 40.0])
    late = Candidate(("late",), {}, [80.0, 48.0], [1, 2])
    shown = late.seen(base)
    assert late.rate < base.seen(base).rate * gain(late, base)  # the machine had got slower
    assert shown.rate == pytest.approx(gain(late, base) * 50.0)
    assert shown.low <= shown.rate <= shown.high
    assert Candidate(("early",), {}, [90.0], [7]).seen(base).rate == 0.0
    words = autotune.verdict(late, base, None)
    assert words == "late trains 1.40 times as fast: 70 instead of 50 images/s."


def test_only_worthy_levers_are_combined_and_never_two_values_of_one() -> None:
    base = measured("", [100.0])
    singles = [
        measured("a", [150.0], x=1),
        measured("b", [120.0], y=1),
        measured("c", [130.0], y=2),
        measured("d", [101.0], z=1),
    ]
    found = autotune.combinations(singles, base)
    assert [(c.name, c.settings) for c in found] == [
        ("a + c", {"x": 1, "y": 2}),
        ("a + b", {"x": 1, "y": 1}),
    ]


def test_the_slower_are_left_behind_and_the_base_never() -> None:
    base = measured("", [100.0])
    others = [measured(name, [rate]) for name, rate in (("a", 90.0), ("b", 140.0), ("c", 120.0))]
    autotune.leave_behind([base, *others], base, 2)
    assert [c.is_out for c in (base, *others)] == [False, True, False, False]
    assert autotune.best_of([base, *others], base).name == "b"
    others[1].failed = "no memory"
    assert autotune.best_of([base, *others], base).name == "c"


def test_what_is_within_noise_changes_nothing() -> None:
    base = measured("", [100.0])
    assert autotune.best_of([base, measured("a", [101.5])], base) is base
    assert "Nothing that was tried is faster" in autotune.verdict(base, base, None)


def test_what_is_as_good_as_equal_is_no_doubt_and_what_overlaps_widely_is() -> None:
    base = measured("", [100.0] * 5)
    steady = measured("steady", [110.0] * 5)
    near = measured("near", [112.0, 108.0, 111.0, 109.0, 110.0])
    wild = measured("wild", [80.0, 140.0, 90.0, 140.0, 100.0])
    assert autotune.rivals([base, steady, near], base) == []
    wild.is_out = True
    assert autotune.rivals([base, steady, wild], base) == [wild], "also who was left behind"
    assert autotune.rivals([base, wild], base) == [wild]
    assert autotune.rivals([base], base) == []
    wild.failed = "no memory"
    assert autotune.rivals([base, steady, wild], base) == []


def test_a_check_names_what_it_was_compared_with() -> None:
    base, check = measured("", [100.0]), autotune.Check(0.01, 0.06, 200)
    threads = measured("1 thread", [150.0], **{"hardware.intra_op_threads": 1})
    half = measured("bfloat16", [150.0], **{"hardware.precision": "mixed_bfloat16"})
    as_it_comes = "learns as the network under the settings as they come does"
    assert as_it_comes in autotune.verdict(threads, base, check)
    assert "learns as float32 does" in autotune.verdict(half, base, check)


def test_two_trainings_are_compared_step_by_step() -> None:
    base = [2.0 * 0.98**step + 0.3 * (step % 7) for step in range(200)]
    close = [loss * (1.01 if step % 2 else 0.99) for step, loss in enumerate(base)]
    assert compare_losses(close, base).is_equal
    worse = compare_losses([loss * 1.2 for loss in base], base)
    assert not worse.is_equal
    assert worse.difference == pytest.approx(0.2)
    broken = compare_losses([*base[:-1], math.nan], base)
    assert not broken.is_equal
    assert "differs by 1" in autotune.verdict(
        measured("a", [150.0]), measured("", [100.0]), autotune.Check(0.01, 0.06, 200)
    )

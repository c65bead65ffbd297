"""What waiting runs will take together, in words; and what is known of each."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.hardware.test_preflight import MACHINE, MEASURED
from tests.engine.small import small
from workbench.hardware import preflight, remembered
from workbench.hardware.forecast import EstimateReader, Expected, total, until
from workbench.runs.store import Store

NOON = time.mktime((2026, 3, 2, 12, 0, 0, 0, 0, -1))
"""A Monday."""

SHORT = replace(MEASURED, compile_seconds=240.0, step_seconds=0.0, image_seconds=0.0)
"""Four minutes whatever the epochs."""

LARGE = replace(SHORT, memory_bytes=SHORT.free_bytes + 1)


def run(name: str, known: preflight.Preflight | None = SHORT) -> Expected:
    return Expected(name, name, 3, "key", known=known)


def test_what_is_known_is_summed_with_the_time_of_its_end() -> None:
    runs = [run("a"), run("b"), run("c")]
    assert total([], NOON) == ""
    assert total(runs, NOON) == "3 runs, about 12 min, until 12:12"
    assert total(runs[:1], NOON, goes=False) == "1 run, about 4 min, until 12:04 if run now"


def test_what_remains_of_the_run_under_way_counts() -> None:
    words = total([run("a")], NOON, left=120, under_way=1)
    assert words == "1 run and the one under way, about 6 min, until 12:06"
    assert total([run("a")], NOON, under_way=1) == "1 of 2 known: at least 4 min"
    words = total([run("a")], NOON, left=120, under_way=2)
    assert words.startswith("1 run and the 2 under way, about 6 min")


def test_what_is_unknown_makes_the_sum_a_least() -> None:
    runs = [run("a"), run("b", None), run("c")]
    assert total(runs, NOON) == "2 of 3 known: at least 8 min"
    assert total(runs[1:2], NOON) == "1 run, not measured yet"


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["a"], "a doesn't fit in memory"),
        (["a", "b"], "a, b don't fit in memory"),
        (["a", "a"], "a doesn't fit in memory"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more don't fit in memory"),
    ],
)
def test_what_does_not_fit_is_named(names: list[str], shown: str) -> None:
    assert total([run(name, LARGE) for name in names], NOON).endswith(f"; {shown}")


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(11, "until 23:00"), (13, "until Tue 01:00"), (24 * 5, "until Sat 12:00"),
     (24 * 10, "until 12 Mar 12:00")],
)  # fmt: skip
def test_the_end_is_told_by_clock_weekday_or_date(hours: int, shown: str) -> None:
    assert until(NOON + 3600 * hours, NOON) == shown


def test_each_run_has_what_was_measured_of_its_kind(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        made = [
            store.create(small(training__seed=1)),
            store.create(small(training__seed=2, training__epochs=6)),
            store.create(small(training__batch_size=7)),
            store.create(small()),
        ]
        store.update(made[0].run_id, step=10, steps_per_epoch=10)
        store.update(made[3].run_id, experiment_toml="kind = 1")
        key = preflight.key(MACHINE, small())
        remembered.remember(tmp_path, preflight.KIND, key, MEASURED)
        reader = EstimateReader(tmp_path)
        for _ in range(2):  # the second time specs come from memory
            found = reader.look(store.runs(), MACHINE)
            assert [one.known for one in found] == [MEASURED, MEASURED, None, None]
            assert [one.epochs for one in found] == [2, 6, 3, 0], "an epoch is trained already"
            assert [bool(one.key) for one in found] == [True, True, True, False]
        assert found[1].seconds == MEASURED.seconds(6)
        key = found[2].key
        remembered.remember(tmp_path, preflight.KIND, key, LARGE)
        assert reader.look(store.runs(), MACHINE)[2].known == LARGE

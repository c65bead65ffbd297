"""Whether runs are trained side by side: what was measured decides, within the memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench import presets
from workbench.execution import beside
from workbench.execution.tasks.devices import DEVICES
from workbench.hardware.side_by_side import Beside, SideBySide, counts, for_each, recall
from workbench.spec.machine import Accelerator, Machine
from workbench.study.sweeps.axes import axes_of
from workbench.study.sweeps.goals import goals_of
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.workers import automatic, is_worth, with_workers

REFERENCE = presets.load("mnist-cnn")
INFO = REFERENCE.data.info()
GIB = 1 << 30


def found(*gains: float) -> SideBySide:
    tried = [Beside(2**n, 1, gain) for n, gain in enumerate(gains, 1)]
    return SideBySide(100.0, tuple(tried), GIB)


def test_the_fastest_that_fits_and_is_more_than_noise() -> None:
    best = found(1.34, 1.5).best(100 * GIB)
    assert best == Beside(4, 1, 1.5)
    tight = found(1.34, 1.5).best(3 * GIB)
    assert tight == Beside(2, 1, 1.34), "four processes take more than the memory that is free"
    assert found(1.34).best(2 * GIB) is None
    assert found(1.09).best(100 * GIB) is None
    assert found(1.34).words(100 * GIB) == (
        "2 runs side by side: measured 1.34 times as fast as one after another"
    )
    assert "was measured not to be faster" in found(0.98).words(100 * GIB)


def test_as_many_at_once_as_there_are_cores() -> None:
    assert [counts(cores) for cores in (1, 2, 6, 64)] == [[], [2], [2, 4], [2, 4, 8, 16]]
    assert for_each(REFERENCE, 2, 6).hardware.intra_op_threads == 3
    assert for_each(REFERENCE, 8, 4).hardware.intra_op_threads == 1
    assert for_each(REFERENCE, 1, 6) == REFERENCE
    own = REFERENCE.with_settings({"hardware.intra_op_threads": 2})
    assert for_each(own, 2, 6) == own, "threads that a person set stay"


class Measures:
    """In the place of a training process: what it would measure, by its threads.

    Attributes:
        machine: Which it says that it has.
        samples: Threads of each sample that was taken, in order.
    """

    machine = Machine()
    samples: list[int]
    rates: dict[int, float]
    memory_bytes = GIB // 1024

    def __init__(self, store: Path, startup: Any) -> None:
        self._threads = startup.intra_op_threads

    def __enter__(self) -> Measures:
        return self

    def __exit__(self, *exception: object) -> None: ...

    def do(self, task: Any, request: Any) -> Any:
        if task is DEVICES:
            return self.machine
        if request.seconds:
            Measures.samples.append(self._threads)
        return type("Sample", (), {"rate": Measures.rates[self._threads]})


@pytest.fixture(autouse=True)
def nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    Measures.samples, Measures.rates = [], {0: 100.0, 1: 67.0}
    monkeypatch.setattr(beside, "TaskAsker", Measures)
    for module in ("workbench.execution.beside", "workbench.study.sweeps.workers"):
        monkeypatch.setattr(f"{module}.usable_cores", lambda: 2)
    yield
    Measures.machine = Machine()


def test_it_is_measured_in_turns_once_and_remembered(tmp_path: Path) -> None:
    said: list[str] = []
    first = beside.measured(tmp_path, REFERENCE, said.append)
    assert Measures.samples == [0, 1, 1] * beside.ROUNDS
    assert first.tried == (Beside(2, 1, pytest.approx(1.34)),)
    assert first.alone == 100.0
    assert said == ["measuring whether runs train faster side by side"]
    assert beside.measured(tmp_path, REFERENCE, said.append) == first
    assert len(said) == 1
    other = REFERENCE.with_settings({"structure.layers[0].filters": 8})
    assert recall(tmp_path, other) is None, "each network by itself"
    same = REFERENCE.with_settings({"optimizer.learning_rate": 0.3, "training.epochs": 2})
    assert recall(tmp_path, same) == first


def test_on_a_gpu_runs_follow_each_other(tmp_path: Path) -> None:
    Measures.machine = Machine(gpus=(Accelerator("a GPU"),))
    assert beside.measured(tmp_path, REFERENCE).tried == ()


def plan(runs: int, budget: float | None = None, **settings: Any) -> SweepPlan:
    baseline = REFERENCE.with_settings(settings)
    axes = axes_of(["optimizer.learning_rate=0.001..0.1:log"], baseline)
    return SweepPlan(baseline.to_toml(), axes, "tpe", goals_of([]), runs=runs, budget=budget)


def test_what_takes_minutes_is_worth_it() -> None:
    assert INFO is not None
    assert is_worth(plan(20), INFO)
    assert not is_worth(plan(2, **{"training.epochs": 1}), INFO)
    assert is_worth(plan(2, 600.0), INFO)
    assert not is_worth(plan(2000, 60.0), INFO)


def test_a_plan_gets_as_many_workers_as_pay(tmp_path: Path) -> None:
    assert INFO is not None
    made, words = automatic(tmp_path, plan(20), INFO, lambda said: None)
    assert (made.workers, made.baseline.hardware.intra_op_threads) == (2, 1)
    assert "1.34 times" in words
    assert made == with_workers(plan(20), 2)
    short, _ = automatic(tmp_path, plan(2, **{"training.epochs": 1}), INFO, lambda said: None)
    assert short.workers == 2, "as it is known already"
    own = plan(20, **{"hardware.intra_op_threads": 2})
    assert automatic(tmp_path, own, INFO, lambda said: None) == (own, "")

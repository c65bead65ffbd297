"""The two times of a run, on a clock that a test moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small, stop_after, train
from workbench.runs.record import EpochMetrics
from workbench.runs.store import Store
from workbench.runtime.training.timing.clock import RunClock


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def call(
    clock: RunClock, watch: Watch, steps: int, took: float, *, compiled: bool = False
) -> tuple[list[float], list[float]]:
    """A compiled call, and 0.25 s of bookkeeping."""
    clock.begin()
    watch.now += took
    times = clock.read(steps, compiled=compiled)
    watch.now += 0.25
    clock.end()
    return times.elapsed.tolist(), times.seconds.tolist()


def test_compiling_validation_and_pauses_are_no_training() -> None:
    watch = Watch()
    clock = RunClock(now=watch)
    assert call(clock, watch, 1, 10.0, compiled=True) == ([10.0], [0.0])
    # The step that was compiled counts as long as the next: 2 s of it, then two more of 2 s.
    assert call(clock, watch, 2, 4.0) == ([12.25, 14.25], [4.0, 6.0])
    assert (clock.seconds, clock.elapsed) == (6.25, 14.5)
    watch.now += 100.0  # validation, a checkpoint
    assert (clock.seconds, clock.elapsed) == (6.25, 114.5)
    clock.hold()
    watch.now += 1000.0
    clock.go_on()
    assert (clock.seconds, clock.elapsed) == (6.25, 114.5)
    assert call(clock, watch, 1, 1.0) == ([115.5], [7.25])
    assert clock.measured == 4.25 + 1.25, "without the step that only counts like others"
    assert clock.step_seconds == 1.0


def test_a_resumed_run_adds_to_both() -> None:
    watch = Watch()
    clock = RunClock(elapsed=50.0, seconds=20.0, now=watch)
    assert call(clock, watch, 1, 8.0, compiled=True) == ([58.0], [20.0])
    assert call(clock, watch, 1, 0.5) == ([58.75], [21.0])
    old = RunClock(elapsed=50.0, seconds=None, now=watch)
    _, seconds = call(old, watch, 2, 8.0)
    assert np.isnan(seconds).all()
    assert (old.seconds, old.measured) == (None, 8.25)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "runs-of-test") as opened:
        yield opened


def of_before(store: Store, run_id: str) -> None:
    """Makes a run one that began before training time and penalty were kept."""
    path = store.artifacts(run_id) / "checkpoint.npz"
    with np.load(path) as saved:
        arrays = {name: saved[name] for name in saved.files}
    position = json.loads(str(arrays.pop("position")))
    position["seconds"] = position.pop("elapsed")
    position["epoch_loss"] += position.pop("epoch_penalty")
    np.savez(path, position=np.array(json.dumps(position)), **arrays)
    store.update(run_id, seconds=None, penalty=None)


def test_a_run_of_before_goes_on_as_it_began(store: Store) -> None:
    experiment = small(regularization__kind="l2", regularization__l2=0.5)
    new, _ = train(store, experiment, stop_after(9))
    old, _ = train(store, experiment, stop_after(9))
    of_before(store, old)
    before, cut = store.run(old).elapsed or 0.0, max(store.run(r).step for r in (new, old))
    train(store, new)
    train(store, old)
    apart, together = store.steps(new).values[cut:], store.steps(old).values[cut:]
    np.testing.assert_allclose(together["loss"], apart["loss"] + apart["penalty"], rtol=1e-6)
    assert np.isnan(together["penalty"]).all()
    assert np.isnan(together["seconds"]).all()
    ended = store.run(old)
    assert (ended.seconds, ended.penalty) == (None, None)
    assert ended.loss_holds_penalty
    assert not store.run(new).loss_holds_penalty
    assert (ended.elapsed or 0.0) > before
    assert store.epochs(old)[-1].seconds is None
    sums = [e.loss + (e.penalty or 0.0) for e in store.epochs(new)][1:]
    assert [e.loss for e in store.epochs(old)][1:] == pytest.approx(sums, rel=1e-5)


def test_both_times_of_a_run(store: Store) -> None:
    whole, _ = train(store, small())
    run, values = store.run(whole), store.steps(whole).values
    assert run.seconds is not None
    assert run.elapsed is not None
    assert 0 < run.seconds < 0.5 * run.elapsed, "most of so short a run is compiling"
    assert (np.diff(values["seconds"]) > 0).all()
    epochs: list[EpochMetrics] = store.epochs(whole)
    assert (epochs[-1].seconds, epochs[-1].elapsed) == (run.seconds, run.elapsed)
    # Between the last step of an epoch and the first of the next lies validation, which takes
    # longer than a step here: only the elapsed time has it.
    first = epochs[0].step
    gaps = np.diff(values["elapsed"]) - np.diff(values["seconds"])
    assert gaps[first - 1] == gaps[10:].max()
    speed = 3 * 1293 / run.seconds
    assert speed == pytest.approx(run.images_per_second, rel=0.5)

    cut, _ = train(store, small(), stop_after(20))
    seconds, elapsed = store.run(cut).seconds, store.run(cut).elapsed
    train(store, cut)
    assert (store.run(cut).seconds or 0) > (seconds or 0)
    assert (store.run(cut).elapsed or 0) > (elapsed or 0)
    assert (np.diff(store.steps(cut).values["seconds"]) >= 0).all()

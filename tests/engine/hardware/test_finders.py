"""The finders' tasks on real small networks, in this process."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small, train
from tests.engine.tasks import do
from workbench.base.plain_values import plain
from workbench.hardware import batch_sizes, learning_rate_range
from workbench.hardware.learning_rate_range import RangeTest
from workbench.runs.store import Store

LEARNS: dict[str, Any] = {
    "structure__layers": [
        {"kind": "conv2d", "filters": 8, "padding": "same"},
        {"kind": "max_pooling2d"},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[RangeTest, Any]:
    """A range test of a network that learns."""
    return do("find_rate", tmp_path_factory.mktemp("store"), small(**LEARNS))


def test_the_range_test_suggests_a_rate_that_trains(
    found: tuple[RangeTest, Any], tmp_path: Path
) -> None:
    result, _ = found
    rate = result.suggestion
    assert 1e-4 < rate < 1
    assert result.rates[result.index] == pytest.approx(rate, rel=0.1)
    assert len(result.rates) == len(result.losses) == len(result.smoothed)
    with Store(tmp_path) as store:
        run_id, _ = train(store, small(**LEARNS, optimizer__learning_rate=rate))
        assert (store.run(run_id).test_accuracy or 0) > 0.7


def test_what_is_said_meanwhile_adds_up_to_the_result(found: tuple[RangeTest, Any]) -> None:
    result, said = found
    count = len(result.losses)
    losses = [loss for message in said for loss in message.found.get("losses", [])]
    assert tuple(losses[:count]) == result.losses
    measuring = [message for message in said if message.done]
    assert [m.done for m in measuring] == sorted({m.done for m in measuring})
    assert {m.total for m in measuring} == {learning_rate_range.STEPS}
    json.dumps(plain(result), allow_nan=False)
    assert len(measuring) > 3  # it grows while one looks


def test_the_same_experiment_gives_the_same_curve_whatever_was_done_before(
    found: tuple[RangeTest, Any], tmp_path: Path
) -> None:
    do("find_rate", tmp_path, small(**LEARNS, training__seed=5, optimizer__kind="sgd"))
    again, _ = do("find_rate", tmp_path, small(**LEARNS))
    assert again == found[0]


def test_the_finders_leave_a_run_and_its_checkpoint_as_they_are(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        run_id, _ = train(store, small(training__epochs=1))
        checkpoint = store.artifacts(run_id) / "checkpoint.npz"
        run, before = store.run(run_id), hashlib.sha256(checkpoint.read_bytes()).hexdigest()
        do("find_rate", tmp_path, small(training__epochs=1))
        assert hashlib.sha256(checkpoint.read_bytes()).hexdigest() == before
        assert store.run(run_id) == run
        assert len(store.runs()) == 1


def test_the_range_test_stops_at_the_explosion(tmp_path: Path) -> None:
    result, _ = do("find_rate", tmp_path, small(**LEARNS, optimizer__kind="sgd"))
    exploding = small(
        **LEARNS, optimizer__kind="sgd", regularization__kind="l2", regularization__l2=10.0
    )
    early, said = do("find_rate", tmp_path, exploding)
    assert len(early.rates) < learning_rate_range.STEPS
    assert all(np.isfinite(loss) for m in said for loss in m.found.get("losses", []))
    assert len(early.rates) < len(result.rates)


def test_a_cancelled_task_ends_at_its_next_look(tmp_path: Path) -> None:
    from workbench.runtime.process.work import TaskCancelled

    for task in ("find_rate", "find_batch_size"):
        with pytest.raises(TaskCancelled):
            do(task, tmp_path, small(), cancel_after=4)


def test_an_experiment_that_cannot_train_is_refused_by_its_setting(tmp_path: Path) -> None:
    from workbench.spec.base import SpecError

    with pytest.raises(SpecError, match=r"hardware\.target"):
        do("find_rate", tmp_path, small(hardware__target="gpu"))


def test_batch_sizes_are_measured_up_to_the_images_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_sizes, "SMALLEST", 150)
    result, said = do("find_batch_size", tmp_path, small(**LEARNS))
    sizes = [one.batch_size for one in result.measured]
    assert sizes == [150, 300, 600, 1200]
    assert all(one.images_per_second > 0 for one in result.measured)
    assert result.largest == 1200
    assert result.recommended in sizes
    meanwhile = [one for m in said for one in m.found.get("measured", [])]
    assert meanwhile == plain(list(result.measured))
    assert said[-1].done == said[-1].total == 4


def test_a_size_that_memory_does_not_hold_ends_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runtime.jobs import find_batch_size

    experiment = small(**LEARNS, training__batch_size=300)
    info = experiment.data.info()
    assert info is not None
    enough = experiment.training_bytes(info) * batch_sizes.SCRATCH / batch_sizes.MEMORY_SHARE
    memory = type("Memory", (), {"available": enough})
    monkeypatch.setattr(batch_sizes, "SMALLEST", 100)
    monkeypatch.setattr(find_batch_size.psutil, "virtual_memory", memory)
    result, _ = do("find_batch_size", tmp_path, small(**LEARNS))
    assert [one.batch_size for one in result.measured] == [100, 200]
    assert "400 would take about" in result.words


def test_a_device_that_runs_out_of_memory_ends_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    from workbench.runtime.jobs import find_batch_size
    from workbench.runtime.training import failures

    def exhausted(experiment: Any, *others: Any) -> float:
        if experiment.training.batch_size > 300:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
        return 1000.0

    monkeypatch.setattr(find_batch_size, "_images_per_second", exhausted)
    monkeypatch.setattr(batch_sizes, "SMALLEST", 200)
    result, _ = do("find_batch_size", tmp_path, small(**LEARNS))
    assert result.largest == 200
    assert "out of memory at 400" in result.words
    monkeypatch.setattr(batch_sizes, "SMALLEST", 400)
    with pytest.raises(MemoryError) as nothing:
        do("find_batch_size", tmp_path, small(**LEARNS))
    assert "out of memory" in failures.sentence(nothing.value)

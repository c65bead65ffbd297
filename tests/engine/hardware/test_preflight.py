"""The estimate before a run: its arithmetic, and what is measured of a real small network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.small import small, train
from tests.engine.tasks import do
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.hardware import preflight, remembered
from workbench.hardware.preflight import Preflight, roughly
from workbench.hardware.requests import AboutExperiment
from workbench.runs.store import Store
from workbench.runtime.jobs.bench import TaskProcess
from workbench.runtime.jobs.seen import estimate
from workbench.runtime.process import memory
from workbench.runtime.training.timing.took import Took
from workbench.spec.machine import Machine, Processor

MACHINE = Machine(Processor("Some CPU", 2))
MEASURED = Preflight(
    compile_seconds=2.0,
    step_seconds=0.064,
    image_seconds=0.001,
    steps_per_epoch=100,
    validation_images=500,
    test_images=1000,
    memory_bytes=1_200_000_000,
    free_bytes=15_000_000_000,
)


def test_a_run_takes_its_compilation_steps_validations_and_test() -> None:
    assert MEASURED.seconds(10) == pytest.approx(2 + 10 * (6.4 + 0.5) + 1)
    assert MEASURED.words(25) == "about 3 min (64 ms a step, 1.2 GB of 15 GB)"


def test_what_needs_more_than_is_free_does_not_fit() -> None:
    large = replace(MEASURED, memory_bytes=MEASURED.free_bytes + 1)
    assert MEASURED.fits
    assert not large.fits
    assert large.words(1).startswith("doesn't fit: about 10 s")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.2, "1 s"), (59.4, "59 s"), (170, "3 min"), (7170, "2 h 0 min")]
)
def test_a_duration_is_as_exact_as_an_estimate_can_be(seconds: float, shown: str) -> None:
    assert roughly(seconds) == shown


@pytest.mark.parametrize(
    ("settings", "same"),
    [
        ({"name": "other"}, True),
        ({"training.epochs": 90}, True),
        ({"training.seed": 5}, True),
        ({"optimizer.learning_rate": 0.5}, True),
        ({"schedule.kind": "cosine_decay"}, True),
        ({"training.batch_size": 7}, False),
        ({"optimizer.kind": "sgd"}, False),
        ({"hardware.precision": "mixed_bfloat16"}, False),
        ({"augmentation.shift": 0.1}, False),
        ({"training.validation_split": 0.3}, False),
    ],
)
def test_only_what_decides_time_and_memory_is_measured_anew(
    settings: dict[str, Any], same: bool
) -> None:
    before = small()
    after = before.with_settings(settings)
    assert (preflight.key(MACHINE, before) == preflight.key(MACHINE, after)) is same


def test_a_file_of_another_version_counts_as_not_measured(tmp_path: Path) -> None:
    key = preflight.key(MACHINE, small())
    remembered.remember(tmp_path, preflight.KIND, key, {"step_seconds": 1.0})
    assert preflight.recall(tmp_path, MACHINE, small()) is None


@pytest.mark.usefixtures("fresh")
def test_a_real_network_is_measured_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    result, said = do("preflight", tmp_path, small())
    found = result
    assert [m.words for m in said if m.total] == [
        "building",
        "timing steps",
        "timing steps",
        "timing validation",
    ]
    assert found.step_seconds > 0
    assert found.image_seconds > 0
    assert found.compile_seconds > found.step_seconds
    assert found.memory_bytes > 0
    assert not found.is_random
    assert do("preflight", tmp_path, small(training__epochs=50)) == (result, [])
    assert store.runs() == [], "no run is made"
    store.close()


@pytest.mark.usefixtures("fresh")
def test_no_more_images_are_judged_at_once_than_by_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the estimate holds memory that no run takes: 120 MB for 78 with the digits."""
    from workbench.runtime.training.loop import Loop

    judged: list[int] = []
    evaluate = Loop.evaluate

    def counted(self: Loop, feed: Any, order: Any, **more: Any) -> Any:
        judged.append(len(order))
        return evaluate(self, feed, order, **more)

    monkeypatch.setattr(Loop, "evaluate", counted)
    do("preflight", tmp_path, small())
    assert set(judged) == {360}, "the digits' test part; 500 are judged at once at most"


@pytest.mark.usefixtures("fresh")
def test_data_are_not_downloaded_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLOPT_CACHE", str(tmp_path / "cache"))
    found = do("preflight", tmp_path, small(data__kind="mnist"))[0]
    assert found.is_random
    assert found.steps_per_epoch == 54_000 / 100
    assert found.memory_bytes > 67_000 * 8 * 8, "all the images would lie in memory"
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("fresh")
def test_what_would_exhaust_the_memory_is_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runtime.jobs import preflight as task
    from workbench.spec.base import SpecError

    monkeypatch.setattr(task, "too_large", lambda needed, free: "would take too much")
    with pytest.raises(SpecError, match=r"training\.batch_size: would take too much"):
        do("preflight", tmp_path, small())


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process as if nothing had been trained in it."""
    monkeypatch.setattr(memory, "_used", False)


def test_the_time_of_a_run_is_that_of_the_next_estimate() -> None:
    """150 steps of 10 ms and three validations of 200 images, the first of which traces."""
    took = Took(150, 1.5, 9.0, (2.0, 0.4, 0.4), 50, 200)
    found = estimate(took, 1.0, 500)
    assert (found.step_seconds, found.image_seconds) == (0.01, 0.002)
    assert found.seconds(3) == pytest.approx(9.0 + 500 * 0.002)
    alone = estimate(Took(50, 0.5, 2.0, (), 50, 0), 1.0, 500)
    assert alone.image_seconds == 0.002, "where nothing is validated, by the test"
    assert alone.seconds(1) == pytest.approx(2.0 + 1.0)


def test_a_run_corrects_the_estimate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.runtime.process.probe import machine_here

    monkeypatch.setattr(memory, "_used", True)
    experiment = small(training__epochs=4)
    key = preflight.key(machine_here(), experiment)
    remembered.remember(tmp_path, preflight.KIND, key, MEASURED)
    with Store(tmp_path) as store:
        run = store.run(train(store, experiment)[0])
    known = preflight.recall(tmp_path, machine_here(), experiment)
    assert known is not None
    own = (run.elapsed or 0.0) + known.test_images * known.image_seconds
    assert known.seconds(4) == pytest.approx(own, rel=0.02)
    assert known.step_seconds == pytest.approx((run.seconds or 0) / run.step)
    assert known.memory_bytes >= MEASURED.memory_bytes, "a used process shows no less"


@pytest.mark.usefixtures("fresh")
def test_a_run_in_a_fresh_process_gives_its_memory_too(tmp_path: Path) -> None:
    from workbench.runtime.process.probe import machine_here

    experiment = small()
    key = preflight.key(machine_here(), experiment)
    with Store(tmp_path) as store:
        remembered.remember(tmp_path, preflight.KIND, key, MEASURED)
        train(store, experiment)
        known = preflight.recall(tmp_path, machine_here(), experiment)
        assert known is not None
        assert known.memory_bytes < MEASURED.memory_bytes
        train(store, small(training__batch_size=50))
        assert preflight.recall(tmp_path, machine_here(), small(training__batch_size=50)) is None


def test_a_used_process_measures_what_a_fresh_one_does(tmp_path: Path) -> None:
    """In processes of their own, as the window and the command line have them."""
    one, other = small(), small(training__batch_size=50)
    found = []
    for folder, before in (("fresh", []), ("used", [other])):
        process = TaskProcess(one, tmp_path / folder)
        try:
            for experiment in (*before, one):
                result = process.ask(PREFLIGHT, AboutExperiment.of(experiment))
        finally:
            process.end()
        found.append(result.memory_bytes)
    fresh, used = found
    assert used == pytest.approx(fresh, rel=0.15)

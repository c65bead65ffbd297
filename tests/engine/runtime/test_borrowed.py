"""A run as the teacher of another one, and as its initial weights."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import SMALL, make, small, stop_after, train
from workbench.experiment import Experiment
from workbench.runs.checkpoint_file import FILE
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.runs.used_runs import TEACHER, WEIGHTS, suitable, used_problems, with_whole_ids
from workbench.spec.base import SpecError

NARROW = [
    {"kind": "flatten"},
    {"kind": "dense", "units": 12, "activation": "relu"},
    {"kind": "dense", "units": 10, "activation": "linear"},
]
"""Another structure, which ends in logits."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Generator[Store]:
    with Store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture(scope="module")
def source(store: Store) -> Run:
    """A trained network."""
    run_id, _ = train(store, small(name="source", training__epochs=8))
    return store.run(run_id)


def trained(store: Store, experiment: Experiment) -> Run:
    run_id, _ = train(store, experiment)
    return store.run(run_id)


def arrays(store: Store, run: Run) -> list[np.ndarray]:
    """The network's weights in a run's checkpoint."""
    with np.load(store.artifacts(run.run_id) / FILE) as saved:
        return [saved[name] for name in saved.files if name.startswith("model.")]


def losses(store: Store, run: Run) -> list[float]:
    return [float(loss) for loss in store.steps(run.run_id).values["loss"]]


def said(store: Store, **settings: Any) -> str:
    """What keeps a small experiment from training, in a sentence."""
    experiment = small(**settings)
    (problem,) = used_problems(store, experiment, experiment.data.info())
    return str(problem)


# --- a teacher -----------------------------------------------------------------------------------


def test_a_student_of_another_structure_learns_from_the_answers(store: Store, source: Run) -> None:
    """On labels that say nothing, all that it learns is the teacher's; the loss is the labels'."""
    taught = small(
        structure__layers=NARROW,
        training__epochs=12,
        training__teacher=source.run_id,
        training__teacher_weight=1.0,
        optimizer__learning_rate=0.01,
    )
    alone = taught.with_settings({"training.teacher": ""})
    with_teacher, without = trained(store, taught), trained(store, alone)
    assert with_teacher.status is RunStatus.COMPLETED
    first, other = losses(store, with_teacher), losses(store, without)
    assert first[0] == other[0], "the loss on the labels, before the first step"
    assert first[1] != other[1], "what is learned is something else"
    assert (with_teacher.test_accuracy or 0) > 0.5, "without ever looking at a label"
    used = with_teacher.environment["teacher"]
    assert (used["run_id"], used["name"]) == (source.run_id, source.name)
    assert used["weights"]
    assert "teacher" not in without.environment


def test_its_temperature_and_weight_are_those_of_the_settings() -> None:
    """Against the arithmetic in NumPy, as share of a batch on one of several devices too."""
    import keras
    import tensorflow as tf

    from workbench.compression.distilling import soft_loss
    from workbench.runtime.training.borrowed.teaching import Teaching

    random = np.random.default_rng(0)
    images = random.random((6, 4)).astype(np.float32)
    student = random.normal(size=(6, 3)).astype(np.float32)
    teacher = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    wanted = teacher(images).numpy()
    teaching = Teaching(
        teacher, teacher_logits=True, student_logits=True, temperature=2.5, weight=0.6
    )
    found = teaching(tf.constant(images), tf.constant(1.5), tf.constant(student))
    soft = soft_loss(student, wanted, 2.5)
    assert float(found) == pytest.approx(0.4 * 1.5 + 0.6 * soft, rel=1e-5)
    part = teaching(tf.constant(images), tf.constant(0.5), tf.constant(student), tf.constant(0.25))
    assert float(part) == pytest.approx(0.4 * 0.5 + 0.6 * 0.25 * soft, rel=1e-5)


def test_it_sees_each_batch_as_it_was_augmented(store: Store, source: Run) -> None:
    from unittest.mock import patch

    from workbench.runtime.training.borrowed.teaching import Teaching

    seen: list[Any] = []
    called = Teaching.__call__

    def noted(self: Teaching, images: Any, *others: Any) -> Any:
        import tensorflow as tf

        tf.py_function(lambda batch: seen.append(batch.numpy()), [images], [])
        return called(self, images, *others)

    experiment = small(
        training__teacher=source.run_id, training__epochs=1, augmentation__cutout=0.5
    )
    with patch.object(Teaching, "__call__", noted):
        trained(store, experiment)
    images = np.concatenate(seen)
    black = (images == 0).reshape(len(images), -1).mean(axis=1)
    assert len(images) == 1293
    assert black.min() >= 0.2, "each has its black rectangle"


def test_a_run_with_a_teacher_goes_on_to_the_same_end(store: Store, source: Run) -> None:
    experiment = small(training__teacher=source.run_id, hardware__precision="mixed_bfloat16")
    whole = trained(store, experiment)
    run_id, _ = train(store, experiment, stop_after(20))
    assert store.run(run_id).status is RunStatus.INTERRUPTED
    train(store, run_id)
    assert losses(store, store.run(run_id)) == losses(store, whole)


def test_a_penalty_stays_beside_the_loss(store: Store, source: Run) -> None:
    settings = {"regularization__kind": "l2", "training__epochs": 1}
    taught = trained(store, small(training__teacher=source.run_id, **settings))
    alone = trained(store, small(**settings))
    ours, theirs = (store.steps(run.run_id).values for run in (taught, alone))
    assert ours["penalty"][0] == theirs["penalty"][0] > 0
    assert ours["loss"][0] == theirs["loss"][0]


# --- initial weights -----------------------------------------------------------------------------


def test_a_run_starts_from_the_weights_of_another(store: Store, source: Run) -> None:
    """So small a learning rate changes nothing; the network may differ in what holds no weights."""
    layers = [each for each in SMALL["structure.layers"] if each["kind"] != "dropout"]
    experiment = small(
        structure__layers=layers,
        training__initial_weights=source.run_id,
        training__epochs=1,
        optimizer__kind="sgd",
        optimizer__learning_rate=1e-12,
    )
    run = trained(store, experiment)
    before = [array for array in arrays(store, source) if array.dtype.kind == "f"]
    kernels = [(a, b) for a, b in zip(arrays(store, run), before, strict=True) if a.ndim > 1]
    assert len(kernels) == 2
    for ours, theirs in kernels:
        np.testing.assert_allclose(ours, theirs, atol=1e-7)
    assert run.environment["initial_weights"]["run_id"] == source.run_id


def test_an_optimizer_that_keeps_copies_starts_from_them_too(store: Store, source: Run) -> None:
    experiment = small(
        training__initial_weights=source.run_id,
        training__epochs=1,
        optimizer__kind="schedule_free_adamw",
        optimizer__learning_rate=1e-9,
    )
    run = trained(store, experiment)
    assert run.test_accuracy == pytest.approx(source.test_accuracy, abs=0.05)
    for ours, theirs in zip(arrays(store, run), arrays(store, source), strict=True):
        if ours.ndim > 1:
            np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_what_goes_on_has_its_own_weights(store: Store, source: Run) -> None:
    """So the run that it started from may be gone by then."""
    gone = trained(store, small(training__epochs=1))
    run_id, _ = train(store, small(training__initial_weights=gone.run_id), stop_after(20))
    store.delete([gone.run_id])
    train(store, run_id)
    assert store.run(run_id).status is RunStatus.COMPLETED
    assert store.run(run_id).experiment.training.initial_weights == gone.run_id


# --- what doesn't suit ---------------------------------------------------------------------------


def test_runs_are_named_by_the_start_of_their_ids(store: Store, source: Run) -> None:
    experiment = small(training__teacher=source.run_id[:18], training__initial_weights="last")
    last = store.create(small())
    found = with_whole_ids(store, experiment).training
    assert (found.teacher, found.initial_weights) == (source.run_id, last.run_id)
    with pytest.raises(SpecError, match=r"training\.teacher: there is no run 'nobody' in"):
        with_whole_ids(store, small(training__teacher="nobody"))
    assert "training.teacher: there is no run 'nobody' in" in said(
        store, training__teacher="nobody"
    )
    assert "has not ended; wait for it" in said(store, training__teacher=last.run_id)
    store.finish(last.run_id, RunStatus.FAILED)
    assert "has no weights; train it" in said(store, training__initial_weights=last.run_id)
    (store.artifacts(last.run_id) / FILE).write_bytes(b"no archive")
    assert "are damaged; train it again" in said(store, training__initial_weights=last.run_id)
    store.delete([last.run_id])
    assert "is deleted; restore it, or choose another" in said(store, training__teacher=last.run_id)


def test_a_teacher_has_the_same_classes_and_images(store: Store, source: Run) -> None:
    other = {"training__teacher": source.run_id}
    assert "takes images of 8x8x1 and these are 9x9x1; choose one that was trained on" in said(
        store, data__resize=9, **other
    )
    five = small(structure__layers=[{"kind": "flatten"}, {"kind": "dense", "units": 5}])
    changed = store.create(five)
    store.finish(changed.run_id, RunStatus.COMPLETED)
    content = (store.artifacts(source.run_id) / FILE).read_bytes()
    (store.artifacts(changed.run_id) / FILE).write_bytes(content)
    assert "knows 5 classes and the data have 10; choose one with the same classes" in said(
        store, training__teacher=changed.run_id
    )
    names = {**source.environment, "class_names": ["0", "1", "2", "drei"]}
    store.update(changed.run_id, environment=names, experiment_toml=source.experiment_toml)
    assert "class 4 of run" in said(store, training__teacher=changed.run_id)
    assert "is 'drei' and that of the data '3'; choose one with the same classes" in said(
        store, training__teacher=changed.run_id
    )
    with pytest.raises(SpecError, match="is 'drei' and that of the data '3'"):
        trained(store, small(training__teacher=changed.run_id))


def test_initial_weights_have_equal_shapes(store: Store, source: Run) -> None:
    start = {"training__initial_weights": source.run_id}
    wider = [{**SMALL["structure.layers"][0], "filters": 6}, *SMALL["structure.layers"][1:]]
    assert said(store, structure__layers=wider, **start) == (
        "training.initial_weights: layer 1 (Conv2D) has 60 weights, and layer 1 (Conv2D) of run "
        f"{source.run_id} (source) has 40 of another shape; choose a run with an equal network"
    )
    deeper = [*SMALL["structure.layers"], {"kind": "dense", "units": 10}]
    assert "has no weights for layer 7 (Dense); choose a run with an equal network" in said(
        store, structure__layers=deeper, **start
    )
    fewer = SMALL["structure.layers"][:4]
    assert "has weights in its layer 6 (Dense) that this network has no place for" in said(
        store, structure__layers=fewer, **start
    )


def test_the_command_line_refuses_before_a_run_is_made(
    store: Store, source: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    from workbench.cli import train as commands
    from workbench.cli.main import main

    number = len(store.runs())
    asked = ["--set", "training.teacher=nobody", "--store", str(store.folder)]
    assert main(["run", "digits-cnn", *asked]) == 2
    assert "training.teacher: there is no run 'nobody' in" in capsys.readouterr().err
    wrong = small(structure__layers=NARROW, training__initial_weights=source.run_id)
    with pytest.raises(SpecError, match="choose a run with an equal network"):
        commands._checked(store, [wrong], [])
    folds = small(training__teacher=source.run_id, training__folds=4)
    assert commands._checked(store, [folds], []) == [folds]
    assert "teaches every fold, and may have been trained on the images" in capsys.readouterr().err
    assert len(store.runs()) == number


def test_only_runs_that_suit_are_offered(store: Store, source: Run) -> None:
    experiment = small()
    info = experiment.data.info()
    narrow = trained(store, small(structure__layers=NARROW, training__epochs=1))
    teachers = [each.run_id for each in suitable(store, TEACHER, experiment, info)]
    starts = [each.run_id for each in suitable(store, WEIGHTS, experiment, info)]
    assert teachers[0] == narrow.run_id
    assert source.run_id in teachers
    assert source.run_id in starts
    assert narrow.run_id not in starts
    other = small(data__resize=9)
    assert suitable(store, TEACHER, other, other.data.info()) == []


def test_a_teacher_that_is_gone_or_changed_is_said(tmp_path: Path) -> None:
    """The run still opens; going on without its teacher, or with another one, is refused."""
    with Store(tmp_path) as store:
        teacher = trained(store, small(training__epochs=1))
        run_id, _ = train(store, small(training__teacher=teacher.run_id), stop_after(20))
        kept = (store.artifacts(teacher.run_id) / FILE).read_bytes()
        other = trained(store, small(training__epochs=1, training__seed=1))
        content = (store.artifacts(other.run_id) / FILE).read_bytes()
        (store.artifacts(teacher.run_id) / FILE).write_bytes(content)
        store.requeue(run_id)
        with pytest.raises(SpecError, match="was trained on since this run began; train a new"):
            make(store, run_id)
        (store.artifacts(teacher.run_id) / FILE).write_bytes(kept)
        store.delete([teacher.run_id])
        store.purge()
        assert store.run(run_id).experiment.training.teacher == teacher.run_id
        store.requeue(run_id)
        with pytest.raises(SpecError, match=f"training.teacher: there is no run .{teacher.run_id}"):
            make(store, run_id)
        assert store.run(run_id).environment["teacher"]["name"] == teacher.name


def test_away_from_the_store_there_are_no_other_runs() -> None:
    from workbench.runtime.training.borrowed.loading import borrowed

    experiment = small(training__teacher="20260101-000000-0a1b")
    info = experiment.data.info()
    assert info is not None
    with pytest.raises(StoreError, match="is trained beside its store"):
        borrowed(None, experiment, info)
    assert borrowed(None, small(), replace(info)).teacher is None

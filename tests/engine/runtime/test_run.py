"""Real training of small networks: metrics, schedules, seeds, checkpoints, streams, failures."""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small, stop_after, train
from tests.engine.tasks import do
from workbench import presets
from workbench.data import DataError
from workbench.evaluation.diagnosis import diagnose, diagnose_run
from workbench.execution.messages import EpochEnd, Message, Started, Steps
from workbench.runs.record import StepMetrics
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError
from workbench.runtime.training.recorder import Recorder
from workbench.runtime.training.run_log import StoreLog
from workbench.spec.base import SpecError

CHECKPOINT = "checkpoint.npz"


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "runs-of-test") as opened:
        yield opened


def weights(store: Store, run_id: str) -> dict[str, np.ndarray]:
    with np.load(store.artifacts(run_id) / CHECKPOINT, allow_pickle=False) as saved:
        return {name: saved[name] for name in saved.files if name != "position"}


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[n], other[n]) for n in one)


def test_a_run_learns_and_its_metrics_are_all_there(store: Store) -> None:
    run_id, said = train(store, small(training__epochs=8, optimizer__learning_rate=0.01))
    run = store.run(run_id)
    steps_per_epoch = -(-(1437 - 144) // 100)
    assert run.status is RunStatus.COMPLETED
    assert (run.test_accuracy or 0) > 0.85
    assert run.figure("test_images") == 360
    assert run.step == run.total_steps == 8 * steps_per_epoch
    assert run.epochs == 8
    started = next(m for m in said if isinstance(m, Started))
    assert (started.parameters, started.macs) == (run.parameters, run.macs)
    assert run.file_bytes == 4 * (run.parameters or 0)

    kept = store.steps(run_id)
    heard = [m for m in said if isinstance(m, Steps)]
    assert kept.steps.tolist() == list(range(1, run.step + 1))
    assert np.allclose(kept.values["loss"], np.concatenate([m.loss for m in heard]))
    assert (np.diff(kept.values["seconds"]) > 0).all()
    assert (np.diff(kept.values["elapsed"]) > 0).all()
    assert not kept.values["penalty"].any()
    assert (kept.values["images_per_second"] > 0).all()

    epochs = store.epochs(run_id)
    assert [e.epoch for e in epochs] == list(range(1, 9))
    assert [m.metrics.val_loss for m in said if isinstance(m, EpochEnd)] == [
        e.val_loss for e in epochs
    ]
    first = kept.values["loss"][:steps_per_epoch].astype(float)
    sizes = [100] * (steps_per_epoch - 1) + [1293 - 100 * (steps_per_epoch - 1)]
    assert epochs[0].loss == pytest.approx(np.average(first, weights=sizes), rel=1e-5)
    assert epochs[-1].val_accuracy == run.val_accuracy
    assert run.fingerprint
    assert {"tensorflow", "keras", "device"} <= run.environment.keys()


def test_steps_are_told_at_once_and_then_ten_times_a_second(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("workbench.runtime.training.recorder.time.monotonic", lambda: now[0])
    run_id = store.create(small()).run_id
    said: list[Message] = []
    recorder = Recorder(StoreLog(store, run_id, said.append), 0, lambda: None)

    def call(first_step: int, count: int, at: float) -> list[tuple[int, int]]:
        """A compiled call; the first step and the length of all that was told so far."""
        now[0] = at
        ones = np.ones(count, np.float32)
        probes = [ones * first_step, ones]
        times = {"elapsed": ones * at, "seconds": ones * at}
        others = {"accuracy": ones, "learning_rate": 0.1, "images_per_second": 5.0, "penalty": 0.0}
        recorder.steps({"loss": ones, **times, **others}, probes)
        return [(m.first_step, len(m.loss)) for m in said if isinstance(m, Steps)]

    assert call(1, 1, 100.0) == [(1, 1)], "the first point is not waited for"
    assert call(2, 2, 100.04) == call(4, 1, 100.08) == [(1, 1)]
    assert call(5, 1, 100.12) == [(1, 1), (2, 4)]
    assert call(6, 3, 100.2) == [(1, 1), (2, 4)]
    assert not len(store.steps(run_id).steps)
    recorder.flush()
    last = said[-1]
    assert isinstance(last, Steps)
    assert (last.first_step, last.gradient_norm) == (6, [6.0, 6.0, 6.0])
    assert store.steps(run_id).steps.tolist() == list(range(1, 9))
    recorder.flush()
    assert said[-1] is last, "nothing is told twice"
    assert call(9, 1, 101.5)[-1] == (9, 1)
    assert len(store.steps(run_id).steps) == 9, "a second after the last time"


def test_the_learning_rate_recorded_is_the_schedules(store: Store) -> None:
    experiment = small(
        schedule__kind="exponential_decay", schedule__decay_steps=7, schedule__decay_rate=0.5
    )
    run_id, _ = train(store, experiment)
    recorded = store.steps(run_id).values["learning_rate"]
    expected = 0.001 * 0.5 ** (np.arange(len(recorded)) / 7)
    assert np.allclose(recorded, expected, rtol=1e-6)


def test_the_learning_rate_takes_effect(store: Store) -> None:
    still, _ = train(store, small(optimizer__kind="sgd", optimizer__learning_rate=1e-30))
    losses = store.steps(still).values["loss"]
    assert np.ptp(losses) < 1.5  # nothing is learned: only batches and dropout differ
    assert store.run(still).accuracy == pytest.approx(0.1, abs=0.08)


def test_the_same_seed_gives_the_same_weights_and_another_one_others(store: Store) -> None:
    one, _ = train(store, small())
    two, _ = train(store, small())
    other, _ = train(store, small(training__seed=1))
    assert same(weights(store, one), weights(store, two))
    assert not same(weights(store, one), weights(store, other))


@pytest.mark.parametrize("step", [1, 9, 13, 20])
def test_a_resumed_run_ends_as_one_that_was_never_stopped(store: Store, step: int) -> None:
    whole, _ = train(store, small(schedule__kind="exponential_decay"))
    cut, _ = train(store, small(schedule__kind="exponential_decay"), stop_after(step))
    assert store.run(cut).status is RunStatus.INTERRUPTED
    assert store.run(cut).test_accuracy is None
    reached = store.run(cut).step
    assert step <= reached < (store.run(cut).total_steps or 0)
    _, said = train(store, cut)
    assert next(m for m in said if isinstance(m, Started)).step == reached
    assert same(weights(store, whole), weights(store, cut))
    whole_metrics, cut_metrics = store.steps(whole), store.steps(cut)
    assert np.array_equal(whole_metrics.values["loss"], cut_metrics.values["loss"])
    assert [e.loss for e in store.epochs(whole)] == pytest.approx(
        [e.loss for e in store.epochs(cut)]
    )
    assert store.run(cut).test_loss == store.run(whole).test_loss


def test_a_stop_keeps_the_weights_and_evaluates_them(store: Store) -> None:
    run_id, _ = train(store, small(), stop_after(5, RunStatus.STOPPED))
    run = store.run(run_id)
    assert run.status is RunStatus.STOPPED
    assert run.test_accuracy is not None
    assert (store.artifacts(run_id) / CHECKPOINT).is_file()


def test_l2_pulls_at_the_weights_and_its_penalty_is_kept_apart_from_the_loss(store: Store) -> None:
    settings = {"training__epochs": 2, "optimizer__kind": "sgd"}
    plain, _ = train(store, small(**settings))
    heavy, said = train(
        store, small(**settings, regularization__kind="l2", regularization__l2=0.25)
    )
    losses, values = store.steps(plain).values["loss"], store.steps(heavy).values
    assert values["loss"][0] == losses[0], "the same network on the same images"
    assert values["loss"][1] != losses[1], "and then other weights"
    assert (np.diff(values["penalty"]) < 0).all()
    assert values["penalty"].tolist() == [
        value for m in said if isinstance(m, Steps) for value in m.penalty or ()
    ]

    epochs, run = store.epochs(heavy), store.run(heavy)
    steps = run.steps_per_epoch or 0
    sizes = np.minimum(100, 1293 - 100 * np.arange(steps))
    assert epochs[0].penalty == pytest.approx(np.average(values["penalty"][:steps], weights=sizes))
    assert run.penalty == epochs[1].penalty
    assert run.loss == pytest.approx(np.average(values["loss"][steps:], weights=sizes))
    # Behind the last step the penalty is that of the weights in the checkpoint.
    kernels = [
        w for name, w in weights(store, heavy).items() if name.startswith("model.") and w.ndim > 1
    ]
    after = 0.25 * sum(float(np.square(kernel).sum()) for kernel in kernels)
    assert values["penalty"][-1] > after
    assert values["penalty"][-1] == pytest.approx(after, rel=0.02)


def test_with_a_penalty_the_diagnosis_compares_like_with_like(store: Store) -> None:
    """Half of what falls is penalty, which looked like a learning rate that is too low."""
    penalty = {"training.epochs": 6, "regularization": {"kind": "l2", "l2": 0.02}}
    layers = [
        {"kind": "conv2d", "filters": 8, "padding": "same"}, {"kind": "max_pooling2d"},
        {"kind": "flatten"}, {"kind": "dense", "units": 32},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]  # fmt: skip
    settings = {"training__batch_size": 32, "optimizer__learning_rate": 0.002}
    experiment = small(structure__layers=layers, **settings).with_settings(penalty)
    run_id, _ = train(store, experiment)
    run, epochs, steps = store.run(run_id), store.epochs(run_id), store.steps(run_id)
    assert "rate_too_low" not in [f.kind for f in diagnose_run(run, epochs, steps)]
    together = [replace(e, loss=e.loss + (e.penalty or 0.0)) for e in epochs]
    values = steps.values.copy()
    values["loss"] += values["penalty"]
    assert [
        f.kind for f in diagnose(run.experiment, together, StepMetrics(steps.steps, values))
    ] == ["rate_too_low"]
    assert (run.loss or 0) == pytest.approx(run.val_loss, rel=0.3), "both without penalty"
    assert (run.penalty or 0) > 0.4

    reference, _ = train(store, presets.load("digits-cnn").with_settings(penalty))
    values = (store.run(reference), store.epochs(reference), store.steps(reference))
    assert "rate_too_low" not in [f.kind for f in diagnose_run(*values)]


def test_without_a_validation_part_there_are_no_validation_figures(store: Store) -> None:
    run_id, said = train(store, small(training__validation_split=0.0, training__epochs=1))
    assert [m.metrics.val_loss for m in said if isinstance(m, EpochEnd)] == [None]
    assert store.run(run_id).val_accuracy is None
    assert store.run(run_id).step == -(-1437 // 100)


def test_a_validation_part_of_the_data_judges_and_nothing_is_cut_off(
    store: Store, tmp_path: Path
) -> None:
    """Its images are black for class 0 and white for 1; the training part says the opposite."""
    images = np.zeros((60, 4, 4), np.uint8)
    labels = np.arange(60) % 2
    images[labels == 0] = 255
    np.savez(
        tmp_path / "own.npz",
        x_train=images,
        y_train=labels,
        x_val=255 - images[:20],
        y_val=labels[:20],
        x_test=images[:10],
        y_test=labels[:10],
    )
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 2, "activation": "softmax"}]
    settings: dict[str, Any] = {
        "data": {"kind": "npz", "path": str(tmp_path / "own.npz")}, "structure.layers": layers,
        "training.batch_size": 20, "training.epochs": 10, "optimizer.learning_rate": 0.1,
        "stopping.kind": "early_stopping", "stopping.monitor": "val_loss",
        "stopping.patience": 50, "stopping.restore_best_weights": False,
    }  # fmt: skip
    for share in (0.3, 0.0):
        experiment = small().with_settings({**settings, "training.validation_split": share})
        run = store.run(train(store, experiment)[0])
        assert run.step == 10 * 60 / 20, "all training images are trained on"
        assert (run.test_accuracy, run.val_accuracy) == (1.0, 0.0)
    result, _ = do("evaluate", store.folder, run_id=run.run_id, part="validation")
    assert (result.images, result.accuracy) == (20, 0.0)
    folded = experiment.with_settings({"training.folds": 3})
    run = store.run(train(store, folded)[0])
    assert (run.step, run.val_accuracy) == (10 * 40 / 20, 1.0), "folds are of the training part"


def test_a_network_without_softmax_is_trained_on_its_logits(store: Store) -> None:
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "linear"}]
    run_id, _ = train(
        store,
        small(structure__layers=layers, training__epochs=20, optimizer__learning_rate=0.01),
    )
    assert (store.run(run_id).test_accuracy or 0) > 0.85


def test_a_loss_that_is_not_finite_names_the_step(store: Store) -> None:
    from workbench.runtime.training.train import NotFinite

    experiment = small(
        optimizer__kind="sgd",
        optimizer__learning_rate=1000.0,
        training__epochs=1000,
        regularization__kind="l2",
        regularization__l2=10.0,
    )
    with pytest.raises(NotFinite, match=r"the loss became (NaN|infinite) at step \d+; .*1000"):
        train(store, experiment)
    assert store.runs()[-1].outcome == Outcome.DIVERGED


def test_what_went_wrong_is_a_code(tmp_path: Path) -> None:
    import tensorflow as tf

    from workbench.runtime.training.checkpoint import CheckpointError
    from workbench.runtime.training.failures import outcome

    full = StoreError("the disk that holds the store is full")
    full.__cause__ = sqlite3.OperationalError()
    full.__cause__.sqlite_errorname = "SQLITE_FULL"
    memory = tf.errors.ResourceExhaustedError(None, None, "OOM")
    for error, code in (
        (full, Outcome.DISK_FULL),
        (OSError(errno.ENOSPC, "full"), Outcome.DISK_FULL),
        (StoreError("gone"), Outcome.STORE),
        (SpecError.at("a", "b"), Outcome.BAD_SETTINGS),
        (DataError("no file"), Outcome.BAD_DATA),
        (MemoryError(), Outcome.OUT_OF_MEMORY),
        (memory, Outcome.OUT_OF_MEMORY),
        (CheckpointError("cut"), Outcome.BAD_CHECKPOINT),
        (OSError(errno.EACCES, "denied"), Outcome.FAILED),
        (ValueError("?"), Outcome.FAILED),
    ):
        assert outcome(error) is code


def test_checkpoints_of_another_network_or_damaged_ones_are_refused(store: Store) -> None:
    from workbench.runtime.training.checkpoint import CheckpointError

    run_id, _ = train(store, small(), stop_after(3))
    store.update(run_id, experiment_toml=small(structure__layers=OTHER).to_toml())
    with pytest.raises(CheckpointError, match="another network"):
        train(store, run_id)
    path = store.artifacts(run_id) / CHECKPOINT
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="damaged"):
        train(store, run_id)


OTHER = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "softmax"}]


def image_folder(path: Path, classes: int = 3, images: int = 40) -> Path:
    from PIL import Image

    random = np.random.default_rng(0)
    for label in range(classes):
        folder = path / f"class{label}"
        folder.mkdir(parents=True)
        for number in range(images):
            pixels = random.integers(0, 80, (9, 9), np.uint8) + 60 * label
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
    return path


def test_a_streamed_folder_trains_as_one_in_memory(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench import data
    from workbench.runtime.process import dataset as runtime_dataset

    settings: dict[str, Any] = {
        "data__kind": "image_folder",
        "data__path": str(image_folder(tmp_path / "images")),
        "structure__layers": [
            {"kind": "conv2d", "filters": 4},
            {"kind": "global_average_pooling2d"},
            {"kind": "dense", "units": 3, "activation": "softmax"},
        ],
        "training__batch_size": 16,
        "training__epochs": 2,
    }
    in_memory, _ = train(store, small(**settings))
    budget = []

    def streaming(spec: Any, **named: Any) -> data.Dataset:
        dataset = data.load(spec, **named, memory_budget=1)
        budget.append(dataset.train.images.in_memory)
        return dataset

    monkeypatch.setattr(runtime_dataset, "load", streaming)
    streamed, _ = train(store, small(**settings))
    assert budget == [False]
    assert np.allclose(
        store.steps(streamed).values["loss"], store.steps(in_memory).values["loss"], rtol=1e-5
    )
    cut, _ = train(store, small(**settings), stop_after(3))
    train(store, cut)
    assert same(weights(store, streamed), weights(store, cut))


def test_data_that_do_not_suit_the_network_are_refused_by_the_setting(store: Store) -> None:
    from workbench.spec.base import SpecError

    with pytest.raises(SpecError, match=r"structure\.layers\[1\]\.units: .* 10 classes, gives 9"):
        train(store, small(structure__layers=[OTHER[0], {**OTHER[1], "units": 9}]))
    with pytest.raises(SpecError, match=r"hardware\.target: asks for a GPU"):
        train(store, small(hardware__target="gpu"))


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_trains_an_epoch_on_the_embedded_data(store: Store, name: str) -> None:
    settings = {"data.kind": "digits", "training.epochs": 1, "training.batch_size": 64}
    experiment = presets.load(name).with_settings({**settings, "data.resize": 16})
    if experiment.problems(experiment.data.info()):
        experiment = experiment.with_settings({"data.resize": 28})
    run_id, _ = train(store, experiment)
    run = store.run(run_id)
    assert run.status is RunStatus.COMPLETED
    info = experiment.data.info()
    assert info is not None
    found = experiment.analysis(info)
    assert (run.parameters, run.macs) == (found.parameters, found.macs)
    losses = store.steps(run_id).values["loss"]
    assert losses[-5:].mean() < losses[:5].mean()


def test_tied_weights_stay_tied_and_hashed_ones_few(store: Store) -> None:
    """What is saved of a trained network is one set of each."""
    layers = [
        {"kind": "conv2d", "filters": 4, "padding": "same", "hash_compression": 6},
        {"kind": "repeat", "times": 3, "layers": [
            {"kind": "conv2d", "filters": 4, "padding": "same"}, {"kind": "layer_normalization"},
        ]},
        {"kind": "conv2d", "filters": 99, "enabled": False},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax", "hash_compression": 4},
    ]  # fmt: skip
    run_id, _ = train(
        store,
        small(structure__layers=layers, training__epochs=8, optimizer__learning_rate=0.01),
    )
    assert (store.run(run_id).test_accuracy or 0) > 0.6
    kept = weights(store, run_id)
    shapes = sorted(array.shape for name, array in kept.items() if name.startswith("model."))
    norm = [(4,)] * 2
    assert shapes == sorted([(6,), (4,), (3, 3, 4, 4), (4,), *norm, (640,), (10,)])

"""Early stopping: at Keras's epoch, with the best weights, through pause, crash and resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.runtime.test_run import same, weights
from tests.engine.small import small, stop_after, train
from workbench.execution.messages import EpochEnd, Interrupt, Message, Started
from workbench.runs.record import EpochMetrics
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.base import Facts
from workbench.spec.stopping import EarlyStopping, NoStopping

FIGURES = {
    "falls": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4],
    "rises": [0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
    "turns": [0.9, 0.5, 0.55, 0.49, 0.6, 0.7, 0.8, 0.4],
    "flat": [0.5, 0.5, 0.5, 0.5, 0.5],
    "crawls": [0.5, 0.495, 0.49, 0.485, 0.48, 0.475],
}
RULES = [
    EarlyStopping(patience=patience, min_delta=delta, start_from_epoch=start, monitor=monitor)
    for patience in (0, 1, 3)
    for delta in (0.0, 0.01)
    for start in (0, 2)
    for monitor in ("val_loss", "val_accuracy")
]


def metrics(epoch: int, figure: float) -> EpochMetrics:
    return EpochMetrics(
        epoch,
        epoch,
        0.0,
        figure,
        figure,
        0.0,
        0.0,
        val_loss=figure,
        val_accuracy=figure,
        elapsed=0.0,
    )


@pytest.mark.parametrize("figures", FIGURES.values(), ids=FIGURES)
def test_it_stops_where_keras_stops_with_the_weights_keras_keeps(figures: list[float]) -> None:
    """Every rule on every course of a figure; the only weight is the number of the epoch."""
    import keras

    from workbench.runtime.training.stopping import Watch

    inputs = keras.Input((1,))
    model = keras.Model(inputs, keras.layers.Dense(1, use_bias=False)(inputs))
    (weight,) = model.weights
    for rule in RULES:
        theirs = keras.callbacks.EarlyStopping(**rule.settings(), mode="auto")
        theirs.set_model(model)
        model.stop_training = False
        # Keras finds out by the compiled metrics whether more is better; here there are none.
        theirs.mode = "max" if rule.wants_more else "min"
        theirs.on_train_begin()
        ours = Watch(rule, model)
        for epoch, figure in enumerate(figures, 1):
            weight.assign([[epoch]])
            theirs.on_epoch_end(epoch - 1, {rule.monitor: figure})
            ours.epoch(metrics(epoch, figure))
            assert ours.stops == model.stop_training, (rule, epoch)
            if ours.stops:
                break
        theirs.on_train_end()
        expected = float(weight.numpy()[0, 0])
        weight.assign([[-1.0]])
        ours.finish()
        if theirs.best_weights is not None:
            assert float(weight.numpy()[0, 0]) == expected == ours.seen.best_epoch
        else:
            assert float(weight.numpy()[0, 0]) == -1.0


def test_how_it_is_told() -> None:
    from workbench.runtime.training.stopping import Watch, Watched

    class Model:
        weights: tuple[()] = ()

    def told(rule: EarlyStopping, seen: Watched, kept: bool = True) -> str:
        watch = Watch(rule, Model())
        watch.seen, watch.best_weights = seen, [np.zeros(1)] if kept else []
        return watch.sentence(20)

    stopped = Watched(0.5, 7, 5, 12)
    assert told(EarlyStopping(), stopped) == (
        "stopped early at epoch 12: val_loss has not improved for 5 epochs; weights of epoch 7"
    )
    once = Watched(0.5, 11, 1, 12)
    assert told(EarlyStopping(min_delta=0.01, monitor="accuracy"), once, kept=False) == (
        "stopped early at epoch 12: accuracy has not improved by 0.01 for 1 epoch"
    )
    late = Watched(0.5, 18, 2, 0)
    assert told(EarlyStopping(), late) == "weights of epoch 18, which had the best val_loss"
    assert told(EarlyStopping(), late, kept=False) == ""
    assert told(EarlyStopping(), Watched(0.5, 20)) == ""
    assert Watch(NoStopping(), Model()).sentence(20) == ""


def test_what_is_in_force() -> None:
    rule = EarlyStopping(patience=3, start_from_epoch=2)
    assert rule.in_force(Facts(epochs=10)) == "ends training after epoch 6 of 10 at the earliest"
    assert rule.in_force(Facts()) == "ends training after epoch 6 at the earliest"
    assert rule.in_force(Facts(epochs=5)) == "can't end training: it could after epoch 6 of 5"
    assert rule.changed(patience=0).in_force(Facts(epochs=4)) == (
        "ends training after epoch 4 of 4 at the earliest"
    )


def test_a_figure_of_validation_needs_a_validation_part() -> None:
    experiment = small(stopping__kind="early_stopping", training__validation_split=0.0)
    sentence = "stopping.monitor: val_loss needs a validation share above 0"
    info = experiment.data.info()
    assert [str(p) for p in experiment.problems(info)] == [sentence]
    watching = experiment.with_settings({"stopping.monitor": "loss"})
    assert watching.problems(info) == []


# --- in a run ------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "runs-of-test") as opened:
        yield opened


# What is learned hardly changes, so only chance improves the figure.
JUMPY: dict[str, Any] = {
    "stopping__kind": "early_stopping",
    "stopping__monitor": "val_accuracy",
    "stopping__patience": 2,
    "training__epochs": 40,
    "training__batch_size": 400,
    "optimizer__learning_rate": 0.05,
}


@pytest.mark.parametrize("averages", [False, True], ids=["weights", "averages"])
def test_the_best_weights_come_back_also_after_a_resume(store: Store, averages: bool) -> None:
    """Where validation judges averages of the weights, the best averages."""
    jumpy = {**JUMPY, "optimizer__use_ema": True, "optimizer__ema_momentum": 0.5}
    jumpy = jumpy if averages else JUMPY
    whole, said = train(store, small(**jumpy))
    run = store.run(whole)
    figures = [m.metrics.val_accuracy or 0.0 for m in said if isinstance(m, EpochEnd)]
    best = int(np.argmax(figures)) + 1
    assert len(figures) == best + 2 < 40
    assert run.status is RunStatus.COMPLETED
    assert run.message == (
        f"stopped early at epoch {best + 2}: val_accuracy has not improved for 2 epochs; "
        f"weights of epoch {best}"
    )
    assert run.step == run.total_steps == (best + 2) * (run.steps_per_epoch or 0)
    assert run.epochs == best + 2

    # As many epochs as to the best one, without stopping, end with these very weights.
    plain = {**jumpy, "stopping__kind": "none", "training__epochs": best}
    plain = {n: v for n, v in plain.items() if n not in ("stopping__monitor", "stopping__patience")}
    shorter, _ = train(store, small(**plain))
    ours, theirs = weights(store, whole), weights(store, shorter)
    learned = [n for n in theirs if n.startswith("model.") and theirs[n].dtype == np.float32]
    assert len(learned) == 8
    assert all(np.array_equal(ours[name], theirs[name]) for name in learned)
    assert store.run(shorter).test_loss == run.test_loss

    # Cut between the best epoch and the last one: only the checkpoint knows the best weights.
    cut, _ = train(store, small(**jumpy), stop_after(best * (run.steps_per_epoch or 0) + 1))
    train(store, cut)
    assert same(weights(store, cut), weights(store, whole))
    assert store.run(cut).message == run.message


def test_a_crash_after_the_decision_goes_on_to_the_same_end(store: Store) -> None:
    """Interrupted while its last epoch ends: nothing more is trained when it is resumed."""
    whole, said = train(store, small(**JUMPY))
    last = max(m.metrics.epoch for m in said if isinstance(m, EpochEnd))

    def interrupt(message: Message, control: Any) -> None:
        if isinstance(message, EpochEnd) and message.metrics.epoch == last:
            control.request(Interrupt())

    cut, _ = train(store, small(**JUMPY), interrupt)
    assert store.run(cut).status is RunStatus.INTERRUPTED
    assert store.run(cut).message == ""
    _, said = train(store, cut)
    assert not [m for m in said if isinstance(m, EpochEnd)]
    assert next(m for m in said if isinstance(m, Started)).step == store.run(whole).step
    assert store.run(cut).message == store.run(whole).message
    assert store.run(cut).test_loss == store.run(whole).test_loss
    assert same(weights(store, cut), weights(store, whole))


def test_a_checkpoint_due_at_the_end_of_an_epoch_holds_the_epochs_figures(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved after every call, and killed right behind the last one of an epoch."""
    from workbench.runtime.training import checkpoint
    from workbench.runtime.training import train as training

    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(training, "CHECKPOINT_SHARE", 1e9)
    positions: list[checkpoint.Position] = []
    packed = checkpoint.packed

    def noted(*arguments: Any) -> bytes:
        positions.append(arguments[2])
        return packed(*arguments)

    monkeypatch.setattr(checkpoint, "packed", noted)
    run_id, _ = train(store, small(training__epochs=2))
    per_epoch = store.run(run_id).steps_per_epoch or 0
    ends = [p for p in positions if p.step == per_epoch]
    assert ends
    assert all(p.epoch_images == 0 and p.rates for p in ends)

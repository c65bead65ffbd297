"""What to try against a fault of training: settings to change, each a pure function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.base.text import plural, tr
from workbench.experiment import Experiment
from workbench.spec.layers import Dense, Dropout, Flatten, Layer
from workbench.spec.regularizers import L2, NoRegularizer

RATE = "optimizer.learning_rate"
FACTOR = 10.0
DROPOUT = 0.3
DECAY = 1e-4
SHIFT, ANGLE = 0.1, 10.0
MOST_RATE, LEAST_RATE = 1000.0, 1e-9


@dataclass(frozen=True)
class Remedy:
    """One change to try.

    Attributes:
        words: On a button: "Halve the batch size".
        settings: By path, as `Experiment.with_settings` takes them.
        finds: The path of a setting to look for by measuring instead; "" for none.
    """

    words: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    finds: str = ""

    def applied(self, experiment: Experiment) -> Experiment:
        """The experiment with the change made."""
        return experiment.with_settings(self.settings) if self.settings else experiment


FIND_RATE = Remedy(tr("Find learning rate"), finds=RATE)


def against_high_rate(experiment: Experiment) -> tuple[Remedy, ...]:
    """Shorter steps."""
    return (_rate(experiment, 1 / FACTOR), FIND_RATE)


def against_low_rate(experiment: Experiment) -> tuple[Remedy, ...]:
    """Longer steps."""
    return (_rate(experiment, FACTOR), FIND_RATE)


def against_overfitting(experiment: Experiment) -> tuple[Remedy, ...]:
    """What makes a network generalise instead of memorise."""
    found = (_augmentation(experiment), _dropout(experiment), _penalty(experiment))
    return tuple(filter(None, found))


def against_underfitting(experiment: Experiment) -> tuple[Remedy, ...]:
    """Less that holds it back, and more that can learn."""
    from workbench.levers.structure import WidthMultiplier  # the window starts sooner without it

    found = []
    if not isinstance(experiment.regularization, NoRegularizer):
        found.append(Remedy(tr("No penalty"), {"regularization.kind": "none"}))
    layers = WidthMultiplier(factor=2.0).widened(experiment.structure.layers)
    found.append(Remedy(tr("Twice the channels"), {"structure.layers": _plain(layers)}))
    return (*found, *against_short_training(experiment))


def against_short_training(experiment: Experiment) -> tuple[Remedy, ...]:
    """More epochs."""
    epochs = 2 * experiment.training.epochs
    return (Remedy(plural("{count} epoch", "{count} epochs", epochs), {"training.epochs": epochs}),)


def against_dead_units(experiment: Experiment) -> tuple[Remedy, ...]:
    """A slope below zero, and shorter steps, so that units don't get pushed there."""
    layers = tuple(
        layer.changed(activation="leaky_relu")
        if getattr(layer, "activation", "") == "relu"
        else layer
        for layer in experiment.structure.layers
    )
    leaky = Remedy(tr("Leaky ReLU"), {"structure.layers": _plain(layers)})
    return (leaky, _rate(experiment, 1 / FACTOR))


def against_vanishing_gradients(experiment: Experiment) -> tuple[Remedy, ...]:
    """Weights that start at the size that suits ReLU (He et al. 2015), and ReLU itself."""
    last = len(experiment.structure.layers) - 1
    layers = tuple(
        layer if index == last else _wider_open(layer)
        for index, layer in enumerate(experiment.structure.layers)
    )
    return (Remedy(tr("ReLU and He initialization"), {"structure.layers": _plain(layers)}),)


def _wider_open(layer: Layer) -> Layer:
    fields = type(layer).model_fields
    changes: dict[str, Any] = {}
    if "kernel_initializer" in fields:
        changes["kernel_initializer"] = "he_normal"
    if getattr(layer, "activation", "") in ("tanh", "sigmoid", "hard_sigmoid", "softsign"):
        changes["activation"] = "relu"
    return layer.changed(**changes) if changes else layer


def _rate(experiment: Experiment, factor: float) -> Remedy:
    rate = min(max(experiment.optimizer.learning_rate * factor, LEAST_RATE), MOST_RATE)
    rate = float(f"{rate:.3g}")
    return Remedy(tr("Learning rate {rate}", rate=f"{rate:g}"), {RATE: rate})


def _augmentation(experiment: Experiment) -> Remedy | None:
    """Shifts and turns, which suit digits and photographs alike, where nothing varies yet."""
    if experiment.augmentation.is_on:
        return None
    return Remedy(
        tr("Augment images"), {"augmentation.shift": SHIFT, "augmentation.rotation": ANGLE}
    )


def _dropout(experiment: Experiment) -> Remedy | None:
    """Dropout before the last Dense layer, or more of it where it is there already."""
    layers = list(experiment.structure.layers)
    dense = [index for index, layer in enumerate(layers) if isinstance(layer, Dense)]
    if not dense:
        return None
    before = layers[dense[-1] - 1] if dense[-1] else Flatten()
    rate = min(0.8, before.rate + 0.2) if isinstance(before, Dropout) else DROPOUT
    if isinstance(before, Dropout):
        layers[dense[-1] - 1] = before.changed(rate=round(rate, 2))
    else:
        layers.insert(dense[-1], Dropout(rate=rate))
    return Remedy(
        tr("Dropout {rate}", rate=f"{rate:.2g}"), {"structure.layers": _plain(tuple(layers))}
    )


def _penalty(experiment: Experiment) -> Remedy | None:
    """L2 where there is no penalty, ten times as much where there is."""
    now = experiment.regularization
    if isinstance(now, NoRegularizer):
        return Remedy(
            tr("L2 {factor}", factor=f"{DECAY:g}"),
            {"regularization.kind": "l2", "regularization.l2": DECAY},
        )
    if isinstance(now, L2) and now.l2 <= 1:
        more = float(f"{now.l2 * FACTOR:.3g}")
        return Remedy(tr("L2 {factor}", factor=f"{more:g}"), {"regularization.l2": more})
    return None


def _plain(layers: tuple[Layer, ...]) -> list[dict[str, Any]]:
    return [layer.values() for layer in layers]

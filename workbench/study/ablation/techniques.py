"""The techniques that an experiment may use and that can be taken away one at a time.

Each is a pure function from an experiment to the same without it; where it isn't used, nothing
changes. What is taken away takes nothing else with it: the learning rate, for one, stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.base.text import inside, tr
from workbench.experiment import Experiment, Structure
from workbench.levers.lever import Layers, mapped, refused
from workbench.spec.augmentation import Augmentation
from workbench.spec.layers import (
    BatchNormalization,
    Dropout,
    GroupNormalization,
    InvertedResidualBlock,
    Layer,
    LayerNormalization,
    Repeat,
    ResidualBlock,
    SpatialDropout2D,
    SqueezeExcitation,
)
from workbench.spec.losses import CategoricalFocalCrossentropy
from workbench.spec.optimizers import SGD, Momentum, Nesterov
from workbench.spec.optimizers.base import CLIPPINGS
from workbench.spec.schedules import Fixed, PiecewiseConstantDecay

NORMALIZATIONS = (BatchNormalization, GroupNormalization, LayerNormalization)
NORMALIZED_BLOCKS = (ResidualBlock, InvertedResidualBlock)
DECAYS = ("weight_decay", "adam_weight_decay")
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Technique:
    """Something that an experiment may use.

    Attributes:
        key: Its name on the command line and in JSON.
        words: As it stands inside a sentence.
        taken_from: Gives an experiment without it, the same where it isn't used. Raises a
            `SpecError`, in one sentence, where it is used but can't be taken away.
    """

    key: str
    words: str
    taken_from: Callable[[Experiment], Experiment]


def _off(settings: Callable[[Experiment], Settings]) -> Callable[[Experiment], Experiment]:
    """Takes away what some settings do.

    Args:
        settings: Gives those that switch it off, by path; empty where it isn't on.
    """

    def taken(experiment: Experiment) -> Experiment:
        changes = settings(experiment)
        return experiment.with_settings(changes) if changes else experiment

    return taken


def _layers(change: Callable[[Layers], Layers]) -> Callable[[Experiment], Experiment]:
    """Takes away what layers do.

    Args:
        change: Gives the layers without it.
    """

    def taken(experiment: Experiment) -> Experiment:
        before = experiment.structure.layers
        layers = change(before)
        if layers == before:
            return experiment
        if not layers:
            raise refused(tr("no layer would be left"))
        return experiment.model_copy(update={"structure": Structure(layers=layers)})

    return taken


# --- settings ------------------------------------------------------------------------------------


def _augmentations() -> tuple[Technique, ...]:
    """Each way to vary images is a technique of its own; how to fill is part of those that move."""
    return tuple(
        Technique(name, inside(str(field.title)), _off(_without_augmentation(name)))
        for name, field in Augmentation.model_fields.items()
        if name != "fill_mode"
    )


def _without_augmentation(name: str) -> Callable[[Experiment], Settings]:
    def settings(experiment: Experiment) -> Settings:
        now = getattr(experiment.augmentation, name)
        return {f"augmentation.{name}": type(now)(0)} if now else {}

    return settings


def _label_smoothing(experiment: Experiment) -> Settings:
    is_on = getattr(experiment.loss, "label_smoothing", 0.0)
    return {"loss.label_smoothing": 0.0} if is_on else {}


def _focal_loss(experiment: Experiment) -> Settings:
    if not isinstance(experiment.loss, CategoricalFocalCrossentropy):
        return {}
    smoothing = experiment.loss.label_smoothing
    return {"loss.kind": "sparse_categorical_crossentropy", "loss.label_smoothing": smoothing}


def _schedule(experiment: Experiment) -> Settings:
    """A constant rate, with the warm-up that there is."""
    now = experiment.schedule
    if isinstance(now, Fixed):
        return {}
    constant = {"schedule.kind": "fixed"}
    if isinstance(now, PiecewiseConstantDecay):  # which doesn't use the optimizer's
        return {**constant, "optimizer.learning_rate": now.learning_rates[0]}
    return constant


def _warmup(experiment: Experiment) -> Settings:
    return {"schedule.warmup_steps": 0} if experiment.schedule.warmup_steps else {}


def _weight_decay(experiment: Experiment) -> Settings:
    now = experiment.optimizer
    return {f"optimizer.{name}": 0.0 for name in DECAYS if getattr(now, name, None)}


def _momentum(experiment: Experiment) -> Settings:
    now = experiment.optimizer
    if isinstance(now, SGD) and now.momentum:
        return {"optimizer.momentum": 0.0, "optimizer.nesterov": False}
    if isinstance(now, Momentum | Nesterov):
        rate = now.learning_rate
        return {
            "optimizer.kind": "sgd",
            "optimizer.momentum": 0.0,
            "optimizer.learning_rate": rate,
        }
    return {}


def _averaged_weights(experiment: Experiment) -> Settings:
    return {"optimizer.use_ema": False} if experiment.optimizer.use_ema else {}


def _teacher(experiment: Experiment) -> Settings:
    return {"training.teacher": ""} if experiment.training.teacher else {}


def _initial_weights(experiment: Experiment) -> Settings:
    return {"training.initial_weights": ""} if experiment.training.initial_weights else {}


def _penalty(experiment: Experiment) -> Experiment:
    """Without the penalty on all weights and those of single layers."""
    if not experiment.has_penalty:
        return experiment

    def bare(layer: Layer) -> Layer:
        own = getattr(layer, "kernel_regularizer", None)
        return layer.model_copy(update={"kernel_regularizer": None}) if own is not None else layer

    plain = experiment.with_settings({"regularization.kind": "none"})
    layers = mapped(plain.structure.layers, bare)
    return plain.model_copy(update={"structure": Structure(layers=layers)})


def _clipping(experiment: Experiment) -> Experiment:
    """Gradients as they are; a setting that is None can't be told by its path."""
    now = experiment.optimizer
    if all(getattr(now, name) is None for name in CLIPPINGS):
        return experiment
    values = {name: value for name, value in now.values().items() if name not in CLIPPINGS}
    return experiment.model_copy(update={"optimizer": type(now).parse(values)})


def _max_norm(experiment: Experiment) -> Settings:
    return {} if experiment.constraint.kind == "none" else {"constraint.kind": "none"}


def _early_stopping(experiment: Experiment) -> Settings:
    return {} if experiment.stopping.kind == "none" else {"stopping.kind": "none"}


def _mixed_precision(experiment: Experiment) -> Settings:
    is_mixed = experiment.hardware.precision != "float32"
    return {"hardware.precision": "float32"} if is_mixed else {}


# --- layers --------------------------------------------------------------------------------------


def _dropout(layers: Layers) -> Layers:
    return _dropped(layers, (Dropout, SpatialDropout2D))


def _squeeze_excitation(layers: Layers) -> Layers:
    return _dropped(layers, (SqueezeExcitation,))


def _dropped(layers: Layers, kinds: tuple[type[Layer], ...]) -> Layers:
    """The layers without those of some kinds, which all give the shape that they get."""
    found: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Repeat):
            inner = _dropped(layer.layers, kinds)
            found += [layer.model_copy(update={"layers": inner})] if inner else []
        elif not (isinstance(layer, kinds) and layer.enabled):
            found.append(layer)
    return tuple(found)


def _normalization(layers: Layers) -> Layers:
    """Without normalization; a layer that has no offset, as it came behind it, gets one."""
    changed = _unnormalized(layers)
    for block in _every(layers):
        if isinstance(block, NORMALIZED_BLOCKS) and block.enabled:
            raise refused(
                tr("the normalization inside {block} can't be taken away", block=block.label)
            )
    return changed


def _unnormalized(layers: Layers) -> Layers:
    found: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Repeat):
            inner = _unnormalized(layer.layers)
            found += [layer.model_copy(update={"layers": inner})] if inner else []
        elif not (isinstance(layer, NORMALIZATIONS) and layer.enabled):
            found.append(layer)
        elif found and getattr(found[-1], "use_bias", None) is False:
            found[-1] = found[-1].changed(use_bias=True)
    return tuple(found)


def _every(layers: Layers) -> Layers:
    """All layers, those in a Repeat in place of it."""
    found: list[Layer] = []
    for layer in layers:
        found += _every(layer.layers) if isinstance(layer, Repeat) else (layer,)
    return tuple(found)


def _hashed_weights(layers: Layers) -> Layers:
    def plain(layer: Layer) -> Layer:
        is_hashed = getattr(layer, "hash_compression", 1) > 1
        return layer.changed(hash_compression=1) if is_hashed else layer

    return mapped(layers, plain)


def _shared_weights(layers: Layers) -> Layers:
    """Each pass of a Repeat with weights of its own."""
    found: list[Layer] = []
    for layer in layers:
        if not isinstance(layer, Repeat):
            found.append(layer)
            continue
        inner = _shared_weights(layer.layers)
        shares = layer.share_weights and layer.times == 1
        found.append(layer.model_copy(update={"layers": inner, "share_weights": shares}))
    return tuple(found)


TECHNIQUES: tuple[Technique, ...] = (
    *_augmentations(),
    Technique("label_smoothing", tr("label smoothing"), _off(_label_smoothing)),
    Technique("focal_loss", tr("focal loss"), _off(_focal_loss)),
    Technique("schedule", tr("learning-rate schedule"), _off(_schedule)),
    Technique("warmup", tr("warm-up"), _off(_warmup)),
    Technique("momentum", tr("momentum"), _off(_momentum)),
    Technique("weight_decay", tr("weight decay"), _off(_weight_decay)),
    Technique("clipping", tr("gradient clipping"), _clipping),
    Technique("averaged_weights", tr("averaged weights"), _off(_averaged_weights)),
    Technique("early_stopping", tr("early stopping"), _off(_early_stopping)),
    Technique("teacher", tr("the teacher"), _off(_teacher)),
    Technique("initial_weights", tr("initial weights of another run"), _off(_initial_weights)),
    Technique("penalty", tr("penalty on the weights"), _penalty),
    Technique("max_norm", tr("limit on the norm of weights"), _off(_max_norm)),
    Technique("dropout", tr("dropout"), _layers(_dropout)),
    Technique("normalization", tr("normalization"), _layers(_normalization)),
    Technique("squeeze_excitation", tr("squeeze and excitation"), _layers(_squeeze_excitation)),
    Technique("shared_weights", tr("shared weights of repeated layers"), _layers(_shared_weights)),
    Technique("hashed_weights", tr("hashed weights"), _layers(_hashed_weights)),
    Technique("mixed_precision", tr("mixed precision"), _off(_mixed_precision)),
)
"""In the order of the form."""

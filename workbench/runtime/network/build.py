"""From the spec to Keras's objects.

One generic builder makes almost everything: the class that a choice names, with the choice's fields
as arguments. What Keras lacks registers a builder of its own in `BUILDERS`.
"""

from __future__ import annotations

import inspect
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from workbench.experiment import Experiment
from workbench.runtime.network import hashed, nadam, schedule_free
from workbench.spec.base import Choice
from workbench.spec.data import DataInfo
from workbench.spec.layers import Grid, Limits, Operation, Planner, Step
from workbench.spec.optimizers import Optimizer

BUILDERS: dict[type[Choice] | type[Operation], Callable[..., Any]] = {}

OWN_CLASSES: dict[str, Any] = {
    "hashed.HashedConv2D": hashed.HashedConv2D,
    "hashed.HashedDense": hashed.HashedDense,
    "nadam.Nadam": nadam.Nadam,
    "schedule_free.ScheduleFreeAdamW": schedule_free.ScheduleFreeAdamW,
}
"""What specs name besides Keras's classes."""


def keras_class(choice: Choice | Operation) -> Any:
    """The class (or module) that a choice stands for, mostly one of Keras."""
    name = choice.implementation
    if name is None:
        raise TypeError(f"{type(choice).__name__} names no Keras class and has no builder")
    return OWN_CLASSES.get(name) or operator.attrgetter(name.removeprefix("keras."))(keras)


def build(choice: Choice | Operation, **extra: Any) -> Any:
    """The Keras object of a choice.

    Args:
        choice: Any choice with a `keras_class` or an entry in `BUILDERS`.
        extra: More arguments, given on where the Keras class takes them.
    """
    builder = BUILDERS.get(type(choice))
    if builder is not None:
        return builder(choice, **extra)
    target = keras_class(choice)
    taken = _arguments(target)
    extra = {name: value for name, value in extra.items() if name in taken}
    return target(**choice.settings(), **extra)


def _arguments(target: Any) -> set[str]:
    """Names that a class takes, those that it hands on to its bases included."""
    if not inspect.isclass(target):
        return set(inspect.signature(target).parameters)
    made = [base for base in target.__mro__ if "__init__" in vars(base) and base is not object]
    return {name for base in made for name in inspect.signature(vars(base)["__init__"]).parameters}


def build_model(experiment: Experiment, info: DataInfo) -> keras.Model:
    """The network of an experiment with fresh weights, for images in [0, 1].

    The output is float32 whatever the precision, as the loss needs it.
    """
    return assemble(experiment, info).model


@dataclass(frozen=True)
class Assembled:
    """A network and what each step of its plan has become.

    Attributes:
        model: From images to outputs.
        steps: Every call, in order.
        layers: The Keras layer of each step; the same one where weights are shared.
        tensors: What each step gives.
    """

    model: keras.Model
    steps: list[Step]
    layers: list[keras.layers.Layer]
    tensors: list[Any]


def assemble(experiment: Experiment, info: DataInfo) -> Assembled:
    """As `build_model`, with the layers and tensors by step.

    Raises:
        LayerError: where a layer doesn't fit.
    """
    planner = Planner(info.image_shape)
    for layer in experiment.structure.layers:
        planner.add(layer)
    steps = planner.steps
    limits = experiment.limits(sum(step.parameters.trainable for step in steps))
    precision = experiment.hardware.precision
    values: list[Any] = [keras.Input(info.image_shape)]
    by_weights: dict[int, keras.layers.Layer] = {}
    for step in steps:
        made = by_weights.get(step.weights)
        if made is None:
            made = by_weights[step.weights] = _layer(step, limits, precision)
            if step.weights == steps[-1].weights:
                made.dtype_policy = keras.DTypePolicy("float32")
        given = [on_grid(values[number], step.layer.grid(), precision) for number in step.inputs]
        values.append(made(given if len(given) > 1 else given[0]))
    layers = [by_weights[step.weights] for step in steps]
    return Assembled(keras.Model(values[0], values[-1]), steps, layers, values[1:])


def on_grid(image: Any, grid: Grid, precision: str) -> Any:
    """The image (batch, height, width, channels) with rows and columns dropped or put between.

    They are dropped by pooling over single pixels, whose gradient is several times as fast as that
    of a slice.
    """
    if grid.kept != (1, 1):
        kept = keras.layers.AveragePooling2D((1, 1), grid.kept, "same", dtype=precision)
        return kept(image)
    rows, columns = grid.spread
    if (rows, columns) == (1, 1):
        return image
    _, height, width, channels = image.shape
    image = keras.ops.reshape(image, (-1, height, 1, width, 1, channels))
    image = keras.ops.pad(image, grid.zeros)
    return keras.ops.reshape(image, (-1, height * rows, width * columns, channels))


def _layer(step: Step, limits: Limits, precision: str) -> keras.layers.Layer:
    """The Keras layer of a step, with the penalties and limits on its weights."""
    given = {
        name: build(limit.choice, **limit.arguments)
        for name, limit in limits.of(step.layer).items()
    }
    return build(step.layer, hash_seed=step.weights, dtype=precision, **given)


def build_optimizer(
    optimizer: Optimizer, model: keras.Model, steps_per_epoch: int = 1
) -> keras.optimizers.Optimizer:
    """The optimizer with its state made for the model's weights.

    Args:
        optimizer: The choice.
        model: What it trains.
        steps_per_epoch: Batches to an epoch, which full-batch descent gathers for one step.
    """
    extra: dict[str, Any] = {}
    if optimizer.full_batch and steps_per_epoch > 1:
        extra["gradient_accumulation_steps"] = steps_per_epoch
    last = [layer.name for layer in model.layers if layer.trainable_variables][-1:]
    built = build(optimizer, exclude_layers=[f"^{re.escape(name)}/" for name in last], **extra)
    built.build(model.trainable_variables)
    return built

"""From the spec to Keras's objects.

One generic builder makes almost everything: the class that a choice names, with the choice's fields
as arguments. What Keras lacks registers a builder of its own in `BUILDERS`.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

import keras

from workbench.experiment import Experiment
from workbench.spec.base import Choice
from workbench.spec.data import DataInfo
from workbench.spec.optimizers import Optimizer
from workbench.spec.regularizers import NoRegularizer

BUILDERS: dict[type[Choice], Callable[..., Any]] = {
    NoRegularizer: lambda choice: None,
}


def keras_class(choice: Choice) -> Any:
    """The Keras class (or module) that a choice stands for."""
    if choice.keras_class is None:
        raise TypeError(f"{type(choice).__name__} names no Keras class and has no builder")
    return operator.attrgetter(choice.keras_class.removeprefix("keras."))(keras)


def build(choice: Choice, **extra: Any) -> Any:
    """The Keras object of a choice.

    Args:
        choice: Any choice with a `keras_class` or an entry in `BUILDERS`.
        extra: More arguments, given on where the Keras class takes them.
    """
    builder = BUILDERS.get(type(choice))
    if builder is not None:
        return builder(choice, **extra)
    target = keras_class(choice)
    taken = inspect.signature(target).parameters
    extra = {name: value for name, value in extra.items() if name in taken}
    return target(**choice.settings(), **extra)


def build_model(experiment: Experiment, info: DataInfo) -> keras.Model:
    """The network of an experiment with fresh weights, for images in [0, 1].

    The output is float32 whatever the precision, as the loss needs it.
    """
    regularizer = experiment.regularization
    layers = [
        build(layer, kernel_regularizer=build(regularizer)) for layer in experiment.structure.layers
    ]
    layers[-1].dtype_policy = keras.DTypePolicy("float32")
    return keras.Sequential([keras.Input(info.image_shape), *layers])


def build_optimizer(optimizer: Optimizer, model: keras.Model) -> keras.optimizers.Optimizer:
    """The optimizer with its state made for the model's weights."""
    built = build(optimizer)
    built.build(model.trainable_variables)
    return built


def gives_probabilities(experiment: Experiment) -> bool:
    """Whether the network ends in softmax; else it gives logits."""
    return getattr(experiment.structure.layers[-1], "activation", "linear") == "softmax"

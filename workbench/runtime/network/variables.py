"""All variables of a model as plain arrays, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy.typing as npt

Variables = Sequence[npt.NDArray[Any]]
"""All of a model, in the order of its `variables`."""


def give(model: keras.Model, variables: Variables) -> None:
    """Puts values into all variables of a model."""
    for variable, value in zip(model.variables, variables, strict=True):
        variable.assign(value)


def taken(model: keras.Model) -> list[npt.NDArray[Any]]:
    """The values of all variables of a model."""
    return [variable.numpy() for variable in model.variables]


def holds_weights(variable: keras.Variable) -> bool:
    """Whether it is a weight, or a moving average: the state of a random layer is none."""
    return str(variable.dtype).startswith(("float", "bfloat"))

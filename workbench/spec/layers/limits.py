"""Which weights of a layer are punished or limited, as arguments of its Keras class."""

from __future__ import annotations

from typing import Any, NamedTuple

from workbench.spec.base import Choice
from workbench.spec.constraints import Constraint, NoConstraint
from workbench.spec.layers.base import Layer, Operation
from workbench.spec.regularizers import NoRegularizer, Regularizer


class Limit(NamedTuple):
    """A regularizer or constraint of Keras, with arguments that depend on the layer."""

    choice: Choice
    arguments: dict[str, Any]


class Limits(NamedTuple):
    """What an experiment says of all weights.

    Attributes:
        regularizer: On all layers but those that have one of their own.
        constraint: On all kernels.
        parameters: Trainable weights of the whole network.
    """

    regularizer: Regularizer
    constraint: Constraint
    parameters: int

    def of(self, layer: Layer | Operation) -> dict[str, Limit]:
        """By argument of the layer's Keras class: `kernel_regularizer`, `kernel_constraint`."""
        own: Regularizer = getattr(layer, "kernel_regularizer", None) or self.regularizer
        found: dict[str, Limit] = {}
        for kernel, axes in layer.kernels.items():
            found |= self._penalty(kernel, own)
            if not isinstance(self.constraint, NoConstraint):
                limit = Limit(self.constraint, {"axis": list(axes)})
                found[f"{kernel}_constraint"] = limit
        for name in layer.offsets if self.regularizer.counts_all else ():
            found |= self._penalty(name, self.regularizer)
        return found

    def _penalty(self, weights: str, regularizer: Regularizer) -> dict[str, Limit]:
        penalty = regularizer.penalty(self.parameters)
        if isinstance(penalty, NoRegularizer):
            return {}
        return {f"{weights}_regularizer": Limit(penalty, {})}

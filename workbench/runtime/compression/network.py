"""A network on its way through the steps of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.experiment import Experiment
from workbench.runtime.network.build import Assembled, assemble
from workbench.runtime.network.variables import Variables, give
from workbench.spec.data import DataInfo


@dataclass(frozen=True)
class Network:
    """What a step gets and gives.

    Attributes:
        experiment: With its structure.
        variables: Its weights, and the state of its layers.
        facts: What later steps have to know, by name: "quantize" is the scheme of the file,
            "per_tensor" says that a layer's weights have one scale, "layers" are other schemes of
            single layers, "ranges" those of activations, "bare" says that the file has no names.
    """

    experiment: Experiment
    variables: Variables
    facts: Mapping[str, str] = field(default_factory=dict)

    def assembled(self, info: DataInfo) -> Assembled:
        """As a Keras model with its weights."""
        network = assemble(self.experiment, info)
        give(network.model, self.variables)
        return network

    @property
    def parameters(self) -> int:
        """Weights, as Keras counts them."""
        return sum(array.size for array in self._weights)

    @property
    def nonzero_parameters(self) -> int:
        """Weights that aren't exactly zero."""
        return sum(int(np.count_nonzero(array)) for array in self._weights)

    @property
    def _weights(self) -> list[npt.NDArray[Any]]:
        """Without the state of random layers."""
        return [array for array in self.variables if array.dtype.kind == "f"]

"""Low rank: layers of the structure in two, as thin as the validation images allow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.base.text import tr
from workbench.compression.factors import can_factorize, factors, pair, rank_that_pays
from workbench.compression.steps import LowRank
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.step_context import StepContext
from workbench.runtime.network.build import assemble
from workbench.runtime.network.variables import taken
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.layers import Planner


def factorize(step: LowRank, network: Network, context: StepContext) -> Network:
    """Each layer that gains by it in two, from the last one on, and fine-tuned.

    Raises:
        SpecError: where there are no validation images to choose by.
    """
    start = context.accuracy(network)
    if start is None:
        raise SpecError.at(
            "training.validation_split",
            tr("is 0, and ranks are chosen by validation images; train with a share of them"),
        )
    places = _candidates(network, context.info)
    for number, place in enumerate(places, 1):
        floor = start - step.loss * number / len(places)
        network = _thinnest(network, place, floor, context)
    return context.tuned(network, step)


def _candidates(network: Network, info: DataInfo) -> list[int]:
    """Places of the layers that two could replace, but for the output; the last one first."""
    layers = network.experiment.structure.layers
    last = max(number for number, layer in enumerate(layers) if layer.enabled)
    return [n for n in reversed(range(last)) if can_factorize(layers[n])]


def _thinnest(network: Network, place: int, floor: float, context: StepContext) -> Network:
    """The network with a layer in two of the smallest rank that keeps the accuracy, by halving; as
    it was where no rank that pays does.
    """
    kernel = _variables(network, place, context.info)[0]
    low, high, best = 1, rank_that_pays(kernel.shape), network
    while low <= high:
        context.check()
        rank = (low + high) // 2
        tried = in_two(network, place, rank, context.info)
        accuracy = context.accuracy(tried)
        if accuracy is not None and accuracy >= floor:
            best, high = tried, rank - 1
        else:
            low = rank + 1
    return best


def in_two(network: Network, place: int, rank: int, info: DataInfo) -> Network:
    """The network with the layer at a place of the structure in two.

    Args:
        network: The whole.
        place: Of the layer, from 0.
        rank: Channels between the two.
        info: Of the data.
    """
    old = network.experiment
    layers = list(old.structure.layers)
    layers[place : place + 1] = pair(layers[place], rank)
    structure = old.structure.model_copy(update={"layers": tuple(layers)})
    new = old.model_copy(update={"structure": structure})
    found = assemble(new, info)
    kernel, *offsets = _variables(network, place, info)
    first, second = factors(kernel, rank)
    step = _step_of(network, place, info)
    given = network.assembled(info)
    target = 0
    for number, source in enumerate(given.layers):
        if number == step:
            found.layers[target].set_weights([first])
            found.layers[target + 1].set_weights([second, *offsets])
            target += 2
            continue
        for before, after in zip(source.variables, found.layers[target].variables, strict=True):
            after.assign(before)
        target += 1
    return Network(new, taken(found.model), network.facts)


def _step_of(network: Network, place: int, info: DataInfo) -> int:
    """The number of the call of a layer that is no block, from 0."""
    planner = Planner(info.image_shape)
    for layer in network.experiment.structure.layers[:place]:
        planner.add(layer)
    return len(planner.steps)


def _variables(network: Network, place: int, info: DataInfo) -> Sequence[np.ndarray]:
    """Kernel and offset of a layer."""
    layer = network.assembled(info).layers[_step_of(network, place, info)]
    return [variable.numpy() for variable in layer.variables]

"""A trained network as it is exported: in float32, with the names of our layers, giving shares.

A network of mixed precision is written without complaint and refused by the interpreter; one that
gives logits would need its reader to know. So it is built once more from its spec, and takes the
weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.runtime.network.build import Assembled, assemble
from workbench.runtime.training.trained import Kept, restored
from workbench.spec.data import DataInfo
from workbench.spec.layers import Layer, Operation, Planner

INPUT = "image"
NAME = "network"


def of_run(run: Kept, info: DataInfo) -> keras.Model:
    """The network of a run, with the weights that are judged.

    Raises:
        CheckpointError: where they are damaged or of another network.
    """
    with tf.device("CPU:0"):
        trained = restored(run, info).model
        return float_network(run.experiment, info, [v.numpy() for v in trained.variables])


def float_network(
    experiment: Experiment, info: DataInfo, variables: Sequence[np.ndarray] = ()
) -> keras.Model:
    """A network in float32 from images in [0, 1] to shares of the classes.

    Its layers are called "layer3_conv2d", by their number in the structure, so that the tensors of
    a file name them.

    Args:
        experiment: With the structure.
        info: Of its data.
        variables: Of the trained network, in the order of its `variables`; none for fresh ones.
    """
    network = assemble(experiment.with_settings({"hardware.precision": "float32"}), info)
    _name_layers(network, experiment, info)
    for variable, value in zip(network.model.variables, variables, strict=bool(variables)):
        variable.assign(value)
    model = network.model
    if not experiment.gives_probabilities(info):
        shares = keras.layers.Softmax(name="shares")(model.outputs[0])
        model = keras.Model(model.inputs, shares)
    model.name = NAME
    return model


def hashed_layers(experiment: Experiment) -> list[int]:
    """Numbers of the layers whose weights share values by a hash, which no other format knows."""
    return [
        number
        for number, layer in enumerate(experiment.structure.layers, 1)
        if layer.enabled and str(layer.implementation).startswith("hashed.")
    ]


def unfolded(experiment: Experiment, form: str) -> list[str]:
    """That weights which share values are written one by one, where there are such.

    Args:
        experiment: With the structure.
        form: Name of the format.
    """
    layers = hashed_layers(experiment)
    if not layers:
        return []
    numbers = ", ".join(map(str, layers))
    return [
        tr(
            "{format} doesn't know layers whose weights share values: those of layer {numbers} are "
            "written one by one, so the file is as large as that of ordinary layers",
            format=form,
            numbers=numbers,
        )
    ]


def _name_layers(network: Assembled, experiment: Experiment, info: DataInfo) -> None:
    planner = Planner(info.image_shape)
    names = list[str]()
    for number, layer in enumerate(experiment.structure.layers, 1):
        names += [f"layer{number}_{_kind(step.layer)}" for step in planner.add(layer)]
    seen: Counter[str] = Counter()
    named: set[int] = set()
    for layer, name in zip(network.layers, names, strict=True):
        if id(layer) in named:  # its weights are shared: called as where it stands first
            continue
        named.add(id(layer))
        seen[name] += 1
        layer.name = name if seen[name] == 1 else f"{name}_{seen[name]}"


def _kind(layer: Layer | Operation) -> str:
    return layer.kind if isinstance(layer, Layer) else type(layer).__name__.lower()

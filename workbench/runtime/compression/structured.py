"""Structured pruning: filters and neurons are scored, and those that matter least removed.

The scores are Taylor's of Molchanov et al. 2017: a gate of 1 stands behind each channel, and the
gradient of the loss by the gate is the sum over the channel's activations times their gradients.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from workbench.compression.channels import Scores, followed, staying
from workbench.compression.narrowing import (
    Layers,
    all_widths,
    can_shrink,
    narrowed,
    scored_steps,
    shrunk,
    width_of,
)
from workbench.compression.sensitivity import FACT, SHARES, LayerSensitivity, packed
from workbench.compression.slicing import cut
from workbench.compression.steps import PruneStructure
from workbench.experiment import Experiment
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.step_context import StepContext
from workbench.runtime.network.build import Assembled, assemble, on_grid
from workbench.runtime.network.variables import taken
from workbench.spec.data import DataInfo

SCORED_IMAGES = 1000
SCORED_BATCH = 100

TINY = 1e-12


def prune_structure(step: PruneStructure, network: Network, context: StepContext) -> Network:
    """A narrower network, fine-tuned after each round.

    Raises:
        CannotNarrow: where no layer can lose channels.
    """
    whole = network.experiment.analysis(context.info).macs
    epochs = np.diff(np.linspace(0, step.epochs, step.rounds + 1).round().astype(int))
    if step.sensitivity:
        curves = sensitivity(network, _scores(step.criterion, network, context), context)
        network = replace(network, facts={**network.facts, FACT: packed(curves)})
    for number, count in enumerate(epochs, 1):
        now = network.experiment.analysis(context.info).macs
        wanted = whole * step.macs ** (number / step.rounds)
        scores = _scores(step.criterion, network, context)
        layers, shape = network.experiment.structure.layers, context.info.image_shape
        found = narrowed(layers, shape, scores, wanted / now, step.least)
        network = narrower(network, found.layers, context.info, scores)
        network = context.tuned(network, step, epochs=int(count))
    return network


def sensitivity(network: Network, scores: Scores, context: StepContext) -> list[LayerSensitivity]:
    """What each layer costs in accuracy on the validation images, without fine-tuning.

    Args:
        network: The whole; each curve begins with it.
        scores: Which channels go first.
        context: With the images; without validation images there are no curves.
    """
    layers, shape = network.experiment.structure.layers, context.info.image_shape
    found = []
    for widths in all_widths(layers, shape):
        smallest = min(width_of(layers, width) for width in widths.settings)
        shares, accuracies = [], []
        for share in SHARES:
            context.check()
            by = min(round(smallest * share), smallest - 1) // widths.by * widths.by
            if by < 1 or not can_shrink(layers, widths, by, shape):
                continue
            tried = narrower(network, shrunk(layers, widths, by), context.info, scores)
            accuracy = context.accuracy(tried)
            if accuracy is not None:
                shares.append(by / smallest)
                accuracies.append(accuracy)
        found.append(LayerSensitivity(widths.words(layers), tuple(shares), tuple(accuracies)))
    return found


def narrower(network: Network, layers: Layers, info: DataInfo, scores: Scores) -> Network:
    """A network with the widths of other layers and the weights of the channels that matter most.

    Raises:
        CannotNarrow: where they aren't the same layers but for their widths.
    """
    old = network.experiment
    stay = staying(followed(old.structure.layers, layers, info.image_shape), scores)
    structure = old.structure.model_copy(update={"layers": layers})
    new = old.model_copy(update={"structure": structure})
    wide, narrow = network.assembled(info), assemble(new, info)
    done: set[int] = set()
    for step, source, target in zip(wide.steps, wide.layers, narrow.layers, strict=True):
        if step.weights in done:
            continue
        done.add(step.weights)
        inputs, outputs = stay[step.inputs[0]], stay[step.output]
        for before, after in zip(source.variables, target.variables, strict=True):
            after.assign(cut(step.layer, before.name, before.numpy(), inputs, outputs))
    return Network(new, taken(narrow.model), network.facts)


def _scores(criterion: str, network: Network, context: StepContext) -> Scores:
    """How much each channel matters, by number of the value; each layer's are of length 1, as the
    paper has it, so that layers can be compared.
    """
    assembled = network.assembled(context.info)
    if criterion == "norm":
        found = norm_scores(assembled)
    else:
        images, labels = context.training_batch(SCORED_IMAGES)
        logits = not network.experiment.gives_probabilities(context.info)
        found = taylor_scores(assembled, network.experiment, images, labels, logits=logits)
    return {number: values / (np.linalg.norm(values) + TINY) for number, values in found.items()}


def norm_scores(network: Assembled) -> dict[int, npt.NDArray[np.float64]]:
    """The mean size of the weights of each filter, by number of the value that it makes."""
    found = {}
    for number in scored_steps(network.steps):
        step, layer = network.steps[number - 1], network.layers[number - 1]
        kernel = next(v for v in layer.trainable_variables if v.name.endswith("kernel")).numpy()
        if "pointwise_kernel" in {v.name for v in layer.trainable_variables}:
            kernel = next(v for v in layer.variables if v.name == "pointwise_kernel").numpy()
        axis = 2 if type(step.layer).__name__ == "Conv2DTranspose" else kernel.ndim - 1
        others = tuple(each for each in range(kernel.ndim) if each != axis)
        found[number] = np.abs(kernel.astype(np.float64)).mean(axis=others)
    return found


def taylor_scores(
    network: Assembled,
    experiment: Experiment,
    images: npt.NDArray[np.float32],
    labels: npt.NDArray[np.integer[Any]],
    *,
    logits: bool,
) -> dict[int, npt.NDArray[np.float64]]:
    """|mean over a channel of activation times gradient|, mean over images, by number of the value.

    Args:
        network: Whose channels.
        experiment: Its spec.
        images: To score with, (n, height, width, channels).
        labels: (n,).
        logits: Whether it ends in logits.
    """
    scored = scored_steps(network.steps)
    precision = experiment.hardware.precision

    @tf.function(autograph=False, reduce_retracing=True)
    def gradients(images: tf.Tensor, labels: tf.Tensor) -> list[tf.Tensor]:
        count = tf.shape(images)[0]
        widths = [network.steps[number - 1].output_shape for number in scored]
        gates = [
            tf.ones((count, *(1 for _ in shape[:-1]), shape[-1])) for shape in widths
        ]  # one for each image and channel
        with tf.GradientTape() as tape:
            tape.watch(gates)
            outputs = _gated(network, images, dict(zip(scored, gates, strict=True)), precision)
            loss = tf.keras.losses.sparse_categorical_crossentropy(
                labels, tf.cast(outputs, tf.float32), from_logits=logits
            )
        found = tape.gradient(loss, gates)  # of the sum: each image has gates of its own
        return [tf.reshape(each, (count, -1)) for each in found]

    sums = {number: np.zeros(network.steps[number - 1].output_shape[-1]) for number in scored}
    for first in range(0, len(labels), SCORED_BATCH):
        rows = slice(first, first + SCORED_BATCH)
        for number, each in zip(
            scored, gradients(tf.constant(images[rows]), tf.constant(labels[rows])), strict=True
        ):
            places = int(np.prod(network.steps[number - 1].output_shape[:-1]))
            sums[number] += np.abs(each.numpy().astype(np.float64)).sum(axis=0) / places
    return {number: values / len(labels) for number, values in sums.items()}


def _gated(
    network: Assembled, images: tf.Tensor, gates: dict[int, tf.Tensor], precision: str
) -> tf.Tensor:
    """Traced: what a network gives whose values are multiplied by gates."""
    values = [images]
    for step, layer in zip(network.steps, network.layers, strict=True):
        given = [on_grid(values[number], step.layer.grid(), precision) for number in step.inputs]
        value = layer(given if len(given) > 1 else given[0])
        gate = gates.get(step.output)
        values.append(value if gate is None else value * tf.cast(gate, value.dtype))
    return values[-1]

"""The task `look_inside`: weights, gradients and dead units of a run's trained network.

It reads the checkpoint's arrays alone, into a network rebuilt from the run's own spec.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from workbench.base.text import tr
from workbench.evaluation.inner_state import BINS, InnerState, LayerInside
from workbench.execution.tasks.look_inside import LOOK_INSIDE
from workbench.hardware.requests import AboutRun
from workbench.runtime.network.build import Assembled
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.objective import Objective
from workbench.runtime.training.pipeline import scaled
from workbench.runtime.training.prepare import Prepared, prepare
from workbench.runtime.training.trained import kept, restored

IMAGES = 256
"""Of the batch that is passed through: enough for a unit to answer to one of them."""

Floats = npt.NDArray[np.floating[Any]]


@does(LOOK_INSIDE)
def look_inside(request: AboutRun, work: TaskWork[None]) -> InnerState:
    """Passes one batch of training images through a run's network, and back.

    Raises:
        CheckpointError: where the run has none, or it is damaged.
    """
    run = kept(work.store, request.run_id)
    dataset = work.load(run.experiment.data, run.reading)
    prepared = prepare(run.experiment, dataset)
    work.progress(words=tr("building the network"))
    network = restored(run, dataset.info)
    work.progress(words=tr("looking at the weights"))
    images, labels = _batch(prepared)
    gradients = _gradients(prepared, network.model, images, labels)
    dead = _dead(network, images)
    return InnerState(tuple(_layers(network, gradients, dead)))


def _batch(prepared: Prepared) -> tuple[tf.Tensor, tf.Tensor]:
    rows = prepared.train_rows[:: max(1, len(prepared.train_rows) // IMAGES)][:IMAGES]
    part = prepared.dataset.train
    return scaled(tf.constant(part.images.read(rows))), tf.constant(part.labels[rows], tf.int32)


def _gradients(
    prepared: Prepared, model: keras.Model, images: tf.Tensor, labels: tf.Tensor
) -> dict[str, Floats]:
    """Of the loss with its penalties, by the path of the weight."""
    experiment, info = prepared.experiment, prepared.dataset.info
    logits = not experiment.gives_probabilities(info)
    objective = Objective(experiment.loss, info.classes, logits=logits)
    with tf.GradientTape() as tape:
        outputs = model(images, training=False)
        total = tf.add_n([objective(labels, outputs), *model.losses])
    weights = model.trainable_variables
    found = tape.gradient(total, [weight.value for weight in weights])
    return {w.path: np.asarray(g) for w, g in zip(weights, found, strict=True) if g is not None}


def _dead(network: Assembled, images: tf.Tensor) -> dict[int, float]:
    """The share of dead units of each step that ends in ReLU, by the step's number."""
    answering = {
        str(number): network.tensors[number]
        for number, step in enumerate(network.steps)
        if getattr(step.layer, "activation", "") == "relu"
    }
    if not answering:
        return {}
    answers = keras.Model(network.model.inputs, answering)(images, training=False)
    by_unit = {name: np.reshape(answer, (-1, answer.shape[-1])) for name, answer in answers.items()}
    return {int(name): float(np.mean(unit.max(axis=0) <= 0)) for name, unit in by_unit.items()}


def _layers(
    network: Assembled, gradients: dict[str, Floats], dead: dict[int, float]
) -> list[LayerInside]:
    """Each layer with weights once, also where several steps share it."""
    found, seen = [], set()
    for number, (step, layer) in enumerate(zip(network.steps, network.layers, strict=True)):
        if not layer.trainable_variables or id(layer) in seen:
            continue
        seen.add(id(layer))
        weights = np.concatenate([np.ravel(w.numpy()) for w in layer.trainable_variables])
        slopes = [
            np.ravel(gradients[w.path]) for w in layer.trainable_variables if w.path in gradients
        ]
        counts, edges = np.histogram(weights, BINS)
        found.append(
            LayerInside(
                f"{number + 1} {step.layer.label}",
                len(weights),
                float(edges[0]),
                float(edges[-1]),
                float(weights.std()),
                tuple(counts.tolist()),
                float(np.sqrt(np.mean(np.square(np.concatenate(slopes))))) if slopes else 0.0,
                dead.get(number),
            )
        )
    return found

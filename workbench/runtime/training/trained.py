"""A run's trained network, rebuilt from its spec and given the weights of its checkpoint, to be
asked and not to be trained.

Which weights those are is decided here alone: where the optimizer averages them, the averages,
as validation and test see them in training.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from workbench.data import Dataset
from workbench.evaluation.answerer import Images, scaled
from workbench.experiment import Experiment
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runtime.network.build import Assembled, assemble
from workbench.runtime.process.probe import machine_here
from workbench.runtime.training import checkpoint
from workbench.runtime.training.averaging import finalize, is_averaging
from workbench.runtime.training.fresh import fresh_optimizer
from workbench.runtime.training.hardware import Device, choose
from workbench.spec.data import DataInfo, Reading
from workbench.spec.hardware import Auto


class Kept(NamedTuple):
    """What the store has of a run.

    Attributes:
        experiment: Its spec.
        folder: Its own.
        is_final: Whether it was trained to its end, where averages have become the weights.
        steps_per_epoch: Batches to an epoch.
        reading: How its data were read.
    """

    experiment: Experiment
    folder: Path
    is_final: bool
    steps_per_epoch: int
    reading: Reading | None


def kept(store: Path, run_id: str) -> Kept:
    """A run's spec and folder.

    Raises:
        StoreError: where there is no such run.
        CheckpointError: where it has no checkpoint.
    """
    with Store(store) as opened:
        run = opened.run(run_id)
        found = Kept(
            run.experiment,
            opened.artifacts(run_id),
            run.status is RunStatus.COMPLETED,
            run.steps_per_epoch or 1,
            run.reading,
        )
    checkpoint.require(found.folder)
    return found


def restored(run: Kept, info: DataInfo) -> Assembled:
    """The network with the weights that are judged.

    Raises:
        CheckpointError: where they are damaged or of another network.
    """
    network = assemble(run.experiment, info)
    checkpoint.restore_model(run.folder, network.model)
    if not run.is_final:  # only then, as an optimizer takes the memory of the weights twice more
        _use_averages(run, network.model)
    return network


def _use_averages(run: Kept, model: keras.Model) -> None:
    """Gives the model the averages of its weights, where the optimizer keeps any."""
    optimizer = fresh_optimizer(run.experiment, model, run.steps_per_epoch)
    if is_averaging(optimizer):
        checkpoint.restore(run.folder, model, optimizer)
        finalize(model, optimizer)


def device_here(experiment: Experiment) -> Device:
    """The target of the run where this machine has it, else what there is."""
    missing = experiment.hardware.missing(machine_here())
    return choose(Auto() if missing else experiment.hardware)


def probabilities(experiment: Experiment, info: DataInfo, outputs: tf.Tensor) -> tf.Tensor:
    """Traced: what a network gives, as shares of the classes."""
    outputs = tf.cast(outputs, tf.float32)
    return outputs if experiment.gives_probabilities(info) else tf.nn.softmax(outputs)


def images_of_test(dataset: Dataset, first: int, number: int) -> Images:
    """So many images of the test part from one on, begun again at its end, in [0, 1]."""
    images = dataset.test.images
    return scaled(images.read(np.arange(first, first + number) % len(images)))

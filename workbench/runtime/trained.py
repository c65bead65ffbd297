"""A run's trained network, rebuilt from its spec and given the weights of its checkpoint, to be
asked and not to be trained.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from workbench.data import Dataset
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.runtime import checkpoint
from workbench.runtime.build import Assembled, assemble
from workbench.runtime.hardware import Device, choose
from workbench.runtime.pipeline import scaled
from workbench.runtime.probe import machine_here
from workbench.spec.data import DataInfo
from workbench.spec.hardware import Auto


class Kept(NamedTuple):
    """What the store has of a run."""

    experiment: Experiment
    folder: Path


def kept(store: Path, run_id: str) -> Kept:
    """A run's spec and folder.

    Raises:
        StoreError: where there is no such run.
        CheckpointError: where it has no checkpoint.
    """
    with Store(store) as opened:
        found = Kept(opened.run(run_id).experiment, opened.artifacts(run_id))
    checkpoint.require(found.folder)
    return found


def restored(run: Kept, info: DataInfo) -> Assembled:
    """The network with its trained weights.

    Raises:
        CheckpointError: where they are damaged or of another network.
    """
    network = assemble(run.experiment, info)
    checkpoint.restore_model(run.folder, network.model)
    return network


def device_here(experiment: Experiment) -> Device:
    """The target of the run where this machine has it, else what there is."""
    missing = experiment.hardware.missing(machine_here())
    return choose(Auto() if missing else experiment.hardware)


def probabilities(experiment: Experiment, info: DataInfo, outputs: tf.Tensor) -> tf.Tensor:
    """Traced: what a network gives, as shares of the classes."""
    outputs = tf.cast(outputs, tf.float32)
    return outputs if experiment.gives_probabilities(info) else tf.nn.softmax(outputs)


def images_of_test(dataset: Dataset, first: int, number: int) -> tf.Tensor:
    """So many images of the test part from one on, begun again at its end, in [0, 1]."""
    images = dataset.test.images
    rows = tf.range(first, first + number).numpy() % len(images)
    return scaled(tf.constant(images.read(rows)))

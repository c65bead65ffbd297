"""What a training process does before its first run, so that the run begins at once.

TensorFlow and Keras load and compile much at first use; a rehearsal on a tiny network has that done
while a person still looks at the form.
"""

from __future__ import annotations

import keras
import numpy as np
import sklearn.datasets
import sklearn.model_selection  # noqa: F401

from workbench.base.plain_values import plain
from workbench.data import ArrayImages, Part
from workbench.execution.messages import Ready
from workbench.experiment import Experiment, Structure
from workbench.runtime.process.probe import machine_here
from workbench.runtime.training import hardware
from workbench.runtime.training.fresh import fresh_loop
from workbench.runtime.training.pipeline import feed
from workbench.spec.data import DataInfo
from workbench.spec.hardware import Auto, Startup
from workbench.spec.layers import Conv2D, Dense, Flatten, MaxPooling2D


def warm_up(startup: Startup) -> Ready:
    """Prepares TensorFlow; what the next run will train on."""
    hardware.prepare_tensorflow(startup)
    device = hardware.choose(Auto())
    _rehearse(device)
    return Ready(device.words, hardware.versions(), plain(machine_here()))


def _rehearse(device: hardware.Device) -> None:
    """A few steps of a tiny network, through the same code as a run."""
    layers = (Conv2D(filters=1), MaxPooling2D(), Flatten(), Dense(units=2, activation="softmax"))
    experiment = Experiment(structure=Structure(layers=layers))
    loop = fresh_loop(experiment, DataInfo((8, 8, 1), ("0", "1"), 4, 0), device, 4)
    part = Part(ArrayImages(np.zeros((4, 8, 8, 1), np.uint8)), np.array([0, 1, 0, 1], np.int32))
    source, rows = feed(part, 2), np.arange(4)
    loop.train(source, source.begin(rows, 0), 0, np.full(2, 0.001))
    loop.evaluate(source, rows)
    keras.utils.clear_session()

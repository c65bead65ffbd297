"""A network with fresh weights and all that trains it: for runs, tasks and the rehearsal alike."""

from __future__ import annotations

import keras

from workbench.experiment import Experiment
from workbench.runtime.build import build, build_model, build_optimizer
from workbench.runtime.hardware import Device
from workbench.runtime.loop import Loop
from workbench.spec.data import DataInfo


def fresh_loop(experiment: Experiment, info: DataInfo, device: Device) -> Loop:
    """The compiled loop of an experiment; the same seed begins with the same weights."""
    keras.utils.set_random_seed(experiment.training.seed)
    with device.strategy.scope():
        model = build_model(experiment, info)
        optimizer = build_optimizer(experiment.optimizer, model)
    loss = build(experiment.loss, from_logits=not experiment.gives_probabilities(info))
    return Loop(model, optimizer, loss, device.strategy)

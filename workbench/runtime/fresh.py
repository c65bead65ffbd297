"""A network with fresh weights and all that trains it: for runs, tasks and the rehearsal alike."""

from __future__ import annotations

import keras

from workbench.experiment import Experiment
from workbench.runtime.build import build_model, build_optimizer
from workbench.runtime.hardware import Device
from workbench.runtime.loop import Loop
from workbench.runtime.objective import Objective
from workbench.spec.data import DataInfo


def fresh_loop(
    experiment: Experiment, info: DataInfo, device: Device, images: int, *, probes: bool = False
) -> Loop:
    """The compiled loop of an experiment; the same seed begins with the same weights.

    Args:
        experiment: What to build.
        info: Of the data.
        device: Where each step runs.
        images: How many there are to train on.
        probes: Whether each step tells of its gradient and its update too.
    """
    keras.utils.set_random_seed(experiment.training.seed)
    chosen, hardware = experiment.optimizer, experiment.hardware
    steps_per_epoch = -(-images // experiment.training.batch_size)
    with device.strategy.scope():
        model = build_model(experiment, info)
        optimizer = build_optimizer(chosen, model, steps_per_epoch)
        if hardware.precision == "mixed_float16":
            optimizer = _loss_scaled(optimizer, model)
    logits = not experiment.gives_probabilities(info)
    objective = Objective(experiment.loss, info.classes, logits=logits)
    mean_batch = images / steps_per_epoch if chosen.full_batch else None
    return Loop(
        model, optimizer, objective, device.strategy, mean_batch,
        jit_compile=hardware.jit_compile, probes=probes,
    )  # fmt: skip


def _loss_scaled(
    optimizer: keras.optimizers.Optimizer, model: keras.Model
) -> keras.optimizers.Optimizer:
    """An optimizer for float16: the loss is multiplied, so that small gradients don't vanish."""
    scaled = keras.optimizers.LossScaleOptimizer(optimizer)
    scaled.build(model.trainable_variables)
    return scaled

"""A network with fresh weights and all that trains it: for runs, tasks and the rehearsal alike."""

from __future__ import annotations

import keras

from workbench.experiment import Experiment
from workbench.runtime.network.build import build_model, build_optimizer
from workbench.runtime.training.borrowed.networks import NOTHING, Borrowed
from workbench.runtime.training.hardware import Device
from workbench.runtime.training.loop import Loop
from workbench.runtime.training.objective import Objective
from workbench.runtime.training.update import Gathering
from workbench.spec.data import DataInfo


def fresh_loop(
    experiment: Experiment,
    info: DataInfo,
    device: Device,
    images: int,
    *,
    borrowed: Borrowed = NOTHING,
    probes: bool = False,
) -> Loop:
    """The compiled loop of an experiment; the same seed begins with the same weights.

    Args:
        experiment: What to build.
        info: Of the data.
        device: Where each step runs.
        images: How many there are to train on.
        borrowed: Weights to start from in place of fresh ones, and a teacher.
        probes: Whether each step tells of its gradient and its update too.
    """
    keras.utils.set_random_seed(experiment.training.seed)
    steps_per_epoch = -(-images // experiment.training.batch_size)
    with device.strategy.scope():
        model = build_model(experiment, info)
        borrowed.start(model)
        optimizer = fresh_optimizer(experiment, model, steps_per_epoch)
    logits = not experiment.gives_probabilities(info)
    objective = Objective(experiment.loss, info.classes, logits=logits)
    loop = Loop(
        model,
        optimizer,
        objective,
        device.strategy,
        _gathering(experiment, images),
        jit_compile=experiment.hardware.jit_compile,
        probes=probes,
    )
    loop.teaching = borrowed.teaching(experiment, info, device)
    return loop


def _gathering(experiment: Experiment, images: int) -> Gathering | None:
    """Which batches add up to a step, where they aren't all of one size."""
    batch_size = experiment.training.batch_size
    batches = experiment.optimizer.batches_to_step(-(-images // batch_size))
    return Gathering(batches, batch_size, images) if batches > 1 and images % batch_size else None


def fresh_optimizer(
    experiment: Experiment, model: keras.Model, steps_per_epoch: int
) -> keras.optimizers.Optimizer:
    """The optimizer of an experiment for its model.

    For float16 the loss is multiplied, so that small gradients don't vanish.
    """
    optimizer = build_optimizer(experiment.optimizer, model, steps_per_epoch)
    if experiment.hardware.precision != "mixed_float16":
        return optimizer
    scaled = keras.optimizers.LossScaleOptimizer(optimizer)
    scaled.build(model.trainable_variables)
    return scaled

"""Which layer of a network kills the process: `python -m workbench.runtime.worker.find_crash`.

Takes forward and backward passes of one layer after the other, on random images in the run's batch
size, and says before each which one it is: the last one said is the one at which it died. Ends by
itself after a while, and when its parent closes its input.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.runtime.network.build import build, on_grid
from workbench.spec.layers import Layer, Planner, Shape, Step

MOST_SECONDS = 60.0
PASSES = 5
"""Of each layer: memory that is written past its end isn't always anything that matters."""

Say = Callable[[str], None]


def try_layers(experiment: Experiment, image: Shape, say: Say) -> None:
    """Tries every layer of an experiment.

    Args:
        experiment: Whose network.
        image: Height, width and channels of an image.
        say: Told of each layer before it is tried.
    """
    planner = Planner(image)
    for index, layer in enumerate(experiment.structure.layers):
        for step in planner.add(layer):
            say(_name(index, layer, step))
            _passes(step, planner, experiment)


def _name(index: int, layer: Layer, step: Step) -> str:
    """structure.layers[1], the Conv2D (16 · 1x1 · linear) of ResidualBlock."""
    words = step.layer.summary()
    inner = f"{step.layer.label} ({words})" if words else step.layer.label
    path = f"structure.layers[{index}]"
    if step.layer is layer:
        return tr("{path}, the {layer}", path=path, layer=inner)
    return tr("{path}, the {layer} of {block}", path=path, layer=inner, block=layer.label)


def _passes(step: Step, planner: Planner, experiment: Experiment) -> None:
    """Gradients by the inputs and weights of a step's layer, as they are computed in training."""
    precision = experiment.hardware.precision
    shapes = [planner.steps[i - 1].output_shape if i else planner.input_shape for i in step.inputs]
    given = [keras.Input(shape) for shape in shapes]
    made = [on_grid(value, step.layer.grid(), precision) for value in given]
    layer = build(step.layer, hash_seed=step.weights, dtype=precision)
    model = keras.Model(given, layer(made if len(made) > 1 else made[0]))
    random = np.random.default_rng(0)
    count = experiment.training.batch_size
    images = [tf.constant(random.normal(size=(count, *shape)), tf.float32) for shape in shapes]

    @tf.function(autograph=False, jit_compile=experiment.hardware.jit_compile)
    def gradients(values: list[tf.Tensor]) -> Any:
        with tf.GradientTape() as tape:
            for value in values:
                tape.watch(value)
            total = tf.reduce_sum(tf.square(tf.cast(model(values, training=True), tf.float32)))
        return total, tape.gradient(total, [*values, *model.trainable_variables])

    for _ in range(PASSES):
        total, _ = gradients(images)
        total.numpy()


def _end_with_parent() -> None:
    """Ends the process when its input is closed, or it has taken too long."""

    def wait() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
    limit = threading.Timer(MOST_SECONDS, os._exit, (0,))
    limit.daemon = True
    limit.start()


def main() -> int:
    """Arguments: folder of the store, id of the run; the process's exit code."""
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    _end_with_parent()
    with Store(Path(sys.argv[1])) as store:
        run = store.run(sys.argv[2])
    image = run.environment.get("image_shape")
    if image:
        experiment = run.experiment
        tf.config.threading.set_intra_op_parallelism_threads(experiment.hardware.intra_op_threads)
        try_layers(
            experiment,
            tuple(image),
            lambda words: print(json.dumps({"trying": words}), file=messages),
        )
    messages.flush()
    os._exit(0)  # a library's fault in the exit would blame the last layer


if __name__ == "__main__":
    sys.exit(main())

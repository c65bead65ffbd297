"""The task `profile_layers`: where the time of a training step goes, layer by layer.

Each layer is timed by itself, with the shapes, batch size and precision it has in the network:
forward, and forward with the gradients of its inputs and weights. What the whole step takes beyond
the sum of its layers (loss, update of the weights, reading the batch) is told as unexplained.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from workbench.base.text import tr
from workbench.execution.tasks.profile_layers import PROFILE_LAYERS
from workbench.experiment import Experiment
from workbench.hardware import roofline
from workbench.hardware.requests import AboutExperiment
from workbench.hardware.roofline import LayerTimes, Profile, Roof, TimedLayer
from workbench.runtime.jobs.peak import peak_here
from workbench.runtime.jobs.trial import Trial
from workbench.runtime.network.build import Assembled, assemble
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training import hardware
from workbench.spec.base import SpecError

SAMPLES = 7
SAMPLE_SECONDS = 0.02
STEP_SAMPLE_SECONDS = 0.4
STEP_SAMPLES = 3


@does(PROFILE_LAYERS)
def profile_layers(request: AboutExperiment, work: TaskWork[LayerTimes]) -> Profile:
    """Times every layer and the whole step."""
    experiment = Experiment.from_toml(request.experiment)
    dataset = work.load(experiment.data)
    problems = experiment.problems(dataset.info)
    if problems:
        raise SpecError(problems)
    precision, batch_size = experiment.hardware.precision, experiment.training.batch_size
    peaks = peak_here(experiment, work)
    works = roofline.layer_work(experiment.analysis(dataset.info), batch_size, precision)
    device = hardware.choose(experiment.hardware)
    rows: list[TimedLayer] = []
    with tf.device(device.place):
        built = assemble(experiment, dataset.info)
        overhead = _seconds(tf.function(lambda: tf.constant(0.0), autograph=False), work)
        for number, asked in enumerate(works):
            work.progress(number, len(works) + 1, asked.name, LayerTimes(tuple(rows)))
            forward, both = (
                max(0.0, _seconds(function, work) - overhead)
                for function in _calls(built, number, batch_size)
            )
            rows.append(
                TimedLayer(
                    asked.name,
                    asked.path,
                    asked.flops,
                    asked.bytes,
                    forward,
                    max(0.0, both - forward),
                )
            )
    work.progress(len(works), len(works) + 1, tr("the whole step"), LayerTimes(tuple(rows)))
    whole = Trial(experiment, dataset, {})
    speed = max(whole.sample(STEP_SAMPLE_SECONDS) for _ in range(STEP_SAMPLES))
    step = batch_size / speed
    keras.utils.clear_session()
    return Profile(
        layers=tuple(rows),
        step_seconds=step,
        unexplained=roofline.unexplained([row.seconds for row in rows], step),
        batch_size=batch_size,
        precision=precision,
        device=device.words,
        peak=peaks,
        words=roofline.profile_words(rows, step, Roof.of(peaks, precision)),
        images_per_second=speed,
    )


def _calls(
    built: Assembled, number: int, batch_size: int
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """One call of a layer: forward alone, and with the gradients."""
    step, layer = built.steps[number], built.layers[number]
    random = np.random.default_rng(0)
    inputs = [built.model.inputs[0], *built.tensors]
    given = [
        tf.Variable(
            tf.cast(random.random((batch_size, *inputs[i].shape[1:]), np.float32), inputs[i].dtype)
        )
        for i in step.inputs
    ]

    def forward() -> Any:
        values = [variable.read_value() for variable in given]
        return layer(values if len(values) > 1 else values[0], training=True)

    def both() -> Any:
        watched = [*given, *(v.value for v in layer.trainable_variables)]
        if number == 0:
            watched = watched[1:]  # nobody asks for the gradient of the images
        with tf.GradientTape() as tape:
            outputs = forward()
        gradients = tape.gradient(outputs, watched)
        return [outputs, *(gradient for gradient in gradients if gradient is not None)]

    return tf.function(forward, autograph=False), tf.function(both, autograph=False)


def _seconds(function: Callable[[], Any], work: TaskWork[Any]) -> float:
    """Seconds of a call in the quickest of a few samples: what else runs can only slow it."""
    function()
    began = time.perf_counter()
    _wait(function())
    count = max(1, round(SAMPLE_SECONDS / max(1e-6, time.perf_counter() - began)))
    samples = []
    for _ in range(SAMPLES):
        work.check()
        began = time.perf_counter()
        for _ in range(count):
            last = function()
        _wait(last)
        samples.append((time.perf_counter() - began) / count)
    return min(samples)


def _wait(result: Any) -> None:
    """Until the device is done."""
    for tensor in tf.nest.flatten(result)[:1]:
        tf.reshape(tensor, (-1,))[:1].numpy()

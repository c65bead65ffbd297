"""Training speed under hardware settings against a bare compiled loop, in one process.

    python tests/benchmarks/settings.py --set hardware.precision=mixed_bfloat16 --bf16

Both sides train the reference CNN on the same images at the same batch size, each in short samples
that take turns. The ratio is also given by the processor time of each sample, which other programs
on a busy machine change little. The bare loop is
what a script would have: one `tf.function` over many steps, Keras's own optimizer, no metrics.
With `--devices N` it compares N virtual CPU devices with one instead. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from workbench import presets
from workbench.data import ArrayImages, Dataset, Part
from workbench.experiment import Experiment
from workbench.spec.assignments import parse_settings
from workbench.spec.data import DataInfo
from workbench.spec.hardware import Startup

IMAGES = 6400


def made_up() -> Dataset:
    """Random digits of MNIST's size: speed doesn't depend on what they show."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (IMAGES, 28, 28, 1), np.uint8)
    part = Part(ArrayImages(images), random.integers(0, 10, IMAGES).astype(np.int32))
    return Dataset(part, part, DataInfo((28, 28, 1), tuple("0123456789"), IMAGES, IMAGES), "")


def bare(experiment: Experiment, dataset: Dataset, bf16: bool) -> Callable[[float], float]:
    """A loop as a script would have it; takes about so many seconds, gives images a second."""
    import keras
    import tensorflow as tf

    from workbench.runtime.network.build import build_model, build_optimizer

    batch = experiment.training.batch_size
    precision = "mixed_bfloat16" if bf16 else "float32"
    plain = experiment.with_settings({"hardware.precision": precision})
    model = build_model(plain, dataset.info)
    optimizer = build_optimizer(plain.optimizer, model)
    loss_of = keras.losses.SparseCategoricalCrossentropy()
    images = tf.constant(dataset.train.images.read(np.arange(IMAGES)) / np.float32(255))
    labels = tf.constant(dataset.train.labels)

    @tf.function
    def steps(order: Any, count: Any) -> None:
        for i in tf.range(count):
            rows = order[i * batch : (i + 1) * batch]
            with tf.GradientTape() as tape:
                outputs = model(tf.gather(images, rows), training=True)
                loss = loss_of(tf.gather(labels, rows), outputs)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)

    order = tf.random.shuffle(tf.range(IMAGES))
    steps(order, tf.constant(1))

    def sample(seconds: float) -> float:
        taken, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            steps(order, tf.constant(20))
            taken += 20
        return taken * batch / (time.perf_counter() - began)

    return sample


def main() -> None:
    """Takes the samples and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    parser.add_argument("--bf16", action="store_true", help="the bare loop in mixed bfloat16")
    parser.add_argument("--devices", type=int, default=0, help="compare so many with one")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each sample")
    arguments = parser.parse_args()
    if arguments.devices:
        os.environ["DLOPT_VIRTUAL_CPUS"] = str(arguments.devices)

    from workbench.runtime.jobs.trial import Trial
    from workbench.runtime.training.hardware import prepare_tensorflow

    prepare_tensorflow(Startup())
    experiment = presets.load("mnist-cnn").with_settings(parse_settings(arguments.set))
    dataset = made_up()
    base: Callable[[float], float]
    if arguments.devices:
        one, several = (
            experiment.with_settings({"hardware.target": target}) for target in ("cpu", "multi_gpu")
        )
        base, ours = Trial(one, dataset, {}).sample, Trial(several, dataset, {}).sample
    else:
        base = bare(experiment, dataset, arguments.bf16)
        ours = Trial(experiment, dataset, {}).sample
    rates: dict[str, list[float]] = {"base": [], "workbench": []}
    work: dict[str, list[float]] = {"base": [], "workbench": []}
    for number in range(arguments.rounds):
        sides = [("base", base), ("workbench", ours)]
        for name, sample in sides if number % 2 else reversed(sides):
            began, worked = time.perf_counter(), time.process_time()
            rate = sample(arguments.seconds)
            share = (time.process_time() - worked) / (time.perf_counter() - began)
            rates[name].append(rate)
            work[name].append(rate / share)
    print(
        json.dumps(
            {
                "images_per_second": {k: round(statistics.median(v)) for k, v in rates.items()},
                "workbench_divided_by_base": quartiles(rates["workbench"], rates["base"]),
                "by_processor_time": quartiles(work["workbench"], work["base"]),
            }
        )
    )


def quartiles(ours: list[float], base: list[float]) -> list[float]:
    """Of the ratios within a round."""
    ratios = [a / b for a, b in zip(ours, base, strict=True)]
    return [round(value, 3) for value in statistics.quantiles(ratios, n=4)]


if __name__ == "__main__":
    main()

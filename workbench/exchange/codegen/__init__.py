"""The stand-alone Keras script of an experiment: readable, with no import of ours.

Generated from the fields of the spec and the plan of the network, so a new layer, optimizer or
schedule that names its Keras class is in it without a word here. Nothing is imported to write it,
and every text and number of the experiment is written as a literal: no name or path can become
code.
"""

from __future__ import annotations

from workbench.exchange.codegen.augmentation import augmentation_source, augmenter_lines
from workbench.exchange.codegen.data import data_source
from workbench.exchange.codegen.expressions import written
from workbench.exchange.codegen.hardware import compile_arguments, startup_lines
from workbench.exchange.codegen.model import hashed_source, model_lines, needs_hashed
from workbench.exchange.codegen.objective import (
    loss_lines,
    metric_lines,
    stopping_lines,
    trains_on_shares,
)
from workbench.exchange.codegen.optimization import (
    callback_lines,
    is_averaging,
    needs_typing,
    optimizer_lines,
    own_classes,
    weighting_lines,
)
from workbench.experiment import Experiment
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo, FileData
from workbench.spec.training import Training

__all__ = ["keras_script"]

EVALUATION_BATCH = 500

BATCHES = '''
class Batches(keras.utils.PyDataset):
    """Batches of (images from 0 to 1, labels) of these rows, in their order."""

    def __init__(self, images, labels, rows, batch_size):
        super().__init__()
        self.images, self.labels = images, labels.astype(np.int32)
        self.rows, self.batch_size = rows, batch_size

    def __len__(self):
        return -(-len(self.rows) // self.batch_size)

    def __getitem__(self, index):
        rows = self.rows[index * self.batch_size : (index + 1) * self.batch_size]
        images = self.images[rows]
        scale = 1 / 255 if images.dtype == np.uint8 else 1
        return images.astype(np.float32) * np.float32(scale), self.labels[rows]
'''


def keras_script(experiment: Experiment, info: DataInfo) -> str:
    """A script that reads the data, trains the network, and prints its parameters and accuracy.

    Args:
        experiment: What to train.
        info: What is known of its data.

    Raises:
        SpecError: where the experiment can't be trained, or has something that Keras lacks.
    """
    problems = experiment.problems(info)
    if problems:
        raise SpecError(problems)
    hashed = needs_hashed(experiment, info)
    varied = experiment.augmentation.is_on
    data = data_source(experiment.data, info, experiment.training)
    model = model_lines(experiment, info)
    penalized = any("_regularizer=" in line for line in model)
    code = [
        BATCHES.strip().splitlines(),
        augmentation_source(experiment),
        hashed_source().splitlines() if hashed else [],
        *(source.splitlines() for source in own_classes(experiment)),
        model,
        _main(experiment, info, data.given, penalized),
        ['if __name__ == "__main__":', "    main()"],
    ]
    typed = hashed or varied or needs_typing(experiment)
    tensorflow = any("tf." in line for part in code for line in part)
    parts = [_head(experiment, info, data.imports, typed, tensorflow), data.lines, *code]
    return "\n\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(
    experiment: Experiment, info: DataInfo, imports: list[str], typed: bool, tensorflow: bool
) -> list[str]:
    """What the script is, what it needs, and its settings."""
    training, data = experiment.training, experiment.data
    standard = [line for line in imports if line.startswith("import ")]
    others = sorted((line for line in imports if line.startswith("from ")), key=str.lower)
    packages = {"PIL": "pillow", "sklearn": "scikit-learn"}
    needed = {packages[line.split()[1].partition(".")[0]] for line in others}
    if experiment.augmentation.is_on:
        standard.append("import math")
    if typed:
        standard.append("from typing import Any")
    return [
        '"""Trains one network with Keras; written by DLOpt Workbench, needs nothing of it.',
        "",
        "Its images, their pixels, split and order are those of the workbench, to the bit.",
        "",
        " ".join(["pip install tensorflow", *sorted(needed)]),
        '"""',
        "",
        *(["from __future__ import annotations", ""] if typed else []),
        *sorted(standard),
        *([""] if standard else []),
        "import keras",
        "import numpy as np",
        *(["import tensorflow as tf"] if tensorflow else []),
        "from keras import layers",
        *others,
        "",
        f"NAME = {written(experiment.name)}",
        *([f"PATH = {written(data.path)}"] if isinstance(data, FileData) else []),
        f"SEED = {training.seed}",
        f"EPOCHS = {training.epochs}",
        f"BATCH_SIZE = {training.batch_size}",
        *_validation_settings(training, info),
        *_left_out(training),
    ]


def _left_out(training: Training) -> list[str]:
    """What the run takes from other runs, which the script knows nothing of."""
    weights, teacher = training.initial_weights, training.teacher
    lines = []
    if weights:
        lines.append(f"# Begins with fresh weights, not with those of run {written(weights)}.")
    if teacher:
        lines.append(f"# Learns from the labels alone, without run {written(teacher)} as teacher.")
    return ["", *lines] if lines else []


def _validation_settings(training: Training, info: DataInfo) -> list[str]:
    if training.folds:
        return [f"FOLDS, FOLD = {training.folds}, {training.fold}"]
    if training.splits_validation(info):
        return [f"VALIDATION_SHARE = {training.validation_split!r}"]
    return []


def _main(experiment: Experiment, info: DataInfo, parts: str, penalized: bool) -> list[str]:
    """Training and test."""
    training = experiment.training
    validation = training.has_validation(info)
    shares = trains_on_shares(experiment)
    seen = "targets" if shares else "y"
    learned = "y" if experiment.augmentation.mixup else seen
    own = training.uses_own_validation(info)
    judged = "x_valid, y_valid, np.arange(len(y_valid))" if own else f"x, {seen}, aside"
    valid = [f"validation = Batches({judged}, {EVALUATION_BATCH})"] if validation else []
    categorical = f"keras.utils.to_categorical({{}}, {info.classes})".format
    given = "validation_data=validation," if validation else ""
    augmenter = augmenter_lines(experiment, info)
    made = "Varied(augmenter, epoch, " if augmenter else "Batches("
    before, at_end, behind = stopping_lines(experiment)
    fitted = "history = " if at_end else ""
    callbacks = callback_lines(experiment)
    finalize = "optimizer.finalize_variable_values(model.trainable_variables)"
    watched, metrics = metric_lines(experiment)
    body = [
        *startup_lines(experiment.hardware),
        f"{parts} = read()",
        _splitting(training, info),
        *([f"targets = {categorical('y')}"] if shares else []),
        *([f"y_valid = {categorical('y_valid')}"] if shares and own else []),
        *valid,
        "",
        "keras.utils.set_random_seed(SEED)",
        "model = make_model()",
        "model.summary()",
        *optimizer_lines(experiment, info),
        *loss_lines(experiment, info),
        *watched,
        f"model.compile(optimizer=optimizer, loss=loss, metrics={metrics}"
        f"{compile_arguments(experiment.hardware)})",
        *augmenter,
        *before,
        *callbacks,
        "for epoch in range(EPOCHS):",
        "    order = np.random.default_rng((SEED, epoch)).permutation(train)",
        f"    batches = {made}x, {learned}, order, BATCH_SIZE)",
        *(f"    {line}" for line in weighting_lines(experiment)),
        f"    {fitted}model.fit(",
        "        batches, initial_epoch=epoch, epochs=epoch + 1, shuffle=False, verbose=2,",
        *([f"        {given}"] if given else []),
        *(["        callbacks=callbacks,"] if callbacks else []),
        "    )",
        *(f"    {line}" for line in at_end),
        *([finalize] if is_averaging(experiment) else []),
        *behind,
        "",
        *([f"y_test = {categorical('y_test')}"] if shares else []),
        f"test = Batches(x_test, y_test, np.arange(len(y_test)), {EVALUATION_BATCH})",
        f"test_loss, test_accuracy{', _' * bool(watched)} = model.evaluate(test, verbose=0)",
        *(["penalty = float(sum(model.losses))  # which Keras adds to each loss"] * penalized),
        'print("name:", ascii(NAME))',
        'print("parameters:", model.count_params())',
        f'print(f"test loss: {{test_loss{" - penalty" * penalized}:.6f}}")',
        *(['print(f"penalty on the weights: {penalty:.6f}")'] * penalized),
        'print(f"test accuracy: {test_accuracy:.6f}")',
    ]
    return [
        "def main():",
        '    """Trains and tests."""',
        *(f"    {line}" if line else "" for line in body),
    ]


def _splitting(training: Training, info: DataInfo) -> str:
    """Sets the validation images aside."""
    if training.folds:
        return "train, aside = held_out(y, FOLDS, FOLD, SEED)"
    if training.splits_validation(info):
        return "train, aside = split(y, VALIDATION_SHARE, SEED)"
    return "train = np.arange(len(y))"

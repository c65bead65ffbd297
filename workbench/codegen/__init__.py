"""The stand-alone Keras script of an experiment: readable, with no import of ours.

Generated from the fields of the spec and the plan of the network, so a new layer, optimizer or
schedule that names its Keras class is in it without a word here. Nothing is imported to write it,
and every text and number of the experiment is written as a literal: no name or path can become
code.
"""

from __future__ import annotations

from workbench.codegen.augmentation import augmentation_source, augmenter_lines
from workbench.codegen.data import data_imports, data_lines, fit_arguments
from workbench.codegen.expressions import written
from workbench.codegen.hardware import compile_arguments, startup_lines
from workbench.codegen.model import hashed_source, model_lines, needs_hashed
from workbench.codegen.objective import loss_lines, stopping_lines, trains_on_shares
from workbench.codegen.optimization import (
    callback_lines,
    is_averaging,
    needs_typing,
    optimizer_lines,
    own_classes,
    weighting_lines,
)
from workbench.experiment import Experiment
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo

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
    parts = [
        _head(experiment, hashed or varied or needs_typing(experiment)),
        data_lines(experiment.data, info, experiment.training.folds),
        BATCHES.strip().splitlines(),
        augmentation_source(experiment),
        hashed_source().splitlines() if hashed else [],
        *(source.splitlines() for source in own_classes(experiment)),
        model_lines(experiment, info),
        _main(experiment, info),
        ['if __name__ == "__main__":', "    main()"],
    ]
    return "\n\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(experiment: Experiment, own: bool) -> list[str]:
    training = experiment.training
    imports = data_imports(experiment.data, training.folds)
    standard = [line for line in imports if line.startswith("import ")]
    others = [line for line in imports if not line.startswith("import ")]
    if experiment.augmentation.is_on:
        standard.append("import math")
    if own:
        standard.append("from typing import Any")
    return [
        '"""Trains one network with Keras; written by DLOpt Workbench, needs nothing of it.',
        "",
        "pip install tensorflow" + (" scikit-learn" if others else ""),
        '"""',
        "",
        *(["from __future__ import annotations", ""] if own else []),
        *standard,
        *([""] if standard else []),
        "import keras",
        "import numpy as np",
        "import tensorflow as tf",
        "from keras import layers",
        *others,
        "",
        f"NAME = {written(experiment.name)}",
        f"SEED = {training.seed}",
        f"EPOCHS = {training.epochs}",
        f"BATCH_SIZE = {training.batch_size}",
        f"FOLDS, FOLD = {training.folds}, {training.fold}"
        if training.folds
        else f"VALIDATION_SHARE = {training.validation_split!r}",
    ]


def _main(experiment: Experiment, info: DataInfo) -> list[str]:
    """Training and test."""
    fit = fit_arguments(experiment.data, info)
    fitting = [f"x, x_test = fitted(x{fit}), fitted(x_test{fit})"] if fit else []
    training = experiment.training
    validation = training.has_validation(info)
    by_fold, by_share = "held_out(y, FOLDS, FOLD, SEED)", "split(y, VALIDATION_SHARE, SEED)"
    shares = trains_on_shares(experiment)
    seen = "targets" if shares else "y"
    learned = "y" if experiment.augmentation.mixup else seen
    valid = [f"validation = Batches(x, {seen}, aside, {EVALUATION_BATCH})"] if validation else []
    given = "validation_data=validation," if validation else ""
    augmenter = augmenter_lines(experiment, info)
    made = "Varied(augmenter, epoch, " if augmenter else "Batches("
    before, at_end, behind = stopping_lines(experiment)
    fitted = "history = " if at_end else ""
    callbacks = callback_lines(experiment)
    finalize = "optimizer.finalize_variable_values(model.trainable_variables)"
    body = [
        *startup_lines(experiment.hardware),
        "x, y, x_test, y_test = read()",
        *fitting,
        f"train, aside = {by_fold if training.folds else by_share}",
        *([f"targets = keras.utils.to_categorical(y, {info.classes})"] if shares else []),
        *valid,
        "",
        "keras.utils.set_random_seed(SEED)",
        "model = make_model()",
        "model.summary()",
        *optimizer_lines(experiment, info),
        *loss_lines(experiment, info),
        'model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"]'
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
        *([f"y_test = keras.utils.to_categorical(y_test, {info.classes})"] if shares else []),
        f"test = Batches(x_test, y_test, np.arange(len(y_test)), {EVALUATION_BATCH})",
        "test_loss, test_accuracy = model.evaluate(test, verbose=0)",
        'print("name:", ascii(NAME))',
        'print("parameters:", model.count_params())',
        'print(f"test loss: {test_loss:.6f}")',
        'print(f"test accuracy: {test_accuracy:.6f}")',
    ]
    return [
        "def main():",
        '    """Trains and tests."""',
        *(f"    {line}" if line else "" for line in body),
    ]

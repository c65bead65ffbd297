"""What comes before training: an experiment checked against its data, and the data split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.data import Dataset, Part, split_fold, split_validation
from workbench.experiment import Experiment
from workbench.runtime.training import hardware
from workbench.runtime.training.augment import Augmenter
from workbench.runtime.training.pipeline import AugmentedFeed, Feed, feed
from workbench.spec.base import SpecError


@dataclass(frozen=True)
class Prepared:
    """What a run needs to step.

    Attributes:
        train_rows: Of the training part: what is trained on.
        validation_part: The training part, or a validation part that the data bring.
        validation_rows: Of that part: what judges each epoch.
    """

    experiment: Experiment
    dataset: Dataset
    train_rows: npt.NDArray[np.int64]
    validation_part: Part
    validation_rows: npt.NDArray[np.int64]
    device: hardware.Device


def training_feed(experiment: Experiment, dataset: Dataset) -> Feed:
    """The training images in batches, varied where the experiment says so."""
    info = dataset.info
    plain = feed(dataset.train, experiment.training.batch_size, experiment.hardware)
    if not experiment.augmentation.is_on:
        return plain
    settings = experiment.augmentation.settings()
    return AugmentedFeed(plain, Augmenter(experiment.training.seed, info.classes, **settings))


def prepare(experiment: Experiment, dataset: Dataset) -> Prepared:
    """Checks an experiment against its data and splits them.

    Raises:
        SpecError: where they don't go together or the device isn't there.
        DataError: where the data can't be split.
    """
    problems = experiment.problems(dataset.info)
    if problems:
        raise SpecError(problems)
    device = hardware.choose(experiment.hardware)
    training, part, names = experiment.training, dataset.train, dataset.info.class_names
    labels = part.labels
    if training.folds:
        train, aside = split_fold(labels, training.folds, training.fold, training.seed, names)
    elif dataset.validation is not None:
        part = dataset.validation
        train, aside = np.arange(len(labels)), np.arange(len(part.labels))
    else:
        train, aside = split_validation(labels, training.validation_split, training.seed, names)
    return Prepared(experiment, dataset, train, part, aside, device)

"""What a writer of a format is given: a trained network, images, and what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from workbench.deployment.formats import ExportRequest
from workbench.evaluation.answerer import Images
from workbench.experiment import Experiment
from workbench.spec.data import DataInfo


@dataclass(frozen=True)
class Source:
    """A trained network that is to be written.

    Attributes:
        request: What was asked.
        experiment: Of the run.
        info: Of its data.
        model: In float32, from images in [0, 1] to shares of the classes; see `network`.
        calibration: Images of the training part.
        examples: Some images of the test part.
        check: Called now and then; raises where a person has enough.
    """

    request: ExportRequest
    experiment: Experiment
    info: DataInfo
    model: keras.Model
    calibration: Images
    examples: Images
    check: Callable[[], None]

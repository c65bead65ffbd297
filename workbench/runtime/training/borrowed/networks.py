"""Trained networks that a run borrows: one that teaches it, one whose weights it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras

from workbench.experiment import Experiment
from workbench.runtime.network.build import build_model
from workbench.runtime.network.variables import Variables, give, holds_weights
from workbench.runtime.training.borrowed.teaching import Teaching
from workbench.runtime.training.hardware import Device
from workbench.spec.data import DataInfo


@dataclass(frozen=True)
class TrainedNetwork:
    """The network of a run, with the weights that are judged.

    Attributes:
        experiment: Of the run.
        variables: In the order of the model's.
    """

    experiment: Experiment
    variables: Variables

    def model(self, info: DataInfo, device: Device) -> keras.Model:
        """As a model on a device, or on each of several."""
        with device.strategy.scope():
            model = build_model(self.experiment, info)
        give(model, self.variables)
        return model


@dataclass(frozen=True)
class Borrowed:
    """What a run takes from others.

    Attributes:
        teacher: Answers beside the labels; None without one.
        weights: Weights and moving averages to start from, in order; None for fresh ones.
        used: What the run's record keeps of it.
    """

    teacher: TrainedNetwork | None = None
    weights: Variables | None = None
    used: Mapping[str, Any] = field(default_factory=dict)

    def start(self, model: keras.Model) -> None:
        """Gives a fresh model the weights to start from; its optimizer is built afterwards, as some
        keep copies of them.
        """
        if self.weights is not None:
            places = filter(holds_weights, model.variables)
            for variable, value in zip(places, self.weights, strict=True):
                variable.assign(value)

    def teaching(self, experiment: Experiment, info: DataInfo, device: Device) -> Teaching | None:
        """What an experiment minimizes, where it has a teacher."""
        if self.teacher is None:
            return None
        return Teaching(
            self.teacher.model(info, device),
            teacher_logits=not self.teacher.experiment.gives_probabilities(info),
            student_logits=not experiment.gives_probabilities(info),
            temperature=experiment.training.teacher_temperature,
            weight=experiment.training.teacher_weight,
        )


NOTHING = Borrowed()

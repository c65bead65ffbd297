"""How long a run will take and whether it fits, from a few steps that were measured before it.

Pure functions of plain values; what is measured here is up to `workbench.runtime.jobs.preflight`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from workbench.base import units
from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.hardware import remembered
from workbench.spec.machine import Machine

KIND = "preflight"
WITHOUT_EFFECT = ("name", "schedule", "stopping")
"""Parts of an experiment that change neither the time of a step nor the memory."""

WITHOUT_EFFECT_IN = {"training": ("epochs", "seed"), "optimizer": ("learning_rate",)}
"""The same, of the settings of a part."""


@dataclass(frozen=True)
class Preflight:
    """What a few steps of an experiment took.

    Attributes:
        compile_seconds: From nothing to the second step and the second validated batch.
        step_seconds: Of a training step.
        image_seconds: To judge an image, in validation or test.
        steps_per_epoch: Training steps.
        validation_images: That each epoch is judged on.
        test_images: That the run is judged on at its end.
        memory_bytes: The most that data, network and training took, TensorFlow itself left out.
        free_bytes: Of the device before, or of the computer where it trains on the CPU.
        is_random: The data set wasn't on disk, so random images of its shape were taken.
    """

    compile_seconds: float
    step_seconds: float
    image_seconds: float
    steps_per_epoch: int
    validation_images: int
    test_images: int
    memory_bytes: int
    free_bytes: int
    is_random: bool = False

    @property
    def fits(self) -> bool:
        """Whether the memory suffices."""
        return self.memory_bytes <= self.free_bytes

    def seconds(self, epochs: float) -> float:
        """Of a whole run, the test at its end included; early stopping may end it before."""
        epoch = (
            self.steps_per_epoch * self.step_seconds + self.validation_images * self.image_seconds
        )
        return self.compile_seconds + epochs * epoch + self.test_images * self.image_seconds

    def words(self, epochs: float) -> str:
        """As in "about 3 min (64 ms a step, 1.2 GB of 15 GB)"."""
        about = tr(
            "about {time} ({step} ms a step, {memory} of {free})",
            time=roughly(self.seconds(epochs)),
            step=f"{1000 * self.step_seconds:.2g}",
            memory=units.size(self.memory_bytes),
            free=units.size(self.free_bytes),
        )
        return about if self.fits else tr("doesn't fit: {about}", about=about)


def roughly(seconds: float) -> str:
    """3 min: as exact as an estimate can be."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return units.duration(60 * round(seconds / 60))


def key(machine: Machine, experiment: Experiment) -> str:
    """Another one for each machine and for all of an experiment that decides time and memory."""
    values = {n: v for n, v in experiment.values().items() if n not in WITHOUT_EFFECT}
    for part, names in WITHOUT_EFFECT_IN.items():
        values[part] = {n: v for n, v in values[part].items() if n not in names}
    text = json.dumps(values, sort_keys=True)
    return f"{machine.key}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def recall(store: Path, machine: Machine, experiment: Experiment) -> Preflight | None:
    """What was measured of it on this machine; None where nothing was."""
    return remembered.recall(store, KIND, key(machine, experiment), Preflight)

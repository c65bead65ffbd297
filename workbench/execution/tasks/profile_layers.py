"""Times every layer of a training step."""

from __future__ import annotations

from workbench.execution.task import Task
from workbench.hardware.requests import AboutExperiment
from workbench.hardware.roofline import LayerTimes, Profile

PROFILE_LAYERS = Task(
    "profile_layers", AboutExperiment, LayerTimes, Profile, "workbench.runtime.jobs.profile"
)

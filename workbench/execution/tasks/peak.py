"""What the device can do at best."""

from __future__ import annotations

from types import NoneType

from workbench.execution.task import Task
from workbench.hardware.requests import AboutExperiment
from workbench.hardware.roofline import Peaks

PEAK = Task("peak", AboutExperiment, NoneType, Peaks, "workbench.runtime.jobs.peak")

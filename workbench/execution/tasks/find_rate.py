"""The range test: loss over learning rate."""

from __future__ import annotations

from workbench.execution.task import Task
from workbench.hardware.learning_rate_range import RangePoints, RangeTest
from workbench.hardware.requests import AboutExperiment

FIND_RATE = Task(
    "find_rate", AboutExperiment, RangePoints, RangeTest, "workbench.runtime.jobs.find_rate"
)

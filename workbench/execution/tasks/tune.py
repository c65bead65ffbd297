"""Finds the fastest hardware settings, by measuring."""

from __future__ import annotations

from workbench.execution.task import Task
from workbench.hardware.autotune import Race, Tuned, TuneRequest

TUNE = Task("tune", TuneRequest, Race, Tuned, "workbench.runtime.jobs.tune")

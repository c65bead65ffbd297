"""Measures a few steps: how long a run will take, and whether it fits."""

from __future__ import annotations

from types import NoneType

from workbench.execution.task import Task
from workbench.hardware.preflight import KIND, Preflight
from workbench.hardware.requests import AboutExperiment

PREFLIGHT = Task(KIND, AboutExperiment, NoneType, Preflight, "workbench.runtime.jobs.preflight")

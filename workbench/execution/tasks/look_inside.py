"""Weights, gradients and activations of a trained network."""

from __future__ import annotations

from types import NoneType

from workbench.evaluation.inner_state import InnerState
from workbench.execution.task import Task
from workbench.hardware.requests import AboutRun

LOOK_INSIDE = Task(
    "look_inside", AboutRun, NoneType, InnerState, "workbench.runtime.jobs.look_inside"
)

"""Asks a trained network for all images of a part, and keeps what it answers."""

from __future__ import annotations

from types import NoneType

from workbench.evaluation.predictions import Evaluated, EvaluationRequest
from workbench.execution.task import Task

EVALUATE = Task(
    "evaluate",
    EvaluationRequest,
    NoneType,
    Evaluated,
    "workbench.runtime.jobs.evaluate",
    writes_to_run=True,
)

"""Times how fast a trained network answers, and keeps it with the run."""

from __future__ import annotations

from workbench.evaluation.latency import LatencyPoints, LatencyRequest, MeasuredLatency
from workbench.execution.task import Task

MEASURE_INFERENCE = Task(
    "measure_inference",
    LatencyRequest,
    LatencyPoints,
    MeasuredLatency,
    "workbench.runtime.jobs.measure_inference",
    writes_to_run=True,
)

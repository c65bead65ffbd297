"""Every task that a training process does besides training, with its request, findings and result.

A new task is its types, beside what they speak of, its job in `workbench.runtime.jobs`, and an
entry here and in `TASKS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType
from typing import Any

from workbench.deployment.formats import Exported, ExportRequest
from workbench.evaluation.inner_state import InnerState
from workbench.evaluation.latency import LatencyPoints, LatencyRequest, MeasuredLatency
from workbench.evaluation.one_image import Answer, ImageRequest
from workbench.evaluation.predictions import Evaluated, EvaluationRequest
from workbench.execution.task import Task
from workbench.hardware.autotune import Race, Tuned, TuneRequest
from workbench.hardware.batch_sizes import BatchSizes, Sizes
from workbench.hardware.learning_rate_range import RangePoints, RangeTest
from workbench.hardware.preflight import KIND, Preflight
from workbench.hardware.requests import AboutExperiment, AboutRun, Request
from workbench.hardware.roofline import LayerTimes, Peaks, Profile
from workbench.spec.machine import Machine


@dataclass(frozen=True)
class TrialRequest(AboutExperiment):
    """Asks how fast an experiment trains, on a network that stays for the next sample.

    Attributes:
        seconds: Of the sample; 0 to build only.
    """

    seconds: float


@dataclass(frozen=True)
class Sample:
    """How fast an experiment trained.

    Attributes:
        compile_seconds: From nothing to the second step.
        rate: Images a second; 0 where nothing was sampled.
    """

    compile_seconds: float
    rate: float


_JOBS = "workbench.runtime.jobs"

DEVICES = Task("devices", Request, NoneType, Machine, f"{_JOBS}.devices")
EVALUATE = Task(
    "evaluate", EvaluationRequest, NoneType, Evaluated, f"{_JOBS}.evaluate", writes_to_run=True
)
EXPORT = Task("export", ExportRequest, NoneType, Exported, f"{_JOBS}.export")
FIND_BATCH_SIZE = Task(
    "find_batch_size", AboutExperiment, Sizes, BatchSizes, f"{_JOBS}.find_batch_size"
)
FIND_RATE = Task("find_rate", AboutExperiment, RangePoints, RangeTest, f"{_JOBS}.find_rate")
LOOK_INSIDE = Task("look_inside", AboutRun, NoneType, InnerState, f"{_JOBS}.look_inside")
MEASURE_INFERENCE = Task(
    "measure_inference",
    LatencyRequest,
    LatencyPoints,
    MeasuredLatency,
    f"{_JOBS}.measure_inference",
    writes_to_run=True,
)
PEAK = Task("peak", AboutExperiment, NoneType, Peaks, f"{_JOBS}.peak")
PREFLIGHT = Task(KIND, AboutExperiment, NoneType, Preflight, f"{_JOBS}.preflight")
PROFILE_LAYERS = Task("profile_layers", AboutExperiment, LayerTimes, Profile, f"{_JOBS}.profile")
TRIAL = Task("trial", TrialRequest, NoneType, Sample, f"{_JOBS}.trial")
TRY_IMAGE = Task(
    "try_image", ImageRequest, NoneType, Answer, f"{_JOBS}.try_image", keeps_network=True
)
TUNE = Task("tune", TuneRequest, Race, Tuned, f"{_JOBS}.tune")

TASKS: dict[str, Task[Any, Any, Any]] = {
    task.name: task
    for task in (
        DEVICES,
        EVALUATE,
        EXPORT,
        FIND_BATCH_SIZE,
        FIND_RATE,
        LOOK_INSIDE,
        MEASURE_INFERENCE,
        PEAK,
        PREFLIGHT,
        PROFILE_LAYERS,
        TRIAL,
        TRY_IMAGE,
        TUNE,
    )
}
"""By the name that messages carry."""

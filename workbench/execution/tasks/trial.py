"""How fast an experiment trains, on a network that stays for the next sample."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType

from workbench.execution.task import Task
from workbench.hardware.requests import AboutExperiment


@dataclass(frozen=True)
class TrialRequest(AboutExperiment):
    """Asks how fast an experiment trains.

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


TRIAL = Task("trial", TrialRequest, NoneType, Sample, "workbench.runtime.jobs.trial")

"""What requests to a training process have in common: how that process has to be started."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.experiment import Experiment
from workbench.spec.hardware import Startup


@dataclass(frozen=True)
class Request:
    """What a task is asked; each kind of task adds its own fields.

    Attributes:
        startup: How the process has to be started; None where any will do.
    """

    startup: Startup | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class AboutExperiment(Request):
    """A question about an experiment that isn't trained yet.

    Attributes:
        experiment: Its TOML.
    """

    experiment: str

    @classmethod
    def of(cls, experiment: Experiment) -> AboutExperiment:
        """In a process that is started as the experiment needs it."""
        return cls(experiment.to_toml(), startup=experiment.hardware.startup)


@dataclass(frozen=True)
class AboutRun(Request):
    """A question about the trained network of a run.

    Attributes:
        run_id: Which.
    """

    run_id: str

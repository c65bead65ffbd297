"""How the learning rate changes while training: one frozen class for each schedule.

Each is a pure function of the step and of the plan, so the form can draw it, the loop can follow it
and a resumed run continues it exactly. The one that listens to the metrics keeps what it heard in a
plain state that is handed to it.
"""

from workbench.spec.schedules.base import UNTOUCHED, Plan, Rates, Schedule, State
from workbench.spec.schedules.decays import (
    ExponentialDecay,
    Fixed,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
    StepDecay,
)
from workbench.spec.schedules.plateau import ReduceLROnPlateau
from workbench.spec.schedules.waves import CosineDecay, CosineDecayRestarts, OneCycle

__all__ = [
    "UNTOUCHED",
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "Fixed",
    "InverseTimeDecay",
    "OneCycle",
    "PiecewiseConstantDecay",
    "Plan",
    "PolynomialDecay",
    "Rates",
    "ReduceLROnPlateau",
    "Schedule",
    "State",
    "StepDecay",
]

"""How the gradient becomes a step: one frozen class for each update rule."""

from workbench.spec.optimizers.base import Optimizer, StepOptimizer
from workbench.spec.optimizers.descent import SGD, GradientDescent, Momentum, Nesterov
from workbench.spec.optimizers.modern import Adafactor, Lamb, Lion, Muon, ScheduleFreeAdamW
from workbench.spec.optimizers.scaled import (
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Nadam,
    RMSprop,
)

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "GradientDescent",
    "Lamb",
    "Lion",
    "Momentum",
    "Muon",
    "Nadam",
    "Nesterov",
    "Optimizer",
    "RMSprop",
    "ScheduleFreeAdamW",
    "StepOptimizer",
]

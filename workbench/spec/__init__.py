"""What a person can choose: one small frozen class for each choice, named as in Keras.

Pure data and arithmetic: never TensorFlow, never files, never Qt. Importing this package registers
every choice with its family, so that `Family.choices()` is complete.
"""

from workbench.spec import (
    augmentation,
    constraints,
    data,
    hardware,
    layers,
    losses,
    optimizers,
    regularizers,
    schedules,
    stopping,
)
from workbench.spec.base import Choice, Problem, Spec, SpecError

__all__ = [
    "Choice",
    "Problem",
    "Spec",
    "SpecError",
    "augmentation",
    "constraints",
    "data",
    "hardware",
    "layers",
    "losses",
    "optimizers",
    "regularizers",
    "schedules",
    "stopping",
]

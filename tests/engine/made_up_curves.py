"""Made-up curves of runs, healthy and sick, for the tests of the diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.runs.record import STEP_DTYPE, EpochMetrics, StepMetrics

STEPS_PER_EPOCH = 20
Curves = tuple[list[EpochMetrics], StepMetrics]


def curves(
    loss: Sequence[float],
    accuracy: Sequence[float] | float = 0.9,
    val_loss: Sequence[float] | None = None,
    val_accuracy: Sequence[float] | float = 0.9,
    first: float = 2.3,
    highest: float | None = None,
) -> Curves:
    """Metrics of a run whose epochs have these means.

    Args:
        loss, accuracy, val_loss, val_accuracy: An entry an epoch; one number stands for all.
        first: Loss of the first step.
        highest: Loss of one step of the first epoch; None where none leaps.
    """
    count = len(loss)
    validation = list(val_loss) if val_loss is not None else [None] * count
    epochs = [
        EpochMetrics(
            number + 1,
            (number + 1) * STEPS_PER_EPOCH,
            float(number + 1),
            loss[number],
            _at(accuracy, number),
            1000.0,
            0.001,
            validation[number],
            _at(val_accuracy, number) if val_loss is not None else None,
            float(number + 2),
        )
        for number in range(count)
    ]
    values = np.zeros(count * STEPS_PER_EPOCH, STEP_DTYPE)
    values["loss"] = np.repeat(loss, STEPS_PER_EPOCH)
    values["loss"][:1] = first
    if highest is not None:
        values["loss"][3:4] = highest
    return epochs, StepMetrics(np.arange(1, len(values) + 1), values)


def _at(values: Sequence[float] | float, number: int) -> float:
    return values if isinstance(values, float) else values[number]


FALLING = [1.2, 0.5, 0.3, 0.2, 0.15, 0.12, 0.1, 0.09, 0.085, 0.08]
"""As a healthy run."""

HEALTHY = curves(FALLING, 0.97, [v + 0.02 for v in FALLING], 0.96)
SICK: dict[str, Curves] = {
    "overfitting": curves(FALLING, 0.99, [v + 0.1 for v in FALLING], 0.9),
    "underfitting": curves([1.5, 1.3, 1.25] + 7 * [1.24], 0.5, [1.5, 1.3] + 8 * [1.26], 0.5),
    "rate_too_high": curves(10 * [2.31], 0.1, 10 * [2.31], 0.1, highest=40.0),
    "rate_too_low": curves([2.29 - 0.01 * n for n in range(10)], 0.12, 10 * [2.28], 0.12),
    "too_short": curves(
        FALLING[:6], 0.9, [1.3, 0.8, 0.5, 0.4, 0.3, 0.25], [0.5, 0.7, 0.8, 0.85, 0.88, 0.9]
    ),
}
MORE_SICK: dict[str, tuple[str, Curves]] = {
    "validation loss that turned": (
        "overfitting",
        curves(FALLING, 0.97, [1.2, 0.6, 0.4, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 0.96),
    ),
    "up and down": (
        "rate_too_high", curves([1.0, 0.6, 1.1, 0.5, 1.0, 0.4, 0.9, 0.5, 1.0, 0.5], 0.7),
    ),
    "driven up": ("rate_too_high", curves(10 * [2.4], 0.1)),
    "slow and steady": (
        "rate_too_low", curves([2.2 - 0.1 * n for n in range(10)], 0.5, first=2.3),
    ),
}  # fmt: skip

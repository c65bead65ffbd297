"""What a student learns from a teacher's answers (Hinton et al. 2015), in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.floating[Any]]
"""(n, classes)."""


def softened(logits: Logits, temperature: float) -> Logits:
    """Shares of the classes at a temperature: softmax of logits / T, (n, classes)."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: Logits = powers / powers.sum(axis=1, keepdims=True)
    return shares


def soft_loss(student: Logits, teacher: Logits, temperature: float) -> float:
    """Cross-entropy of the softened answers times T squared.

    The gradients that soft answers give shrink as 1 / T^2; so they weigh as much as the labels' at
    any temperature (section 2).
    """
    wanted, found = softened(teacher, temperature), softened(student, temperature)
    return float(-(temperature**2) * (wanted * np.log(found)).sum(axis=1).mean())

"""What training makes small."""

from __future__ import annotations

from typing import Literal

from workbench.spec.base import Choice


class Loss(Choice):
    """A loss between the network's output and the label."""

    kind: str


class SparseCategoricalCrossentropy(Loss):
    """Minus the logarithm of the probability given to the true class; labels are class numbers."""

    label = "Sparse categorical cross-entropy"
    keras_class = "keras.losses.SparseCategoricalCrossentropy"

    kind: Literal["sparse_categorical_crossentropy"] = "sparse_categorical_crossentropy"

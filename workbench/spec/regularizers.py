"""What keeps weights small, so that a network generalises instead of memorising."""

from __future__ import annotations

from typing import Literal

from workbench.spec.base import Choice, setting


class Regularizer(Choice):
    """A penalty on the weights, added to the loss."""

    kind: str


class NoRegularizer(Regularizer):
    """No penalty."""

    label = "None"

    kind: Literal["none"] = "none"


class L2(Regularizer):
    """Adds `l2` times the sum of squared weights of all kernels; biases don't count."""

    label = "L2"
    keras_class = "keras.regularizers.L2"

    kind: Literal["l2"] = "l2"
    l2: float = setting(
        1e-4,
        "Factor",
        "How strongly large weights are punished: 1e-5 to 1e-3 is usual; raise it while validation "
        "accuracy lags behind training accuracy.",
        ge=0.0,
        le=10.0,
    )

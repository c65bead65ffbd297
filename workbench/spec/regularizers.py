"""What keeps weights small, so that a network generalises instead of memorising."""

from __future__ import annotations

from typing import ClassVar, Literal

from workbench.base.text import joined, tr
from workbench.spec.base import Choice, Facts, setting


class Regularizer(Choice):
    """A penalty on the weights, added to the loss.

    Attributes:
        counts_all: Whether biases and the scales of normalization count too, not kernels alone.
    """

    counts_all: ClassVar[bool] = False

    kind: str

    def penalty(self, parameters: int) -> Regularizer:
        """What Keras is given for it, a choice that names a Keras class or `NoRegularizer`.

        Args:
            parameters: Trainable weights of the whole network.
        """
        return self


class NoRegularizer(Regularizer):
    """No penalty."""

    label = tr("None")

    kind: Literal["none"] = "none"


class L2(Regularizer):
    """Adds `l2` times the sum of squared weights of all kernels; biases don't count."""

    label = tr("L2")
    formula = r"$L + l_2 \sum_j w_j^2$"
    source = "Krogh and Hertz 1991"
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

    def in_force(self, facts: Facts) -> str:
        return _shrinking(self.l2, facts)


class L1(Regularizer):
    """Adds `l1` times the sum of the kernels' absolute weights; many weights become nearly 0."""

    label = tr("L1")
    formula = r"$L + l_1 \sum_j |w_j|$"
    source = "Tibshirani 1996"
    keras_class = "keras.regularizers.L1"

    kind: Literal["l1"] = "l1"
    l1: float = setting(
        1e-5,
        "Factor",
        "How strongly each weight is pulled towards 0, whatever its size; 1e-6 to 1e-4 is usual.",
        ge=0.0,
        le=10.0,
    )

    def in_force(self, facts: Facts) -> str:
        return _pulling(self.l1, facts)


class L1L2(Regularizer):
    """L1 and L2 together on all kernels (the elastic net); biases don't count."""

    label = tr("L1 + L2")
    formula = r"$L + l_1 \sum_j |w_j| + l_2 \sum_j w_j^2$"
    source = "Zou and Hastie 2005"
    keras_class = "keras.regularizers.L1L2"

    kind: Literal["l1_l2"] = "l1_l2"
    l1: float = setting(
        1e-5, "L1 factor", "Pulls each weight towards 0, whatever its size.", ge=0.0, le=10.0
    )
    l2: float = setting(
        1e-4, "L2 factor", "Punishes large weights more than small ones.", ge=0.0, le=10.0
    )

    def in_force(self, facts: Facts) -> str:
        words = (_pulling(self.l1, facts), _shrinking(self.l2, facts))
        return joined("; ", filter(None, words))


class L2PerParameter(Regularizer):
    """Adds lambda / (2m) times the sum of all m squared weights, biases included.

    m counts every trainable weight of the network, and every one of them is in the sum: kernels,
    biases, and the scales and offsets of normalization. A weight that is used several times counts
    once. It is Keras's L2 of factor lambda / (2m), on all weights instead of the kernels.
    """

    label = tr("L2, lambda / (2m)")
    formula = r"$L + \frac{\lambda}{2m} \sum_{j=1}^{m} w_j^2$"
    counts_all = True

    kind: Literal["l2_per_parameter"] = "l2_per_parameter"
    factor: float = setting(
        0.01,
        "Lambda",
        "Divided by twice the number m of trainable weights; all of them count, biases included. "
        "To equal an L2 of 1e-4 in a network of 100,000 weights it must be 20.",
        ge=0.0,
        le=1e9,
    )

    def penalty(self, parameters: int) -> Regularizer:
        if not parameters:
            return NoRegularizer()
        # Not checked again: what a person may set here is bounded by lambda.
        return L2.model_construct(l2=self.factor / (2 * parameters))

    def in_force(self, facts: Facts) -> str:
        if not facts.parameters:
            return ""
        result = self.factor / (2 * facts.parameters)
        return tr(
            "lambda/(2m) = {factor}/(2 x {parameters}); the same as Keras's L2({result})",
            factor=f"{self.factor:g}",
            parameters=f"{facts.parameters:,}",
            result=f"{result:.3g}",
        )


def _shrinking(l2: float, facts: Facts) -> str:
    """What the gradient of an L2 term does to a weight in one step."""
    share = 2 * l2 * facts.learning_rate
    return (
        tr("with plain SGD a step takes {share} of each weight away", share=f"{share:.3g}")
        if share
        else ""
    )


def _pulling(l1: float, facts: Facts) -> str:
    """What the gradient of an L1 term does to a weight in one step."""
    length = l1 * facts.learning_rate
    return (
        tr("with plain SGD a step moves each weight by {length} towards 0", length=f"{length:.3g}")
        if length
        else ""
    )

"""What training makes small.

Labels reach a loss as class numbers, or as shares of the classes: one-hot, smoothed or mixed.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from workbench.base.text import joined, tr
from workbench.spec.base import Choice, Facts, setting

LABEL_SMOOTHING = setting(
    0.0,
    "Label smoothing",
    "Share of each label that is divided evenly among all classes (Szegedy et al. 2016); 0.1 is "
    "usual and keeps the network from being too sure. 0 is off.",
    ge=0.0,
    lt=1.0,
)


class Loss(Choice):
    """A loss between the network's output and the label, averaged over the batch.

    Attributes:
        takes_logits: Whether the Keras class can be told that it gets logits; one that can't gets
            their softmax.
    """

    takes_logits: ClassVar[bool] = True

    kind: str

    @property
    def needs_shares(self) -> bool:
        """Whether it takes labels only as shares of the classes."""
        return True

    def keras_call(self, *, shares: bool) -> tuple[str, dict[str, Any]]:
        """Dotted name of the Keras class and its arguments.

        Args:
            shares: For labels as shares of the classes; else as class numbers.
        """
        assert self.keras_class is not None
        return self.keras_class, self.settings()


class SparseCategoricalCrossentropy(Loss):
    """Minus the logarithm of the probability given to the true class; labels are class numbers.

    Keras smooths labels only where they are one-hot, so with label smoothing its
    CategoricalCrossentropy is given one-hot labels: the same loss.
    """

    label = tr("Sparse categorical cross-entropy")
    formula = r"$-\log\, p_y$"
    keras_class = "keras.losses.SparseCategoricalCrossentropy"
    own_settings: ClassVar[frozenset[str]] = frozenset({"label_smoothing"})

    kind: Literal["sparse_categorical_crossentropy"] = "sparse_categorical_crossentropy"
    label_smoothing: float = LABEL_SMOOTHING

    @property
    def needs_shares(self) -> bool:
        return self.label_smoothing > 0

    def keras_call(self, *, shares: bool) -> tuple[str, dict[str, Any]]:
        if not shares:
            return super().keras_call(shares=False)
        smoothing = {"label_smoothing": self.label_smoothing} if self.label_smoothing else {}
        return "keras.losses.CategoricalCrossentropy", smoothing

    def in_force(self, facts: Facts) -> str:
        return _smoothing_words(self.label_smoothing)


class MeanSquaredError(Loss):
    """The squared difference between probabilities and one-hot labels, averaged over the classes.

    A network that ends in logits is given a softmax first, so that both ends train alike.
    """

    label = tr("Mean squared error")
    formula = r"$\frac{1}{K} \sum_{k=1}^{K} (p_k - t_k)^2$"
    keras_class = "keras.losses.MeanSquaredError"
    takes_logits = False

    kind: Literal["mean_squared_error"] = "mean_squared_error"


class CategoricalFocalCrossentropy(Loss):
    """Cross-entropy that counts images the network is sure of less (Lin et al. 2017).

    Training then goes to the hard ones, which helps where classes are rare. With gamma 0 and alpha
    1 it is the cross-entropy itself.
    """

    label = tr("Focal cross-entropy")
    formula = r"$-\alpha\, (1 - p_y)^{\gamma} \log\, p_y$"
    source = "Lin et al. 2017"
    keras_class = "keras.losses.CategoricalFocalCrossentropy"

    kind: Literal["categorical_focal_crossentropy"] = "categorical_focal_crossentropy"
    alpha: float = setting(
        0.25, "Alpha", "Factor on the whole loss; 0.25 as published.", gt=0.0, le=100.0
    )
    gamma: float = setting(
        2.0,
        "Gamma",
        "How much less an easy image counts: 2 as published, 0 counts all alike.",
        ge=0.0,
        le=20.0,
    )
    label_smoothing: float = LABEL_SMOOTHING

    def in_force(self, facts: Facts) -> str:
        sure = self.alpha * 0.1**self.gamma
        words = tr(
            "an image whose class is given 0.9 counts {sure} times its cross-entropy",
            sure=f"{sure:.3g}",
        )
        smoothed = _smoothing_words(self.label_smoothing)
        return joined("; ", [words, smoothed]) if smoothed else words


def _smoothing_words(smoothing: float) -> str:
    if not smoothing:
        return ""
    return tr(
        "each label keeps {kept} and all classes share {smoothing} evenly",
        kept=f"{1 - smoothing:g}",
        smoothing=f"{smoothing:g}",
    )

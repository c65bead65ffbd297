"""What weights must keep to after each step."""

from __future__ import annotations

from typing import Literal

from workbench.base.text import tr
from workbench.spec.base import Choice, Facts, setting


class Constraint(Choice):
    """A limit on the kernels, enforced after each step."""

    kind: str


class NoConstraint(Constraint):
    """No limit."""

    label = tr("None")

    kind: Literal["none"] = "none"


class MaxNorm(Constraint):
    """Scales back the weights into each unit or filter whose norm is above a limit.

    Of Dense layers these are the weights of one output, of convolutions one filter over all its
    input channels. Goes well with dropout and high learning rates.
    """

    label = tr("Maximal norm")
    formula = r"$\|w\|_2 \leq c$"
    source = "Srivastava et al. 2014"
    keras_class = "keras.constraints.MaxNorm"

    kind: Literal["max_norm"] = "max_norm"
    max_value: float = setting(
        3.0, "Largest norm", "The limit; 3 to 4 is usual, lower is stricter.", gt=0.0, le=1e6
    )

    def in_force(self, facts: Facts) -> str:
        return tr(
            "a unit or filter whose norm is above {max_value} is scaled back to it",
            max_value=f"{self.max_value:g}",
        )

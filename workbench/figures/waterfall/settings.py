"""A waterfall: from the baseline, lever by lever, to all of them together."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import model_validator

from workbench.base.text import tr
from workbench.figures.measured.settings import MeasuredSpec
from workbench.spec.base import AsTuple, Spec, refuse, setting

MOST_STEPS = 100

Mark = Literal["gain", "loss", "not shown", "together"]


class WaterfallStep(Spec):
    """One bar.

    Attributes:
        alone, last: What the lever is worth added to the baseline, and added to all others; in the
            unit of `amount`.
    """

    label: str = setting(..., "Label", "Left of it.", min_length=1, max_length=300)
    amount: float = setting(
        ..., "Amount", "What it adds, in the unit of the axis; a factor where bars multiply."
    )
    low: float | None = setting(None, "Low", "Where its 95 % interval begins.", begin=0.0)
    high: float | None = setting(None, "High", "Where its 95 % interval ends.", begin=0.0)
    alone: float | None = setting(None, "Alone", "Added to the baseline.", begin=0.0)
    last: float | None = setting(None, "Last", "Added to all others.", begin=0.0)
    words: str = setting("", "Words", "Beside it: how much it is.", max_length=100)
    mark: Mark = setting("gain", "Mark", "What can be said of it.")


class WaterfallFigure(MeasuredSpec):
    """Bars below each other, each beginning where the one above ends."""

    FORMAT: ClassVar[str] = "dlopt-workbench waterfall 1"

    title: str = setting(..., "Title", "Of the axis, with its unit.", max_length=200)
    start: float = setting(..., "Start", "What the baseline reached, in the unit of the axis.")
    start_label: str = setting(..., "First row", "Of the baseline.", max_length=300)
    start_words: str = setting("", "Words of the start", "Beside it.", max_length=100)
    end_label: str = setting(..., "Last row", "Of all levers together.", max_length=300)
    end_words: str = setting("", "Words of the end", "Beside it.", max_length=100)
    multiplies: bool = setting(
        False, "Multiplies", "Bars are factors on a logarithmic axis; else they are added."
    )
    note: str = setting("", "Note", "What the bars are, below the axis.", max_length=500)
    steps: Annotated[tuple[WaterfallStep, ...], AsTuple] = setting(
        ..., "Steps", "From the top down.", min_length=1, max_length=MOST_STEPS
    )

    @model_validator(mode="after")
    def _check_factors(self) -> Self:
        """A logarithmic axis has no 0."""
        if not self.multiplies:
            return self
        if self.start <= 0:
            raise refuse({"start": tr("must be above 0 where bars multiply")})
        for number, step in enumerate(self.steps):
            known = (step.amount, step.low, step.high, step.alone, step.last)
            if any(value is not None and value <= 0 for value in known):
                fault = tr("must have factors above 0 where bars multiply")
                raise refuse({f"steps[{number}]": fault})
        return self

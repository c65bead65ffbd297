"""Columns as the axes of plots name them: whole words, a unit, and the scale that goes with it."""

from __future__ import annotations

from typing import NamedTuple

from workbench.base.text import tr
from workbench.runs.columns import Column


class Title(NamedTuple):
    """How an axis is written.

    Attributes:
        words: Without the unit.
        unit: "" for none.
        scale: From the column's values to those of the unit.
    """

    words: str
    unit: str
    scale: float

    @property
    def text(self) -> str:
        """Test accuracy (%)."""
        if not self.unit:
            return self.words
        return tr("{title} ({unit})", title=self.words, unit=self.unit)


def title_of(column: Column) -> Title:
    """The title of an axis that shows this column."""
    pick = column.key.partition("@")[2]
    words = column.words or column.title
    if pick and column.words:
        words = (
            tr("{title} (best)", title=words)
            if column.best
            else tr("{title} (epoch {epoch})", title=words, epoch=pick)
        )
    return Title(words, column.kind.writing.unit, column.kind.writing.scale)

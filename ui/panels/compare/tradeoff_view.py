"""What the views of the Trade-offs page have in common: runs go in, a drawing comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.look import theme
from ui.look.plain import Label
from ui.models.run_table import RunTable
from workbench.base.text import tr
from workbench.curves.looks import CYCLE
from workbench.figures.settings import FigureSpec
from workbench.figures.tradeoffs.numbers import RunNumbers
from workbench.runs.columns import RUN_COLUMNS, Column
from workbench.runs.quantities import Kind
from workbench.runs.table.differences import differing
from workbench.runs.table.matching import Filter, Mask
from workbench.tradeoffs.brush import Axis, term_of

FIRST = (
    "parameters", "macs", "seconds", "elapsed", "images_per_second", "latency_ms", "file_bytes",
    "joules", "epochs", "step", "test_accuracy", "test_loss", "val_accuracy", "val_loss",
    "accuracy", "loss", "penalty", "val_accuracy@best", "val_loss@best", "time_to@0.9",
    "time_to@0.98",
)  # fmt: skip
"""Offered before what the table shows and the settings."""

Range = tuple[float, float]

NO_QUANTITY = (Kind.DATE, Kind.FLAG, Kind.TEXT)


class DrawnRuns(Protocol):
    """What the views draw: runs of a table, or trials of a sweep.

    Attributes:
        has_means: An entry is the mean over the runs of a trial.
    """

    has_means: bool

    @property
    def table(self) -> RunTable | None:
        """The table that a filter narrows; None where what is drawn is in none."""

    def offered(self) -> Sequence[Column]:
        """The columns that can be drawn, those asked for most first."""

    def inside(self, axes: Sequence[Axis], brushes: Mapping[str, Range], runs: RunNumbers) -> Mask:
        """Which entries all brushed ranges hold."""

    def drawn_words(self, drawn: int, total: int) -> str:
        """How many of all are drawn."""

    def brushed_words(self, brushed: int | None, total: int) -> str:
        """How many of all the brushed ranges hold; None stands for no range."""


class TableRuns:
    """The runs of a table, as `DrawnRuns`.

    Args:
        table: Whose columns are offered.
    """

    has_means = False

    def __init__(self, table: RunTable) -> None:
        self._table = table

    @property
    def table(self) -> RunTable | None:
        """The table that a filter narrows."""
        return self._table

    def offered(self) -> list[Column]:
        """The columns that can be drawn; settings only where runs differ."""
        frame, places = self._table.frame, self._table.places
        settings = differing(frame, places) if places else []
        keys = dict.fromkeys((*FIRST, *self._table.keys, "status", "group", "tags", *settings))
        return [frame.about(key) for key in keys]

    def inside(self, axes: Sequence[Axis], brushes: Mapping[str, Range], runs: RunNumbers) -> Mask:
        """Which runs the ranges hold: those that the filter finds that they are."""
        frame = self._table.frame
        found = Filter(term_of(axes, brushes), frame)
        places = [frame.place_of_any(run_id) for run_id in runs.run_ids]
        return found.mask(frame.snapshot(found.keys, np.array(places, np.intp)))

    def drawn_words(self, drawn: int, total: int) -> str:
        """How many of all runs are drawn."""
        return tr("{drawn} of {total} runs drawn", drawn=f"{drawn:,}", total=f"{total:,}")

    def brushed_words(self, brushed: int | None, total: int) -> str:
        """How many of all runs the brushed ranges hold."""
        count = f"{total:,}"
        if brushed is None:
            return tr("{total} runs; those without a value pass below its axis.", total=count)
        return tr("{brushed} of {total} runs brushed.", brushed=f"{brushed:,}", total=count)


class TradeoffView(QWidget):
    """One way to look at many runs.

    Args:
        source: What is drawn, and which columns are offered.

    Signals:
        changed: Something else is to be drawn: the runs have to be looked at again.
        picked: A person chose these runs, by their ids.
    """

    changed = Signal()
    picked = Signal(list)

    def __init__(self, source: DrawnRuns) -> None:
        super().__init__()
        self.source = source
        self.note = Label()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.column = QVBoxLayout(self)
        theme.spaced(self.column, 3, 0, 3, 2, spacing=1)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that are needed."""
        raise NotImplementedError

    def job(self, table: RunNumbers) -> Callable[[], object]:
        """What is computed in a thread; it touches no widget."""
        raise NotImplementedError

    def show_result(self, table: RunNumbers, found: Any) -> None:
        """Draws what the job gave."""
        raise NotImplementedError

    def show_chosen(self, run_ids: frozenset[str]) -> None:
        """Marks the runs that are selected in the table."""

    def show_fault(self, sentence: str) -> None:
        """Says why nothing can be drawn."""
        self.note.setText(sentence[:1].upper() + sentence[1:])

    def figure(self) -> FigureSpec | None:
        """What is shown, as a figure, or None."""
        return None

    def settings(self) -> dict[str, Any]:
        """What is drawn, for the next time."""
        raise NotImplementedError

    def restore(self, settings: dict[str, Any]) -> None:
        """Takes what `settings` gave.

        Raises:
            ValueError, KeyError, TypeError: where it makes no sense.
        """
        raise NotImplementedError

    # --- what is offered -----------------------------------------------------------------------

    def offered_numbers(self) -> list[Column]:
        """Columns of numbers, those asked for most first; settings only where runs differ."""
        return [column for column in self.source.offered() if column.kind not in NO_QUANTITY]

    def offered_groups(self) -> dict[str, str]:
        """Titles by key of what runs can be put together by."""
        kinds = [
            column
            for column in self.source.offered()
            if column.key not in RUN_COLUMNS or column.kind in (Kind.TEXT, Kind.FLAG)
        ]
        own = {"": tr("Run"), "name": tr("Name")}
        more = {c.key: c.title for c in kinds if "@" not in c.key and c.key not in own}
        return {**own, **more}


def run_colours(table: RunNumbers) -> tuple[list[QColor], np.ndarray[Any, np.dtype[np.intp]]]:
    """The colours of runs, each once, and which of them each run has."""
    text = QColor(theme.tones().text)
    colours = [text if name is None else QColor(name) for name in CYCLE]
    return colours, np.asarray(table.colours, np.intp) % len(CYCLE)

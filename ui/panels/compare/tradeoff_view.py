"""What the views of the Trade-offs page have in common: runs go in, a drawing comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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

FIRST = (
    "parameters", "macs", "seconds", "elapsed", "images_per_second", "latency_ms", "file_bytes",
    "joules", "epochs", "step", "test_accuracy", "test_loss", "val_accuracy", "val_loss",
    "accuracy", "loss", "penalty", "val_accuracy@best", "val_loss@best", "time_to@0.9",
    "time_to@0.98",
)  # fmt: skip
"""Offered before what the table shows and the settings."""

NO_QUANTITY = (Kind.DATE, Kind.FLAG, Kind.TEXT)


class TradeoffView(QWidget):
    """One way to look at many runs.

    Args:
        model: Whose columns are offered.

    Signals:
        changed: Something else is to be drawn: the runs have to be looked at again.
        picked: A person chose these runs, by their ids.
    """

    changed = Signal()
    picked = Signal(list)

    def __init__(self, model: RunTable) -> None:
        super().__init__()
        self.model = model
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
        return [column for column in self._offered() if column.kind not in NO_QUANTITY]

    def offered_groups(self) -> dict[str, str]:
        """Titles by key of what runs can be put together by."""
        kinds = [
            column
            for column in self._offered()
            if column.key not in RUN_COLUMNS or column.kind in (Kind.TEXT, Kind.FLAG)
        ]
        own = {"": tr("Run"), "name": tr("Name")}
        more = {c.key: c.title for c in kinds if "@" not in c.key and c.key not in own}
        return {**own, **more}

    def _offered(self) -> list[Column]:
        frame, places = self.model.frame, self.model.places
        settings = differing(frame, places) if places else []
        keys = dict.fromkeys((*FIRST, *self.model.keys, "status", "group", "tags", *settings))
        return [frame.about(key) for key in keys]


def run_colours(table: RunNumbers) -> tuple[list[QColor], np.ndarray[Any, np.dtype[np.intp]]]:
    """The colours of runs, each once, and which of them each run has."""
    text = QColor(theme.tones().text)
    colours = [text if name is None else QColor(name) for name in CYCLE]
    return colours, np.asarray(table.colours, np.intp) % len(CYCLE)

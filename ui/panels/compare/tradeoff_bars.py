"""Trade-offs, view "Bars": a quantity by run or by group, with mean and standard deviation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from ui.look import theme
from ui.look.plain import Label
from ui.panels.compare.quantity_chooser import LazyBox, QuantityChooser
from ui.panels.compare.tradeoff_view import DrawnRuns, TradeoffView, run_colours
from ui.plots.figures.run_bars import LazyBars, RunBar, RunBars
from workbench.base import units
from workbench.base.text import tr
from workbench.figures.tradeoffs.numbers import RunNumbers, labels_of
from workbench.figures.tradeoffs.settings import BarsFigure
from workbench.runs.columns import Column
from workbench.tradeoffs.groups import Bars, bars_of
from workbench.tradeoffs.points import TradeoffAxis
from workbench.tradeoffs.titles import title_of

FIRST = TradeoffAxis(key="test_accuracy", better="more")
AIR = 0.06
"""Of the range, before the least value where the axis doesn't begin at 0."""


def _find(table: RunNumbers, quantity: TradeoffAxis, group: str) -> Bars:
    return bars_of(table.numbers(quantity.key), labels_of(group, table), quantity.sign)


class BarsView(TradeoffView):
    """The bars with their controls."""

    def __init__(self, source: DrawnRuns) -> None:
        super().__init__(source)
        self._table: RunNumbers | None = None
        self._found: Bars | None = None
        self._drawn = FIRST
        self._chosen: frozenset[str] = frozenset()
        self.chooser = QuantityChooser(
            tr("Quantity"), tr("How long the bars are; the best is on top"), self.offered_numbers
        )
        self.chooser.log.hide()  # a bar's length says nothing on a logarithmic axis
        self.chooser.show_quantity(FIRST)
        self.group = LazyBox(
            tr("Bar for each"),
            tr("Runs that agree in this become one bar: their mean, with the standard deviation"),
            self.offered_groups,
        )
        self.group.show_key("")
        self.zero = QToolButton()
        self.zero.setText(tr("From zero"))
        self.zero.setAccessibleName(self.zero.text())
        self.zero.setCheckable(True)
        self.zero.setChecked(True)
        self.zero.setToolTip(
            tr("Bars that begin at 0; without it dots, on an axis that shows small differences")
        )
        label = Label(tr("Bar for each"))
        label.setBuddy(self.group)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=3)
        row.addWidget(self.chooser)
        row.addWidget(label)
        row.addWidget(self.group)
        row.addWidget(self.zero)
        row.addStretch(1)
        self.bars = RunBars()
        self.column.addLayout(row)
        self.column.addWidget(self.bars, 1)
        self.column.addWidget(self.note)
        self.chooser.changed.connect(self.changed)
        self.group.currentIndexChanged.connect(self._choose)
        self.zero.toggled.connect(self._choose)
        self.bars.picked.connect(self._pick)

    @property
    def quantity(self) -> TradeoffAxis:
        """As it is chosen."""
        return self.chooser.quantity or FIRST

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.quantity.key, self.group.key or "name")))

    def job(self, table: RunNumbers) -> Callable[[], object]:
        return partial(_find, table, self.quantity, self.group.key)

    @Slot()
    def _choose(self) -> None:
        self.changed.emit()

    # --- what is shown -------------------------------------------------------------------------

    def show_result(self, table: RunNumbers, found: Bars) -> None:
        self._table, self._found, self._drawn = table, found, self.quantity
        self._draw(table, found)

    def show_chosen(self, run_ids: frozenset[str]) -> None:
        if run_ids != self._chosen:
            self._chosen = run_ids
            if self._table is not None and self._found is not None:
                self._draw(self._table, self._found)

    def _draw(self, table: RunNumbers, found: Bars) -> None:
        column = table.about[self._drawn.key]
        colours, numbers = run_colours(table)
        spreads = np.nan_to_num(found.deviations)
        chosen: set[int] = set()
        if self._chosen:
            bars = zip(found.bar_of.tolist(), table.run_ids, strict=True)
            chosen = {bar for bar, run_id in bars if run_id in self._chosen}

        def bar(number: int) -> RunBar:
            mean, spread = float(found.means[number]), float(spreads[number])
            return RunBar(
                found.labels[number],
                mean,
                mean - spread,
                mean + spread,
                _words(column, mean, spread, int(found.counts[number])),
                colours[numbers[found.first[number]]],
                number in chosen,
            )

        longest = max(found.labels, key=len, default="")
        lazy = LazyBars(len(found), bar, longest)
        self.bars.show_bars(title_of(column).words, lazy, self._axis(found, spreads))
        self.note.setText(self._sentence(column, found))

    def _axis(self, found: Bars, spreads: Any) -> tuple[float, float]:
        if not len(found):
            return 0.0, 1.0
        low, high = float((found.means - spreads).min()), float((found.means + spreads).max())
        if self.zero.isChecked() and low >= 0.0:
            return 0.0, high
        return low - AIR * ((high - low) or abs(high) or 1.0), high

    def _sentence(self, column: Column, found: Bars) -> str:
        title = title_of(column).words.lower()
        count = found.total - found.missing
        parts = [tr("{drawn} of {total} runs drawn", drawn=f"{count:,}", total=f"{found.total:,}")]
        if found.missing:
            parts.append(tr("{missing} without {title}", missing=f"{found.missing:,}", title=title))
        if (found.counts > 1).any():
            parts.append(tr("mean ± standard deviation of n runs"))
        return f"{', '.join(parts)}."

    @Slot(int)
    def _pick(self, number: int) -> None:
        if self._table is not None and self._found is not None:
            mine = np.flatnonzero(self._found.bar_of == number).tolist()
            self.picked.emit([self._table.run_ids[run] for run in mine])

    # --- figures and settings ------------------------------------------------------------------

    def figure(self) -> BarsFigure | None:
        if self._table is None or self._found is None or not len(self._found):
            return None
        return BarsFigure(
            runs=tuple(self._table.run_ids),
            quantity=self._drawn,
            group=self.group.key,
            from_zero=self.zero.isChecked(),
        )

    def settings(self) -> dict[str, Any]:
        zero = self.zero.isChecked()
        return {"quantity": self.quantity.values(), "group": self.group.key, "from_zero": zero}

    def restore(self, settings: dict[str, Any]) -> None:
        quantity = TradeoffAxis.parse(settings["quantity"])
        self.chooser.show_quantity(quantity)
        self.group.show_key(str(settings["group"]))
        with QSignalBlocker(self.zero):
            self.zero.setChecked(bool(settings["from_zero"]))


def _words(column: Column, mean: float, spread: float, count: int) -> str:
    """97.32 % ± 0.12 % (n = 5)."""
    text = column.text(mean)
    if count < 2:
        return text
    return f"{text} ± {column.text(spread)} (n = {units.count(count)})"

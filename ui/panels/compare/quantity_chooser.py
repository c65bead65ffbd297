"""Choosing a quantity of runs: which column, which way is good, logarithmic or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from workbench.base.text import tr
from workbench.runs.columns import Column
from workbench.tradeoffs.points import Better, TradeoffAxis
from workbench.tradeoffs.titles import title_of

SHORTEST = 14
"""Letters of a combo box that is squeezed."""

WIDEST = 64 * theme.UNIT

MARKS: dict[Better, str] = {"more": "↑", "less": "↓", "neither": "–"}
AFTER: dict[Better, Better] = {"more": "less", "less": "neither", "neither": "more"}


class LazyBox(QComboBox):
    """A combo box of columns whose choices are looked up when it is opened: it may take a moment.

    Args:
        title: What screen readers call it.
        reason: Tooltip.
        offered: Titles by key, those that can be chosen now.
    """

    def __init__(self, title: str, reason: str, offered: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._offered = offered
        give_name(self, title)
        self.setToolTip(reason)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(SHORTEST)
        self.setMaximumWidth(WIDEST)
        self.setMaxVisibleItems(24)

    @property
    def key(self) -> str:
        """The column that is chosen; "" for none."""
        return str(self.currentData() or "")

    def show_key(self, key: str) -> None:
        """Shows this column, without a signal."""
        with QSignalBlocker(self):
            if self.findData(key) < 0:
                self._fill({**self._offered(), key: self._offered().get(key, key)})
            self.setCurrentIndex(self.findData(key))

    def _fill(self, titles: dict[str, str]) -> None:
        self.clear()
        for key, title in titles.items():
            self.addItem(title, key)

    def refill(self) -> None:
        """Offers what can be chosen now."""
        key, titles = self.key, self._offered()
        titles.setdefault(key, key)
        with QSignalBlocker(self):
            self._fill(titles)
            self.setCurrentIndex(self.findData(key))

    def showPopup(self) -> None:
        self.refill()
        super().showPopup()


class QuantityChooser(QWidget):
    """One quantity.

    Args:
        title: Before it: x, y.
        reason: Tooltip of the choice.
        offered: Columns of numbers that can be chosen now.
        optional: Whether there may be none.

    Signals:
        changed: Another quantity.
    """

    changed = Signal()

    def __init__(
        self,
        title: str,
        reason: str,
        offered: Callable[[], Sequence[Column]],
        *,
        optional: bool = False,
    ) -> None:
        super().__init__()
        self._columns, self._optional = offered, optional
        self._better: Better = "neither"
        self._title = title
        self.box = LazyBox(title, reason, self._titles)
        self.way = QToolButton()
        self.log = QToolButton()
        self.log.setText(tr("Log"))
        self.log.setCheckable(True)
        self.log.setToolTip(tr("Logarithmic: for what spans decades, such as parameters"))
        self.log.setAccessibleName(tr("{title}: logarithmic", title=title))
        label = Label(title)
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        theme.spaced(row, 0, spacing=1)
        for widget, stretch in ((label, 0), (self.box, 1), (self.way, 0), (self.log, 0)):
            row.addWidget(widget, stretch)
        self.box.currentIndexChanged.connect(self._chosen)
        self.way.clicked.connect(self._turn)
        self.log.toggled.connect(self._toggled)
        self._show_way()

    def _titles(self) -> dict[str, str]:
        none = {"": tr("None")} if self._optional else {}
        return {**none, **{c.key: title_of(c).words for c in self._columns()}}

    @property
    def quantity(self) -> TradeoffAxis | None:
        """The chosen quantity, or None."""
        key = self.box.key
        return TradeoffAxis(key=key, better=self._better, log=self.log.isChecked()) if key else None

    def show_quantity(self, quantity: TradeoffAxis | None) -> None:
        """Shows this, without a signal."""
        self.box.show_key(quantity.key if quantity is not None else "")
        self._better = quantity.better if quantity is not None else "neither"
        with QSignalBlocker(self.log):
            self.log.setChecked(quantity is not None and quantity.log)
        self._show_way()

    @Slot()
    def _chosen(self) -> None:
        """Takes the direction that the column has by itself."""
        column = next((c for c in self._columns() if c.key == self.box.key), None)
        self._better = TradeoffAxis.of(column).better if column is not None else "neither"
        self._show_way()
        self.changed.emit()

    @Slot()
    def _turn(self) -> None:
        self._better = AFTER[self._better]
        self._show_way()
        self.changed.emit()

    @Slot()
    def _toggled(self) -> None:
        self.changed.emit()

    def _show_way(self) -> None:
        words: dict[Better, str] = {
            "more": tr("More is better"),
            "less": tr("Less is better"),
            "neither": tr("No say in the Pareto front"),
        }
        self.way.setText(MARKS[self._better])
        self.way.setToolTip(tr("{words}; click to change", words=words[self._better]))
        self.way.setAccessibleName(f"{self._title}: {words[self._better]}")
        for button in (self.way, self.log):
            button.setEnabled(bool(self.box.key))

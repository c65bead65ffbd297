"""The search for the smallest file: what is asked, how far it is, and what it found."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.forms.entry import calm
from ui.forms.row import FormRow
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.running.searching import Searching
from workbench.base.text import joined, tr
from workbench.base.units import duration
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search.bound import GOALS, AccuracyBound
from workbench.compression.search.result import SearchResult
from workbench.runs.record import Run

SECOND = 1000
MOST_POINTS, MOST_MINUTES = 100.0, 10_000.0


class SmallestDialog(QDialog):
    """Asks what to search for.

    Args:
        window: It stands above.
        bound: What is shown first.
    """

    def __init__(self, window: QWidget, bound: AccuracyBound) -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Smallest within…"))
        self.points = _number(bound.within, MOST_POINTS, 2, 0.1)
        self.minutes = _number(bound.minutes, MOST_MINUTES, 1, 5.0)
        self.goal = QComboBox()
        for name, goal in GOALS.items():
            self.goal.addItem(goal.title, name)
        self.goal.setCurrentIndex(self.goal.findData(bound.goal))
        about = Label(
            tr(
                "Tries smaller structures that learn from this network, fewer filters, and smaller "
                "numbers, one after another. Each candidate is a run; the test images are read "
                "for the winner alone."
            )
        )
        about.setWordWrap(True)
        about.setProperty("role", "muted")
        grid = QGridLayout()
        theme.spaced(grid, 0, spacing=2)
        widgets = {"within": self.points, "minutes": self.minutes, "goal": self.goal}
        for name, widget in widgets.items():
            field = AccuracyBound.model_fields[name]
            title, help_text = str(field.title), str(field.description)
            calm(widget)
            give_name(widget, title)
            unit = (field.json_schema_extra or {}).get("unit")  # type: ignore[union-attr]
            FormRow(title, help_text, widget, Label(str(unit)) if unit else None).add_to(grid)
        buttons = QDialogButtonBox()
        self.go = QPushButton(tr("Search"))
        self.go.setProperty("primary", True)
        self.go.setDefault(True)
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        theme.spaced(column, 4, spacing=3)
        column.addWidget(about)
        column.addLayout(grid)
        column.addWidget(buttons)

    @property
    def bound(self) -> AccuracyBound:
        """What was asked."""
        return AccuracyBound(
            within=self.points.value(), minutes=self.minutes.value(), goal=self.goal.currentData()
        )


class SmallestBar(QWidget):
    """How far a search is, with Stop; then what it found. Hidden until there is one.

    Args:
        searching: Does it.

    Signals:
        control_asked: A person wants the winner's recipe without a teacher; the `SearchResult`.
    """

    control_asked = Signal(object)

    def __init__(self, searching: Searching) -> None:
        super().__init__()
        self._searching = searching
        self._result: SearchResult | None = None
        self.words = Label()
        self.words.setWordWrap(True)
        self.stop_button = QPushButton(tr("Stop the search"))
        self.stop_button.setToolTip(tr("End it; what was found is kept, and the winner is tested"))
        self.stop_button.clicked.connect(searching.stop)
        self.control_button = QPushButton(tr("Without teacher"))
        self.control_button.setToolTip(
            tr("Train the winner's structure without the teacher, to see what the teacher is worth")
        )
        self.control_button.clicked.connect(self._ask_for_control)
        row = QHBoxLayout(self)
        theme.spaced(row, 0, spacing=3)
        row.addWidget(self.words, 1)
        row.addWidget(self.control_button)
        row.addWidget(self.stop_button)
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._show)
        searching.changed.connect(self._changed)
        searching.done.connect(self._finished)
        self.hide()

    @Slot()
    def _changed(self) -> None:
        busy = self._searching.is_busy
        if busy:
            self._result = None
            self._tick.start(SECOND)
        else:
            self._tick.stop()
        self.setVisible(busy or self._result is not None)
        self._show()

    @Slot(object)
    def _finished(self, result: SearchResult) -> None:
        self._result = result
        self.show()
        self._show()

    @Slot()
    def _show(self) -> None:
        searching, result = self._searching, self._result
        self.stop_button.setVisible(searching.is_busy)
        self.control_button.setVisible(result is not None and result.control is not None)
        if not searching.is_busy:
            self.words.setText(result.sentence if result is not None else "")
            return
        left = tr("{time} left", time=duration(searching.seconds_left))
        if searching.candidate is None:
            now = tr("Searching…")
        else:
            steps = CompressionRecipe.from_toml(searching.candidate.recipe).short
            now = tr("Candidate {number}: {steps}", number=searching.number, steps=steps)
        self.words.setText(joined("; ", [now, left]))

    @Slot()
    def _ask_for_control(self) -> None:
        if self._result is not None and self._result.control is not None:
            self.control_asked.emit(self._result)


def ask(window: QWidget, searching: Searching, run: Run, bound: AccuracyBound) -> SmallestDialog:
    """Shows the dialog, which starts the search when it is accepted."""
    dialog = SmallestDialog(window, bound)
    dialog.accepted.connect(partial(_start, dialog, searching, run))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def _start(dialog: SmallestDialog, searching: Searching, run: Run) -> None:
    searching.start(run, dialog.bound)


def _number(value: float, most: float, decimals: int, step: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(decimals)
    box.setRange(10.0**-decimals, most)
    box.setSingleStep(step)
    box.setValue(value)
    return box

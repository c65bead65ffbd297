"""Search, page "Study": what a lever study is asked, and what it can show, before it begins."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.forms.entry import calm
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label, tip
from workbench.base.text import tr
from workbench.runs.columns import RUN_COLUMNS
from workbench.spec.base import SpecError
from workbench.study.lever_study.plan import GOALS, USUAL_MARGIN, target_of
from workbench.study.lever_study.request import StudyRequest
from workbench.study.levers import LeverGroup, chosen

WIDTH = 150 * theme.UNIT
FIELD = 44 * theme.UNIT
USUAL_MINUTES, LEAST_MINUTES, MOST_MINUTES = 20.0, 0.5, 1440.0
GROUPS = {
    LeverGroup.HARDWARE: (tr("Hardware"), tr("Precision, compilation and threads, by Autotune")),
    LeverGroup.ALGORITHM: (
        tr("Algorithm"),
        tr("Schedule with its own epochs, optimizer, batch size, averaging, smoothing, decay"),
    ),
    LeverGroup.STRUCTURE: (
        tr("Structure"),
        tr("Strided stem, width, depth, separable layers, pooling, shared weights, and more"),
    ),
}


class MinutesBox(QDoubleSpinBox):
    """A time: 20 min, 0.5 min."""

    def textFromValue(self, val: float) -> str:
        return f"{val:g}"


class StudyForm(QWidget):
    """The few fields of a study, with what it can resolve under them.

    Signals:
        changed: Another study is asked for.
        start_requested: Begin it.
    """

    changed = Signal()
    start_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._make()
        self._lay_out()
        for box in (self.minutes, self.margin):
            box.valueChanged.connect(self._changed)
        self.goal.currentIndexChanged.connect(self._changed)
        self.target.textChanged.connect(self._changed)
        for tick in self.groups.values():
            tick.toggled.connect(self._changed)
        self.start_button.clicked.connect(self.start_requested)
        self.show_state("", "")
        self._changed()

    def _make(self) -> None:
        self.minutes = MinutesBox()
        self.minutes.setRange(LEAST_MINUTES, MOST_MINUTES)
        self.minutes.setDecimals(1)
        self.minutes.setSuffix(tr(" min"))
        self.minutes.setValue(USUAL_MINUTES)
        self.minutes.setToolTip(tr("The study ends within this time; more shows smaller effects"))
        give_name(self.minutes, tr("Budget"))
        self.goal = QComboBox()
        for key in GOALS:
            self.goal.addItem(RUN_COLUMNS[key].title, key)
        self.goal.setToolTip(tr("What is to be made small while the accuracy is held"))
        give_name(self.goal, tr("Make small"))
        self.target = QLineEdit()
        self.target.setPlaceholderText(tr("as accurate as it is"))
        self.target.setToolTip(
            tr("The validation accuracy to be reached, as in 99.2%; empty keeps the baseline's")
        )
        give_name(self.target, tr("Target"))
        self.margin = QDoubleSpinBox()
        self.margin.setRange(0.01, 20.0)
        self.margin.setDecimals(2)
        self.margin.setSingleStep(0.05)
        self.margin.setSuffix(tr(" points"))
        self.margin.setValue(100 * USUAL_MARGIN)
        self.margin.setToolTip(
            tr("What may be lost of the baseline's accuracy: as good as before means that the "
               "95 % interval ends above the baseline less this")
        )  # fmt: skip
        give_name(self.margin, tr("May lose"))
        self.groups: dict[LeverGroup, QCheckBox] = {}
        for group, (title, reason) in GROUPS.items():
            tick = QCheckBox(title)
            tick.setChecked(True)
            tick.setToolTip(reason)
            self.groups[group] = tick
        self.target_fault, self.resolves, self.fault = Label(), Label(), Label()
        self.resolves.setProperty("role", "title")
        for label in (self.target_fault, self.fault):
            label.setProperty("role", "problem")
        for label in (self.target_fault, self.resolves, self.fault):
            label.setWordWrap(True)
        self.start_button = QPushButton(tr("Start the study"))
        self.start_button.setProperty("primary", True)

    def _lay_out(self) -> None:
        intro = Label(
            tr(
                "A lever study finds out which optimizations are worth it for the experiment in "
                "the form: it trains it with levers alone and together, on several seeds, within a "
                "budget of time. It ends in one page: how much each lever brings, what shows "
                "nothing, and settings that are confirmed on fresh seeds."
            )
        )
        intro.setWordWrap(True)
        intro.setProperty("role", "muted")
        form = QGridLayout()
        theme.spaced(form, 0, spacing=2)
        form.setHorizontalSpacing(4 * theme.UNIT)
        fields = (
            (tr("Budget"), self.minutes, tr("Target"), self.target),
            (tr("Make small"), self.goal, tr("May lose"), self.margin),
        )
        for line, (left, first, right, second) in enumerate(fields):
            for place, title, field in ((0, left, first), (2, right, second)):
                field.setFixedSize(FIELD, theme.FIELD_HEIGHT)
                calm(field)
                if isinstance(field, QDoubleSpinBox):
                    theme.inset(field)
                label = Label(title)
                label.setMinimumHeight(theme.FIELD_HEIGHT)
                label.setBuddy(field)
                form.addWidget(label, line, place)
                form.addWidget(field, line, place + 1)
        form.addWidget(self.target_fault, len(fields), 2, 1, 3)
        form.setColumnStretch(4, 1)
        ticks = QHBoxLayout()
        theme.spaced(ticks, 0, spacing=4)
        for tick in self.groups.values():
            ticks.addWidget(tick)
        ticks.addStretch(1)
        form.addWidget(Label(tr("Levers")), len(fields) + 1, 0)
        form.addLayout(ticks, len(fields) + 1, 1, 1, 4)
        bottom = QHBoxLayout()
        theme.spaced(bottom, 0, spacing=3)
        bottom.addWidget(self.start_button)
        bottom.addStretch(1)
        inside = QWidget()
        inside.setMaximumWidth(WIDTH)
        column = QVBoxLayout(inside)
        theme.spaced(column, 0, spacing=3)
        column.addWidget(intro)
        column.addLayout(form)
        column.addWidget(self.resolves)
        column.addWidget(self.fault)
        column.addLayout(bottom)
        column.addStretch(1)
        row = QHBoxLayout(self)
        theme.spaced(row, 3, 2, 3, 3)
        row.addWidget(inside, 1)
        row.addStretch(0)

    # --- what is asked -------------------------------------------------------------------------

    @property
    def asked(self) -> StudyRequest | None:
        """What the fields say; None while one of them says nothing."""
        target = self._target()
        groups = [group for group, tick in self.groups.items() if tick.isChecked()]
        if not groups or (target is None and self.target.text().strip()):
            return None
        return StudyRequest(
            60 * self.minutes.value(),
            str(self.goal.currentData()),
            target,
            self.margin.value() / 100,
            tuple(lever.key for lever in chosen(groups)),
        )

    def _target(self) -> float | None:
        text = self.target.text().strip()
        try:
            return target_of(text) if text else None
        except SpecError:
            return None

    @Slot()
    def _changed(self) -> None:
        text = self.target.text().strip()
        fault = ""
        if text and self._target() is None:
            fault = tr("must be an accuracy between 0 and 100 %, as in 99.2% or 0.992")
        self.target_fault.setText(fault)
        self.target_fault.setVisible(bool(fault))
        self.margin.setEnabled(not text)
        self.changed.emit()

    def show_state(self, resolves: str, obstacle: str) -> None:
        """Shows what a study could show, and why it can't begin.

        Args:
            resolves: One sentence; "" where nothing is known yet.
            obstacle: One sentence; "" where it can begin.
        """
        self.resolves.setText(resolves)
        self.resolves.setVisible(bool(resolves))
        is_chosen = any(tick.isChecked() for tick in self.groups.values())
        if not is_chosen:
            obstacle = tr("Choose at least one group of levers.")
        self.fault.setText(obstacle)
        self.fault.setVisible(bool(obstacle))
        self.start_button.setEnabled(not obstacle and self.asked is not None)
        self.start_button.setToolTip(tip(obstacle or tr("Trains runs until the budget is used up")))

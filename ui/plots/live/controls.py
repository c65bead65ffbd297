"""The row under the live plots (x axis, smoothing, log, fit), and the page that is there first.

Plots and data never live here: it tells by signals what a person chose.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label
from workbench.base.text import tr
from workbench.curves.run import AXES
from workbench.curves.smoothing import MAX_WEIGHT

_POSITIONS = 100
"""Positions of the smoothing slider; each third of the way divides 1 - weight by ten."""

LEAST_SLIDER, MOST_SLIDER = 9 * theme.UNIT, 30 * theme.UNIT


def weight_at(position: int) -> float:
    """The smoothing weight at a position of the slider, 0 to `MAX_WEIGHT`."""
    return min(MAX_WEIGHT, round(1.0 - 10.0 ** (-3.0 * position / _POSITIONS), 5))


def position_of(weight: float) -> int:
    """The position of the slider that is nearest to this weight."""
    weight = min(max(weight, 0.0), MAX_WEIGHT)
    return round(-math.log10(1.0 - weight) / 3.0 * _POSITIONS)


class Smoothing(QWidget):
    """The slider of the moving average's weight, and the weight in figures."""

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label = Label(tr("Smoothing"), self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _POSITIONS)
        self.slider.setMinimumWidth(LEAST_SLIDER)
        self.slider.setMaximumWidth(MOST_SLIDER)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName(tr("Smoothing"))
        self.slider.setToolTip(
            tr("Moving average over noisy training values; raw values stay faint behind it")
        )
        label.setBuddy(self.slider)
        self.weight = Label(parent=self)
        self.weight.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance("0.9999") + 4)
        self.slider.valueChanged.connect(self._moved)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (label, self.slider, self.weight):
            layout.addWidget(widget)
        self._write(0.0)

    def show_weight(self, weight: float) -> None:
        """Shows this weight, without a signal."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(position_of(weight))
        self._write(weight)

    def _write(self, weight: float) -> None:
        digits = 3 if weight > 0.985 else 2
        self.weight.setText(QLocale().toString(weight, "f", digits) if weight else tr("off"))

    @Slot(int)
    def _moved(self, position: int) -> None:
        weight = weight_at(position)
        self._write(weight)
        self.chosen.emit(weight)


class ControlRow(QWidget):
    """What a person can set about all live plots at once."""

    axis_chosen = Signal(str)
    smoothing_chosen = Signal(float)
    log_chosen = Signal(bool)
    fit_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._add_axis(layout)
        layout.addSpacing(8)
        self._smoothing = Smoothing(self)
        self._smoothing.chosen.connect(self.smoothing_chosen)
        self.smoothing = self._smoothing.slider
        layout.addWidget(self._smoothing)
        layout.addSpacing(8)
        self.log = self._button(tr("Log loss"), checkable=True)
        self.log.setToolTip(tr("Logarithmic loss axis: shows late progress that is small"))
        self.log.toggled.connect(self.log_chosen)
        layout.addWidget(self.log)
        self.fit = self._button(tr("Fit"), checkable=False)
        self.fit.setToolTip(
            tr(
                "Show everything and follow new values (Ctrl+0, or double-click a plot).\n"
                "Wheel: zoom x. Ctrl and wheel: zoom y. Drag: zoom into a rectangle.\n"
                "Shift and drag: move."
            )
        )
        self.fit.clicked.connect(self._fit_clicked)
        layout.addWidget(self.fit)
        self.export = self._button(tr("Export figure…"), checkable=False)
        self.export.setToolTip(tr("Export a plot as SVG, PDF, PNG, CSV or for pgfplots"))
        self.export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        theme.set_icon(self.export, "save")
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        layout.addWidget(self.export)
        layout.addStretch(1)
        self.shown = Label(parent=self)
        self.shown.setToolTip(tr("Choose in the runs table which runs are shown"))
        layout.addWidget(self.shown)
        self.yielding = (
            self.shown,
            self.axis_label,
            self._smoothing.label,
            self._smoothing.weight,
            self._smoothing,
        )
        """What a narrow row does without, the first first: no button may be cut off."""
        self.show_count(0)

    def minimumSizeHint(self) -> QSize:
        """As narrow as one likes: what has no room gives way."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Shows what the width has room for."""
        layout, inner = self.layout(), self._smoothing.layout()
        assert layout is not None
        assert inner is not None
        for shown in range(len(self.yielding), -1, -1):
            for number, widget in enumerate(self.yielding):
                widget.setVisible(number >= len(self.yielding) - shown)
            inner.invalidate()
            layout.invalidate()
            if layout.minimumSize().width() <= self.contentsRect().width():
                break
        layout.activate()

    def _button(self, text: str, checkable: bool) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setAccessibleName(text)
        button.setCheckable(checkable)
        button.setAutoRaise(True)
        button.setMinimumHeight(24)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return button

    def _add_axis(self, layout: QHBoxLayout) -> None:
        self.axis_label = Label(tr("X axis"), self)
        layout.addWidget(self.axis_label)
        layout.addSpacing(4)
        texts = {
            "step": (tr("Step"), tr("Optimizer steps: compare progress per update")),
            "epoch": (tr("Epoch"), tr("Passes over the data: compare batch sizes")),
            "seconds": (
                tr("Time"),
                tr("Training time, without compiling and validation: compare real speed"),
            ),
            "elapsed": (
                tr("Elapsed"),
                tr("Seconds with compiling, validation and checkpoints, without pauses"),
            ),
            "images": (tr("Images"), tr("Images seen: compare what learning cost")),
        }
        self.axes = QButtonGroup(self)
        self.axes.setExclusive(True)
        for number, axis in enumerate(AXES):
            text, reason = texts[axis]
            button = self._button(text, checkable=True)
            button.setToolTip(reason)
            button.setAccessibleName(tr("X axis: {text}", text=text))
            self.axes.addButton(button, number)
            layout.addWidget(button)
        self.axes.button(0).setChecked(True)
        self.axes.idClicked.connect(self._axis_clicked)

    @Slot()
    def _fit_clicked(self) -> None:
        self.fit_chosen.emit()

    @Slot(int)
    def _axis_clicked(self, number: int) -> None:
        self.axis_chosen.emit(AXES[number])

    def set_values(self, axis: str, smoothing: float, log_loss: bool) -> None:
        """Show these, without a signal."""
        self.axes.button(AXES.index(axis)).setChecked(True)
        self._smoothing.show_weight(smoothing)
        with QSignalBlocker(self.log):
            self.log.setChecked(log_loss)

    def show_count(self, count: int) -> None:
        """Tell how many runs are shown."""
        self.shown.setText(tr("Runs shown: {toString}", toString=QLocale().toString(count)))
        self._make_room()

    def show_following(self, following: bool) -> None:
        """Offer to fit only where that would change something."""
        self.fit.setEnabled(not following)


class EmptyPage(QWidget):
    """What is there before the first run: it says what will come, and offers to begin."""

    train_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = Label(tr("Nothing to show yet"), self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.4)
        font.setWeight(font.Weight.DemiBold)
        title.setFont(font)
        text = Label(
            tr(
                "Press Train. Loss, accuracy, images per second and learning rate\n"
                "appear here while the network learns."
            ),
            self,
        )
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.train = QPushButton(tr("Train"), self)
        self.train.setProperty("primary", True)
        self.train.setMinimumSize(96, 32)
        self.train.setToolTip(tr("Train the experiment on the left"))
        self.train.setAccessibleName(tr("Train"))
        self.train.clicked.connect(self._train_clicked)
        layout = QVBoxLayout(self)
        layout.setSpacing(0)
        layout.addStretch(2)
        layout.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addWidget(text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(20)
        layout.addWidget(self.train, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    @Slot()
    def _train_clicked(self) -> None:
        self.train_requested.emit()

"""The learning rate over the whole planned training, redrawn at each edit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.editing.editor import Editor
from ui.look import theme
from workbench.base import units
from workbench.base.text import tr
from workbench.spec.schedules import Plan

HEIGHT = 26 * theme.UNIT
POINTS = 400
"""Steps drawn at most: more than a form has pixels."""

MOST_EPOCH_LINES = 24


class ScheduleCurve(QWidget):
    """A small plot of the schedule in the editor.

    Args:
        editor: Whose schedule, optimizer, training and data decide the curve.
    """

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._steps = np.empty(0, np.int64)
        self._rates = np.empty(0)
        self._total = self._steps_per_epoch = 0
        self._at: int | None = None
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setToolTip(tr("The learning rate at each step of the training that is planned"))
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self.refresh)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(64 * theme.UNIT, HEIGHT)

    @property
    def points(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Steps from 0 and the learning rate at each, as they are drawn."""
        return self._steps, self._rates

    @Slot()
    def refresh(self) -> None:
        """Takes the editor's experiment."""
        experiment, info = self._editor.experiment, self._editor.info
        plan = experiment.plan(info) if info is not None else Plan(0, 0)
        self._steps_per_epoch, self._total = plan
        self._steps = plan.sample(POINTS)
        initial = experiment.optimizer.learning_rate
        self._rates = experiment.schedule.rates(initial, self._steps, plan)
        self.setVisible(self._total > 0)
        first, end = (f"{rate:.3g}" for rate in (self._rates[0], self._rates[-1]))
        self.setAccessibleName(tr("Learning rate from {first} to {end}", first=first, end=end))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        share = (event.position().x() - self._plot.left()) / max(1.0, self._plot.width())
        step = round(share * max(self._total - 1, 0))
        self._at = step if 0 <= step < self._total else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()

    @property
    def _plot(self) -> QRectF:
        """Where the curve is drawn: right of the rates, above the steps."""
        line = QFontMetricsF(self._small).height()
        left = theme.LABEL_WIDTH + 2 * theme.UNIT
        return QRectF(self.rect()).adjusted(left, line, -1, -line - theme.UNIT)

    @property
    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(max(7.0, 0.9 * font.pointSizeF()))
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        plot, tones = self._plot, theme.tones()
        painter = QPainter(self)
        painter.setFont(self._small)
        painter.fillRect(plot, QColor(tones.base))
        self._paint_epochs(painter, plot)
        top = float(self._rates.max())
        self._paint_texts(painter, plot, top)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tones.accent), 1.5))
        pairs = zip(self._steps.tolist(), self._rates.tolist(), strict=True)
        line = [self._point(plot, step, rate, top) for step, rate in pairs]
        painter.drawPolyline(QPolygonF(line))
        if self._at is not None:
            painter.setBrush(QColor(tones.accent))
            painter.drawEllipse(line[self._nearest(self._at)], 3.0, 3.0)

    def _point(self, plot: QRectF, step: int, rate: float, top: float) -> QPointF:
        inside = plot.adjusted(0, 3, 0, -3)
        across = step / max(self._total - 1, 1)
        return QPointF(
            inside.left() + across * inside.width(),
            inside.bottom() - (rate / top if top > 0 else 0.0) * inside.height(),
        )

    def _paint_epochs(self, painter: QPainter, plot: QRectF) -> None:
        """Hair lines between epochs, where they don't run together."""
        epochs = self._total // max(self._steps_per_epoch, 1)
        painter.setPen(QPen(QColor(theme.tones().line), 1))
        every = -(-epochs // MOST_EPOCH_LINES)
        for epoch in range(every, epochs, max(every, 1)):
            x = plot.left() + plot.width() * epoch / epochs
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setPen(QPen(QColor(theme.tones().edge), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())

    def _paint_texts(self, painter: QPainter, plot: QRectF, top: float) -> None:
        line = QFontMetricsF(self._small).height()
        painter.setPen(QColor(theme.tones().muted))
        beside = QRectF(0, plot.top(), plot.left() - theme.UNIT, plot.height())
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(beside, right | Qt.AlignmentFlag.AlignTop, f"{top:.3g}")
        painter.drawText(beside, right | Qt.AlignmentFlag.AlignBottom, "0")
        below = QRectF(plot.left(), plot.bottom() + theme.UNIT, plot.width(), line)
        epochs = units.count(self._total // max(self._steps_per_epoch, 1))
        total = tr("{total} steps, {epochs} epochs", total=units.count(self._total), epochs=epochs)
        painter.drawText(below, right, total)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self._reading() or tr("step 0"))

    def _nearest(self, step: int) -> int:
        return int(np.abs(self._steps - step).argmin())

    def _reading(self) -> str:
        """Step and rate under the cursor."""
        if self._at is None:
            return ""
        nearest = self._nearest(self._at)
        step, rate = units.count(int(self._steps[nearest])), f"{self._rates[nearest]:.3g}"
        return tr("step {step}: {rate}", step=step, rate=rate)

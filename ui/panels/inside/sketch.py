"""A field to draw a digit in, white on black as in the data sets, in either appearance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.look import theme
from workbench.base.text import tr

PIXELS = 112
"""Four times those of MNIST: fine enough to be shrunk well; a multiple of 4, as Qt pads lines."""

SIDE = 56 * theme.UNIT
BRUSH = 10.0
"""Width of the stroke in pixels of the drawing; of MNIST's strokes when it is shrunk to 28."""


class Sketch(QWidget):
    """Takes strokes of the mouse or a pen.

    Signals:
        changed: It was drawn in, or cleared.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage(PIXELS, PIXELS, QImage.Format.Format_Grayscale8)
        self._image.fill(Qt.GlobalColor.black)
        self._last: QPointF | None = None
        self.is_blank = True
        self.setFixedSize(QSize(SIDE, SIDE))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("Drawing"))
        self.setAccessibleDescription(
            tr("Without a mouse, choose an image of the test part below instead")
        )
        self.setToolTip(
            tr("Draw here, large and in the middle; the network answers while you draw")
        )

    def pixels(self) -> npt.NDArray[np.uint8]:
        """A copy of the drawing, (height, width)."""
        flat = np.frombuffer(self._image.constBits(), np.uint8)
        return flat.reshape(PIXELS, PIXELS).copy()

    @Slot()
    def clear(self) -> None:
        """Clears the sketch."""
        if not self.is_blank:
            self._image.fill(Qt.GlobalColor.black)
            self.is_blank = True
            self.update()
            self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._last = event.position()
            self._stroke(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._stroke(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def _stroke(self, to: QPointF) -> None:
        """A line from where the brush was; a dot where it has just been set down."""
        scale = PIXELS / SIDE
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        round_ = Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(QColor("white"), BRUSH, Qt.PenStyle.SolidLine, round_))
        begin = self._last or to
        if begin == to:
            painter.drawPoint(to * scale)
        else:
            painter.drawLine(begin * scale, to * scale)
        painter.end()
        self._last, self.is_blank = to, False
        self.update()
        self.changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._image)
        if self.is_blank:
            painter.setPen(QColor(theme.DARK.muted))  # on black in either appearance
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Draw here"))
        painter.setPen(QColor(theme.tones().edge))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

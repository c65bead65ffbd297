"""The picture of a figure that is being set up, scaled to its place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import theme
from workbench.base.text import tr


class FigurePreview(QWidget):
    """Shows the last picture, on white paper; or a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Preview of the figure"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(90 * theme.UNIT, 60 * theme.UNIT)
        self.picture = QImage()
        self._words = ""

    def sizeHint(self) -> QSize:
        return QSize(160 * theme.UNIT, 120 * theme.UNIT)

    def show_picture(self, picture: QImage) -> None:
        """Shows this."""
        self.picture, self._words = picture, ""
        self.update()

    def say(self, sentence: str) -> None:
        """Shows a sentence in its place."""
        self._words = sentence
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inside = QRectF(self.rect()).adjusted(*(3 * theme.UNIT * s for s in (1, 1, -1, -1)))
        if self._words or self.picture.isNull():
            painter.setPen(QColor(theme.tones().muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(inside, flags, self._words or tr("Drawing…"))
            return
        size = self.picture.size().scaled(
            inside.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio
        )
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(inside.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(place, QColor("white"))
        painter.drawImage(place, self.picture)
        painter.setPen(QColor(theme.tones().edge))
        painter.drawRect(place)

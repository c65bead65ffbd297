"""Small pictures side by side, a line of text above: feature maps of a layer, or kernels."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import theme
from ui.look.plain import tip
from workbench.base.pooling import strongest
from workbench.evaluation.one_image import Maps
from workbench.spec.layers import written

SIDE = 12 * theme.UNIT
GAP = theme.UNIT
TEXT = 5 * theme.UNIT
ROW_HEIGHT = 4 * theme.UNIT
"""Of units without height and width, which lie in one row."""

KEPT = Qt.AspectRatioMode.KeepAspectRatio
FORMATS = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}


class MapStrip(QWidget):
    """One layer; as many of its pictures as fit beside each other."""

    def __init__(self) -> None:
        super().__init__()
        self.maps: Maps | None = None
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_maps(self, maps: Maps, reason: str) -> None:
        """Shows these; nothing is painted where they are those of before.

        Args:
            maps: Which.
            reason: Tooltip: what they are.
        """
        self.maps = maps
        height = maps.pixels.shape[1]
        side = round(SIDE * self.devicePixelRatioF())
        fit = QSize(*maps.pixels.shape[2:0:-1]).scaled(side, side, KEPT)
        self._image = _image_of(maps, fit.height(), fit.width()) if height > 1 else QImage()
        self.setAccessibleName(f"{maps.name} {written(maps.shape)}")
        self.setToolTip(tip(reason))
        self.setFixedHeight(TEXT + (SIDE if height > 1 else ROW_HEIGHT))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80 * theme.UNIT, TEXT + SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.maps is None:
            return
        painter = QPainter(self)
        painter.setPen(QColor(theme.tones().muted))
        words = f"{self.maps.name}   {written(self.maps.shape)}"
        painter.drawText(QRect(0, 0, self.width(), TEXT), Qt.AlignmentFlag.AlignVCenter, words)
        number, height, width, _ = self.maps.pixels.shape
        if height == 1:
            units = _image_of(self.maps, 1, round(self.width() * self.devicePixelRatioF()))
            painter.drawImage(QRect(0, TEXT, self.width(), ROW_HEIGHT), units)
            return
        deep = self._image.height() // number
        shown = min(number, max(1, (self.width() + GAP) // (SIDE + GAP)))
        for place in range(shown):
            cell = QSize(width, height).scaled(SIDE, SIDE, KEPT)
            target = QRect(place * (SIDE + GAP), TEXT, cell.width(), cell.height())
            source = QRect(0, place * deep, self._image.width(), deep)
            painter.drawImage(target, self._image, source)


def _image_of(maps: Maps, rows: int, columns: int) -> QImage:
    """The pictures below one another.

    Args:
        maps: Which; gray ones are pooled by maximum, so that a strong value shows.
        rows: Height of one.
        columns: Width of one.
    """
    pixels = maps.pixels
    if pixels.shape[-1] == 1:
        pixels = strongest(pixels[..., 0], rows, columns)[..., None]
    number, height, width, channels = pixels.shape
    data = np.ascontiguousarray(pixels).tobytes()
    stacked = QImage(data, width, number * height, width * channels, FORMATS[channels])
    # A copy, as Qt doesn't keep `data` alive; in the format that it scales fastest.
    return stacked.convertToFormat(QImage.Format.Format_RGB32)

"""Images in rows, each with two lines of words below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPaintEvent,
    QPixmap,
    QPixmapCache,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import theme

SIDE = 16 * theme.UNIT
GAP = 3 * theme.UNIT


@dataclass(frozen=True)
class Picture:
    """One image.

    Attributes:
        image: As it is shown, scaled to the grid.
        title: First line below it.
        words: Second line, muted.
    """

    image: QImage
    title: str
    words: str


class PictureGrid(QWidget):
    """As high as its rows: a scroll area doesn't ask how high it gets at a width.

    Args:
        name: What screen readers call it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._pictures: Sequence[Picture] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def pictures(self) -> Sequence[Picture]:
        """What is shown."""
        return self._pictures

    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Shows these."""
        self._pictures = pictures
        self.setAccessibleDescription("; ".join(f"{one.title}, {one.words}" for one in pictures))
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(4 * (SIDE + GAP), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    @property
    def _columns(self) -> int:
        return max(1, (self.width() + GAP) // (SIDE + GAP))

    @property
    def _row_height(self) -> int:
        return SIDE + 2 * self.fontMetrics().height() + GAP

    def _fit(self) -> None:
        self.setFixedHeight(-(-len(self._pictures) // self._columns) * self._row_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        columns, height = self._columns, self._row_height
        for number, picture in enumerate(self._pictures):
            row, column = divmod(number, columns)
            place = QRect(column * (SIDE + GAP), row * height, SIDE, height)
            if place.intersects(event.rect()):
                _paint(painter, place, picture)


def _paint(painter: QPainter, place: QRect, picture: Picture) -> None:
    inside = QRect(place.topLeft(), QSize(SIDE, SIDE))
    paint_image(painter, inside, picture.image)
    metrics, tones = painter.fontMetrics(), theme.tones()
    line = QRect(
        place.left() - GAP // 3, inside.bottom() + 2, SIDE + 2 * GAP // 3, metrics.height()
    )
    for text, tone in ((picture.title, tones.text), (picture.words, tones.muted)):
        painter.setPen(QColor(tone))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)
        line.translate(0, metrics.height())


def paint_image(painter: QPainter, inside: QRect, image: QImage) -> None:
    """Paints an image as large as it fits, in the middle.

    A large one is smoothed, as thin lines would fall between the pixels; a small one keeps its own.
    """
    size = image.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
    place = QRect(inside.topLeft(), size)
    place.moveCenter(inside.center())
    if size.width() >= image.width():
        painter.drawImage(place, image)
        return
    ratio = painter.device().devicePixelRatioF()
    key = f"{image.cacheKey()} {size.width()} {ratio}"
    small = QPixmap()
    if not QPixmapCache.find(key, small):
        # Scaled as an image: a painter would look at four pixels for each of its own.
        smooth = Qt.TransformationMode.SmoothTransformation
        kept = Qt.AspectRatioMode.IgnoreAspectRatio
        small = QPixmap.fromImage(image.scaled(size * ratio, kept, smooth))
        QPixmapCache.insert(key, small)
    painter.drawPixmap(place, small)

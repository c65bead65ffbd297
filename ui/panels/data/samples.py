"""Pictures of a data set: sample images with their labels, and bars of images by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import theme
from ui.panels.data.pictures import paint_image
from workbench.base.text import tr

if TYPE_CHECKING:
    from workbench.data.preview import Preview

CELL = 72
LEAST_CELL = 40
GAP = 2 * theme.UNIT
LABEL_HEIGHT = 5 * theme.UNIT
BAR_HEIGHT = 5 * theme.UNIT
NAME_WIDTH = 120
ROWS_SHOWN = 8

CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
MIDDLE = Qt.AlignmentFlag.AlignVCenter


def in_turns(labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """The order in which classes take turns: 0, 1, …, 9, 0, 1, … of labels in any order."""
    turn = np.empty(len(labels), np.int64)
    for label in np.unique(labels):
        rows = labels == label
        turn[rows] = np.arange(rows.sum())
    return np.lexsort((labels, turn))


class SampleGrid(QWidget):
    """Sample images with their labels; a column a class where there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._images: list[QImage] = []
        self.labels: list[str] = []
        self._classes = 0
        self.setAccessibleName(tr("Sample images"))
        self.setToolTip(tr("Training images as the network sees them, after resizing"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_samples(self, preview: Preview) -> None:
        """Shows the preview's images, classes taking turns."""
        order = in_turns(preview.sample_labels)
        self.labels = [preview.info.class_names[label] for label in preview.sample_labels[order]]
        self._images = [as_image(preview.samples[row]) for row in order]
        self._classes = len(np.unique(preview.sample_labels))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """As high as its rows: a scroll area doesn't ask how high it gets at a width."""
        columns, cell = self._layout(self.width())
        rows = min(-(-len(self._images) // columns), ROWS_SHOWN)
        self.setFixedHeight(rows * (cell + LABEL_HEIGHT))

    def _layout(self, width: int) -> tuple[int, int]:
        """Columns, and the side of a cell."""
        if self._classes and width // self._classes >= LEAST_CELL:
            return self._classes, min(CELL, width // self._classes)
        return max(1, width // CELL), CELL

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.tones().muted))
        columns, cell = self._layout(self.width())
        side = cell - GAP
        shown = zip(self._images, self.labels, strict=True)
        for number, (image, label) in enumerate(shown):
            row, column = divmod(number, columns)
            if row >= ROWS_SHOWN:
                break
            x, y = column * cell, row * (cell + LABEL_HEIGHT)
            inside = QRect(x, y, side, side)
            paint_image(painter, inside, image)
            words = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, side)
            painter.drawText(QRect(x, y + side + 2, side, LABEL_HEIGHT), CENTRED, words)


class ClassBars(QWidget):
    """How many images each class has, in the training and in the test part, with its own legend."""

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.counts: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
        self.setAccessibleName(tr("Images by class"))
        self.setToolTip(
            tr("Images of each class: a rare class is learned less well than a frequent one")
        )
        self.setMinimumWidth(260)

    def show_counts(self, preview: Preview) -> None:
        """Shows the preview's counts of the training part and the test part."""
        self.names = preview.info.class_names
        self.counts = (preview.train_counts, preview.test_counts)
        self.setMinimumHeight(BAR_HEIGHT * (len(self.names) + 1) + theme.UNIT)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._draw_legend(painter)
        metrics = painter.fontMetrics()
        most = max((a + b for a, b in zip(*self.counts, strict=True)), default=1) or 1
        widest = max((metrics.horizontalAdvance(name) for name in self.names), default=0)
        left = min(NAME_WIDTH, widest + 1) + GAP  # text may be a part of a pixel wider than told
        right = metrics.horizontalAdvance(f"{most:,} + {most:,}") + GAP
        scale = max(10, self.width() - left - right) / most
        top, seen = BAR_HEIGHT + theme.UNIT, event.rect()
        first = max(0, (seen.top() - top) // BAR_HEIGHT)
        last = min(len(self.names), (seen.bottom() - top) // BAR_HEIGHT + 1)
        for row in range(first, last):
            line = QRect(0, top + BAR_HEIGHT * row, self.width(), BAR_HEIGHT)
            counts = self.counts[0][row], self.counts[1][row]
            _draw_bar(painter, line, left, self.names[row], counts, scale)

    def _draw_legend(self, painter: QPainter) -> None:
        colours = theme.tones()
        x = 0
        for tone, words in (
            (colours.accent, tr("training")),
            (colours.muted, tr("test")),
        ):
            painter.fillRect(x, 5, 10, 10, QColor(tone))
            painter.setPen(QColor(colours.muted))
            painter.drawText(QRect(x + 16, 0, self.width(), BAR_HEIGHT), MIDDLE, words)
            x += 16 + painter.fontMetrics().horizontalAdvance(words) + 16


def _draw_bar(
    painter: QPainter, line: QRect, left: int, name: str, counts: tuple[int, int], scale: float
) -> None:
    """One class: its name, a bar of two parts, and both counts behind it."""
    colours, metrics = theme.tones(), painter.fontMetrics()
    painter.setPen(QColor(colours.text))
    words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - GAP)
    painter.drawText(line, MIDDLE, words)
    x, top, height = left, line.top() + theme.UNIT, line.height() - 2 * theme.UNIT
    for count, tone in zip(counts, (colours.accent, colours.muted), strict=True):
        width = max(round(count * scale), int(count > 0))  # few are not none
        painter.fillRect(x, top, width, height, QColor(tone))
        x += width
    painter.setPen(QColor(colours.muted))
    behind = line.adjusted(x + GAP, 0, 0, 0)
    painter.drawText(behind, MIDDLE, " + ".join(f"{count:,}" for count in counts))


def as_image(pixels: npt.NDArray[np.uint8]) -> QImage:
    """An image of shape (height, width, 1 or 3); a copy, as Qt doesn't keep the array."""
    height, width, channels = pixels.shape
    formats = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}
    content = np.ascontiguousarray(pixels).tobytes()
    return QImage(content, width, height, width * channels, formats[channels]).copy()

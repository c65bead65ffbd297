"""What augmentation makes of training images: some of them, each beside varied versions.

The versions are made in a thread of their own, so that no image is too large for the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QRect, QThread, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.panels.data.pictures import paint_image
from ui.panels.data.samples import CELL, GAP, as_image, in_turns
from workbench.base.text import tr
from workbench.spec.augmentation import Augmentation

if TYPE_CHECKING:
    from workbench.data.preview import Preview

ROWS = 3
VERSIONS = 7
APART = 3 * theme.UNIT
"""Between the originals and their versions."""

Pixels = npt.NDArray[np.uint8]


class VersionsThread(QThread):
    """Makes versions of a few images once.

    Attributes:
        images, augmentation: What it makes them of.
        found: (n, count, height, width, channels) once it has finished.
    """

    def __init__(self, images: Pixels, augmentation: Augmentation, parent: QObject) -> None:
        super().__init__(parent)
        self.images, self.augmentation = images, augmentation
        self.found: Pixels | None = None

    def run(self) -> None:
        """Computes, and touches nothing of the window."""
        from workbench.data.images.augmented import versions

        self.found = versions(self.images, self.augmentation, VERSIONS)


class VersionsGrid(QWidget):
    """Originals at the left, their versions in a row behind each."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[list[QImage]] = []
        self.setAccessibleName(tr("Augmented images"))
        self.setToolTip(tr("Left the image as it is, behind it versions as training may see them"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_versions(self, originals: Pixels, found: Pixels) -> None:
        """Shows each original and what became of it."""
        self._rows = [
            [as_image(original), *map(as_image, row)]
            for original, row in zip(originals, found, strict=True)
        ]
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _cell(self) -> int:
        return min(CELL, (self.width() - APART) // (VERSIONS + 1))

    def _fit(self) -> None:
        self.setFixedHeight(len(self._rows) * self._cell())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        cell = self._cell()
        side = cell - GAP
        for row, images in enumerate(self._rows):
            for column, image in enumerate(images):
                x = column * cell + (APART if column else 0)
                inside = QRect(x, row * cell, side, side)
                paint_image(painter, inside, image)
        painter.setPen(QColor(theme.tones().line))
        line = cell + (APART - GAP) // 2
        painter.drawLine(line, 0, line, self.height() - GAP)


class AugmentedView(QWidget):
    """The part of the Data tab that shows augmentation at work, redrawn at each edit of it.

    Signals:
        shown: The grid shows the augmentation in force.
    """

    shown = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._images: Pixels | None = None
        self._thread: VersionsThread | None = None
        self._drawn: Augmentation | None = None
        self.words = Label()
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.grid = VersionsGrid()
        column = QVBoxLayout(self)
        theme.spaced(column, 0, 1, 0, 0, spacing=2)
        column.addWidget(self.words)
        column.addWidget(self.grid)
        editor.changed.connect(self.refresh)
        self.hide()

    def show_samples(self, preview: Preview) -> None:
        """Takes the images that are varied: one of each of the first classes."""
        self._images = preview.samples[in_turns(preview.sample_labels)[:ROWS]]
        self._drawn = None
        self.refresh()

    def clear(self) -> None:
        """There are no images now."""
        self._images = None
        self.hide()

    @Slot()
    def refresh(self) -> None:
        """Shows the augmentation in force; what comes while a thread is at work waits for it."""
        augmentation = self._editor.experiment.augmentation
        if self._images is None or self._thread is not None or augmentation == self._drawn:
            return
        if not augmentation.is_on:
            self._drawn = augmentation
            self.hide()
            self.shown.emit()
            return
        tab = self.parentWidget()
        if tab is None or not tab.isVisible():
            return  # nobody looks; the tab asks once it is shown
        self._thread = VersionsThread(self._images, augmentation, self)
        self._thread.finished.connect(self._made)
        self._thread.start()

    @Slot()
    def _made(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._images is not None and thread.found is not None:
            self._show(thread.images, thread.found, thread.augmentation)
        thread.deleteLater()
        self.refresh()
        if self._thread is None:
            self.shown.emit()

    def _show(self, images: Pixels, found: Pixels, augmentation: Augmentation) -> None:
        self.words.setText(
            tr(
                "Augmentation: each step varies its images by {summary}",
                summary=augmentation.summary(),
            )
        )
        self.grid.show_versions(images, found)
        self._drawn = augmentation if images is self._images else None
        self.show()

    def close_thread(self) -> None:
        """Waits for the thread and begins no other; before the window goes."""
        self._images = None
        if self._thread is not None:
            self._thread.wait()

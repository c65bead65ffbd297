"""What augmentation makes of training images: some of them, each beside varied versions.

The versions are made by a job, so that no image is too large for the window.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.background.jobs import Jobs
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


def _versions(images: Pixels, augmentation: Augmentation) -> Pixels:
    """Versions of a few images: (n, count, height, width, channels); a job."""
    from workbench.data.images.augmented import versions

    return versions(images, augmentation, VERSIONS)


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

    Args:
        editor: Whose augmentation it is.
        jobs: Of the window.

    Signals:
        shown: The grid shows the augmentation in force.
    """

    shown = Signal()

    def __init__(self, editor: Editor, jobs: Jobs) -> None:
        super().__init__()
        self._editor = editor
        self.latest = jobs.latest(self)
        self._images: Pixels | None = None
        self._asked: Augmentation | None = None
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
        self._asked = None
        self.refresh()

    def clear(self) -> None:
        """There are no images now."""
        self._images = self._asked = None
        self.latest.drop()
        self.hide()

    @Slot()
    def refresh(self) -> None:
        """Shows the augmentation in force, once somebody looks; the tab asks when it is shown."""
        augmentation, tab = self._editor.experiment.augmentation, self.parentWidget()
        if self._images is None or augmentation == self._asked:
            return
        if not augmentation.is_on:
            self._asked = augmentation
            self.latest.drop()
            self.hide()
            self.shown.emit()
        elif tab is not None and tab.isVisible():
            self._asked = augmentation
            make = partial(_versions, self._images, augmentation)
            self.latest.ask(make, partial(self._show, self._images, augmentation))

    def _show(self, images: Pixels, augmentation: Augmentation, found: Pixels) -> None:
        self.words.setText(
            tr(
                "Augmentation: each step varies its images by {summary}",
                summary=augmentation.summary(),
            )
        )
        self.grid.show_versions(images, found)
        self.show()
        self.shown.emit()

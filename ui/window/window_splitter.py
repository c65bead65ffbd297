"""How the window's parts share its room: the form at the left, pages, and runs below both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ui.look.banner import Banner

FORM_WIDTH, PAGES_WIDTH = 400, 1040
PAGES_HEIGHT = 670
BOTTOM_HEIGHT = 192
"""Tab, header and five runs: the plots get the rest."""


class WindowSplitter(QSplitter):
    """The parts one above the other; a person may give each of them more room.

    Args:
        form: The experiment.
        banner: Above the pages.
        pages: What is seen of runs and experiment.
        bottom: All runs, the queue, the log.

    Attributes:
        across: The form and the pages beside it.
    """

    def __init__(self, form: QWidget, banner: Banner, pages: QWidget, bottom: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(banner)
        column.addWidget(pages, 1)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.addWidget(form)
        self.across.addWidget(centre)
        self.across.setStretchFactor(1, 1)
        self.across.setSizes([FORM_WIDTH, PAGES_WIDTH])
        self.addWidget(self.across)
        self.addWidget(bottom)
        self.setStretchFactor(0, 1)
        self.setSizes([PAGES_HEIGHT, BOTTOM_HEIGHT])
        for splitter in (self.across, self):
            splitter.setChildrenCollapsible(False)

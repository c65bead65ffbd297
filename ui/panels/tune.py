"""The Tune tab: measures on the experiment at hand what is best guessed by measuring."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal

from ui.assistant import Assistant
from ui.editor import Editor
from ui.panels.batch_finder import BatchFinder
from ui.panels.hardware import HardwarePage
from ui.panels.pages import Pages
from ui.panels.rate_finder import RateFinder
from ui.panels.roofline import RooflinePage
from ui.panels.speed import SpeedPage


class TunePanel(Pages):
    """Pages that find a setting by trying.

    Args:
        editor: Whose experiment is tried, and takes what is found.
        assistant: Does it.
        store: Folder of the store, where what was measured is remembered.

    Signals:
        failed: A sentence.
    """

    failed = Signal(str)

    def __init__(self, editor: Editor, assistant: Assistant, store: Path) -> None:
        super().__init__(self.tr("What to find"))
        self.rate = RateFinder(editor, assistant)
        self.batch = BatchFinder(editor, assistant)
        self.add(
            self.rate, self.tr("Learning rate"), self.tr("The range test: loss over learning rate")
        )
        self.add(
            self.batch, self.tr("Batch size"), self.tr("The fastest and the largest that fits")
        )
        self.speed = SpeedPage(editor, assistant, store)
        self.roofline = RooflinePage(editor, assistant)
        self.hardware = HardwarePage(editor)
        self.add(
            self.speed, self.tr("Speed"), self.tr("The fastest hardware settings, by measuring")
        )
        self.add(
            self.roofline, self.tr("Roofline"),
            self.tr("Where a step's time goes, and how far each layer is from what is possible"),
        )  # fmt: skip
        self.add(self.hardware, self.tr("Hardware"), self.tr("What this computer has"))
        self._finders = {page.path: page for page in (self.rate, self.batch)}
        for page in (self.rate, self.batch, self.speed, self.roofline):
            page.failed.connect(self.failed)

    def find_setting(self, path: str) -> None:
        """Shows the page that finds a setting, and begins."""
        page = self._finders[path]
        self.show_page(page)
        page.start()

"""The Tune tab: measures on the experiment at hand what is best guessed by measuring."""

from __future__ import annotations

from PySide6.QtCore import Signal

from ui.assistant import Assistant
from ui.editor import Editor
from ui.panels.batch_finder import BatchFinder
from ui.panels.pages import Pages
from ui.panels.rate_finder import RateFinder


class TunePanel(Pages):
    """Pages that find a setting by trying.

    Args:
        editor: Whose experiment is tried, and takes what is found.
        assistant: Does it.

    Signals:
        failed: A sentence.
    """

    failed = Signal(str)

    def __init__(self, editor: Editor, assistant: Assistant) -> None:
        super().__init__(self.tr("What to find"))
        self.rate = RateFinder(editor, assistant)
        self.batch = BatchFinder(editor, assistant)
        self.add(
            self.rate, self.tr("Learning rate"), self.tr("The range test: loss over learning rate")
        )
        self.add(
            self.batch, self.tr("Batch size"), self.tr("The fastest and the largest that fits")
        )
        self._finders = {page.path: page for page in (self.rate, self.batch)}
        for page in self._finders.values():
            page.failed.connect(self.failed)

    def find_setting(self, path: str) -> None:
        """Shows the page that finds a setting, and begins."""
        page = self._finders[path]
        self.show_page(page)
        page.start()

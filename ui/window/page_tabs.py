"""The tabs of the window: one loop over the pages for everything that the window does with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget

from ui.look.plain import caption
from ui.panels.shared.page import Page
from workbench.base.text import tr
from workbench.runs.record import Run

LEAST = 640
"""Pixels that the pages keep beside a form that is dragged wider."""


class PageTabs(QTabWidget):
    """Shows pages, and speaks for all of them.

    Args:
        pages: In their order; the keys are unique.

    Signals:
        failed, said, logged, export_requested: As a `Page` has them, of any.

    Attributes:
        pages: The pages, by key.
    """

    failed = Signal(str)
    said = Signal(str)
    logged = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(self, pages: Sequence[Page]) -> None:
        super().__init__()
        self.pages = {page.key: page for page in pages}
        assert len(self.pages) == len(pages), "two pages have one key"
        self.setDocumentMode(True)
        # Else the splitter would take a page's wish for more room from the form, for good.
        self.setMinimumWidth(LEAST)
        self.setAccessibleName(tr("Results"))
        for page in pages:
            self.setTabToolTip(self.addTab(page, caption(page.title)), page.reason)
            page.failed.connect(self.failed)
            page.said.connect(self.said)
            page.logged.connect(self.logged)
            page.export_requested.connect(self.export_requested)
            page.front_requested.connect(partial(self.setCurrentWidget, page))

    def show_page(self, key: str) -> None:
        """Puts a page in front."""
        self.setCurrentWidget(self.pages[key])

    def show_run(self, run: Run | None) -> None:
        """Tells all pages which run is selected, or that its record changed."""
        for page in self.pages.values():
            page.show_run(run)

    def restyle(self) -> None:
        """Draws all pages in the appearance in force."""
        for page in self.pages.values():
            page.restyle()

"""The tabs of the window: one loop over the pages for everything that the window does with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from ui.look.actions import Actions
from ui.look.plain import caption
from ui.panels.shared.page import Page
from ui.window import pages
from ui.window.pages import Call, PageContext, Tab
from workbench.base.text import tr
from workbench.runs.record import Run

LEAST = 640
"""Pixels that the pages keep beside a form that is dragged wider."""


class PageTabs(QTabWidget):
    """Shows pages, each made when it is first shown or needed, and speaks for all of them.

    Args:
        context: What pages are made of.
        kept: What a page kept from the last start, by its key.

    Signals:
        failed, said, logged, export_requested: As a `Page` has them, of any.

    Attributes:
        tabs: In their order.
        areas: The actions of each tab that has some.
        pages: The pages by key; one that isn't there yet is made when it is asked for.
    """

    failed = Signal(str)
    said = Signal(str)
    logged = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(self, context: PageContext, kept: Callable[[str], Mapping[str, Any]]) -> None:
        super().__init__()
        self._context, self._kept = context, kept
        self._run: Run | None = None
        self._made: dict[str, Page] = {}
        self.tabs = pages.PAGES
        self.pages: Mapping[str, Page] = _Pages([tab.key for tab in self.tabs], self._page)
        assert len(self.pages) == len(self.tabs), "two tabs have one key"
        self.areas: dict[str, Actions] = {}
        self.setDocumentMode(True)
        # Else the splitter would take a page's wish for more room from the form, for good.
        self.setMinimumWidth(LEAST)
        self.setAccessibleName(tr("Results"))
        for tab in self.tabs:
            self._add(tab)
        self.currentChanged.connect(self._make_current)
        self._make_current()

    def _add(self, tab: Tab[Any]) -> None:
        self.setTabToolTip(self.addTab(QWidget(), caption(tab.title)), tab.reason)
        page = partial(self._page, tab.key)
        entries = tab.entries(self._context, page)
        if entries:
            self.areas[tab.key] = Actions(tab.key, tab.title, self)
            self.areas[tab.key].add(*entries)
        for call in tab.calls(self._context, page):
            _Caller(call, self)

    # --- making --------------------------------------------------------------------------------

    @Slot()
    def _make_current(self) -> None:
        self._page(self.tabs[self.currentIndex()].key)

    def _page(self, key: str) -> Page:
        if key not in self._made:
            number = next(n for n, tab in enumerate(self.tabs) if tab.key == key)
            self._made[key] = page = self.tabs[number].make(self._context)
            page.failed.connect(self.failed)
            page.said.connect(self.said)
            page.logged.connect(self.logged)
            page.export_requested.connect(self.export_requested)
            page.front_requested.connect(partial(self.setCurrentWidget, page))
            page.restore(self._kept(key))
            page.show_run(self._run)
            self._put(page, number)
        return self._made[key]

    def _put(self, page: Page, number: int) -> None:
        """Puts a page into its tab; no other tab comes to the front meanwhile."""
        place, is_current = self.widget(number), number == self.currentIndex()
        self.blockSignals(True)
        self.insertTab(number, page, self.tabText(number))
        self.setTabToolTip(number, self.tabToolTip(number + 1))
        if is_current:
            self.setCurrentIndex(number)
        self.removeTab(number + 1)
        self.blockSignals(False)
        if place is not None:
            place.deleteLater()

    # --- all of them ---------------------------------------------------------------------------

    def show_page(self, key: str) -> None:
        """Puts a page in front."""
        self.setCurrentWidget(self.pages[key])

    def show_run(self, run: Run | None) -> None:
        """Tells all pages which run is selected, or that its record changed."""
        self._run = run
        for page in self._made.values():
            page.show_run(run)

    def restyle(self) -> None:
        """Draws all pages in the appearance in force."""
        for page in self._made.values():
            page.restyle()

    def states(self) -> dict[str, Mapping[str, Any]]:
        """What pages keep for the next start, by key; what was kept of the others still holds."""
        return {key: page.state() for key, page in self._made.items()}


class _Caller(QObject):
    """Does what a tab does at a signal; Qt would keep a function, and all that it knows, for ever.

    Args:
        call: Signal and deed.
        parent: Owns it.
    """

    def __init__(self, call: Call, parent: QObject) -> None:
        super().__init__(parent)
        self._do = call.do
        call.signal.connect(self._call)

    def _call(self, *said: object) -> None:
        self._do(*said)


class _Pages(Mapping[str, Page]):
    """Pages by key, made when they are asked for."""

    def __init__(self, keys: list[str], page: Callable[[str], Page]) -> None:
        self._keys, self._page = dict.fromkeys(keys), page

    def __getitem__(self, key: str) -> Page:
        if key not in self._keys:
            raise KeyError(key)
        return self._page(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

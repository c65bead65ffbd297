"""Several pages under one tab, told apart by a row of buttons above them."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.panels.shared.page import Page

Made = TypeVar("Made", bound=tuple[QWidget, ...])


class Pages(QWidget):
    """A stack of pages; one is shown.

    Args:
        name: What screen readers call the row of buttons.

    Signals:
        shown: Another page is in front; its widget.
    """

    shown = Signal(QWidget)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idToggled.connect(self._toggled)
        self.stack = QStackedWidget()
        row = QWidget()
        row.setAccessibleName(name)
        self._row = QHBoxLayout(row)
        self._row.setContentsMargins(3 * theme.UNIT, 2 * theme.UNIT, 3 * theme.UNIT, theme.UNIT)
        self._row.setSpacing(theme.UNIT)
        self._row.addStretch(1)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0, spacing=0)
        layout.addWidget(row)
        layout.addWidget(self.stack, 1)

    def add(self, page: QWidget, title: str, reason: str) -> QToolButton:
        """Adds a page with its button; the first one added is shown first.

        Args:
            page: Shown when its button is pressed.
            title: On the button, sentence case.
            reason: Tooltip: why a person would look at it.
        """
        button = view_button(title, reason)
        number = self.stack.addWidget(page)
        self._group.addButton(button, number)
        self._row.insertWidget(number, button)
        if number == 0:
            button.setChecked(True)
        return button

    @property
    def current(self) -> QWidget:
        """The page in front."""
        page = self.stack.currentWidget()
        assert page is not None
        return page

    def show_page(self, page: QWidget) -> None:
        """Puts a page in front."""
        self._group.button(self.stack.indexOf(page)).setChecked(True)

    def _toggled(self, number: int, checked: bool) -> None:
        if checked:
            self.stack.setCurrentIndex(number)
            self.shown.emit(self.current)


class LatePages(Page, Generic[Made]):
    """A tab of several pages, made at the first use with the modules they need.

    The window starts sooner for it. A subclass gives `make`, and keeps for the pages what comes
    before they are made.

    Args:
        name: What screen readers call the row of buttons.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.pages = Pages(name)
        self._made: Made | None = None
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.pages)

    def make(self) -> Made:
        """Makes the pages and adds each with its button; called once."""
        raise NotImplementedError

    @property
    def made(self) -> Made:
        """The pages, in their order."""
        if self._made is None:
            self._made = self.make()
        return self._made

    @property
    def are_made(self) -> bool:
        """Whether the pages are there already."""
        return self._made is not None

    @property
    def current(self) -> QWidget:
        """The page in front."""
        return self.pages.current

    def add(self, page: QWidget, title: str, reason: str) -> None:
        """Adds a page with its button; see `Pages.add`."""
        self.pages.add(page, title, reason)

    def show_page(self, page: QWidget) -> None:
        """Puts a page in front."""
        self.pages.show_page(page)

    def showEvent(self, event: QShowEvent) -> None:
        _ = self.made
        super().showEvent(event)


def view_button(title: str, reason: str) -> QToolButton:
    """One of a row of buttons of which the checked one tells what is shown."""
    button = QToolButton()
    button.setText(title)
    button.setAccessibleName(title)
    button.setToolTip(reason)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button

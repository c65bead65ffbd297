"""The toolbar: Train and what goes with it, in the menu bar's row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMenuBar,
    QToolBar,
    QToolButton,
    QWidget,
)

from ui.look import theme
from ui.look.actions import Actions
from workbench.base.text import tr

GAP = 4 * theme.UNIT
"""Between the menus and what lies beside them."""

BUTTONS = ("train", "pause", "stop", "queue")
MORE = ("seeds", "folds")
"""In the menu of the Train button."""


class Corner(QWidget):
    """The part of the menu bar's row right of the menus.

    The menu bar gives it its place once; this asks again when its buttons grow.

    Args:
        menus: Which it leaves the room that they need.
        yields: The first of what lies in it; gets narrower where the window is narrow.
    """

    def __init__(self, menus: QMenuBar, yields: QWidget) -> None:
        super().__init__(menus)
        self._menus, self._yields = menus, yields
        menus.installEventFilter(self)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            QTimer.singleShot(0, self, self._refit)
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._yield_room()
        return False

    def _refit(self) -> None:
        self._yield_room()
        if self.sizeHint() != self.size():
            size = self._menus.size()
            QApplication.sendEvent(self._menus, QResizeEvent(size, size))

    def _yield_room(self) -> None:
        """Else the menus at the end would go into a menu of their own."""
        if self.parentWidget() is not self._menus:
            return  # in a row of its own, where the platform has the menus
        end = max(self._menus.actionGeometry(menu).right() for menu in self._menus.actions())
        label = min(self._yields.sizeHint().width(), self._yields.maximumWidth())
        buttons = self.sizeHint().width() - label
        room = self._menus.width() - end - buttons - GAP
        self._yields.setMaximumWidth(max(0, room))


def make_toolbar(window: QMainWindow, training: Actions, label: QWidget) -> None:
    """Puts the toolbar into the menu bar's row, where the platform leaves that to the window.

    Args:
        window: Has the menus already.
        training: With the actions named in `BUTTONS` and `MORE`.
        label: First in the row; gets narrower where the window is narrow.
    """
    menus = window.menuBar()
    bar = Corner(menus, label)
    row = QHBoxLayout(bar)
    theme.spaced(row, 0, 0, 2, 0, spacing=1)
    row.addWidget(label)
    for name in BUTTONS:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setDefaultAction(training[name])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if name == "train":
            theme.set_icon(training[name], "play", "on_accent")
            button.setObjectName("train")
            more = QMenu(button)
            training.fill(more, MORE)
            button.setMenu(more)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        row.addWidget(button)
    if not menus.isNativeMenuBar():
        menus.setCornerWidget(bar)
        return
    tools = QToolBar(tr("Run"))
    tools.setObjectName("run")
    tools.setMovable(False)
    tools.addWidget(bar)
    window.addToolBar(tools)

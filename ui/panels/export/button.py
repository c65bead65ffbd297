"""The button that leads from a plot to the export window: the same words and icon everywhere."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ui.look import theme
from workbench.base.text import tr


def export_action(parent: QWidget, reason: str) -> QAction:
    """Export figure…: for a button and a plot's own menu.

    Args:
        parent: Owns it.
        reason: Tooltip.
    """
    action = QAction(tr("Export figure…"), parent)
    action.setIconText(action.text())  # a button would leave out the dots
    action.setToolTip(reason)
    theme.set_icon(action, "save")
    return action


def export_button(action: QAction, menu: QMenu | None = None) -> QToolButton:
    """A button for the action; with a menu of figures where there are several."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAccessibleName(action.text())
    if menu is not None:
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button

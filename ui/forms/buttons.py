"""The buttons beside the fields of a form."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from ui.look import theme
from workbench.base.text import tr


def help_button(title: str) -> QToolButton:
    """Unfolds the explanation of a choice, while it is checked."""
    button = _button("help", "muted", tr("Explain {lower}", lower=title.lower()))
    button.setCheckable(True)
    button.setToolTip(tr("What it does, with its formula and the numbers in force"))
    return button


def find_button(title: str, reason: str) -> QToolButton:
    """Looks for a good value of a setting by measuring."""
    button = _button("find", "text", tr("Find {lower}", lower=title.lower()))
    button.setToolTip(reason)
    return button


def _button(icon: str, tone: str, name: str) -> QToolButton:
    button = QToolButton()
    theme.set_icon(button, icon, tone)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button

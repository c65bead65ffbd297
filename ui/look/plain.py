"""Text from outside (names, paths, messages) shown as the text it is, wherever Qt would read more.

Qt takes what looks like HTML for HTML, in labels, tooltips and message boxes: it would load the
pictures that it names. In menus, tabs and buttons an ampersand underlines the letter after it.
"""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QWidget


class Label(QLabel):
    """A label that never reads HTML; all of ours are of this class."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class RichLabel(QLabel):
    """A label of HTML that we wrote; whoever puts a name into it escapes it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.RichText)


def tip(text: str) -> str:
    """A tooltip (or what a message box asks) that shows exactly this text."""
    if not Qt.mightBeRichText(text):
        return text
    return f'<p style="white-space:pre-wrap">{escape(text)}</p>'


def caption(text: str) -> str:
    """The text of a menu's entry, a tab or a button that shows exactly this."""
    return text.replace("&", "&&")

"""A line of text that gives way: cut where there is no room for it, whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent

from ui.look.plain import Label


class ElidedLabel(Label):
    """Shows as much as fits of its words.

    Attributes:
        LEAST: Of characters, in the width below which nothing is shown: a stub says nothing.
    """

    LEAST = 8

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.setTextFormat(Qt.TextFormat.PlainText)

    def say(self, words: str) -> None:
        """Shows other words."""
        if words != self.words:
            self.words = words
            self.setAccessibleDescription(words)
            self.updateGeometry()
            self._fit()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.words)
        return QSize(width + 1 if self.words else 0, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics, room = self.fontMetrics(), self.width()
        shown = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, room)
        cut_short = shown != self.words and room < self.LEAST * metrics.averageCharWidth()
        self.setText("" if cut_short else shown)

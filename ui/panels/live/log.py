"""What the training process printed, and the sentences about what went wrong."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from ui.look import theme
from workbench.base.text import tr

LINES_KEPT = 5000


class LogPanel(QWidget):
    """Lines with their time.

    Signals:
        attention: How many problems were noted since the log was last looked at.
    """

    attention = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._unseen = 0
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(LINES_KEPT)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("Log"))
        self.text.document().setDocumentMargin(3 * theme.UNIT)
        self.text.setPlaceholderText(
            tr("Nothing printed yet. What the training process prints appears here.")
        )
        clear = QPushButton(tr("Clear"))
        clear.setToolTip(tr("Empty the log, to see only what comes next"))
        clear.clicked.connect(self.text.clear)
        top = QHBoxLayout()
        theme.spaced(top, 3, 2, 3, 2)
        top.addWidget(clear)
        top.addStretch(1)
        theme.as_page(self, top, self.text)

    @Slot(str)
    def add(self, line: str) -> None:
        """Adds a line that a process printed."""
        self.text.appendPlainText(f"{time.strftime('%H:%M:%S')}  {line}")

    def note(self, sentence: str) -> None:
        """Adds a problem, which is counted until the log is looked at."""
        self.add(sentence)
        if not self.isVisible():
            self._unseen += 1
            self.attention.emit(self._unseen)

    def showEvent(self, event: object) -> None:
        self._unseen = 0
        self.attention.emit(0)

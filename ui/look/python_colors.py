"""Light colours for Python source: keywords, texts, numbers and comments, nothing more."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from ui.look import theme

TOKENS = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<text>[rfb]?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"))"
    r"|(?P<number>\b\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?\b)"
    rf"|(?P<keyword>\b(?:{'|'.join(keyword.kwlist)})\b)"
)
TONES = {"comment": "muted", "text": "good", "number": "warn", "keyword": "accent"}
QUOTES = '"""'
INSIDE = 1
"""State of a line that ends inside a text of several lines."""


class PythonColours(QSyntaxHighlighter):
    """Colours a document a line at a time; call `rehighlight` when the appearance changes."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}

    def rehighlight(self) -> None:
        """Recolor everything for the current appearance."""
        self._formats.clear()
        super().rehighlight()

    def highlightBlock(self, line: str) -> None:
        start = self._several_lines(line)
        for found in TOKENS.finditer(line, start):
            assert found.lastgroup is not None
            self.setFormat(found.start(), len(found.group()), self._format(found.lastgroup))

    def _several_lines(self, line: str) -> int:
        """Colours a text in triple quotes; where what follows it begins."""
        inside = self.previousBlockState() == INSIDE
        begin = 0 if inside else line.find(QUOTES)
        self.setCurrentBlockState(0)
        if begin < 0 or (not inside and line[:begin].strip()):
            return 0
        end = line.find(QUOTES, begin if inside else begin + len(QUOTES))
        if end < 0:
            self.setCurrentBlockState(INSIDE)
            end = len(line)
        else:
            end += len(QUOTES)
        self.setFormat(begin, end - begin, self._format("text"))
        return end

    def _format(self, name: str) -> QTextCharFormat:
        if name not in self._formats:
            made = QTextCharFormat()
            made.setForeground(QColor(getattr(theme.tones(), TONES[name])))
            self._formats[name] = made
        return self._formats[name]

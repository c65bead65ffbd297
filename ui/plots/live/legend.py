"""Over the live loss: the colours of the runs that are drawn, as many as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look.plain import RichLabel, tip
from workbench.base.text import isolated, tr

MOST = 4
"""Runs that are named."""

LETTERS = 24
BETWEEN = "\u00a0\u00a0\u00a0 "


class LegendEntry(NamedTuple):
    """A run: its name and the colour of its lines."""

    name: str
    colour: QColor


class _Part(NamedTuple):
    """A piece of the text, in a colour where it has one of its own."""

    words: str
    swatch: QColor | None = None
    colour: QColor | None = None

    @property
    def plain(self) -> str:
        return f"■\u00a0{isolated(self.words)}" if self.swatch is not None else self.words

    @property
    def rich(self) -> str:
        text = escape(isolated(self.words))
        if self.swatch is not None:
            return f'<span style="color:{self.swatch.name()}">■</span>&nbsp;{text}'
        return f'<span style="color:{self.colour.name()}">{text}</span>' if self.colour else text


class LiveLegend(RichLabel):
    """Names a few runs and counts the others; the tooltip names those that are only counted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._entries: Sequence[LegendEntry] = ()
        self._muted = QColor(Qt.GlobalColor.gray)

    def show_runs(self, entries: Sequence[LegendEntry], muted: QColor) -> None:
        """Shows these, and in a muted colour what lines and dots are."""
        self._entries, self._muted = entries, muted
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetricsF(self.font())
        parts: list[_Part] = []
        for parts in self._from_full_to_short():
            if metrics.horizontalAdvance(BETWEEN.join(part.plain for part in parts)) < self.width():
                break
        self.setText(BETWEEN.join(part.rich for part in parts))
        named = [part for part in parts if part.swatch is not None]
        unnamed = self._entries[len(named) :]
        self.setToolTip(tip("\n".join(entry.name for entry in unnamed)))

    def _from_full_to_short(self) -> Iterator[list[_Part]]:
        """What could be said, most of it first; at last nothing but the number of runs."""
        total = len(self._entries)
        if not total:
            return
        key = _Part(tr("line: training, dots: validation"), colour=self._muted)
        for named in range(min(MOST, total), 0, -1):
            parts = [_Part(_short(name), colour) for name, colour in self._entries[:named]]
            if total > named:
                parts.append(_Part(tr("{total} more", total=total - named)))
            if named == min(MOST, total):
                yield [*parts, key]
            yield parts
        yield [_Part(tr("{total} runs", total=total))]


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"

"""Formulas as a person reads them: TeX set by Matplotlib's mathtext, drawn as outlines by Qt.

Outlines keep sharp at any screen and take the palette's colour when they are painted. Matplotlib is
imported, and a formula set, by a job, once for each formula.
"""

from __future__ import annotations

from functools import partial
from threading import Lock

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

import workbench.figures  # noqa: F401  it tells Matplotlib where its list of fonts lies
from ui.background.jobs import JobLane, Jobs
from ui.look import theme

POINTS = 15.0
"""Size a formula is set in; the widget scales it down where it is too wide."""

_MOVE, _LINE, _QUADRATIC, _CUBIC = 1, 2, 3, 4
"""Matplotlib's codes of a path; what else there is closes a figure."""

_ONE_AT_A_TIME = Lock()
"""Mathtext's parser keeps state: two threads that parse at once take correct formulas for wrong."""


_KNOWN: dict[str, QPainterPath] = {}
"""The outlines of formulas that were set."""


def outline_of(formula: str) -> QPainterPath:
    """The outline of a formula, its baseline at y = 0; slow at the first use.

    Raises:
        ValueError: where it is no mathtext.
    """
    from matplotlib.textpath import TextPath

    with _ONE_AT_A_TIME:
        text = TextPath((0, 0), formula, size=POINTS)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    points = [(float(x), -float(y)) for x, y in text.vertices]
    codes = [int(code) for code in text.codes] if text.codes is not None else []
    index = 0
    while index < len(codes):
        code = codes[index]
        if code == _MOVE:
            path.moveTo(*points[index])
        elif code == _LINE:
            path.lineTo(*points[index])
        elif code == _QUADRATIC:
            path.quadTo(*points[index], *points[index + 1])
            index += 1
        elif code == _CUBIC:
            path.cubicTo(*points[index], *points[index + 1], *points[index + 2])
            index += 2
        else:
            path.closeSubpath()
        index += 1
    return path


class FormulaView(QWidget):
    """One formula, left-aligned, as large as it may be."""

    def __init__(self) -> None:
        super().__init__()
        self._formula = ""
        self._outline: QPainterPath | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self._latest: JobLane | None = None

    def show_formula(self, formula: str) -> None:
        """Draws this one; "" draws none and takes no room."""
        self.setVisible(bool(formula))
        if formula != self._formula:
            self._formula = formula
            self.setAccessibleName(formula)
            self._outline = None
        if formula and self._outline is None and self.isVisible():
            self._ask()

    @property
    def is_drawn(self) -> bool:
        """Whether the formula is there to be seen."""
        return self._outline is not None

    def showEvent(self, event: QShowEvent) -> None:
        """Only what is seen is set."""
        if self._formula and self._outline is None:
            self._ask()

    def _ask(self) -> None:
        if self._formula in _KNOWN:
            self._take(self._formula, _KNOWN[self._formula])
            return
        if self._latest is None:
            self._latest = Jobs.of(self).latest(self)
        self._latest.ask(partial(outline_of, self._formula), partial(self._take, self._formula))

    def _take(self, formula: str, outline: QPainterPath) -> None:
        _KNOWN[formula] = outline
        if formula == self._formula:
            self._outline = outline
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        bounds = self._bounds()
        return QSize(round(bounds.width()), max(6 * theme.UNIT, round(bounds.height())))

    def _bounds(self) -> QRectF:
        return self._outline.boundingRect() if self._outline is not None else QRectF()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._outline is None:
            return
        bounds = self._bounds()
        scale = min(1.0, (self.width() - 2) / max(bounds.width(), 1.0))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(0, (self.height() - scale * bounds.height()) / 2)
        painter.scale(scale, scale)
        painter.translate(-bounds.left(), -bounds.top())
        painter.fillPath(self._outline, QColor(theme.tones().text))

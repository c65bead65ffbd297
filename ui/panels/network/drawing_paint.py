"""How a drawing of a network is painted, and where two of them differ.

Where everything stands is up to `workbench.network.drawing`; zoom, scrolling and choosing are up to
the view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ui.look import theme
from ui.look.theme import Tones
from workbench.network.drawing import LINE, TITLE, Box, Drawing, Fill, Frame, Point, Rect

ARROW = 5.0
SPILL = 6.0
"""What is painted beside a box's or line's own place at most: arrows, the mark of the chosen."""


def paint(
    painter: QPainter, drawing: Drawing, seen: QRectF, chosen: Sequence[int], *, with_text: bool
) -> None:
    """Paints what can be seen of a drawing, in its own coordinates.

    Args:
        painter: Its font is the labels'.
        drawing: The network.
        seen: The part that is looked at.
        chosen: Layers that are marked.
        with_text: Whether the zoom leaves labels legible.
    """
    inks = _Inks(theme.tones())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.selection)
    for row in chosen:
        area = drawing.area_of(row)
        if area is not None:
            painter.drawRoundedRect(_qt(area).adjusted(0, -4, 0, 2), 4, 4)
    for frame in drawing.frames:
        if seen.intersects(_frame_bounds(frame)):
            _paint_frame(painter, frame, inks, with_text)
    for line in drawing.lines:
        if seen.intersects(_line_bounds(line)):
            _paint_line(painter, line, inks)
    for box in drawing.boxes:
        if seen.intersects(_box_bounds(box)):
            _paint_box(painter, box, inks, with_text)


def difference(before: Drawing | None, after: Drawing | None) -> QRectF | None:
    """Around all in which two drawings differ; None where everything may be elsewhere."""
    if before is None or after is None:
        return None
    if (before.width, before.height) != (after.width, after.height):
        return None
    around = QRectF()
    kinds: tuple[tuple[Callable[[Any], QRectF], tuple[Any, ...], tuple[Any, ...]], ...] = (
        (_box_bounds, before.boxes, after.boxes),
        (_frame_bounds, before.frames, after.frames),
        (_line_bounds, before.lines, after.lines),
    )
    for bounds, old, new in kinds:
        if len(old) != len(new):
            return None
        for was, now in zip(old, new, strict=True):
            if was != now:
                around = around.united(bounds(was)).united(bounds(now))
    return around


def _qt(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)


def _box_bounds(box: Box) -> QRectF:
    return _qt(box.area).adjusted(-SPILL, -SPILL, SPILL, SPILL)


def _frame_bounds(frame: Frame) -> QRectF:
    return _qt(frame.rect).adjusted(-SPILL, -SPILL, SPILL, SPILL)


def _line_bounds(line: tuple[Point, ...]) -> QRectF:
    xs, ys = [p.x for p in line], [p.y for p in line]
    tight = QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    return tight.adjusted(-SPILL, -SPILL, SPILL, SPILL)


def _paint_frame(painter: QPainter, frame: Frame, inks: _Inks, with_text: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(inks.edge)
    painter.drawRect(_qt(frame.rect))
    if with_text:
        title = QRectF(frame.rect.x + LINE / 2, frame.rect.y, frame.rect.width, TITLE)
        painter.setPen(inks.text)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, frame.label)


def _paint_box(painter: QPainter, box: Box, inks: _Inks, with_text: bool) -> None:
    painter.setPen(inks.edges[box.look])
    weighs = box.look is Fill.WEIGHTS
    painter.setBrush(inks.mixed(box.shade) if weighs else inks.fills[box.look])
    painter.drawRect(_qt(box.rect))
    if not with_text:
        return
    top = box.area.y + box.area.height - LINE * len(box.labels)
    middle = box.rect.x + box.rect.width / 2
    painter.setPen(inks.muted if box.look is Fill.OFF else inks.text)
    for number, label in enumerate(box.labels):
        if number == 1:
            painter.setPen(inks.bad if box.look is Fill.WRONG else inks.muted)
        line = QRectF(middle - 200, top + LINE * number, 400, LINE)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, label)


def _paint_line(painter: QPainter, line: tuple[Point, ...], inks: _Inks) -> None:
    """The line, and the arrow's head at its end, which always points to the right."""
    painter.setPen(inks.line)
    painter.drawPolyline(QPolygonF([QPointF(p.x, p.y) for p in line]))
    end = QPointF(line[-1].x, line[-1].y)
    back = end - QPointF(ARROW, 0)
    head = [end, back + QPointF(0, ARROW / 2), back - QPointF(0, ARROW / 2)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.muted)
    painter.drawPolygon(QPolygonF(head))


class _Inks:
    """What boxes are drawn with in one appearance; looked up once a painting."""

    def __init__(self, tones: Tones) -> None:
        self.text, self.muted, self.bad = (
            QColor(tone) for tone in (tones.text, tones.muted, tones.bad)
        )
        self.selection = QColor(tones.selection)
        self.line, self.edge = QPen(self.muted, 1), QPen(QColor(tones.edge), 1)
        self._base, self._accent = QColor(tones.base), QColor(tones.accent_fill)
        pen = Qt.PenStyle
        looks = (
            (Fill.INPUT, tones.text, tones.base, pen.SolidLine),
            (Fill.WEIGHTS, tones.accent, tones.base, pen.SolidLine),
            (Fill.PLAIN, tones.muted, tones.raised, pen.SolidLine),
            (Fill.TIED, tones.accent, tones.base, pen.DashLine),
            (Fill.OFF, tones.faint, tones.base, pen.DotLine),
            (Fill.WRONG, tones.bad, tones.base, pen.SolidLine),
        )
        self.edges = {look: QPen(QColor(edge), 1, style) for look, edge, _, style in looks}
        self.fills = {look: QColor(fill) for look, _, fill, _ in looks}

    def mixed(self, amount: float) -> QColor:
        """The background with so much of the accent in it."""
        base, accent = self._base, self._accent
        return QColor(
            round(base.red() + amount * (accent.red() - base.red())),
            round(base.green() + amount * (accent.green() - base.green())),
            round(base.blue() + amount * (accent.blue() - base.blue())),
        )

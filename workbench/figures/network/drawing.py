"""The drawing of a network as a figure, on white."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from workbench.figures.saving import save
from workbench.network.drawing import FONT, LINE, MARGIN, TITLE, Box, Drawing, Fill, Point

PIXELS_PER_INCH = 96
POINTS = 72 / PIXELS_PER_INCH
LARGEST_INCHES = 200
"""Beyond, a PNG would be larger than Matplotlib draws; the drawing is made smaller then."""

ACCENT, PLAIN, TEXT, MUTED, FRAME, BAD = (
    "#0b5cad",
    "#e9ebef",
    "#1b1f24",
    "#5a636e",
    "#c3c9d1",
    "#b3261e",
)


def write_drawing(drawing: Drawing, path: Path) -> None:
    """Writes the drawing as SVG, PDF or PNG.

    Raises:
        ValueError, OSError: as `save`.
    """
    save(figure_of(drawing), path)


def figure_of(drawing: Drawing) -> Figure:
    """The figure, as large as the drawing, with its legend below."""
    height = drawing.height + LINE * (len(drawing.legend) + 0.5)
    shrunk = min(1.0, LARGEST_INCHES * PIXELS_PER_INCH / max(drawing.width, height))
    inches = shrunk / PIXELS_PER_INCH
    figure = Figure(figsize=(drawing.width * inches, height * inches))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    _Painter(axes, shrunk * POINTS).paint(drawing)
    return figure


class _Painter:
    """Draws the parts of a drawing; `points` is the size of a pixel."""

    def __init__(self, axes: Axes, points: float) -> None:
        self._axes, self._points = axes, points

    def paint(self, drawing: Drawing) -> None:
        for frame in drawing.frames:
            x, y, width, height = frame.rect
            self._axes.add_patch(Rectangle((x, y), width, height, **self._edge(FRAME)))
            self._text(x + LINE / 2, y + TITLE / 2, frame.label, TEXT, "left")
        for line in drawing.lines:
            self._line(line)
        for box in drawing.boxes:
            self._box(box)
        for number, sentence in enumerate(drawing.legend):
            y = drawing.height + LINE * number
            self._text(MARGIN, y, sentence, MUTED, "left")

    def _edge(self, colour: str, **more: Any) -> dict[str, Any]:
        return {"edgecolor": colour, "facecolor": "none", "linewidth": self._points, **more}

    def _line(self, line: Sequence[Point]) -> None:
        *body, last = line
        xs, ys = zip(*line, strict=True)
        self._axes.plot(xs[:-1], ys[:-1], color=MUTED, linewidth=self._points)
        self._axes.add_patch(
            FancyArrowPatch(
                body[-1],
                last,
                arrowstyle="-|>",
                mutation_scale=7 * self._points,
                color=MUTED,
                linewidth=self._points,
                shrinkA=0,
                shrinkB=0,
            )
        )

    def _box(self, box: Box) -> None:
        x, y, width, height = box.rect
        self._axes.add_patch(Rectangle((x, y), width, height, **self._edge(**_style(box))))
        colour = MUTED if box.look is Fill.OFF else TEXT
        top = box.area.y + box.area.height - LINE * len(box.labels)
        for number, label in enumerate(box.labels):
            shade = colour if number == 0 else BAD if box.look is Fill.WRONG else MUTED
            self._text(x + width / 2, top + LINE * (number + 0.5), label, shade, "center")

    def _text(self, x: float, y: float, text: str, colour: str, align: str) -> None:
        size = FONT * self._points
        self._axes.text(
            x, y, text, color=colour, fontsize=size, ha=align, va="center", parse_math=False
        )


def _style(box: Box) -> dict[str, Any]:
    """Edge and fill of a box."""
    styles: dict[Fill, dict[str, Any]] = {
        Fill.INPUT: {"colour": TEXT, "facecolor": "white"},
        Fill.WEIGHTS: {"colour": ACCENT, "facecolor": _shaded(box.shade)},
        Fill.PLAIN: {"colour": MUTED, "facecolor": PLAIN},
        Fill.TIED: {"colour": ACCENT, "facecolor": "white", "linestyle": "--"},
        Fill.OFF: {"colour": FRAME, "facecolor": "white", "linestyle": ":"},
        Fill.WRONG: {"colour": BAD, "facecolor": "white"},
    }
    return styles[box.look]


def _shaded(shade: float) -> tuple[float, ...]:
    """White mixed with so much of the accent."""
    return tuple(1 - shade * (1 - part) for part in to_rgb(ACCENT))

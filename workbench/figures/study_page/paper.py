"""A page to write on with Matplotlib: places in millimetres from above, text in lines that fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D

from workbench.figures.axes import TEXT, plain
from workbench.figures.fonts import fallbacks
from workbench.figures.settings import MILLIMETRES_PER_INCH

POINT = MILLIMETRES_PER_INCH / 72
"""Millimetres of a point."""

LINE = 1.32
"""From one line of text to the next, in font sizes."""

MONO = "DejaVu Sans Mono"
MUTED = "#5a636e"


@dataclass(frozen=True)
class Pen:
    """How a text is written.

    Attributes:
        size: In points.
        family: The font's.
    """

    size: float
    family: str
    bold: bool = False
    colour: str = TEXT

    @property
    def line(self) -> float:
        """From one line to the next, in millimetres."""
        return LINE * self.size * POINT


@dataclass
class Paper:
    """One page.

    Attributes:
        width, height: In millimetres.
        figure: That is drawn on.
    """

    width: float
    height: float
    figure: Figure = field(init=False)

    def __post_init__(self) -> None:
        inches = (self.width / MILLIMETRES_PER_INCH, self.height / MILLIMETRES_PER_INCH)
        self.figure = Figure(figsize=inches)

    def write(self, x: float, y: float, text: str, pen: Pen, side: str = "left") -> None:
        """One line.

        Args:
            x: Of its left or right end, or its middle.
            y: Of its upper edge.
            text: Without line ends.
            pen: How.
            side: Where `x` lies: left, right or center.
        """
        # The first line of text is centered in its line, so that sizes beside each other align.
        made = self.figure.text(
            x / self.width,
            1 - (y + 0.78 * pen.line) / self.height,
            "",
            fontsize=pen.size,
            fontfamily=pen.family,
            fontweight="bold" if pen.bold else "normal",
            ha=side,
            va="baseline",
        )
        plain(made)
        made.set_color(pen.colour)
        made.set_text(text)

    def block(self, x: float, y: float, lines: list[str], pen: Pen) -> float:
        """Lines below each other; where the next thing may begin."""
        for number, line in enumerate(lines):
            self.write(x, y + number * pen.line, line, pen)
        return y + len(lines) * pen.line

    def rule(self, y: float, left: float, right: float, colour: str, width: float) -> None:
        """A line across."""
        ends = [left / self.width, right / self.width]
        place = 1 - y / self.height
        self.figure.add_artist(Line2D(ends, [place, place], color=colour, linewidth=width))

    def axes(self) -> Axes:
        """Axes that are put into their place by `settle`."""
        return self.figure.add_axes((0.1, 0.1, 0.5, 0.5))

    def settle(self, axes: Axes, left: float, top: float, width: float, height: float) -> None:
        """Puts axes where they and all their words fill a rectangle, in millimetres."""
        wanted = (
            left / self.width,
            1 - (top + height) / self.height,
            (left + width) / self.width,
            1 - top / self.height,
        )
        x, y, right, upper = wanted
        axes.set_position((x, y, right - x, upper - y))
        for _ in range(3):  # what words take depends on the ticks, and these on the size
            box = axes.get_tightbbox()
            assert box is not None
            found = box.transformed(self.figure.transFigure.inverted())
            now = axes.get_position()
            edges = (
                now.x0 + x - found.x0,
                now.y0 + y - found.y0,
                now.x1 + right - found.x1,
                now.y1 + upper - found.y1,
            )
            axes.set_position((edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1]))


def width_of(text: str, pen: Pen) -> float:
    """Millimetres that a line takes."""
    return _width_of(text, pen.family, bold=pen.bold) * pen.size * POINT


@lru_cache(maxsize=20_000)
def _width_of(text: str, family: str, *, bold: bool) -> float:
    """What a line takes, in font sizes."""
    families = [family]
    odd = frozenset(letter for letter in text if letter > "~")
    if odd:
        families += fallbacks(family, odd)[0]
    weight: Any = "bold" if bold else "normal"
    font = FontProperties(family=families, size=_LARGE, weight=weight)
    width, _, _ = _RENDERER.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / _LARGE


def lines_of(text: str, room: float, pen: Pen) -> list[str]:
    """A text in lines that are no wider than so many millimetres."""
    lines: list[str] = []
    blank = width_of("a a", pen) - 2 * width_of("a", pen)
    for paragraph in text.splitlines() or [""]:
        line, wide = "", 0.0
        for word in paragraph.split(" "):
            longer = wide + blank + width_of(word, pen) if line else width_of(word, pen)
            if longer <= room:
                line, wide = f"{line} {word}" if line else word, longer
                continue
            if line:
                lines.append(line)
            *whole, line = _pieces(word, room, pen)
            lines += whole
            wide = width_of(line, pen)
        lines.append(line)
    return lines


def _pieces(word: str, room: float, pen: Pen) -> list[str]:
    """A word that no line has room for, cut where it is full."""
    pieces = []
    while width_of(word, pen) > room and len(word) > 1:
        cut = len(word) - 1
        while cut > 1 and width_of(word[:cut], pen) > room:
            cut = max(1, min(cut - 1, int(cut * room / width_of(word[:cut], pen))))
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]


_LARGE = 100.0
"""Points in which text is measured: what a renderer of pixels rounds is then nothing."""

_RENDERER: Any = RendererAgg(8, 8, 72)  # type: ignore[no-untyped-call]

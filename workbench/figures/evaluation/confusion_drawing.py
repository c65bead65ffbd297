"""The confusion matrix, drawn by Matplotlib: right answers in one colour, confusions in another."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from workbench.base.pooling import strongest
from workbench.base.text import tr
from workbench.curves.looks import CYCLE
from workbench.evaluation.classification import Evaluation, depth_of, depths
from workbench.figures.axes import (
    FRAME,
    LETTER,
    POINTS_PER_MILLIMETRE,
    ROW,
    TEXT,
    blank,
    columns_of,
    lay_out,
    legend_below,
    plain,
)
from workbench.figures.evaluation.numbers import Values
from workbench.figures.evaluation.settings import ConfusionFigure
from workbench.figures.saving import style
from workbench.figures.settings import FigureLook

RIGHT, WRONG = CYCLE[0] or TEXT, CYCLE[1] or TEXT
GREY = "#404040"
SAMPLES = (("right", 1.0), ("right", 0.5), ("confused", 0.25), ("confused", 0.01))
"""What the legend shows: an answer, and its share of the images of a class."""

LEAST_MATRIX = 21.0
"""In font sizes; the figure grows where its height doesn't leave the matrix so much."""

LONGEST_NAME = 16
LEAST_COUNT = 0.6
"""Counts smaller than this, in font sizes, are left out: the data have them."""

LUMINANCE, DARK = np.array([0.2126, 0.7152, 0.0722]), 0.5
"""Below it words in a colour are white."""

Mask = npt.NDArray[np.bool_]

MOST_VECTOR_CELLS = 6_000
"""More are drawn as pixels: a drawing program would choke on them."""

LEGEND_TITLE = tr("Share of the true class")
POOLED = "Each point: the strongest of {0} x {0} cells"
"""Said in the legend where there are more classes than pixels."""

SPARE_PIXELS = 0.98
"""Share of the matrix's pixels that is used: text is measured a little otherwise in the file, and a
point narrower than a pixel would be left out.
"""


def confusion_of(figure: ConfusionFigure, evaluation: Evaluation) -> Figure:
    """The matrix with its classes, counts where there is room, and what the colours say."""
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _Painter(figure.look, evaluation).paint()


class _Painter:
    """Draws one matrix."""

    def __init__(self, look: FigureLook, evaluation: Evaluation) -> None:
        self._look, self._points = look, look.font_size
        self._counts = evaluation.confusion
        self._names = [_short(name) for name in evaluation.predictions.class_names]
        self._label = max(map(len, self._names)) * LETTER * self._points
        self._colours = (GREY, GREY) if look.monochrome else (RIGHT, WRONG)

    def paint(self) -> Figure:
        labels = [f"{100 * share:g} % {answer}" for answer, share in SAMPLES]
        columns = 4 if columns_of(labels, self._look) > 2 else 2  # a row of three looks forgotten
        legend = (-(-len(labels) // columns) * ROW + 2) * self._points
        above = self._above
        wide = self._look.width * POINTS_PER_MILLIMETRE - self._label - 4 * self._points
        least = min(wide, LEAST_MATRIX * self._points) + above + legend
        figure = blank(self._look, max(self._look.height * POINTS_PER_MILLIMETRE, least))
        axes = figure.add_subplot()
        classes = len(self._names)
        axes.set(xlim=(0, classes), ylim=(classes, 0), aspect="equal")
        axes.spines[:].set_color(FRAME)
        handles = [self._sample(answer, share) for answer, share in SAMPLES]
        below = legend_below(
            figure,
            handles,
            labels,
            self._look,
            columns,
            handlelength=1.2,
            title=LEGEND_TITLE,
            borderaxespad=0.1,
        )
        plain(axes.set_xlabel(tr("Taken for"), labelpad=0.6 * self._points))
        plain(axes.set_ylabel(tr("True class")))
        axes.xaxis.set_label_position("top")
        for _ in range(2):  # names take room from the cells that say which names have room
            self._name_classes(axes, self._side_of(figure, axes))
        side = self._side_of(figure, axes)
        if self._points_of(side) < classes:
            below.set_title(f"{LEGEND_TITLE}\n{POOLED.format(2)}")  # takes room from the cells
            points = self._points_of(self._side_of(figure, axes))
            below.set_title(f"{LEGEND_TITLE}\n{POOLED.format(-(-classes // points))}")
            self._draw_points(axes, points)
            return figure
        if np.count_nonzero(self._counts) > MOST_VECTOR_CELLS:
            self._draw_points(axes, classes)
        else:
            self._draw_cells(axes)
        self._write_counts(axes, side)
        return figure

    @property
    def _above(self) -> float:
        """Room above the matrix: its names, upright where they are short, and the axis's title."""
        return (self._label if self._label > 2.5 * self._points else self._points) + (
            2.5 * self._points
        )

    # --- cells ---------------------------------------------------------------------------------

    def _draw_cells(self, axes: Axes) -> None:
        """A square for each cell that holds an image."""
        cells = np.argwhere(self._counts)
        rows, columns = cells[:, 0], cells[:, 1]
        corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
        squares = np.stack([columns, rows], axis=1)[:, None, :] + corners
        colours = self._paints(depths(self._counts)[rows, columns], rows == columns)
        drawn = PolyCollection(squares, facecolors=colours, edgecolors="none", zorder=1)
        drawn.set_gid("cells")
        axes.add_collection(drawn, autolim=False)

    def _points_of(self, side: float) -> int:
        """How many points stand side by side, each a pixel at least, where a cell has this side."""
        pixels = side * len(self._names) / 72 * self._look.dpi
        return max(1, min(len(self._names), int(SPARE_PIXELS * pixels)))

    def _draw_points(self, axes: Axes, points: int) -> None:
        """The cells as an image; where it has fewer points than classes, each shows its strongest.

        So nothing that holds an image is left out, in a PDF or SVG neither: there a cell would be
        a square too small for any screen or printer.
        """
        classes = len(self._counts)
        deep, on_diagonal = depths(self._counts), np.eye(classes, dtype=np.bool_)
        right, wrong = (
            strongest(np.where(part, deep, 0.0), points, points)
            for part in (on_diagonal, ~on_diagonal)
        )
        paints = self._paints(np.maximum(right, wrong).ravel(), (right >= wrong).ravel())
        image = axes.imshow(
            paints.reshape(points, points, 3),
            extent=(0, classes, classes, 0),
            interpolation="none",
            aspect="equal",
            zorder=1,
        )
        image.set_gid("cells")

    def _paints(self, depth: Values, is_right: Mask) -> Values:
        """Colours of cells, (n, 3): the deeper, the further from white."""
        right, wrong = (np.array(to_rgb(colour)) for colour in self._colours)
        full = np.where(is_right[:, None], right, wrong)
        paints: Values = 1 - depth[:, None] * (1 - full)
        return paints

    def _sample(self, answer: str, share: float) -> Patch:
        is_right = np.array([answer == "right"])
        (paint,) = self._paints(depth_of(np.array([share]), is_right), is_right)
        return Patch(facecolor=tuple(paint), edgecolor=FRAME, linewidth=0.05 * self._points)

    def _write_counts(self, axes: Axes, side: float) -> None:
        """The counts, all of one size, where the cells are large enough to read them."""
        longest = len(f"{self._counts.max():,}")
        size = min(self._points, 0.9 * side / (longest * LETTER + 0.3), 0.8 * side)
        if size < LEAST_COUNT * self._points:
            return
        cells = np.argwhere(self._counts)
        rows, columns = cells[:, 0], cells[:, 1]
        paints = self._paints(depths(self._counts)[rows, columns], rows == columns)
        is_dark = paints @ LUMINANCE < DARK
        for row, column, dark in zip(rows.tolist(), columns.tolist(), is_dark, strict=True):
            text = axes.text(
                column + 0.5,
                row + 0.5,
                f"{self._counts[row, column]:,}",
                fontsize=size,
                ha="center",
                va="center_baseline",
                zorder=2,
            )
            text.set_color("white" if dark else TEXT)
            text.set_in_layout(False)

    # --- names ---------------------------------------------------------------------------------

    def _side_of(self, figure: Figure, axes: Axes) -> float:
        """Of a cell, in points."""
        lay_out(figure)
        return float(axes.get_window_extent().width * 72 / figure.dpi / len(self._names))

    def _name_classes(self, axes: Axes, side: float) -> None:
        """Every class, or every second, tenth, ... where the cells are smaller than a letter."""
        step = max(1, math.ceil(1.15 * self._points / side))
        at = np.arange(0, len(self._names), step)
        names = [self._names[number] for number in at.tolist()]
        is_turned = self._label > step * side - 0.3 * self._points
        axes.set_yticks(at + 0.5, names)
        axes.set_xticks(at + 0.5, names, rotation=90 if is_turned else 0)
        axes.tick_params(length=0, pad=0.3 * self._points)
        axes.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False)
        for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            plain(text)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"

"""The plot of variants: accuracy on the test part over what each of them costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.plots.theme import run_style
from workbench.base.text import tr
from workbench.compression.variants import ACCURACY, Variant, value_of
from workbench.runs.columns import column_of
from workbench.tradeoffs.pareto import Numbers
from workbench.tradeoffs.points import Points, TradeoffAxis, front_line, points_of
from workbench.tradeoffs.titles import title_of

if TYPE_CHECKING:
    from ui.plots.figures.scatter import ScatterAxis, ScatterPlot

COSTS = ("gzip_bytes", "litert_bytes", "litert_ms", "macs", "nonzero_parameters")
"""What the x axis can show."""

WIDE = 5.0
"""From this ratio of the largest to the smallest cost on the axis is logarithmic."""

DIAMETER = 11.0


class VariantsPlot(QWidget):
    """The original and its variants as dots, and the line of those that no other beats.

    Signals:
        chosen: A dot was clicked; the id of its run.

    Attributes:
        shown: The ids of the runs that are drawn, a dot each.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._variants: Sequence[Variant] = ()
        self._chosen = ""
        self.shown: list[str] = []
        self._plot: ScatterPlot | None = None
        self.costs = QComboBox()
        give_name(self.costs, tr("Cost"))
        self.costs.setToolTip(tr("What the x axis shows"))
        for key in COSTS:
            self.costs.addItem(title_of(column_of(key)).words, key)
        self.costs.currentIndexChanged.connect(self._choose_cost)
        label = Label(tr("Accuracy over"))
        label.setBuddy(self.costs)
        self.note = Label()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=2)
        row.addWidget(label)
        row.addWidget(self.costs)
        row.addWidget(self.note, 1)
        self._column = QVBoxLayout(self)
        theme.spaced(self._column, 0, spacing=1)
        self._column.addLayout(row)

    @property
    def plot(self) -> ScatterPlot:
        """The plot, made at the first use: its library takes a moment to load."""
        if self._plot is None:
            from ui.plots.figures.scatter import ScatterPlot

            self._plot = ScatterPlot()
            self._plot.view.setAccessibleName(tr("Variants by accuracy and cost"))
            self._plot.picked.connect(self._pick)
            self._column.addWidget(self._plot, 1)
        return self._plot

    # --- what is shown -------------------------------------------------------------------------

    @property
    def axes(self) -> tuple[TradeoffAxis, TradeoffAxis]:
        """The cost, with the direction that is good, and the accuracy."""
        cost = TradeoffAxis.of(column_of(self.costs.currentData()))
        known = [value for value in self._values(cost.key).tolist() if value > 0]
        is_wide = bool(known) and max(known) >= WIDE * min(known)
        return cost.changed(log=is_wide), TradeoffAxis.of(column_of(ACCURACY))

    def show_variants(self, variants: Sequence[Variant], chosen: str) -> None:
        """Show these.

        Args:
            variants: The original first.
            chosen: The id of the run that is marked; "" for none.
        """
        self._variants, self._chosen = variants, chosen
        if self.isVisible():
            self.draw(keep_view=False)

    def select_run(self, run_id: str) -> None:
        """Mark the variant of a run."""
        if run_id != self._chosen:
            self._chosen = run_id
            if self.isVisible():
                self.draw(keep_view=True)

    def draw(self, *, keep_view: bool) -> None:
        """Draw what was given."""
        from ui.plots.figures.dots import Dots
        from ui.plots.figures.scatter import Cloud, scaled

        axes, plot = self.axes, self.plot
        points = points_of([self._values(axis.key) for axis in axes], axes)
        shown = [self._variants[n] for n in points.known[points.is_drawn]]
        values, (x, y) = points.values[points.is_drawn], axes
        best = np.flatnonzero(points.is_best[points.is_drawn])
        colours = [plot.legible(_colour(variant)) for variant in shown]
        marked = [n for n, variant in enumerate(shown) if variant.run.run_id == self._chosen]
        dots = Dots(
            scaled(values[:, 0], log=x.log),
            values[:, 1],
            np.arange(len(shown), dtype=np.intp),
            colours,
            np.full(len(shown), DIAMETER),
            best,
            [name_of_variant(shown[number]) for number in best.tolist()],
            np.array(marked, np.intp),
        )
        line = front_line(points, axes)
        if line is not None:
            line = scaled(line[0], log=x.log), line[1]

        def read(dot: int) -> tuple[str, list[tuple[str, str]]]:
            rows = []
            for axis, value in zip(axes, values[dot].tolist(), strict=True):
                column = column_of(axis.key)
                rows.append((title_of(column).words, column.kind.text(value)))
            return name_of_variant(shown[dot]), rows

        plot.show_cloud(Cloud(dots, _scale(x), _scale(y), line, read), keep_view=keep_view)
        self.shown = [variant.run.run_id for variant in shown]
        self.note.setText(_sentence(points))

    def _values(self, key: str) -> Numbers:
        """A quantity of all variants; NaN where it isn't known."""
        found = [value_of(variant.run, key) for variant in self._variants]
        return np.array([np.nan if value is None else value for value in found], np.float64)

    # --- what a person does --------------------------------------------------------------------

    @Slot(int)
    def _pick(self, dot: int) -> None:
        self.chosen.emit(self.shown[dot])

    @Slot()
    def _choose_cost(self) -> None:
        if self.isVisible():
            self.draw(keep_view=False)


def name_of_variant(variant: Variant) -> str:
    """Its steps, in the short form; of the original that it is that."""
    return variant.steps if variant.depth else tr("Original")


def _colour(variant: Variant) -> QColor:
    return run_style(variant.run.colour, QColor(theme.tones().text))[0]


def _scale(axis: TradeoffAxis) -> ScatterAxis:
    from ui.plots.figures.scatter import ScatterAxis
    from ui.plots.ticks import quantity_of

    column = column_of(axis.key)
    return ScatterAxis(title_of(column).words, quantity_of(column.kind), axis.log)


def _sentence(points: Points) -> str:
    """How many are drawn and on the front, and why others are not."""
    drawn = int(points.is_drawn.sum())
    if not drawn:
        return tr("No variant has both figures yet; compress the run first.")
    words = {
        "drawn": f"{drawn:,}",
        "total": f"{points.total:,}",
        "best": f"{int(points.is_best.sum()):,}",
    }
    return tr("{drawn} of {total} drawn; {best} that no other beats (ringed)", **words)

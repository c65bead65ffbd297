"""Trade-offs, view "Scatter": two or three quantities of the runs, and their Pareto front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from ui.look import theme
from ui.look.accessible import give_name
from ui.panels.compare.quantity_chooser import QuantityChooser
from ui.panels.compare.tradeoff_view import DrawnRuns, TradeoffView, run_colours
from workbench.base.text import tr
from workbench.figures.settings import FigureLook, FigureRun
from workbench.figures.tradeoffs.numbers import RunNumbers
from workbench.figures.tradeoffs.settings import ScatterFigure
from workbench.tradeoffs.pareto import Numbers
from workbench.tradeoffs.points import Points, TradeoffAxis, front_line, points_of
from workbench.tradeoffs.sizes import shares
from workbench.tradeoffs.titles import title_of

if TYPE_CHECKING:
    from ui.plots.figures.scatter import Cloud, ScatterPlot

SMALLEST, LARGEST, PLAIN = 5.0, 22.0, 9.0
"""Diameters of dots in pixels."""

SHADES = 48
FIRST = (
    TradeoffAxis(key="parameters", better="less", log=True),
    TradeoffAxis(key="test_accuracy", better="more"),
    None,
)


class _Found(NamedTuple):
    points: Points
    line: tuple[Numbers, Numbers] | None


def _find(table: RunNumbers, quantities: tuple[TradeoffAxis, ...]) -> _Found:
    points = points_of([table.numbers(q.key) for q in quantities], quantities)
    return _Found(points, front_line(points, quantities))


def _on_front(best: int) -> str:
    return tr("{best} on the Pareto front (ringed)", best=f"{best:,}")


class ScatterView(TradeoffView):
    """The plot with its controls.

    Args:
        source: As a `TradeoffView` has it.
        first: The quantities that are drawn until a person chooses others.
        front_words: Says of a number of dots that they are on the front.
        chooses: Whether a person can choose the quantities.
    """

    def __init__(
        self,
        source: DrawnRuns,
        first: Sequence[TradeoffAxis | None] = FIRST,
        front_words: Callable[[int], str] = _on_front,
        *,
        chooses: bool = True,
    ) -> None:
        super().__init__(source)
        self._first, self._front_words, self._chooses = first, front_words, chooses
        self._table: RunNumbers | None = None
        self._found: _Found | None = None
        self._drawn: tuple[TradeoffAxis, ...] = ()
        self._chosen: frozenset[str] = frozenset()
        self._plot: ScatterPlot | None = None
        self._zoomed = False
        self._make_controls()

    def _make_controls(self) -> None:
        offered = self.offered_numbers
        self.choosers = [
            QuantityChooser(tr("x"), tr("What the x axis shows: a cost, mostly"), offered),
            QuantityChooser(tr("y"), tr("What the y axis shows: what it gives, mostly"), offered),
            QuantityChooser(
                tr("Dots"),
                tr("A third quantity, shown by size or colour of the dots"),
                offered,
                optional=True,
            ),
        ]
        self.third = QComboBox()
        self.third.addItem(tr("by size"), "size")
        self.third.addItem(tr("by colour"), "colour")
        give_name(self.third, tr("What of a dot shows the third quantity"))
        self.third.setToolTip(tr("By colour the runs' own colours go"))
        controls = QWidget()
        row = QHBoxLayout(controls)
        theme.spaced(row, 0, spacing=3)
        for chooser, first in zip(self.choosers, self._first, strict=True):
            chooser.show_quantity(first)
            chooser.changed.connect(self._choose)
            row.addWidget(chooser)
        row.addWidget(self.third)
        row.addStretch(1)
        self.third.currentIndexChanged.connect(self._choose)
        self.column.addWidget(controls)
        controls.setVisible(self._chooses)
        self.select_button = QPushButton(tr("Select the front"))
        self.select_button.setToolTip(tr("Select the runs on the Pareto front in the table"))
        self.select_button.clicked.connect(self._pick_front)
        self.bottom = QHBoxLayout()
        theme.spaced(self.bottom, 0, spacing=2)
        self.bottom.addWidget(self.note, 1)
        self.bottom.addWidget(self.select_button, 0, Qt.AlignmentFlag.AlignTop)
        self.select_button.setVisible(self._chooses)
        self.column.addLayout(self.bottom)
        self._show_use()

    @property
    def plot(self) -> ScatterPlot:
        """The plot, made at the first use: its library takes a moment to load."""
        if self._plot is None:
            from ui.plots.figures.scatter import ScatterPlot

            self._plot = plot = ScatterPlot()
            plot.picked.connect(self._pick)
            plot.view.box.zoomed.connect(self._zoom)
            plot.view.fit_requested.connect(self._unzoom)
            self.column.insertWidget(1, plot, 1)
        return self._plot

    # --- what is asked for ---------------------------------------------------------------------

    @property
    def quantities(self) -> tuple[TradeoffAxis, ...]:
        """As they are chosen."""
        chosen = [chooser.quantity for chooser in self.choosers]
        return tuple(quantity for quantity in chosen if quantity is not None)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(quantity.key for quantity in self.quantities)

    def show_quantities(self, quantities: Sequence[TradeoffAxis | None]) -> None:
        """Draws these from now on: of x, y and the dots."""
        for chooser, quantity in zip(self.choosers, quantities, strict=True):
            chooser.show_quantity(quantity)
        self._choose()

    def job(self, table: RunNumbers) -> Callable[[], object]:
        return partial(_find, table, self.quantities)

    @Slot()
    def _choose(self) -> None:
        self._show_use()
        self.changed.emit()

    def _show_use(self) -> None:
        self.third.setEnabled(self.choosers[2].quantity is not None)

    # --- what is shown -------------------------------------------------------------------------

    def show_result(self, table: RunNumbers, found: _Found) -> None:
        same = [(q.key, q.log) for q in self._drawn[:2]] == [
            (q.key, q.log) for q in self.quantities[:2]
        ]
        if not same:
            self._zoomed = False
        self._table, self._found, self._drawn = table, found, self.quantities
        self.plot.show_cloud(self._cloud(table, found), keep_view=same and self._zoomed)
        self.note.setTextFormat(Qt.TextFormat.RichText)  # dots in the colours; the rest is escaped
        self.note.setText(self._sentence(table, found.points))
        self.select_button.setEnabled(bool(found.points.is_best.any()))

    def show_chosen(self, run_ids: frozenset[str]) -> None:
        if run_ids != self._chosen:
            self._chosen = run_ids
            if self._table is not None and self._found is not None:
                self.plot.show_cloud(self._cloud(self._table, self._found), keep_view=True)

    def show_fault(self, sentence: str) -> None:
        super().show_fault(sentence)
        self.select_button.setEnabled(False)

    def _runs(self, points: Points) -> np.ndarray[Any, np.dtype[np.intp]]:
        """The runs that are drawn, a dot each."""
        return points.known[points.is_drawn]

    def _cloud(self, table: RunNumbers, found: _Found) -> Cloud:
        from ui.plots.figures.dots import Dots
        from ui.plots.figures.scatter import Cloud, ScatterAxis, scaled

        points, (x, y) = found.points, self._drawn[:2]
        runs, values = self._runs(points), points.values[points.is_drawn]
        colours, colour_of = self._colours(table, points)
        best = np.flatnonzero(points.is_best[points.is_drawn])
        dots = Dots(
            scaled(values[:, 0], log=x.log),
            scaled(values[:, 1], log=y.log),
            colour_of,
            colours,
            self._diameters(values),
            best,
            [table.names[run] for run in runs[best].tolist()],
            self._marked(table, runs),
        )
        line = found.line
        if line is not None:
            line = scaled(line[0], log=x.log), scaled(line[1], log=y.log)
        axes = [self._scale(table, quantity, ScatterAxis) for quantity in (x, y)]
        return Cloud(dots, axes[0], axes[1], line, partial(self._read, table, runs))

    def _scale(self, table: RunNumbers, quantity: TradeoffAxis, make: Any) -> Any:
        from ui.plots.ticks import quantity_of

        column = table.about[quantity.key]
        words = title_of(column).words
        return make(words, quantity_of(column.kind), quantity.log)

    def _marked(self, table: RunNumbers, runs: Any) -> Any:
        marked = [n for n, run in enumerate(runs.tolist()) if table.run_ids[run] in self._chosen]
        return np.array(marked if self._chosen else [], np.intp)

    def _colours(self, table: RunNumbers, points: Points) -> tuple[Sequence[QColor], Any]:
        runs = self._runs(points)
        if not self._is_by_colour:
            colours, numbers = run_colours(table)
            made = [self.plot.legible(colour) for colour in colours]
            return made, numbers[runs]
        third = points.values[points.is_drawn, 2]
        share = shares(third, log=self._drawn[2].log)
        return self.plot.shades(SHADES), np.round(share * (SHADES - 1)).astype(np.intp)

    @property
    def _is_by_colour(self) -> bool:
        return len(self._drawn) > 2 and self.third.currentData() == "colour"

    def _diameters(self, values: Numbers) -> Numbers:
        if len(self._drawn) < 3 or self._is_by_colour:
            return np.full(len(values), PLAIN)
        # The area, not the width, is what the eye compares.
        share = shares(values[:, 2], log=self._drawn[2].log)
        return np.sqrt(SMALLEST**2 + (LARGEST**2 - SMALLEST**2) * share)

    def _read(self, table: RunNumbers, runs: Any, dot: int) -> tuple[str, list[tuple[str, str]]]:
        run = int(runs[dot])
        rows = []
        for quantity in self._drawn:
            column = table.about[quantity.key]
            value = float(table.columns[quantity.key][run])
            rows.append((title_of(column).words, column.text(value)))
        return table.names[run], rows

    def _sentence(self, table: RunNumbers, points: Points) -> str:
        """How many runs are drawn and best, why others are not, and what the dots say."""
        drawn, best = int(points.is_drawn.sum()), int(points.is_best.sum())
        parts = [self.source.drawn_words(drawn, points.total)]
        for quantity, missing in zip(self._drawn, points.missing, strict=True):
            if missing:
                words = title_of(table.about[quantity.key]).words.lower()
                parts.append(tr("{missing} without {words}", missing=f"{missing:,}", words=words))
        if points.off_axis:
            parts.append(
                tr("{off_axis} not above 0, so not on a logarithmic axis", off_axis=points.off_axis)
            )
        front = (
            self._front_words(best)
            if any(quantity.sign for quantity in self._drawn)
            else tr("no front, as no direction is good: press – to choose one")
        )
        said = escape(f"{', '.join(parts)}; {front}.")
        return f"{said}{self._words_of_third(table, points)}"

    def _words_of_third(self, table: RunNumbers, points: Points) -> str:
        if len(self._drawn) < 3 or not points.is_drawn.any():
            return ""
        third, column = points.values[points.is_drawn, 2], table.about[self._drawn[2].key]
        words = escape(title_of(column).words)
        ends = [escape(column.text(float(end))) for end in (third.min(), third.max())]
        if not self._is_by_colour:
            low, high = ends
            return " " + tr("Size: {words}, {low} to {high}.", words=words, low=low, high=high)
        first, *_, last = (colour.name() for colour in self.plot.shades(SHADES))
        low, high = (
            f"<span style='color:{colour}'>●</span> {end}"
            for colour, end in zip((first, last), ends, strict=True)
        )
        return " " + tr("Colour: {words}, {low} to {high}.", words=words, low=low, high=high)

    # --- what a person does --------------------------------------------------------------------

    @Slot(int)
    def _pick(self, dot: int) -> None:
        if self._table is not None and self._found is not None:
            run = int(self._runs(self._found.points)[dot])
            self.picked.emit(list(self._table.members_of(run)))

    @Slot()
    def _pick_front(self) -> None:
        if self._table is not None:
            members = map(self._table.members_of, self._front)
            self.picked.emit([run_id for ids in members for run_id in ids])

    @property
    def _front(self) -> list[int]:
        """Numbers of the runs on the front."""
        return [] if self._found is None else self._found.points.best().tolist()

    @Slot()
    def _zoom(self) -> None:
        self._zoomed = True

    @Slot()
    def _unzoom(self) -> None:
        self._zoomed = False

    # --- figures and settings ------------------------------------------------------------------

    def figure(self) -> ScatterFigure | None:
        if self._table is None or self._found is None or not self._found.points.is_drawn.any():
            return None
        return ScatterFigure(
            runs=tuple(self._table.all_ids),
            quantities=self._drawn,
            third=self.third.currentData(),
            look=self._look(self._table),
            named=tuple(FigureRun(run_id=self._table.run_ids[run]) for run in self._front),
            means=self.source.has_means,
        )

    def _look(self, table: RunNumbers) -> FigureLook:
        """The part of the axes that is shown, where a person chose one."""
        if not self._zoomed:
            return FigureLook()
        ends: list[float] = []
        view = self.plot.view
        for range_, quantity in zip((view.x_range, view.y_range), self._drawn[:2], strict=True):
            scale = title_of(table.about[quantity.key]).scale
            ends += [scale * (10.0**end if quantity.log else end) for end in range_]
        return FigureLook(x_from=ends[0], x_to=ends[1], y_from=ends[2], y_to=ends[3])

    def settings(self) -> dict[str, Any]:
        quantities = [quantity.values() for quantity in self.quantities]
        return {"quantities": quantities, "third": self.third.currentData()}

    def restore(self, settings: dict[str, Any]) -> None:
        quantities = [TradeoffAxis.parse(values) for values in settings["quantities"]]
        if not 2 <= len(quantities) <= 3:
            raise ValueError(f"a scatter has two or three quantities, got {len(quantities)}")
        padded: list[TradeoffAxis | None] = [*quantities, None]
        for chooser, quantity in zip(self.choosers, padded, strict=False):
            chooser.show_quantity(quantity)
        self.third.setCurrentIndex(max(0, self.third.findData(settings["third"])))
        self._show_use()

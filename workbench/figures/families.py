"""Every kind of figure: what it is, what it reads from the store, how it is drawn and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.base.text import tr
from workbench.figures.curves.numbers import read_sources
from workbench.figures.curves.tables import as_csv, as_pgfplots
from workbench.figures.evaluation.numbers import (
    calibration_csv,
    classes_csv,
    confusion_csv,
    read_evaluation,
    share_pgfplots,
)
from workbench.figures.evaluation.settings import (
    CalibrationFigure,
    ConfusionFigure,
    PrecisionFigure,
    RocFigure,
    ShareFigure,
)
from workbench.figures.measured import numbers
from workbench.figures.measured.settings import MeasuredBars, MeasuredLines
from workbench.figures.parallel.numbers import parallel_csv, read_parallel
from workbench.figures.parallel.settings import ParallelFigure
from workbench.figures.settings import CurveFigure, FigureSpec
from workbench.figures.study_page.settings import StudyPage
from workbench.figures.tradeoffs.numbers import bars_csv, read_table, scatter_csv
from workbench.figures.tradeoffs.settings import BarsFigure, ScatterFigure
from workbench.figures.waterfall.numbers import waterfall_csv
from workbench.figures.waterfall.settings import WaterfallFigure
from workbench.runs.store import Store
from workbench.spec.base import SpecError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Family(NamedTuple):
    """One kind of figure.

    Attributes:
        read: From the store to what it is drawn from.
        draw: By Matplotlib, which is loaded then: it takes a second.
        texts: What is written without being drawn, by suffix.
    """

    read: Callable[[Store, Any], Any]
    draw: Callable[[Any, Any], Figure]
    texts: Mapping[str, Callable[[Any, Any], str]]


def _curves(figure: CurveFigure, data: Any) -> Figure:
    from workbench.figures.curves.drawing import figure_of

    return figure_of(figure, data)


def _scatter(figure: ScatterFigure, data: Any) -> Figure:
    from workbench.figures.tradeoffs.drawing import scatter_of

    return scatter_of(figure, data)


def _bars(figure: BarsFigure, data: Any) -> Figure:
    from workbench.figures.tradeoffs.drawing import bars_figure_of

    return bars_figure_of(figure, data)


def _parallel(figure: ParallelFigure, data: Any) -> Figure:
    from workbench.figures.parallel.drawing import parallel_of

    return parallel_of(figure, data)


def _confusion(figure: ConfusionFigure, data: Any) -> Figure:
    from workbench.figures.evaluation.confusion_drawing import confusion_of

    return confusion_of(figure, data)


def _shares(figure: ShareFigure, data: Any) -> Figure:
    from workbench.figures.evaluation.share_drawing import shares_of

    return shares_of(figure, data)


def _measured_lines(figure: MeasuredLines, data: Any) -> Figure:
    from workbench.figures.measured.drawing import lines_figure_of

    return lines_figure_of(figure, data)


def _measured_bars(figure: MeasuredBars, data: Any) -> Figure:
    from workbench.figures.measured.drawing import bars_of

    return bars_of(figure, data)


def _waterfall(figure: WaterfallFigure, data: Any) -> Figure:
    from workbench.figures.waterfall.drawing import waterfall_of

    return waterfall_of(figure, data)


def _study_page(figure: StudyPage, data: Any) -> Figure:
    from workbench.figures.study_page.drawing import page_of

    return page_of(figure, data)


def _study_html(figure: StudyPage, data: Any) -> str:
    from workbench.figures.study_page.as_html import page_html

    return page_html(figure, data)


def _nothing(store: Store, figure: FigureSpec) -> None:
    """Its numbers are in its settings."""


def _tex(write: Callable[..., str]) -> dict[str, Callable[[Any, Any], str]]:
    """A picture for pgfplots: with a document around it, and without."""
    return {".tex": partial(write, stand_alone=True), ".tikz": partial(write, stand_alone=False)}


FAMILIES: dict[type[FigureSpec], Family] = {
    CurveFigure: Family(
        lambda store, figure: read_sources(store, (entry.run_id for entry in figure.runs)),
        _curves,
        {".csv": as_csv, **_tex(as_pgfplots)},
    ),
    ScatterFigure: Family(read_table, _scatter, {".csv": scatter_csv}),
    BarsFigure: Family(read_table, _bars, {".csv": bars_csv}),
    ParallelFigure: Family(read_parallel, _parallel, {".csv": parallel_csv}),
    ConfusionFigure: Family(read_evaluation, _confusion, {".csv": confusion_csv}),
    CalibrationFigure: Family(
        read_evaluation, _shares, {".csv": calibration_csv, **_tex(share_pgfplots)}
    ),
    RocFigure: Family(read_evaluation, _shares, {".csv": classes_csv, **_tex(share_pgfplots)}),
    PrecisionFigure: Family(
        read_evaluation, _shares, {".csv": classes_csv, **_tex(share_pgfplots)}
    ),
    MeasuredLines: Family(
        _nothing, _measured_lines, {".csv": numbers.lines_csv, **_tex(numbers.lines_pgfplots)}
    ),
    MeasuredBars: Family(_nothing, _measured_bars, {".csv": numbers.bars_csv}),
    WaterfallFigure: Family(_nothing, _waterfall, {".csv": waterfall_csv}),
    StudyPage: Family(_nothing, _study_page, {".html": _study_html}),
}
_BY_FORMAT = {spec.FORMAT: spec for spec in FAMILIES}


def figure_from(values: dict[str, Any]) -> FigureSpec:
    """What `FigureSpec.with_format` gave.

    Raises:
        SpecError: where it is nothing of the kind.
    """
    spec = _BY_FORMAT.get(str(values.get("format")))
    if spec is None:
        raise SpecError.at("", tr("holds no settings of a figure of the workbench"))
    return spec.parse({name: value for name, value in values.items() if name != "format"})


def figure_from_json(text: str) -> FigureSpec:
    """What `FigureSpec.to_json` wrote, as a file carries it.

    Raises:
        SpecError: where it is nothing of the kind.
    """
    try:
        values: Any = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    return figure_from(values if isinstance(values, dict) else {})

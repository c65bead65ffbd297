"""The lines of a figure: from the curves of its runs to numbers in the units of its axes.

NumPy only. Matplotlib, CSV and pgfplots are all written from these lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.curves.mean import Band, band_of
from workbench.curves.metrics import AXES, METRICS, AxisMetric
from workbench.curves.pyramid import Extrema, visible_indices
from workbench.curves.reading import read_curves
from workbench.curves.run import EPOCH_METRICS, Points, RunCurves
from workbench.curves.smoothing import Average
from workbench.figures.settings import MILLIMETRES_PER_INCH, CurveFigure, FigureLook, FigureRun
from workbench.runs.store import Store

Values = npt.NDArray[np.float64]

MOST_POINTS = 30_000
"""In all lines together: about 0.7 MB of SVG."""

SPREAD_WORDS = {
    "std": "mean of {}, ± 1 standard deviation",
    "minmax": "mean of {}, least to greatest",
}
"""What a band is: a figure that doesn't say so is worth nothing."""

POINTS_PER_INCH = 300
"""Nobody sees more of a line."""


@dataclass(frozen=True)
class CurveSource:
    """What the figures need of a run.

    Attributes:
        number: Its running number, which gives its colour everywhere.
    """

    name: str
    number: int
    curves: RunCurves


@dataclass(frozen=True)
class FigureCurve:
    """One curve of a figure.

    Attributes:
        label: Words of the legend.
        run_ids: The run, or those whose mean it is.
        number: Gives its colour.
        x, y: Finite, in the units of the axes; shape (n,).
        raw: The values before smoothing, as (x, y); None without smoothing.
        low, high: Edges of its band; None for a curve of one run.
        is_validation: Dashed with dots, beside the training curve of the same run.
    """

    label: str
    run_ids: tuple[str, ...]
    number: int
    x: Values
    y: Values
    raw: tuple[Values, Values] | None = None
    low: Values | None = None
    high: Values | None = None
    is_validation: bool = False


def read_sources(store: Store, run_ids: Iterable[str]) -> dict[str, CurveSource]:
    """The runs of a figure from the store.

    Raises:
        StoreError: where one isn't there, or can't be read.
    """
    found = {}
    for run_id in run_ids:
        run = store.run(run_id)
        found[run_id] = CurveSource(run.name, run.colour, read_curves(store, run))
    return found


def axis_titles(figure: CurveFigure) -> tuple[str, str]:
    """Labels of the x and the y axis, with units."""
    return AXES[figure.plot.axis].label, METRICS[figure.plot.metric].label


def lines_of(figure: CurveFigure, sources: Mapping[str, CurveSource]) -> list[FigureCurve]:
    """Every line, in the order of the legend; with all its points.

    Args:
        figure: What is drawn.
        sources: The runs that it names, by id.

    Raises:
        ValueError: one sentence, where there is nothing to draw.
    """
    lines: list[FigureCurve] = []
    for members in _groups(figure.runs):
        for metric in _metrics(figure):
            line = _line(figure, members, metric, sources)
            if line is not None:
                lines.append(line)
    if not lines:
        quantity = METRICS[figure.plot.metric].title.lower()
        raise ValueError(
            tr("none of the runs has values of the {quantity} to draw", quantity=quantity)
        )
    return lines


def _groups(entries: Sequence[FigureRun]) -> list[list[FigureRun]]:
    """Runs that are drawn as one, in the order in which the first of each comes."""
    groups: dict[str, list[FigureRun]] = {}
    for entry in entries:
        key = f"group {entry.group}" if entry.group else f"run {entry.run_id}"
        groups.setdefault(key, []).append(entry)
    return list(groups.values())


def _metrics(figure: CurveFigure) -> list[str]:
    metric, validation = figure.plot.metric, f"val_{figure.plot.metric}"
    return [metric, validation] if figure.plot.validation and validation in METRICS else [metric]


def _line(
    figure: CurveFigure,
    members: Sequence[FigureRun],
    metric: str,
    sources: Mapping[str, CurveSource],
) -> FigureCurve | None:
    """One line; None where no run has values of this metric."""
    plot, quantity = figure.plot, METRICS[metric]
    smoothing = plot.smoothing if metric not in EPOCH_METRICS else 0.0
    raw = [sources[entry.run_id].curves.points(metric, plot.axis) for entry in members]
    first = sources[members[0].run_id]
    number = min(sources[entry.run_id].number for entry in members)
    label = members[0].group or members[0].label or first.name
    if len(members) > 1:
        label = f"{members[0].group} ({SPREAD_WORDS[plot.band].format(len(members))})"
    is_validation = metric != plot.metric
    if metric == "loss" and any(sources[e.run_id].curves.loss_holds_penalty for e in members):
        label = f"{label}, with penalty"
    if is_validation:
        label = f"{label}, validation"
    ids = tuple(entry.run_id for entry in members)
    smoothed = [_smoothed(points, smoothing) for points in raw]
    if len(members) == 1:
        line = _single_line(raw[0], smoothed[0], label, ids, number, quantity, figure)
    else:
        band = band_of(smoothed, plot.band)
        line = _band_line(band, label, ids, number, quantity, figure)
    return replace(line, is_validation=is_validation) if len(line.x) else None


def _smoothed(points: Points, smoothing: float) -> Points:
    """The moving average; the points themselves without one."""
    if not smoothing:
        return points
    return points[0], Average(smoothing).extend(points[1]).astype(np.float32)


def _single_line(
    raw: Points,
    smoothed: Points,
    label: str,
    ids: tuple[str, ...],
    number: int,
    quantity: AxisMetric,
    figure: CurveFigure,
) -> FigureCurve:
    shown = _drawable(*raw, figure) & _drawable(*smoothed, figure)
    x = raw[0][shown] * AXES[figure.plot.axis].scale
    before, after = (y[shown].astype(np.float64) * quantity.scale for _, y in (raw, smoothed))
    return FigureCurve(label, ids, number, x, after, None if smoothed is raw else (x, before))


def _band_line(
    band: Band,
    label: str,
    ids: tuple[str, ...],
    number: int,
    quantity: AxisMetric,
    figure: CurveFigure,
) -> FigureCurve:
    shown = _drawable(band.x, band.mean, figure)
    x, mean, low, high = (v[shown] for v in (band.x, band.mean, band.low, band.high))
    if figure.plot.log_y:  # a band may reach below zero where its mean doesn't
        low = np.maximum(low, mean * 1e-3)
    scale = quantity.scale
    return FigureCurve(
        label,
        ids,
        number,
        x * AXES[figure.plot.axis].scale,
        mean * scale,
        None,
        low * scale,
        high * scale,
    )


def _drawable(
    x: npt.NDArray[np.floating], y: npt.NDArray[np.floating], figure: CurveFigure
) -> npt.NDArray[np.bool_]:
    """The points that are finite, and positive on a logarithmic axis."""
    shown = np.array(np.isfinite(y))
    if figure.plot.log_x:
        shown &= x > 0
    if figure.plot.log_y:
        shown &= y > 0
    return shown


def reduced(lines: Sequence[FigureCurve], look: FigureLook, *, log_x: bool) -> list[FigureCurve]:
    """The lines with no more points than the size can show; no spike is lost.

    A band keeps the points of its mean's least and greatest.
    """
    drawn = sum(1 + (line.raw is not None) + 2 * (line.low is not None) for line in lines)
    wide = look.width / MILLIMETRES_PER_INCH * POINTS_PER_INCH
    buckets = max(16, int(min(wide, MOST_POINTS / max(drawn, 1)) / 2))
    return [_reduced(line, buckets, log_x) for line in lines]


def _reduced(line: FigureCurve, buckets: int, log_x: bool) -> FigureCurve:
    keep = _kept(line.x, line.y, buckets, log_x)
    low, high = (None if edge is None else edge[keep] for edge in (line.low, line.high))
    raw = line.raw
    if raw is not None:
        behind = _kept(*raw, buckets, log_x)
        raw = raw[0][behind], raw[1][behind]
    return replace(line, x=line.x[keep], y=line.y[keep], raw=raw, low=low, high=high)


def _kept(x: Values, y: Values, buckets: int, log_x: bool) -> npt.NDArray[np.int64]:
    """The numbers of the points that are drawn."""
    extrema = Extrema()
    extrema.append(y)
    ends = float(x[0]), float(x[-1])
    return visible_indices(x, extrema, *ends, buckets, logarithmic=log_x)

"""What tasks found, as figures: range test, batch sizes, autotune, roofline, latency.

From plain results to settings that hold the numbers; and these as CSV and for pgfplots.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from workbench.base.text import tr
from workbench.curves.looks import grey_look, look
from workbench.evaluation.latency import Latency
from workbench.figures.measured.settings import MeasuredBar, MeasuredBars, MeasuredLines, Series
from workbench.figures.pgf import PgfPicture
from workbench.hardware.autotune import Tuned
from workbench.hardware.batch_sizes import BatchSizes
from workbench.hardware.learning_rate_range import RangeTest
from workbench.hardware.roofline import Profile
from workbench.runs.table.delimited import as_cell, as_csv

GIGA = 1e9


# --- from results --------------------------------------------------------------------------------


def range_test_figure(result: RangeTest) -> MeasuredLines | None:
    """Loss over a growing learning rate, with the suggestion; None where it exploded at once."""
    rates, losses, calm = result.rates, result.losses, result.smoothed
    if not any(map(math.isfinite, losses)):
        return None
    series = [_series(tr("Loss of a step"), rates, losses, "faint")]
    if calm:
        series.append(_series(tr("Moving average"), rates[: len(calm)], calm, "line"))
    rate = result.suggestion
    if rate is not None:
        there = float(np.interp(np.log(rate), np.log(rates[: len(calm)]), calm))
        series.append(
            _series(tr("Suggestion: {rate}", rate=f"{rate:g}"), [rate], [there], "dots", 1)
        )
    return MeasuredLines(
        what="learning-rate-range-test",
        x_title=tr("Learning rate"),
        y_title=tr("Training loss"),
        log_x=True,
        series=tuple(series),
    )


def latency_figure(points: Sequence[Latency]) -> MeasuredLines:
    """Medians over the batch size, and where 99 % of the calls end, for each number of threads."""
    series = []
    for number, threads in enumerate(dict.fromkeys(point.threads_words for point in points)):
        own = [point for point in points if point.threads_words == threads]
        sizes = [point.batch_size for point in own]
        words = f"{threads} thread{'' if threads == '1' else 's'}"
        for name, which, kind in (
            (f"{words}, median", "median", "marked"),
            (f"{words}, 99 % of calls", "p99", "dashed"),
        ):
            times = [getattr(point, which) for point in own]
            series.append(_series(name, sizes, times, kind, number))
    return MeasuredLines(
        what="latency",
        x_title=tr("Images a call"),
        y_title=tr("Time of a call (ms)"),
        log_x=True,
        log_y=True,
        series=tuple(series),
    )


def roofline_figure(result: Profile) -> MeasuredLines | None:
    """The layers under the roof of the device; None where none computes anything."""
    dots = [
        (row.flops / row.bytes, row.flops / row.seconds / GIGA, row.name)
        for row in result.layers
        if row.seconds > 0 and row.bytes and row.flops
    ]
    if not dots:
        return None
    x, y, names = zip(*dots, strict=True)
    numbers = tuple(name.partition(" ")[0] for name in names)
    layers = _series(tr("A layer, by its number"), x, y, "dots").changed(words=numbers)
    roof = result.roof
    series = [layers]
    if roof is not None:
        ends = sorted((min(*x, roof.ridge) / 2, roof.ridge, max(*x, roof.ridge) * 2))
        limits = [roof.at(intensity) / GIGA for intensity in ends]
        series.append(_series(tr("Limit of the device"), ends, limits, "line", 1))
    return MeasuredLines(
        what="roofline",
        x_title=tr("Operations a byte moved"),
        y_title=tr("Speed (GFLOP/s)"),
        log_x=True,
        log_y=True,
        series=tuple(series),
    )


def batch_sizes_figure(result: BatchSizes) -> MeasuredBars | None:
    """Training speed by batch size; None where none was timed."""
    bars = [
        MeasuredBar(
            label=f"{one.batch_size:,}",
            value=one.images_per_second,
            mark="best" if one.batch_size == result.recommended else "measured",
        )
        for one in result.measured
    ]
    return _bars("batch-sizes", tr("Batch size"), bars)


def autotune_figure(result: Tuned) -> MeasuredBars | None:
    """Training speed under each setting that could be tried; None where none could."""
    bars = [
        MeasuredBar(
            label=one.name,
            value=one.rate,
            low=one.low,
            high=one.high,
            mark="best" if one.name == result.name else "left behind" if one.is_out else "measured",
        )
        for one in result.candidates
        if one.rate and not one.failed
    ]
    return _bars("autotune", tr("Hardware settings"), bars)


def _bars(what: str, y_title: str, bars: Sequence[MeasuredBar]) -> MeasuredBars | None:
    if not bars:
        return None
    title = tr("Training speed (images/s)")
    return MeasuredBars(what=what, title=title, y_title=y_title, bars=tuple(bars))


def _series(
    name: str, x: Sequence[float], y: Sequence[float], kind: str, colour: int = 0
) -> Series:
    """The points that are finite: a loss explodes."""
    pairs = [(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(a) and math.isfinite(b)]
    xs, ys = zip(*pairs, strict=True)
    return Series.parse({"name": name, "x": xs, "y": ys, "kind": kind, "colour": colour})


# --- as text -------------------------------------------------------------------------------------


def lines_csv(figure: MeasuredLines, data: None) -> str:
    """A row a point, in the units of the axes."""
    rows = [["series", figure.x_title, figure.y_title, "words"]]
    for one in figure.series:
        name, texts = as_cell(one.label or one.name), one.words or ("",) * len(one.x)
        rows += [
            [name, repr(x), repr(y), as_cell(text)]
            for x, y, text in zip(one.x, one.y, texts, strict=True)
        ]
    return as_csv(rows)


def bars_csv(figure: MeasuredBars, data: None) -> str:
    """A row a bar."""
    rows = [[figure.y_title, figure.title, "low", "high", "mark"]]
    for bar in figure.bars:
        ends = ("" if end is None else repr(end) for end in (bar.low, bar.high))
        rows.append([as_cell(bar.label), repr(bar.value), *ends, bar.mark])
    return as_csv(rows)


def lines_pgfplots(figure: MeasuredLines, data: None, *, stand_alone: bool) -> str:
    """The lines for pgfplots."""
    picture = PgfPicture(
        figure, figure.x_title, figure.y_title, log_x=figure.log_x, log_y=figure.log_y
    )
    for one in figure.series:
        colour = picture.colour(colour_of(figure, one))
        options = f"{colour}{_PGF[one.kind]}"
        picture.add(options, np.array(one.x), np.array(one.y), one.label or one.name)
    return picture.text(stand_alone=stand_alone)


_PGF = {
    "line": ", thick, no marks",
    "marked": ", thick, mark=*",
    "dashed": ", dashed, no marks",
    "faint": "!28, no marks",
    "dots": ", only marks",
}


def colour_of(figure: MeasuredLines, series: Series) -> str:
    """The colour of a line, as #rrggbb."""
    colour = grey_look if figure.look.monochrome else look
    return colour(series.colour)[0] or "#000000"

"""From the predictions of a run to the curves of a figure, and these as CSV and for pgfplots.

NumPy only. Shares are in per cent, as on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.base import units
from workbench.base.text import tr
from workbench.curves.looks import grey_look, look
from workbench.evaluation import predictions
from workbench.evaluation.classification import ClassCurves, Evaluation
from workbench.figures.curves.numbers import POINTS_PER_INCH
from workbench.figures.evaluation.settings import (
    CalibrationFigure,
    ClassFigure,
    ConfusionFigure,
    EvaluationFigure,
    PrecisionFigure,
    RocFigure,
    ShareFigure,
)
from workbench.figures.pgf import DASHES, PgfPicture
from workbench.figures.settings import MILLIMETRES_PER_INCH
from workbench.runs.store import Store
from workbench.runs.table.delimited import as_cell, as_csv

Values = npt.NDArray[np.float64]

MOST_DRAWN = 10
"""Curves of classes in one plot, unless more are asked for: beyond, nobody tells them apart."""

NO_CURVE = tr("no class has a curve: each holds all images of the part, or none")

PER_CENT = 100.0
GUESS = "#6b7480"


class ShareLine(NamedTuple):
    """One curve of a figure.

    Attributes:
        name: In the data: of the class; "" where there is one curve alone.
        label: Words of the legend.
        x, y: In per cent.
        markers: Whether each point has a dot.
    """

    name: str
    label: str
    x: Values
    y: Values
    markers: bool = False


class ShareLook(NamedTuple):
    """What a kind of curves is drawn on.

    Attributes:
        x_title, y_title: Of the axes, with their unit.
        diagonal: Words of the dashed line from corner to corner; "" for none.
    """

    x_title: str
    y_title: str
    diagonal: str


SHARE_LOOKS: dict[type[EvaluationFigure], ShareLook] = {
    CalibrationFigure: ShareLook(tr("Confidence (%)"), tr("Accuracy (%)"), tr("As sure as right")),
    RocFigure: ShareLook(
        tr("False positive rate (%)"), tr("True positive rate (%)"), tr("Guessing")
    ),
    PrecisionFigure: ShareLook(tr("Recall (%)"), tr("Precision (%)"), ""),
}


def read_evaluation(store: Store, figure: EvaluationFigure) -> Evaluation:
    """The evaluation of a figure's run.

    Raises:
        StoreError: where the run isn't there.
        ValueError: where it has not been evaluated.
    """
    run = store.run(figure.run)
    found = predictions.load(store.artifacts(run.run_id), figure.part)
    if found is None:
        raise ValueError(
            tr(
                "{name} has not been evaluated on its {part} part yet",
                name=run.name,
                part=figure.part,
            )
        )
    return Evaluation(found)


# --- which classes -------------------------------------------------------------------------------


def hardest_classes(kind: str, evaluation: Evaluation, most: int = MOST_DRAWN) -> list[int]:
    """The classes that have a curve; of many those with the least area under it, in their order.

    Args:
        kind: Of the figure.
        evaluation: On at least one image.
        most: How many at most.

    Raises:
        ValueError: one sentence, where none has a curve.
    """
    score = _area if kind == RocFigure.KIND else _average
    found = {
        number: score(curves)
        for number in range(len(evaluation.predictions.class_names))
        if (curves := evaluation.curves(number)) is not None
    }
    if not found:
        raise ValueError(NO_CURVE)
    return sorted(sorted(found, key=lambda number: found[number])[:most])


def class_words(kind: str, evaluation: Evaluation, number: int) -> str:
    """A class as the legend has it: with the area under its curve."""
    name, curves = evaluation.predictions.class_names[number], evaluation.curves(number)
    if curves is None:
        return name
    if kind == RocFigure.KIND:
        return f"{name} (area {_area(curves):.4f})"
    return f"{name} (average {_average(curves):.4f})"


def _area(curves: ClassCurves) -> float:
    return curves.auc


def _average(curves: ClassCurves) -> float:
    return curves.average_precision


# --- curves --------------------------------------------------------------------------------------


def share_lines(figure: ShareFigure, evaluation: Evaluation) -> list[ShareLine]:
    """Every curve, with all its points.

    Raises:
        ValueError: one sentence, where there is nothing to draw.
    """
    lines = list(_LINES[type(figure)](figure, evaluation))
    if not lines:
        raise ValueError(NO_CURVE)
    return lines


def _calibration(figure: ShareFigure, evaluation: Evaluation) -> Iterator[ShareLine]:
    found = evaluation.calibration
    there = found.counts > 0
    label = tr("Accuracy (calibration error {error})", error=units.percent(found.error))
    x, y = (PER_CENT * values[there] for values in (found.confidence, found.accuracy))
    yield ShareLine("", label, x, y, markers=True)


def _of_classes(figure: Any, evaluation: Evaluation) -> Iterator[ShareLine]:
    names = evaluation.predictions.class_names
    for entry in figure.classes:
        if entry.number >= len(names):
            raise ValueError(
                tr(
                    "there is no class {number}; the run has {count}",
                    number=entry.number,
                    count=len(names),
                )
            )
        curves = evaluation.curves(entry.number)
        if curves is not None:
            label = entry.label or class_words(figure.KIND, evaluation, entry.number)
            x, y = _POINTS[type(figure)](curves)
            yield ShareLine(names[entry.number], label, PER_CENT * x, PER_CENT * y)


_LINES: dict[type[EvaluationFigure], Callable[[Any, Evaluation], Iterator[ShareLine]]] = {
    CalibrationFigure: _calibration,
    RocFigure: _of_classes,
    PrecisionFigure: _of_classes,
}
_POINTS: dict[type[ClassFigure], Callable[[ClassCurves], tuple[Values, Values]]] = {
    RocFigure: lambda curves: (curves.false_positives, curves.true_positives),
    PrecisionFigure: lambda curves: curves.precision_line,
}


def thinned(line: ShareLine, width: float) -> ShareLine:
    """A curve without the points that nobody sees beside their neighbours.

    Args:
        line: With all its points.
        width: Of the figure, in mm.
    """
    cells = width / MILLIMETRES_PER_INCH * POINTS_PER_INCH / PER_CENT
    cell = np.stack([np.floor(line.x * cells), np.floor(line.y * cells)])
    moves = np.any(np.diff(cell, axis=1) != 0, axis=0)
    keep = np.append(True, moves) | np.append(moves, True)  # first and last of each cell
    return line._replace(x=line.x[keep], y=line.y[keep])


def share_colours(lines: Sequence[ShareLine], *, monochrome: bool) -> list[tuple[str, str]]:
    """Colour and line style of each curve."""
    looks = [grey_look(n) if monochrome else look(n) for n in range(len(lines))]
    return [(colour or "#000000", dashes) for colour, dashes in looks]


# --- as text -------------------------------------------------------------------------------------


def confusion_csv(figure: ConfusionFigure, evaluation: Evaluation) -> str:
    """A row a true class, a column a class that it is taken for."""
    names = [as_cell(name) for name in evaluation.predictions.class_names]
    rows = [["true class / taken for", *names]]
    for name, counts in zip(names, evaluation.confusion.tolist(), strict=True):
        rows.append([name, *map(str, counts)])
    return as_csv(rows)


def calibration_csv(figure: CalibrationFigure, evaluation: Evaluation) -> str:
    """A row a step of the confidence; those without images have no means."""
    found = evaluation.calibration
    bins = len(found.counts)
    rows = [["from (%)", "to (%)", "images", "mean confidence (%)", "accuracy (%)"]]
    for number, count in enumerate(found.counts.tolist()):
        ends = (number / bins, (number + 1) / bins)
        means = (found.confidence[number], found.accuracy[number]) if count else ()
        known = [_written(PER_CENT * float(value)) for value in (*ends, *means)]
        rows.append([*known[:2], str(count), *(known[2:] or ("", ""))])
    return as_csv(rows)


def classes_csv(figure: ClassFigure, evaluation: Evaluation) -> str:
    """Every point of every class, a row each, in the units of the axes."""
    x_title, y_title, _ = SHARE_LOOKS[type(figure)]
    rows = [["class", x_title, y_title]]
    for line in share_lines(figure, evaluation):
        name = as_cell(line.name)
        pairs = zip(line.x.tolist(), line.y.tolist(), strict=True)
        rows += [[name, _written(x), _written(y)] for x, y in pairs]
    return as_csv(rows)


def _written(value: float) -> str:
    return f"{value:.9g}"


def share_pgfplots(figure: ShareFigure, evaluation: Evaluation, *, stand_alone: bool) -> str:
    """The curves for pgfplots, with no more points than the size can show."""
    lines = share_lines(figure, evaluation)
    x_title, y_title, diagonal = SHARE_LOOKS[type(figure)]
    picture = PgfPicture(figure, x_title, y_title)
    looks = share_colours(lines, monochrome=figure.look.monochrome)
    for line, (colour, dashes) in zip(lines, looks, strict=True):
        marks = "mark=*" if line.markers else "no marks"
        drawn = thinned(line, figure.look.width)
        options = f"{picture.colour(colour)}, thick, {DASHES[dashes]}, {marks}"
        picture.add(options, drawn.x, drawn.y, line.label)
    if diagonal:
        ends = np.array([0.0, PER_CENT])
        picture.add(f"{picture.colour(GUESS)}, dashed, no marks", ends, ends, diagonal)
    return picture.text(stand_alone=stand_alone)

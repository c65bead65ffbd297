"""How good a trained network is, from its predictions: figures, confusions, mistakes, curves.

Pure functions of `Predictions`, NumPy alone; where an image lies or what made the predictions is
not known here.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.evaluation.predictions import FILE, NETWORK, Predictions, Rows

Z95 = 1.959963984540054
"""Of the normal distribution, for an interval that holds the truth in 95 of 100 cases."""

BINS = 15
"""Of the calibration, as in Guo et al. 2017, "On Calibration of Modern Neural Networks"."""

FAINTEST = 0.12
"""Share of the colour in a cell that holds anything at all, so that one image is seen."""

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ClassFigures:
    """How well one class is recognized; as in scikit-learn, a share of nothing is 0.

    Attributes:
        name: Of the class.
        precision: Share of right ones among the images taken for the class.
        recall: Share found among the images of the class.
        f1: Harmonic mean of both.
        support: Images of the class.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, eq=False)
class Calibration:
    """Whether the network is as sure as it is right, in equal steps of its confidence.

    Attributes:
        counts: (bins,), images whose highest probability lies in the step.
        confidence: (bins,), its mean; NaN where there are none.
        accuracy: (bins,), the share of right ones; NaN where there are none.
        error: Expected calibration error: the mean distance of both, weighted by images.
    """

    counts: Counts
    confidence: Floats
    accuracy: Floats
    error: float


@dataclass(frozen=True, eq=False)
class ClassCurves:
    """One class against all others, over every threshold of its probability.

    Attributes:
        false_positives, true_positives: Rates from (0, 0) to (1, 1): the ROC curve.
        auc: The area under it.
        recall, precision: From the strictest threshold to the loosest.
        average_precision: The mean precision, weighted by the recall that each threshold adds.
    """

    false_positives: Floats
    true_positives: Floats
    auc: float
    recall: Floats
    precision: Floats
    average_precision: float

    @property
    def precision_line(self) -> tuple[Floats, Floats]:
        """Recall and precision to draw: from the axis on, as the first threshold may find many."""
        return np.append(0.0, self.recall), np.append(self.precision[0], self.precision)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All figures of a network on a part of its data; each is computed at its first use.

    Args:
        predictions: On at least one image.
    """

    predictions: Predictions

    @cached_property
    def predicted(self) -> Rows:
        """(n,), the class that each image is taken for."""
        return self.predictions.predicted

    @cached_property
    def confidence(self) -> Floats:
        """(n,), the probability of that class."""
        highest: Floats = self.predictions.probabilities.max(axis=1).astype(np.float64)
        return highest

    @cached_property
    def is_right(self) -> npt.NDArray[np.bool_]:
        """(n,), whether it is the true one."""
        return np.equal(self.predicted, self.predictions.labels)

    @property
    def images(self) -> int:
        """How many there are."""
        return len(self.predictions.labels)

    @property
    def accuracy(self) -> float:
        """Share of images that are classified right."""
        return float(self.is_right.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy, at 95 %."""
        return wilson(int(self.is_right.sum()), self.images)

    @cached_property
    def confusion(self) -> Counts:
        """(classes, classes): images by true class (row) and the class they are taken for."""
        classes = len(self.predictions.class_names)
        cells = self.predictions.labels * classes + self.predicted
        return np.bincount(cells, minlength=classes**2).reshape(classes, classes)

    @cached_property
    def classes(self) -> tuple[ClassFigures, ...]:
        """Figures of each class."""
        right = np.diagonal(self.confusion)
        taken, there = self.confusion.sum(axis=0), self.confusion.sum(axis=1)
        precision, recall = _share(right, taken), _share(right, there)
        f1 = _share(2 * right, taken + there)
        columns = (precision.tolist(), recall.tolist(), f1.tolist(), there.tolist())
        rows = zip(self.predictions.class_names, *columns, strict=True)
        return tuple(ClassFigures(*row) for row in rows)

    @property
    def macro(self) -> ClassFigures:
        """The mean over the classes that occur, each counting alike."""
        occurs = (self.confusion.sum(axis=0) + self.confusion.sum(axis=1)) > 0
        rows = [row for row, there in zip(self.classes, occurs, strict=True) if there]
        mean = {
            name: float(np.mean([getattr(row, name) for row in rows]))
            for name in ("precision", "recall", "f1")
        }
        return ClassFigures(tr("macro average"), **mean, support=self.images)

    @cached_property
    def mistakes(self) -> Rows:
        """Places of the images that are classified wrong, the surest mistake first."""
        wrong = np.flatnonzero(~self.is_right)
        return wrong[np.argsort(-self.confidence[wrong], kind="stable")]

    def cell(self, true: int, predicted: int) -> Rows:
        """Places of the images in a cell of the confusion matrix, the most telling first.

        Of mistakes those are the surest, of right answers the least sure.
        """
        inside = (self.predictions.labels == true) & (self.predicted == predicted)
        places = np.flatnonzero(inside)
        return places[np.argsort(-self._telling[places], kind="stable")]

    @cached_property
    def _telling(self) -> Floats:
        return np.where(self.is_right, -self.confidence, self.confidence)

    def worth_a_look(self, in_a_cell: int, in_all: int) -> Rows:
        """Places of the images to keep for a person: some of every cell, mistakes before all else.

        Args:
            in_a_cell: How many of each cell at most.
            in_all: How many at most.
        """
        cells = self.predictions.labels.astype(np.int64) * len(self.classes) + self.predicted
        order = np.lexsort((-self._telling, cells))
        starts = np.searchsorted(cells[order], cells[order], side="left")
        first = order[np.arange(self.images) - starts < in_a_cell]
        by_telling: Rows = first[np.argsort(-self._telling[first], kind="stable")]
        return by_telling[:in_all]

    @cached_property
    def calibration(self) -> Calibration:
        """Confidence against accuracy."""
        # Steps are open below and closed above, so that a confidence of 1 lies in the last.
        step = np.clip(np.ceil(self.confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
        counts = np.bincount(step, minlength=BINS)
        with np.errstate(invalid="ignore"):
            confidence = np.bincount(step, self.confidence, BINS) / counts
            accuracy = np.bincount(step, self.is_right, BINS) / counts
        error = float(np.nansum(counts * np.abs(accuracy - confidence)) / self.images)
        return Calibration(counts, confidence, accuracy, error)

    def curves(self, number: int) -> ClassCurves | None:
        """ROC and precision over recall of a class; None where all images are in it, or none."""
        mine = self.predictions.labels == number
        positives = int(mine.sum())
        if positives in (0, self.images):
            return None
        scores = self.predictions.probabilities[:, number]
        order = np.argsort(-scores, kind="stable")
        # Images of equal probability are taken or left together.
        ends = np.append(np.flatnonzero(np.diff(scores[order])), self.images - 1)
        found = np.cumsum(mine[order])[ends]
        taken = ends + 1
        true = np.append(0.0, found / positives)
        false = np.append(0.0, (taken - found) / (self.images - positives))
        recall, precision = true[1:], found / taken
        average = float(np.sum(np.diff(true) * precision))
        return ClassCurves(
            false, true, float(np.trapezoid(true, false)), recall, precision, average
        )

    def plain(self) -> dict[str, Any]:
        """The figures as plain values, for JSON."""
        curves = [self.curves(number) for number in range(len(self.classes))]
        return {
            "part": self.predictions.part,
            "images": self.images,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "macro": asdict(self.macro),
            "classes": [
                asdict(row)
                | {
                    "auc": one.auc if one else None,
                    "average_precision": one.average_precision if one else None,
                }
                for row, one in zip(self.classes, curves, strict=True)
            ],
            "confusion": self.confusion.tolist(),
            "calibration_error": self.calibration.error,
            "digest": self.predictions.digest,
            "answered_by": FILE if self.predictions.are_of_file else NETWORK,
        }


def depths(counts: Counts) -> Floats:
    """How deep the colour of each cell of a confusion matrix is; 0 only where there is no image."""
    share = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    deep: Floats = np.where(counts > 0, depth_of(share, np.eye(len(counts), dtype=np.bool_)), 0.0)
    return deep


def depth_of(share: Floats, is_right: npt.NDArray[np.bool_]) -> Floats:
    """How deep the colour of a cell is, up to 1.

    Args:
        share: Of the images of its true class.
        is_right: Whether it holds right answers.
    """
    # Few are confused in a good network: by the root, one image of a hundred is seen too.
    depth: Floats = np.where(is_right, share, np.sqrt(share))
    return FAINTEST + (1 - FAINTEST) * depth


def wilson(right: int, images: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share, by Wilson's score.

    Unlike the usual one it is sound near 0 and 1 and for few images.
    """
    share, z2 = right / images, Z95 * Z95
    centre = (share + z2 / (2 * images)) / (1 + z2 / images)
    spread = math.sqrt(share * (1 - share) / images + z2 / (4 * images * images))
    half = Z95 * spread / (1 + z2 / images)
    return max(0.0, centre - half), min(1.0, centre + half)


def _share(part: Counts, whole: Counts) -> Floats:
    """Part by part, 0 where the whole is nothing."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)

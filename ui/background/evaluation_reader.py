"""What is kept of a run's evaluation, read and worked out away from the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.evaluation import predictions
from workbench.runs.checkpoint_file import weights_of

if TYPE_CHECKING:
    from workbench.evaluation.classification import Evaluation
    from workbench.evaluation.predictions import Pictures
    from workbench.figures.evaluation.settings import EvaluationFigure


@dataclass(frozen=True, eq=False)
class ReadEvaluation:
    """What a run's folder has.

    Attributes:
        folder: Of the run.
        part: Which was asked for.
        has_checkpoint: Whether it can be evaluated.
        evaluation: None where it wasn't yet, or its network has trained on since.
        pictures: Images that are kept with it.
    """

    folder: Path
    part: str
    has_checkpoint: bool
    evaluation: Evaluation | None = None
    pictures: Pictures | None = None


def read_evaluation(folder: Path, part: str) -> ReadEvaluation:
    """Reads a run's folder, in any thread.

    Args:
        folder: Of the run.
        part: One of `predictions.PARTS`.
    """
    from workbench.evaluation.classification import Evaluation

    found = predictions.load(folder, part)
    pictures = predictions.load_pictures(folder, part) if found is not None else None
    if found is None or pictures is None:
        return ReadEvaluation(folder, part, bool(weights_of(folder)))
    evaluation = Evaluation(found)
    _ = evaluation.classes, evaluation.mistakes, evaluation.calibration  # not in the window
    return ReadEvaluation(folder, part, True, evaluation, pictures)


def figure_of(
    kind: str, run_id: str, evaluation: Evaluation, classes: Sequence[int] | None
) -> tuple[EvaluationFigure, dict[str, str]]:
    """A plot of an evaluation as a figure, and the words of its classes; in any thread.

    Args:
        kind: One of `EVALUATION_FIGURES`.
        run_id: Whose it is.
        evaluation: Of that run.
        classes: Those whose curves are drawn; None for all, or the hardest of many.

    Raises:
        ValueError: where no class has a curve.
    """
    # Here, not above: the window starts without them.
    from workbench.figures.evaluation.numbers import class_words, hardest_classes
    from workbench.figures.evaluation.settings import evaluation_figure

    if classes is None:
        classes = hardest_classes(kind, evaluation)
    figure = evaluation_figure(kind, run_id, evaluation.predictions.part, classes)
    return figure, {str(n): class_words(kind, evaluation, n) for n in classes}

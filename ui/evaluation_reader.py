"""What is kept of a run's evaluation, read and worked out away from the window's thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import predictions

if TYPE_CHECKING:
    from workbench.evaluation import Evaluation
    from workbench.predictions import Pictures


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
    from workbench.evaluation import Evaluation

    found = predictions.load(folder, part)
    pictures = predictions.load_pictures(folder, part) if found is not None else None
    if found is None or pictures is None:
        return ReadEvaluation(folder, part, bool(predictions.weights_of(folder)))
    evaluation = Evaluation(found)
    _ = evaluation.classes, evaluation.mistakes, evaluation.calibration  # not in the window
    return ReadEvaluation(folder, part, True, evaluation, pictures)

"""What figures of an evaluation are: confusions, calibration, ROC, precision over recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from workbench.base.text import tr
from workbench.figures.settings import FigureLook, FigureSpec, Named
from workbench.spec.base import AsTuple, setting

MOST_CLASSES = 10_000


class ClassEntry(Named):
    """One class whose curve is drawn."""

    number: int = setting(..., "Class", "Its number, from 0.", ge=0, lt=MOST_CLASSES)

    @property
    def key(self) -> str:
        """Its number."""
        return str(self.number)


class EvaluationFigure(FigureSpec):
    """What is drawn of the predictions of one run on one part of its data.

    Attributes:
        KIND: Its name on the command line and in file names.
    """

    KIND: ClassVar[str] = ""

    run: str = setting(..., "Run", "Id of the run.", min_length=1, max_length=200)
    part: Literal["test", "validation"] = setting(
        "test", "Part", "The images that its network was judged on."
    )

    @property
    def file_name(self) -> str:
        """Named after what it shows."""
        return self.KIND

    def of_runs(self, run_ids: Sequence[str]) -> Self:
        """The same of another run."""
        if len(run_ids) != 1:
            raise ValueError(
                tr(
                    "a figure of {kind} is of one run, got {count}",
                    kind=self.KIND,
                    count=len(run_ids),
                )
            )
        return self.model_copy(update={"run": run_ids[0]})

    @property
    def reads(self) -> object:
        """Its run's predictions."""
        return self.run, self.part


class ConfusionFigure(EvaluationFigure):
    """Which classes are taken for which others."""

    FORMAT: ClassVar[str] = "dlopt-workbench confusion 1"
    KIND: ClassVar[str] = "confusion"


class ShareFigure(EvaluationFigure):
    """One share over another, as curves."""

    SUFFIXES: ClassVar[tuple[str, ...]] = (*FigureSpec.SUFFIXES, ".tex", ".tikz")


class CalibrationFigure(ShareFigure):
    """How often the network is right, over how sure it is."""

    FORMAT: ClassVar[str] = "dlopt-workbench calibration 1"
    KIND: ClassVar[str] = "calibration"


class ClassFigure(ShareFigure):
    """A curve a class, each class against all others."""

    LEGEND: ClassVar[str] = "classes"

    classes: Annotated[tuple[ClassEntry, ...], AsTuple] = setting(
        ..., "Classes", "In the order of the legend.", min_length=1, max_length=MOST_CLASSES
    )


class RocFigure(ClassFigure):
    """What is found of a class, over what is taken for it wrongly."""

    FORMAT: ClassVar[str] = "dlopt-workbench roc 1"
    KIND: ClassVar[str] = "roc"


class PrecisionFigure(ClassFigure):
    """What precision a wanted recall costs."""

    FORMAT: ClassVar[str] = "dlopt-workbench precision-recall 1"
    KIND: ClassVar[str] = "pr"


EVALUATION_FIGURES: dict[str, type[EvaluationFigure]] = {
    spec.KIND: spec for spec in (ConfusionFigure, CalibrationFigure, RocFigure, PrecisionFigure)
}
"""By their names on the command line."""


def evaluation_figure(
    kind: str, run: str, part: str, classes: Sequence[int], look: FigureLook | None = None
) -> EvaluationFigure:
    """A figure of a run's evaluation.

    Args:
        kind: One of `EVALUATION_FIGURES`.
        run: Its id.
        part: One of `predictions.PARTS`.
        classes: Of which classes, where it has a curve a class.
        look: None for the usual one.
    """
    spec = EVALUATION_FIGURES[kind]
    values: dict[str, Any] = {"run": run, "part": part, "look": (look or FigureLook()).values()}
    if issubclass(spec, ClassFigure):
        values["classes"] = [{"number": number} for number in classes]
    return spec.parse(values)

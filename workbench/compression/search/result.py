"""What came of a search: the winner, one sentence on it, and all candidates for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.base.text import joined, plural, tr
from workbench.base.units import count
from workbench.compression.compressed_runs import variant
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search.bound import GOALS, POINTS, AccuracyBound
from workbench.compression.search.planner import best_of, nearest_of
from workbench.compression.search.search import SearchCandidate
from workbench.compression.steps import NOBODY, Student
from workbench.deployment.judged_file import JudgedFile
from workbench.runs.record import Run


@dataclass(frozen=True)
class SearchResult:
    """A search that has ended.

    Attributes:
        bound: What was asked.
        parent: Whose network it was about, with the sizes of its own file.
        candidates: All that were done, oldest first.
        judged: The winner on the test part; None where there is none, or it wasn't tested.
    """

    bound: AccuracyBound
    parent: Run
    candidates: Sequence[SearchCandidate]
    judged: JudgedFile | None = None

    @property
    def winner(self) -> Run | None:
        """The smallest that keeps the bound; None where none does."""
        return self._run_of(best_of([each.tried(self.bound) for each in self.candidates]))

    @property
    def nearest(self) -> Run | None:
        """The one that lost least on the validation images."""
        return self._run_of(nearest_of([each.tried(self.bound) for each in self.candidates]))

    def _run_of(self, tried: object) -> Run | None:
        found = (each.run for each in self.candidates if each.tried(self.bound) == tried)
        return next(found, None)

    @property
    def control(self) -> CompressionRecipe | None:
        """The winner's recipe without a teacher, which shows what the teacher is worth; None where
        it has no student.
        """
        if self.winner is None:
            return None
        recipe = CompressionRecipe.from_toml(self.winner.recipe)
        if not any(isinstance(step, Student) and step.has_teacher for step in recipe.steps):
            return None
        return CompressionRecipe(
            steps=tuple(
                step.changed(teacher=NOBODY) if isinstance(step, Student) else step
                for step in recipe.steps
            )
        )

    @property
    def sentence(self) -> str:
        """What was found, and what it costs."""
        if not self.candidates:
            return tr("No candidate could be made in the time; give it more minutes.")
        if self.winner is None:
            return self._nothing
        said = [self._gain(self.winner), self._loss(self.winner), self._counts]
        if self.judged is not None and self._is_broken:
            said.append(
                tr(
                    "On the test images it loses more than was asked; ask for less than {points} "
                    "points, or give it more minutes.",
                    points=f"{self.bound.within:g}",
                )
            )
        return joined(" ", said)

    @property
    def _is_broken(self) -> bool:
        assert self.judged is not None
        return -POINTS * self.judged.difference.difference > self.bound.within

    def _gain(self, winner: Run) -> str:
        """7.1 kB instead of 378 kB (53 times smaller)."""
        goal, found = GOALS[self.bound.goal], winner.figure(self.bound.quantity)
        before = self.parent.figure(self.bound.quantity)
        if not found or not before:  # the original's file was never written
            return tr("{found}.", found=goal.text(found or 0.0))
        given = {
            "found": goal.text(found),
            "before": goal.text(before),
            "times": f"{before / found:.3g}",
        }
        if self.bound.goal == "latency":
            return tr("{found} instead of {before} ({times} times faster).", **given)
        return tr("{found} instead of {before} ({times} times smaller).", **given)

    def _loss(self, winner: Run) -> str:
        """0.16 ± 0.20 points below the original on 10,000 test images."""
        if self.judged is None:
            candidate = next(each for each in self.candidates if each.run == winner)
            amount, is_above = _amount(-(candidate.lost or 0.0))
            given = {"points": amount, "images": count(candidate.images)}
            if is_above:
                return tr(
                    "{points} points above the original on {images} validation images.", **given
                )
            return tr("{points} points below the original on {images} validation images.", **given)
        found = self.judged.difference
        amount, is_above = _amount(found.difference)
        spread = f"{POINTS * (found.high - found.low) / 2:.2f}"
        given = {"points": amount, "spread": spread, "images": count(self.judged.images)}
        if is_above:
            return tr(
                "{points} ± {spread} points above the original on {images} test images.", **given
            )
        return tr("{points} ± {spread} points below the original on {images} test images.", **given)

    @property
    def _counts(self) -> str:
        within = sum(each.is_within(self.bound) for each in self.candidates)
        return plural(
            "{within} of {count} candidate stayed within {points} points on the validation images.",
            "{within} of {count} candidates stayed within {points} points on the validation "
            "images.",
            len(self.candidates),
            within=within,
            points=f"{self.bound.within:g}",
        )

    @property
    def _nothing(self) -> str:
        """That nothing kept the bound, and what came nearest."""
        nearest = self.nearest
        failed = plural(
            "The only candidate doesn't stay within {points} points.",
            "None of {count} candidates stayed within {points} points.",
            len(self.candidates),
            points=f"{self.bound.within:g}",
        )
        if nearest is None:
            return failed
        lost = next(each.lost for each in self.candidates if each.run == nearest)
        assert lost is not None
        return joined(
            " ",
            [
                failed,
                tr(
                    "The nearest is run {run_id} ({steps}), {points} points below the original on "
                    "the validation images; every candidate is kept.",
                    run_id=nearest.run_id,
                    steps=CompressionRecipe.from_toml(nearest.recipe).short,
                    points=f"{POINTS * lost:.2f}",
                ),
            ],
        )

    def plain(self) -> dict[str, Any]:
        """For other programs."""
        winner, judged = self.winner, self.judged
        return {
            "parent_id": self.parent.run_id,
            "within": self.bound.within,
            "minutes": self.bound.minutes,
            "goal": self.bound.goal,
            "winner": None if winner is None else variant(winner),
            "nearest": None if self.nearest is None else self.nearest.run_id,
            "test": None
            if judged is None
            else {
                "images": judged.images,
                "accuracy": judged.accuracy,
                "original_accuracy": judged.original_accuracy,
                "difference": judged.difference.difference,
                "low": judged.difference.low,
                "high": judged.difference.high,
            },
            "candidates": [self._candidate(each) for each in self.candidates],
            "sentence": self.sentence,
        }

    def _candidate(self, candidate: SearchCandidate) -> dict[str, Any]:
        tried = candidate.tried(self.bound)
        return {
            **variant(candidate.run),
            "val_accuracy": candidate.run.val_accuracy,
            "val_difference": None if tried.lost is None else -tried.lost,
            "is_within": tried.is_within,
            "seconds": tried.seconds,
        }


def _amount(difference: float) -> tuple[str, bool]:
    """Points of a difference of accuracies, and whether it is a gain."""
    return f"{abs(POINTS * difference):.2f}", round(POINTS * difference, 2) > 0

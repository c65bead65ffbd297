"""What a search tries next: a pure function of what it tried before and of the time that is left.

Along a road the smallest recipe that keeps the bound is found by bisection: what goes less far is
taken to lose less. A recipe whose file can't be smaller than the best so far isn't tried. When all
roads are done and there is time, the nearest misses are trained longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search.roads import Road, Roads, Rung, longer
from workbench.compression.steps import Student

STRIDE = 3
"""Rungs between two tries while only one side of the bound has been seen."""

LONGER = (2, 4)
"""Times the epochs, of what missed the bound by little."""

NEAR = 3.0
"""A miss is near that loses less than so many times what is allowed."""

FIXED_SECONDS = 30.0
"""What a candidate takes besides training, until one was made: starting, converting, judging."""

OWN_PART = 2 / 3
"""An epoch of a student by one of the original: the teacher's answers take a third of it."""

OTHER_SECONDS = 10.0
"""An epoch of a run that doesn't say what it took."""


@dataclass(frozen=True)
class TriedRecipe:
    """A candidate that has ended.

    Attributes:
        recipe: What was done.
        is_within: Whether its file keeps the bound.
        lost: Accuracy that it lost on the validation images, as a share; None where it failed.
        size: What decides, of the file; None where it failed.
        seconds: That it took, all in all; None where it isn't known.
    """

    recipe: CompressionRecipe
    is_within: bool
    lost: float | None
    size: float | None
    seconds: float | None = None


def next_recipe(
    roads: Roads, tried: Sequence[TriedRecipe], allowed: float, pace: SearchPace, left: float
) -> CompressionRecipe | None:
    """What to try next; None where nothing is left to try, or nothing that can be done in time.

    Args:
        roads: What can be tried.
        tried: What was tried, in any order.
        allowed: Accuracy that may be lost, as a share.
        pace: What candidates take.
        left: Seconds that are left.
    """
    known = {each.recipe.short: each for each in tried}
    for rung in _in_order(roads, known, allowed):
        if pace.seconds(rung.recipe) <= left:
            return rung.recipe
    return None


def best_of(tried: Sequence[TriedRecipe]) -> TriedRecipe | None:
    """The smallest that keeps the bound."""
    within = [each for each in tried if each.is_within and each.size is not None]
    return min(within, key=lambda each: (each.size, each.lost), default=None)


def nearest_of(tried: Sequence[TriedRecipe]) -> TriedRecipe | None:
    """The one that lost least, for where none keeps the bound; of equals the smallest."""
    judged = [each for each in tried if each.lost is not None]
    return min(judged, key=lambda each: (each.lost, each.size), default=None)


@dataclass(frozen=True)
class SearchPace:
    """What candidates take, in seconds.

    Attributes:
        fixed: Besides training.
        epoch: For each epoch.
    """

    fixed: float = FIXED_SECONDS
    epoch: float = OTHER_SECONDS

    @classmethod
    def of(cls, tried: Sequence[TriedRecipe], original_epoch: float | None) -> SearchPace:
        """From what candidates took, else from what an epoch of the original took."""
        known = [(each.recipe.epochs, each.seconds) for each in tried if each.seconds]
        fixed = max((took for epochs, took in known if not epochs), default=FIXED_SECONDS)
        epoch = [max(0.0, took - fixed) / epochs for epochs, took in known if epochs]
        expected = OWN_PART * original_epoch if original_epoch else OTHER_SECONDS
        return cls(fixed, max(epoch, default=expected))

    def seconds(self, recipe: CompressionRecipe) -> float:
        """What a candidate will take, about."""
        return self.fixed + self.epoch * recipe.epochs


Known = Mapping[str, TriedRecipe]
"""By the short form of the recipe."""


def _in_order(roads: Roads, known: Known, allowed: float) -> list[Rung]:
    """What there is to try, the most promising first."""
    best = best_of(list(known.values()))
    steps: list[Rung | None] = []
    if roads.plain.rungs[0].recipe.short not in known:
        steps.append(roads.plain.rungs[0])
    if roads.students and not any(_seen(road, known) for road in roads.students):
        easiest = next(road for road in roads.students if not road.easier)
        steps.append(easiest.rungs[easiest.first])
    steps += [_probe(road, roads, known, best) for road in roads.students]
    if not any(each.is_within and _has_student(each.recipe) for each in known.values()):
        steps += [_probe(road, roads, known, best) for road in roads.others]
    steps += _again(roads.students, known, best, allowed)
    return [rung for rung in steps if rung is not None]


def _has_student(recipe: CompressionRecipe) -> bool:
    return any(isinstance(step, Student) for step in recipe.steps)


def _probe(road: Road, roads: Roads, known: Known, best: TriedRecipe | None) -> Rung | None:
    """The next rung of a road; None where there is none that could win."""
    low = _failing(road, known)
    easier = next((each for each in roads.all if each.name == road.easier), None)
    if easier is not None:
        low = max(low, _failing(easier, known))
    high = _passing(road, known)
    if high is None and low < 0:
        place = road.first
    elif high is None:
        place = min(len(road.rungs) - 1, low + STRIDE)
    elif low < 0:
        place = max(0, high - STRIDE)
    else:
        place = (low + high) // 2
    while place > low and not _can_win(road.rungs[place], road, known, best):
        place -= 1
    is_new = low < place < (len(road.rungs) if high is None else high)
    return road.rungs[place] if is_new and road.rungs[place].recipe.short not in known else None


def _can_win(rung: Rung, road: Road, known: Known, best: TriedRecipe | None) -> bool:
    """Whether a rung's file may be smaller than the best so far, as far as that is known."""
    if best is None or best.size is None or not rung.size:
        return True
    rest = [
        tried.size - each.size
        for each, tried in _seen(road, known)
        if tried.size is not None and each.size
    ]
    return not rest or rung.size + min(rest) < best.size


def _again(
    students: Sequence[Road], known: Known, best: TriedRecipe | None, allowed: float
) -> list[Rung]:
    """Longer training: of those that missed the bound by little, the nearest first; and of the next
    smaller ones where that was enough.
    """
    found: list[tuple[float, Rung]] = []
    for road in students:
        for place, rung in enumerate(road.rungs):
            for before, after in zip((1, *LONGER), LONGER, strict=False):
                tried = known.get(longer(rung.recipe, before).short)
                if tried is None or tried.lost is None or (tried.is_within and before == 1):
                    continue
                nth, times = (place - 1, before) if tried.is_within else (place, after)
                if nth < 0 or tried.lost > NEAR * allowed:
                    continue
                again = Rung(longer(road.rungs[nth].recipe, times), road.rungs[nth].size)
                if again.recipe.short not in known and _can_win(again, road, known, best):
                    found.append((tried.lost, again))
    return [rung for _, rung in sorted(found, key=lambda each: each[0])]


def _seen(road: Road, known: Known) -> list[tuple[Rung, TriedRecipe]]:
    named = [(rung, known.get(rung.recipe.short)) for rung in road.rungs]
    return [(rung, tried) for rung, tried in named if tried is not None]


def _passing(road: Road, known: Known) -> int | None:
    """The first rung that keeps the bound."""
    return min((n for n, tried in _tried(road, known) if tried.is_within), default=None)


def _failing(road: Road, known: Known) -> int:
    """The last rung below those that keep the bound which doesn't; -1 for none."""
    high = _passing(road, known)
    return max(
        (n for n, t in _tried(road, known) if not t.is_within and (high is None or n < high)),
        default=-1,
    )


def _tried(road: Road, known: Known) -> Iterator[tuple[int, TriedRecipe]]:
    """The rungs that were tried, by their places."""
    for place, rung in enumerate(road.rungs):
        if rung.recipe.short in known:
            yield place, known[rung.recipe.short]

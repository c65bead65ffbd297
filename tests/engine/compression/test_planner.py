"""What a search tries next: pure, on made-up networks whose losses are known."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import pytest

from workbench import presets
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search.bound import GOALS, AccuracyBound
from workbench.compression.search.planner import (
    OWN_PART,
    SearchPace,
    TriedRecipe,
    best_of,
    nearest_of,
    next_recipe,
)
from workbench.compression.search.roads import MOST_EPOCHS, Roads, epochs_of, roads_of
from workbench.compression.steps import QuantizationAware, Student

MNIST = presets.load("mnist-cnn").structure.layers
SHAPE = (28, 28, 1)
FILE = 5000
"""Bytes of a file besides its weights."""

Loses = Callable[[CompressionRecipe], float]


def scale_of(recipe: CompressionRecipe) -> float:
    return next((step.scale for step in recipe.steps if isinstance(step, Student)), 1.0)


def epochs_in(recipe: CompressionRecipe) -> int:
    return next((step.epochs for step in recipe.steps if isinstance(step, Student)), 0)


def search(
    bound: AccuracyBound, roads: Roads, loses: Loses, left: float = 1e9, seconds: float = 100.0
) -> list[TriedRecipe]:
    """Every candidate in turn, each judged by a made-up loss."""
    sizes = {rung.recipe.steps[0]: rung.size for road in roads.all for rung in road.rungs}
    tried: list[TriedRecipe] = []
    while len(tried) < 100:
        pace = SearchPace.of(tried, 5.0)
        recipe = next_recipe(roads, tried, bound.within / 100, pace, left)
        if recipe is None:
            return tried
        assert recipe not in [each.recipe for each in tried], "nothing is tried twice"
        weights = weights_of(recipe, roads, sizes)
        lost = loses(recipe)
        took = seconds if recipe.epochs else 10.0
        left -= took
        tried.append(TriedRecipe(recipe, lost <= bound.within / 100, lost, FILE + weights, took))
    raise AssertionError("a search has to end")


def weights_of(recipe: CompressionRecipe, roads: Roads, sizes: dict[object, float]) -> float:
    for road in roads.all:
        for rung in road.rungs:
            if (scale_of(rung.recipe), rung.recipe.steps[1:]) == (
                scale_of(recipe),
                recipe.steps[1:],
            ):
                return rung.size or 93_322.0
    return 93_322.0


def mnist(bound: AccuracyBound, epoch_seconds: float | None = 5.0) -> Roads:
    return roads_of(bound, MNIST, SHAPE, epoch_seconds)


def test_students_go_down_to_the_bound_and_int4_wins() -> None:
    """Loss falls with the scale: int8 keeps 0.3 points down to 0.13, int4 down to 0.15."""
    bound = AccuracyBound(within=0.3)

    def loses(recipe: CompressionRecipe) -> float:
        limit = 0.15 if any(isinstance(s, QuantizationAware) for s in recipe.steps) else 0.13
        return 0.003 * limit / scale_of(recipe) + (0 if epochs_in(recipe) <= MOST_EPOCHS else 1)

    tried = search(bound, mnist(bound), loses)
    assert tried[0].recipe.short == "quantize:int8:bare=true", "what costs nothing comes first"
    assert scale_of(tried[1].recipe) == 0.209
    best = best_of(tried)
    assert best is not None
    assert best.recipe.short.endswith("qat:int4:epochs=7,quantize:int4:bare=true")
    assert scale_of(best.recipe) == 0.176, "0.148 loses more, and 0.176 keeps the bound"
    assert len(tried) < 12, "bisection, not all of 34"


def test_a_file_that_cannot_win_is_not_trained() -> None:
    bound = AccuracyBound(within=0.3)
    tried = search(bound, mnist(bound), lambda recipe: 0.0)
    best = best_of(tried)
    assert best is not None
    assert scale_of(best.recipe) == 0.044, "the narrowest"
    int8 = [each for each in tried if each.recipe.short.startswith("student") and "qat" not in
            each.recipe.short]  # fmt: skip
    assert len(int8) == 1, "with int4 at hand, int8 of more bytes isn't tried again"


def test_the_fastest_needs_no_int4() -> None:
    bound = AccuracyBound(goal="latency")
    tried = search(bound, mnist(bound), lambda recipe: 0.002)
    assert not any("int4" in each.recipe.short for each in tried)
    roads = mnist(AccuracyBound(goal="macs"))
    first = roads.students[0].rungs[roads.students[0].first]
    assert first.size == 156_546, "MACs are what counts: 42,588, 99,099, 13,689 and 1,170"


def test_near_misses_are_trained_longer_and_then_the_next_smaller() -> None:
    """0.148 and 0.124 keep the bound with twice the epochs alone."""
    bound = AccuracyBound(within=0.3)

    def loses(recipe: CompressionRecipe) -> float:
        longer = epochs_in(recipe) > MOST_EPOCHS
        return 0.001 if scale_of(recipe) > (0.11 if longer else 0.16) else 0.006

    best = best_of(search(bound, mnist(bound), loses))
    assert best is not None
    assert (scale_of(best.recipe), epochs_in(best.recipe)) == (0.124, 2 * MOST_EPOCHS)


def test_where_no_student_keeps_the_bound_other_roads_are_gone() -> None:
    bound = AccuracyBound(within=0.3, goal="gzip")

    def loses(recipe: CompressionRecipe) -> float:
        return 0.1 if "student" in recipe.short else 0.001

    tried = search(bound, mnist(bound), loses)
    names = {each.recipe.short.split(":")[0] for each in tried}
    assert names == {"quantize", "student", "structured", "prune", "qat"}
    students = [scale_of(each.recipe) for each in tried if "student" in each.recipe.short]
    assert max(students) == 0.84, "the widest was tried"


def test_a_network_that_cannot_be_narrower_is_searched_too() -> None:
    layers = presets.load("hashed-cnn").structure.layers
    bound = AccuracyBound()
    roads = roads_of(bound, layers, SHAPE, 5.0)
    assert roads.students == ()
    tried = search(bound, roads, lambda recipe: 0.001)
    assert [each.recipe.short for each in tried] == [
        "quantize:int8:bare=true",
        "qat:int4,quantize:int4:bare=true",
    ]


def test_nothing_is_begun_that_cannot_be_done_in_time() -> None:
    bound = AccuracyBound(within=0.3)
    tried = search(bound, mnist(bound), lambda recipe: 0.0, left=350.0, seconds=100.0)
    assert sum(each.seconds or 0 for each in tried) <= 350
    assert len(tried) > 2
    assert search(bound, mnist(bound), lambda recipe: 0.0, left=5.0) == []


def test_epochs_are_as_many_as_let_several_students_fit() -> None:
    assert epochs_of(AccuracyBound(minutes=20), 5.0) == 30, "40 would fit"
    assert epochs_of(AccuracyBound(minutes=20), 20.0) == 10
    assert epochs_of(AccuracyBound(minutes=0.1), 20.0) == 2
    assert epochs_of(AccuracyBound(), None) == 30


def test_pace_is_learned_from_what_candidates_took() -> None:
    plain, student = map(
        CompressionRecipe.of_text, ("quantize:int8", "student:0.2:epochs=10,quantize:int8")
    )
    assert SearchPace.of((), 9.0).epoch == pytest.approx(9 * OWN_PART)
    tried = (TriedRecipe(plain, True, 0.0, 1.0, 12.0), TriedRecipe(student, True, 0.0, 1.0, 52.0))
    assert SearchPace.of(tried, 9.0) == SearchPace(12.0, 4.0)
    assert SearchPace(12.0, 4.0).seconds(student) == 52


def test_the_same_was_tried_so_the_same_is_next() -> None:
    bound = AccuracyBound()
    tried = search(bound, mnist(bound), lambda recipe: 0.0025)
    again = next_recipe(mnist(bound), tried[::-1][1:], 0.003, SearchPace.of(tried, 5.0), 1e9)
    assert again == tried[-1].recipe


def test_a_candidate_that_failed_is_no_reason_to_give_up() -> None:
    bound = AccuracyBound()
    roads = mnist(bound)
    plain = roads.plain.rungs[0].recipe
    first = roads.students[1].rungs[roads.students[1].first].recipe
    failed = (TriedRecipe(plain, False, None, None), TriedRecipe(first, False, None, None))
    found = next_recipe(roads, failed, 0.003, SearchPace(), 1e9)
    assert found is not None
    assert scale_of(found) > scale_of(first), "a wider one"
    assert best_of(failed) is nearest_of(failed) is None


def test_the_nearest_is_named_where_none_keeps_the_bound() -> None:
    one, two = map(CompressionRecipe.of_text, ("quantize:int8", "quantize:int4"))
    tried = (TriedRecipe(one, False, 0.02, 9.0), TriedRecipe(two, False, 0.01, 99.0))
    assert best_of(tried) is None
    assert nearest_of(tried) == tried[1]


def test_chance_takes_its_part_of_the_bound() -> None:
    bound = AccuracyBound(within=0.3)
    error = sqrt((0.008 + 0.010) / 2 / 6000)
    assert bound.margin(0.992, 0.990, 6000) == pytest.approx(error) == pytest.approx(0.00122, 0.01)
    assert bound.margin(0.95, 0.95, 100) == pytest.approx(0.0015), "at most half of it"
    assert bound.allows(0.9920, 0.9903, 6000)
    assert not bound.allows(0.9920, 0.9900, 6000)
    assert bound.allows(0.95, 0.95, 100), "a file that loses nothing is always within"


def test_goals_say_their_values() -> None:
    assert GOALS["bytes"].text(7104) == "7.1 kB"
    assert GOALS["gzip"].text(4715) == "4.71 kB gzipped"
    assert GOALS["latency"].text(0.0084) == "8.4 µs"
    assert GOALS["macs"].text(166_000) == "166,000 MACs"

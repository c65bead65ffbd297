"""Fronts against brute force, groups, and brushes against the filter that they are written as."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.made_up import add_runs
from workbench.runs.columns import Column, column_of
from workbench.runs.quantities import Kind
from workbench.runs.store import Store
from workbench.runs.table.arrange import TableView, arrange, plan
from workbench.runs.table.frame import RunFrame
from workbench.runs.table.loading import load_columns, load_runs
from workbench.runs.table.matching import Filter
from workbench.runs.table.query import parse
from workbench.tradeoffs.brush import Axis, axis_of, together
from workbench.tradeoffs.groups import bars_of
from workbench.tradeoffs.pareto import front, staircase
from workbench.tradeoffs.points import TradeoffAxis, front_line, points_of

Numbers = npt.NDArray[np.float64]

few = st.integers(0, 4).map(float)  # so that there are many ties
figures = st.one_of(few, st.floats(-1e6, 1e6))


@st.composite
def clouds(draw: st.DrawFn) -> tuple[Numbers, list[int]]:
    quantities = draw(st.integers(1, 3))
    rows = draw(st.lists(st.tuples(*[figures] * quantities), max_size=30))
    better = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=quantities, max_size=quantities))
    return np.array(rows, np.float64).reshape(len(rows), quantities), better


def brute_front(values: Numbers, better: list[int]) -> list[bool]:
    """By the definition: no other is at least as good in all and better in one."""
    gains = values * np.array(better)

    def beats(one: Numbers, other: Numbers) -> bool:
        return bool((one >= other).all() and (one > other).any())

    return [not any(beats(other, one) for other in gains) for one in gains]


@given(clouds())
def test_the_front_is_that_of_the_definition(cloud: tuple[Numbers, list[int]]) -> None:
    values, better = cloud
    assert front(values, better).tolist() == brute_front(values, better)


def test_equal_runs_are_on_the_front_together() -> None:
    values = np.array([[1.0, 5.0], [1.0, 5.0], [2.0, 5.0], [3.0, 9.0], [0.0, -0.0], [0.0, 0.0]])
    assert front(values, [-1, 1]).tolist() == [True, True, False, True, True, True]


def test_a_front_of_very_many_is_right() -> None:
    """10,000 runs in three quantities; brute force would look at 100 million pairs."""
    values = np.random.default_rng(0).random((10_000, 3))
    found = values[front(values, [1, 1, 1])]
    assert len(found) > 10
    beaten = values[~front(values, [1, 1, 1])]
    assert all((found >= point).all(axis=1).any() for point in beaten)
    assert front(found, [1, 1, 1]).all()


def test_a_fourth_quantity_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 3 quantities, got 4"):
        front(np.zeros((2, 4)), [1, 1, 1, 1])


@pytest.mark.parametrize(("better", "at", "reached"), [(-1, 2.0, 5.0), (1, 2.0, 6.0)])
def test_the_line_shows_what_is_reached_between_two_runs(
    better: int, at: float, reached: float
) -> None:
    """With few parameters good, 2 M reach what the run with 1 M does; with many, the run of 3 M."""
    x, y = staircase(np.array([3.0, 1.0]), np.array([6.0, 5.0]), better)
    assert (x[0], x[-1], y[0], y[-1]) == (1, 3, 5, 6)
    level = [y[i] for i in range(len(x) - 1) if x[i] <= at <= x[i + 1] and x[i] < x[i + 1]]
    assert level == [reached]


def test_runs_without_a_figure_are_counted() -> None:
    nan = np.nan
    size = np.array([10.0, 20.0, nan, 0.0, 30.0, np.inf])
    accuracy = np.array([0.5, nan, nan, 0.9, 0.7, 0.99])
    wanted = (
        TradeoffAxis(key="parameters", better="less", log=True),
        TradeoffAxis(key="a", better="more"),
    )
    points = points_of([size, accuracy], wanted)
    assert points.missing == (2, 2)
    assert points.total == 6
    assert points.known.tolist() == [0, 3, 4]
    assert points.off_axis == 1
    assert points.best().tolist() == [3]
    assert len(points.known) + 3 == points.total


def test_without_a_direction_nothing_is_best() -> None:
    wanted = (TradeoffAxis(key="a"), TradeoffAxis(key="b"))
    points = points_of([np.arange(3.0), np.arange(3.0)], wanted)
    assert not points.is_best.any()
    assert front_line(points, wanted) is None


def test_the_line_is_of_the_plane_that_is_drawn() -> None:
    columns = [np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]), np.array([3.0, 2.0, 1.0])]
    plane = (TradeoffAxis(key="a", better="less"), TradeoffAxis(key="b", better="more"))
    line = front_line(points_of(columns[:2], plane), plane)
    assert line is not None
    assert [values.tolist() for values in line] == [[1, 2, 2], [1, 1, 3]]
    deep = (*plane, TradeoffAxis(key="c", better="less"))
    assert points_of(columns, deep).is_best.all()
    assert front_line(points_of(columns, deep), deep) is None
    marked = (*plane, TradeoffAxis(key="c"))
    assert front_line(points_of(columns, marked), marked) is not None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.just(np.nan), figures))))
def test_bars_are_means_and_deviations(runs: list[tuple[str, float]]) -> None:
    values = np.array([value for _, value in runs], np.float64)
    labels = [label for label, _ in runs]
    bars = bars_of(values, labels, 1)
    assert int(bars.counts.sum()) + bars.missing == bars.total == len(runs)
    assert (np.diff(bars.means) <= 0).all()
    for number, label in enumerate(bars.labels):
        mine = [v for name, v in runs if name == label and not np.isnan(v)]
        assert bars.counts[number] == len(mine)
        assert bars.means[number] == pytest.approx(np.mean(mine), rel=1e-9, abs=1e-6)
        if len(mine) == 1:
            assert np.isnan(bars.deviations[number])
        else:
            assert bars.deviations[number] == pytest.approx(np.std(mine, ddof=1), abs=1e-6)
        assert labels[bars.first[number]] == label
        assert {labels[run] for run in np.flatnonzero(bars.bar_of == number)} == {label}
    assert np.count_nonzero(bars.bar_of < 0) == bars.missing


def test_the_best_bar_is_first() -> None:
    values, labels = np.array([1.0, 3.0, 2.0]), ["a", "b", "c"]
    assert bars_of(values, labels, 1).labels == ("b", "c", "a")
    assert bars_of(values, labels, -1).labels == ("a", "c", "b")
    assert bars_of(values, labels, 0).labels == ("b", "c", "a")


# --- parallel axes -------------------------------------------------------------------------------


def test_an_axis_runs_from_the_least_to_the_greatest() -> None:
    column = column_of("parameters")
    axis = axis_of(column, np.array([100.0, 300.0, np.nan, 200.0]))
    assert axis.heights.tolist()[:2] == [0, 1]
    assert axis.heights[3] == 0.5
    assert axis.missing == 1
    assert [tick.text for tick in axis.ticks()] == ["100", "200", "300"]
    decades = axis_of(column, np.array([1.0, 100.0, 10.0, 0.0]), log=True)
    assert decades.heights.tolist()[:3] == [0, 1, 0.5]
    assert decades.missing == 1
    assert decades.value_at(0.5) == 10


@pytest.mark.parametrize("log", [False, True])
def test_an_axis_of_a_column_that_no_run_has_invents_no_scale(log: bool) -> None:
    axis = axis_of(column_of("joules"), np.array([np.nan, np.nan]), log=log)
    assert axis.missing == 2
    assert not axis.ticks()


def test_an_axis_of_one_value_and_of_none() -> None:
    column = column_of("macs")
    one = axis_of(column, np.array([7.0, 7.0]))
    assert one.heights.tolist() == [0.5, 0.5]
    assert str(one.term(0.2, 0.8)) == "macs != missing"
    assert one.term(0.6, 0.8) is None
    none = axis_of(column, np.array([np.nan]))
    assert none.missing == 1


def test_texts_are_categories_as_a_filter_has_them() -> None:
    column = Column("optimizer.kind", "optimizer.kind", Kind.TEXT)
    values = np.array(["sgd", "Adam", None, "adam", "missing"], np.object_)
    axis = axis_of(column, values)
    assert axis.categories == ("Adam", "missing", "sgd")
    assert axis.heights.tolist()[:2] == [1, 0]
    assert axis.heights[3] == 0
    term = axis.term(0.4, 1.0)
    assert str(term) == 'optimizer.kind = "missing" or optimizer.kind = sgd'
    assert parse(str(term)) == term
    assert axis.term(0.6, 0.9) is None


def test_ranges_together_are_one_filter() -> None:
    column = column_of("epochs")
    axis = axis_of(column, np.array([0.0, 10.0]))
    kinds = axis_of(Column("k", "k", Kind.TEXT), np.array(["a", "b"], np.object_))
    both = together([axis.term(0.2, 0.8), None, kinds.term(0, 1)])
    assert str(both) == "epochs >= 2.00 and epochs <= 8.00 and (k = a or k = b)"
    assert parse(str(both)) == both
    assert together([None]) is None


KEYS = (
    "parameters",
    "macs",
    "test_accuracy",
    "val_loss",
    "images_per_second",
    "seconds",
    "created",
    "starred",
    "name",
    "status",
    "optimizer.learning_rate",
    "val_accuracy@3",
    "time_to@0.8",
    "loss@best",
)


@given(st.sampled_from(KEYS), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_the_filter_finds_what_lies_in_the_range(
    shared_frame: RunFrame, key: str, one: float, other: float, log: bool
) -> None:
    """To the rounding of the range's ends; what is found has a place on the axis."""
    low, high = sorted((one, other))
    axis = axis_of(shared_frame.about(key), shared_frame.values(key), log=log)
    term = axis.term(low, high)
    inside = (axis.heights >= low) & (axis.heights <= high)
    if term is None:
        assert not inside.any()
        return
    found = Filter(parse(str(term)), shared_frame)
    mask = found.mask(shared_frame.snapshot(found.keys))
    shown = arrange(plan(shared_frame, TableView(), found))
    assert sorted(shown.places.tolist()) == np.flatnonzero(mask).tolist()
    assert not np.isnan(axis.heights[mask]).any()
    assert (mask == inside)[~near_an_end(axis, low, high)].all()


def near_an_end(axis: Axis, low: float, high: float) -> npt.NDArray[np.bool_]:
    """Runs so near to an end that rounding decides; the dates are too close to tell apart."""
    if axis.categories:
        return np.zeros(len(axis.heights), np.bool_)
    slack = 1.0 if axis.column.kind is Kind.DATE else 1 / 200
    return np.asarray(
        (np.abs(axis.heights - low) <= slack) | (np.abs(axis.heights - high) <= slack), np.bool_
    )


@pytest.fixture(scope="module")
def shared_frame(tmp_path_factory: pytest.TempPathFactory) -> RunFrame:
    """Six runs, read once: what is known of them is not changed."""
    with Store(tmp_path_factory.mktemp("store")) as store:
        runs = add_runs(store, 6)
        store.update(runs[1].run_id, starred=True, macs=None, parameters=10)
        loaded = load_runs(store)
        load_columns(store, loaded, ["val_accuracy@3", "time_to@0.8"])
    return loaded

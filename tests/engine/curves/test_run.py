"""The data of one run: x axes, truncation, smoothing, values that are not numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.curves.run import METRICS, RunCurves
from workbench.curves.smoothing import Average


def filled(steps: int, start: int = 1, per_epoch: float | None = 100) -> RunCurves:
    curves = RunCurves(per_epoch)
    extend(curves, start, start + steps)
    return curves


def extend(curves: RunCurves, start: int, stop: int) -> None:
    step = np.arange(start, stop)
    curves.append_steps(step, step * 0.5, 1.0 / step, step / 1e4, step * 1e-6, step * 10.0)


def naive(values: list[float], weight: float) -> list[float]:
    """TensorBoard's smoothing, written out."""
    last, count, answer = 0.0, 0, []
    for value in values:
        if not np.isfinite(value):
            answer.append(np.nan)
            continue
        count += 1
        last = last * weight + (1 - weight) * value
        answer.append(last / (1 - weight**count))
    return answer


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")), st.just(float("inf"))), max_size=400
    ),
    weight=st.sampled_from([0.0, 1e-6, 0.05, 0.6, 0.9, 0.99, 0.999]),
    pieces=st.integers(1, 5),
)
def test_smoothing_equals_the_naive_reference(
    values: list[float], weight: float, pieces: int
) -> None:
    average = Average(weight)
    got = [average.extend(part) for part in np.array_split(np.array(values, float), pieces)]
    scale = max([1.0, *(abs(value) for value in values if np.isfinite(value))])
    np.testing.assert_allclose(np.concatenate(got), naive(values, weight), atol=1e-9 * scale)


@pytest.mark.parametrize("weight", [0.01, 0.5, 0.999])
def test_smoothing_of_a_long_series_equals_the_naive_reference(weight: float) -> None:
    values = np.random.default_rng(3).lognormal(size=20_000)
    got = Average(weight).extend(values)
    np.testing.assert_allclose(got, naive(values.tolist(), weight), rtol=1e-9)


def test_axes_scale_the_same_points() -> None:
    curves = filled(300)
    step, loss = curves.visible("loss", "step", 0, 1e9, 1000)
    epoch, same = curves.visible("loss", "epoch", 0, 1e9, 1000)
    seconds, _ = curves.visible("loss", "seconds", 0, 1e9, 1000)
    np.testing.assert_allclose(epoch, step / 100)
    np.testing.assert_allclose(seconds, step * 0.5)
    np.testing.assert_array_equal(loss, same)
    assert curves.bounds("epoch") == (0.01, 3.0)


def test_steps_per_epoch_is_taken_from_epochs_until_given() -> None:
    curves = filled(200, per_epoch=None)
    assert curves.bounds("epoch") is None
    assert len(curves.visible("loss", "epoch", 0, 9, 100)[0]) == 0
    curves.append_epoch(1.0, 50, 25.0, 0.5, 0.9, 1000.0)
    assert curves.bounds("epoch") == (0.02, 4.0)
    curves.steps_per_epoch = 200
    assert curves.bounds("epoch") == (0.005, 1.0)


def test_truncate_forgets_all_after_a_step_and_goes_on() -> None:
    curves = filled(300)
    for epoch in (1, 2, 3):
        curves.append_epoch(float(epoch), epoch * 100, epoch * 50.0, 0.3, 0.9, None)
    curves.catch_up("loss", 0.9)
    curves.truncate(200)
    assert curves.last_step == 200
    assert curves.visible("val_loss", "step", 0, 999, 10)[0].tolist() == [100.0, 200.0]
    extend(curves, 201, 251)
    assert not curves.catch_up("loss", 0.9)
    _, smooth = curves.visible("loss", "step", 0, 999, 1000, 0.9)
    assert smooth[-1] == pytest.approx(naive([1.0 / s for s in range(1, 251)], 0.9)[-1], rel=1e-5)


def test_smoothing_is_computed_in_pieces_and_incrementally() -> None:
    curves = filled(1000)
    assert curves.catch_up("loss", 0.9, limit=600)
    assert curves.smoothed_count("loss", 0.9) == 600
    assert not curves.catch_up("loss", 0.9, limit=600)
    extend(curves, 1001, 1011)
    assert not curves.catch_up("loss", 0.9, limit=10), "only what was added is left to do"
    point = curves.value_at("loss", "step", 1010, 0.9)
    assert point is not None
    assert point[1] == pytest.approx(naive([1.0 / s for s in range(1, 1011)], 0.9)[-1], rel=1e-5)


def test_training_time_and_elapsed_time_are_axes_of_their_own() -> None:
    curves = RunCurves(100)
    step, ones = np.arange(1.0, 4.0), np.ones(3)
    curves.append_steps(step, [0.0, 1.0, 2.0], ones, ones, ones, ones, [5.0, 6.0, 8.0])
    curves.append_epoch(1.0, 3, 2.0, 0.5, 0.9, 10.0, 9.0)
    assert curves.points("loss", "seconds")[0].tolist() == [0.0, 1.0, 2.0]
    assert curves.points("loss", "elapsed")[0].tolist() == [5.0, 6.0, 8.0]
    assert curves.points("val_loss", "elapsed")[0].tolist() == [9.0]
    assert curves.bounds("elapsed") == (5.0, 9.0)
    old = RunCurves(100)  # of before training time was kept
    old.append_steps(step, None, ones, ones, ones, ones, [5.0, 6.0, 8.0])
    old.append_epoch(1.0, 3, None, 0.5, 0.9, 10.0, 9.0)
    assert old.bounds("seconds") is None
    assert len(old.points("loss", "seconds")[0]) == len(old.points("val_loss", "seconds")[0]) == 0
    assert old.points("loss", "elapsed")[0].tolist() == [5.0, 6.0, 8.0]
    old.truncate(2)
    assert old.bounds("elapsed") == (5.0, 6.0)


def test_probes_share_the_axes_and_are_forgotten_with_the_steps() -> None:
    curves = filled(200)
    assert not curves.has_probes
    step = np.arange(1, 201)
    curves.append_probes(step, step * 0.5, 3.0 / step, step / 1e6)
    assert curves.has_probes
    x, norms = curves.visible("gradient_norm", "epoch", 0, 9, 1000)
    np.testing.assert_allclose(x, step / 100)
    np.testing.assert_allclose(norms, 3.0 / step, rtol=1e-6)
    assert not curves.catch_up("update_ratio", 0.9)
    _, smooth = curves.visible("update_ratio", "step", 0, 999, 1000, 0.9)
    assert smooth[-1] == pytest.approx(naive((step / 1e6).tolist(), 0.9)[-1], rel=1e-5)
    curves.truncate(50)
    assert curves.points("gradient_norm", "step")[0].tolist() == step[:50].tolist()
    with pytest.raises(ValueError, match="update_ratio must have shape"):
        curves.append_probes([51], [1.0], [1.0], [1.0, 2.0])


def test_validation_is_never_smoothed() -> None:
    curves = filled(10)
    curves.append_epoch(1.0, 5, 1.0, 0.5, 0.9, 10.0)
    curves.append_epoch(2.0, 10, 2.0, 0.1, 0.95, 10.0)
    assert not curves.catch_up("val_loss", 0.99)
    values = curves.visible("val_loss", "step", 0, 99, 10, 0.99)[1]
    np.testing.assert_allclose(values, [0.5, 0.1], rtol=1e-6)


def test_a_missing_or_infinite_value_is_counted_not_drawn() -> None:
    curves = RunCurves()
    bad = np.array([1.0, np.nan, np.inf])
    curves.append_steps([1, 2, 3], [1, 2, 3], bad, bad, bad, bad)
    curves.append_probes([1, 2, 3], [1, 2, 3], bad, bad)
    curves.append_epoch(1.0, 3, 3.0, None, float("nan"), None)
    for metric in METRICS:
        assert np.isfinite(curves.visible(metric, "step", 0, 9, 10)[1]).all()
    assert curves.non_finite("loss") == 2
    assert curves.non_finite("val_accuracy") == 1
    assert curves.value_at("loss", "step", 3) == (1.0, 1.0)


def test_seconds_that_go_back_are_held() -> None:
    curves = RunCurves()
    ones = np.ones(3)
    curves.append_steps([1, 2, 3], [5.0, 4.0, np.nan], ones, ones, ones, ones)
    assert curves.bounds("seconds") == (5.0, 5.0)


def test_nearest_value() -> None:
    curves = filled(10)
    assert curves.value_at("images_per_second", "step", 4.4) == (4.0, 40.0)
    assert curves.value_at("images_per_second", "epoch", 0.099) == (0.1, 100.0)
    assert RunCurves().value_at("loss", "step", 1.0) is None


def test_bad_input_is_refused_in_a_sentence() -> None:
    curves = filled(10)
    one = np.ones(1)
    with pytest.raises(ValueError, match="step must not fall"):
        curves.append_steps([3], one, one, one, one, one)
    with pytest.raises(ValueError, match="accuracy must have shape"):
        curves.append_steps([11], one, one, np.ones(2), one, one)
    with pytest.raises(ValueError, match="metric must be one of"):
        curves.visible("lose", "step", 0, 1, 1)
    with pytest.raises(ValueError, match="axis must be one of"):
        curves.bounds("hours")
    assert len(curves) == 10

"""What the steps compute, against values worked out by hand or by another road."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.compression import distilling, factors, grids, sharing, zeros


def test_the_cubic_schedule_of_zhu_and_gupta() -> None:
    """s_t = s_f + (s_i - s_f) (1 - t / T)^3: half way an eighth of the distance is left."""
    np.testing.assert_allclose(zeros.cubic(0.0, 0.8, [0.0, 0.5, 1.0, 2.0]), [0.0, 0.7, 0.8, 0.8])
    np.testing.assert_allclose(zeros.cubic(0.5, 0.9, 0.25), 0.9 - 0.4 * 0.75**3)


def test_the_plan_ends_with_the_share_that_was_asked() -> None:
    plan = zeros.planned_zeros(1000, 0.0, 0.8, 100, 0.7)
    assert (np.diff(plan.zeros) >= 0).all()
    assert (plan.steps[-1], plan.zeros[-1]) == (69, 800), "the ramp is over after 70 of 100 steps"
    assert [x.tolist() for x in zeros.planned_zeros(10, 0.0, 0.5, 1, 0.1)] == [[0], [5]]
    many = zeros.planned_zeros(1000, 0.0, 0.8, 1_000_000_000, 1.0)
    assert 100 <= len(many.steps) <= 102, "all weights are sorted a hundred times at most"
    assert (many.steps[-1], many.zeros[-1]) == (999_999_999, 800)


def test_the_smallest_of_all_kernels_become_zero() -> None:
    first, second = np.array([[1.0, -5.0], [0.1, 3.0]]), np.array([-0.2, 4.0])
    masks = zeros.smallest([first, second], 3)
    assert masks[0].tolist() == [[False, True], [False, True]]
    assert masks[1].tolist() == [False, True]
    assert all(mask.all() for mask in zeros.smallest([first, second], 0))


def test_two_of_four_stay_along_the_inputs() -> None:
    kernel = np.array([[1.0, 4], [-3, 3], [2, -2], [0.5, 1], [9, 0.1]])
    mask = zeros.pattern(kernel, 2, 4)
    assert mask[:, 0].tolist() == [False, True, True, False, True], "the fifth input is left over"
    assert mask[:, 1].tolist() == [True, True, False, False, True]
    image = np.random.default_rng(0).normal(size=(3, 3, 8, 5))
    assert zeros.pattern(image, 1, 4).reshape(-1, 4, 5).sum(1).tolist() == [[1] * 5] * 18
    equal = zeros.pattern(np.ones((8, 2)), 2, 4)
    assert equal.sum() == 8, "of equal weights as many stay"


def test_shared_values_are_a_fixed_point_of_k_means() -> None:
    kernel = np.random.default_rng(0).normal(size=(40, 25)).astype(np.float32)
    found = sharing.shared(kernel, 8)
    assert len(np.unique(found.kernel)) == 8
    means = sharing.means(kernel, found.places, 8)
    np.testing.assert_allclose(found.values, means, atol=1e-3)
    nearest = np.abs(kernel[..., None] - found.values).argmin(-1)
    assert (nearest == found.places).mean() > 0.99


def test_zeros_keep_a_value_of_their_own() -> None:
    kernel = np.array([[0.0, 1.0, 1.1], [0.0, 5.0, 5.1]], np.float32)
    found = sharing.shared(kernel, 3)
    assert found.has_zeros
    np.testing.assert_allclose(found.values, [0, 1.05, 5.05], rtol=1e-6)
    assert found.places.tolist() == [[0, 1, 1], [0, 2, 2]]
    few = sharing.shared(kernel, 16)
    np.testing.assert_array_equal(few.kernel, kernel, "fewer values than may stay are kept")
    assert sharing.shared(np.zeros((2, 2)), 4).values.tolist() == [0.0]


def test_huffmans_code() -> None:
    """Frequencies 4, 2, 1, 1: codes of 1, 2, 3 and 3 bits."""
    places = np.array([0, 0, 0, 0, 1, 1, 2, 3], np.int32)
    assert sharing.huffman_bits(places) == 4 * 1 + 2 * 2 + 3 + 3
    assert sharing.huffman_bits(np.zeros(5, np.int32)) == 5


@pytest.mark.parametrize("temperature", [1.0, 3.0, 20.0])
def test_hintons_gradient(temperature: float) -> None:
    """The loss has it; at a high temperature it is (z - v) / classes, section 2.1."""
    generator = np.random.default_rng(1)
    student, teacher = generator.normal(size=(2, 4, 5))
    shares = (distilling.softened(logits, temperature) for logits in (student, teacher))
    found = temperature * np.subtract(*shares) / len(student)
    for place in np.ndindex(student.shape):
        step = np.zeros_like(student)
        step[place] = 1e-5
        above = distilling.soft_loss(student + step, teacher, temperature)
        below = distilling.soft_loss(student - step, teacher, temperature)
        assert found[place] == pytest.approx((above - below) / 2e-5, abs=1e-6)
    if temperature == 20.0:
        both = [z - z.mean(axis=1, keepdims=True) for z in (student, teacher)]
        np.testing.assert_allclose(found, (both[0] - both[1]) / 5 / 4, atol=0.01)


def test_the_factors_of_a_kernel_are_the_nearest_of_their_rank() -> None:
    """The error of rank r is the rest of the singular values (Eckart and Young)."""
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 10))
    first, second = factors.factors(kernel, 4)
    assert (first.shape, second.shape) == ((3, 3, 4, 4), (1, 1, 4, 10))
    flat = kernel.reshape(36, 10)
    values = np.linalg.svd(flat, compute_uv=False)
    error = flat - first.reshape(36, 4) @ second.reshape(4, 10)
    assert np.linalg.norm(error) == pytest.approx(np.sqrt((values[4:] ** 2).sum()))
    whole = factors.factors(flat, 10)
    np.testing.assert_allclose(whole.first @ whole.second, flat, atol=1e-12)


def test_the_rank_that_pays() -> None:
    assert factors.rank_that_pays((576, 64)) == 57, "57 (576 + 64) < 576 * 64 <= 58 (576 + 64)"
    assert factors.rank_that_pays((3, 3, 1, 8)) == 4
    assert factors.rank_that_pays((1, 8)) == 0


def test_kernels_on_their_grid() -> None:
    kernel = np.array([[0.7, 10.0], [-0.35, 0.0], [0.04, -4.0]])
    found = grids.on_grid(kernel, 4, axis=1)
    np.testing.assert_allclose(found[:, 0], [0.7, -0.4, 0.0], err_msg="scale 0.1")
    np.testing.assert_allclose(found[:, 1], [10.0, 0.0, -30 / 7], err_msg="scale 10 / 7")
    np.testing.assert_allclose(grids.on_grid(found, 4, 1), found, err_msg="a fixed point")
    assert np.abs(grids.on_grid(kernel, 8, 1) - kernel).max() <= 10 / 127 / 2
    assert not grids.on_grid(np.zeros((2, 2)), 4, 1).any()

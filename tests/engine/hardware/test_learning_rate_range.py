"""The range test's arithmetic on made-up curves: smoothing, end, suggestion, and none."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.hardware import learning_rate_range
from workbench.hardware.learning_rate_range import rates_to_try, smoothed, suggest, useful

RATES = rates_to_try()
RANDOM = np.random.default_rng(0)


def valley(best: float = 0.02, noise: float = 0.05) -> np.ndarray:
    """A loss that falls a decade before `best`, and explodes a decade after it."""
    distance = np.log10(RATES / best)
    loss = 0.5 + 1.8 / (1 + np.exp(6 * (distance + 1))) + np.exp(8 * (distance - 0.6))
    return np.minimum(loss, 1e6) + noise * RANDOM.standard_normal(len(RATES))


def test_rates_grow_by_the_same_factor_from_the_first_to_the_last() -> None:
    assert RATES[0] == pytest.approx(learning_rate_range.FIRST_RATE)
    assert RATES[-1] == pytest.approx(learning_rate_range.LAST_RATE)
    assert np.ptp(RATES[1:] / RATES[:-1]) < 1e-9


def test_smoothing_starts_at_the_first_loss_and_keeps_a_constant() -> None:
    assert smoothed(np.array([3.0, 1.0]))[0] == pytest.approx(3.0)
    assert smoothed(np.full(50, 2.0)) == pytest.approx(2.0)


def test_the_test_ends_where_the_loss_explodes_or_is_no_number() -> None:
    assert useful(np.full(50, 2.0)) == 50
    assert useful(np.append(np.full(50, 2.0), 500.0)) == 50
    assert useful(np.append(np.full(30, 2.0), [np.nan, 1.0])) == 30
    assert useful(np.array([np.inf, 1.0])) == 0


@pytest.mark.parametrize("best", [1e-4, 2e-2, 0.5])
def test_the_suggestion_lies_a_decade_below_the_lowest_loss(best: float) -> None:
    found = suggest(RATES, valley(best))
    assert found.rate is not None
    assert found.index is not None
    assert best / 20 < found.rate < best
    assert RATES[found.index] == pytest.approx(found.rate, rel=0.1)
    assert f"{found.rate:g}" in found.words
    assert found.rate == float(f"{found.rate:.1e}")


@pytest.mark.parametrize(
    ("losses", "why"),
    [
        (np.full(200, 2.3), "hardly|at best"),
        (2.3 + 0.1 * np.random.default_rng(1).standard_normal(200), "jumps by"),
        (valley(noise=1.5), "jumps by"),
        (np.append(np.full(5, 2.0), np.full(195, np.nan)), "explodes at"),
        (np.full(200, np.inf), "explodes at"),
        (np.linspace(2.3, 0.1, 200), "still falls"),
    ],
)
def test_a_curve_that_supports_none_gets_a_sentence(losses: np.ndarray, why: str) -> None:
    found = suggest(RATES, losses)
    assert found.rate is None
    assert found.index is None
    assert found.words.startswith("no suggestion: ")
    assert any(part in found.words for part in why.split("|"))


def test_noise_alone_never_gets_a_suggestion() -> None:
    random = np.random.default_rng(2)
    noise = (2.3 + 0.2 * random.standard_normal(200) for _ in range(100))
    assert all(suggest(RATES, losses).rate is None for losses in noise)


def test_what_comes_after_the_explosion_does_not_matter() -> None:
    losses = valley()
    end = useful(losses)
    other = np.append(losses[: end + 1], np.zeros(len(losses) - end - 1))
    assert suggest(RATES, other) == suggest(RATES, losses)

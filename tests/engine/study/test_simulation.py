"""Studies of levers whose worth is known: real ones are found as promised, false ones rarely."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from scipy import stats

from tests.engine.study.simulation import NOISE, Found, simulated
from workbench.study.judging.design import runs_of
from workbench.study.judging.resolution import smallest_screened

LEVERS = 20
REAL = ("lever 2", "lever 9", "lever 17")


def worth(amount: float) -> dict[str, float]:
    """Twenty levers, three of which do something."""
    names = [f"lever {number}" for number in range(LEVERS)]
    return {name: amount if name in REAL else 0.0 for name in names}


def is_as_promised(found: Found) -> bool:
    """Whether chance allows for 80 % of the real levers and for false ones in 5 % of studies."""
    enough = stats.binom.cdf(found.found, found.real, 0.8) > 0.01
    few = stats.binom.sf(found.false - 1, found.studies, 0.05) > 0.01
    return bool(enough and few)


@pytest.mark.parametrize(
    "more",
    [{}, {"lost": 0.05, "repeats": 2}],
    ids=["as planned", "with failed runs"],
)
def test_levers_at_the_stated_resolution(more: Mapping[str, float]) -> None:
    """200 studies of 20 levers, 3 of them real and just as large as the study says it can show."""
    repeats = int(more.get("repeats", 1))
    smallest = smallest_screened(NOISE, LEVERS, runs_of(LEVERS))
    found = simulated(200, worth(smallest), repeats=repeats, lost=more.get("lost", 0.0))
    assert is_as_promised(found), found


def test_a_design_that_needs_all_its_runs_bears_the_loss_of_some() -> None:
    """20 levers in 40 runs, of which two fail: a little less is found, and nothing made up."""
    smallest = smallest_screened(NOISE, LEVERS, runs_of(LEVERS))
    found = simulated(100, worth(smallest), lost=0.05)
    assert found.found > 0.6 * found.real
    assert is_as_promised(Found(100, 0, 0, found.false))


def test_smaller_levers_are_mostly_missed_and_none_is_made_up() -> None:
    found = simulated(100, worth(0.0002))
    assert found.found < 0.1 * found.real
    assert is_as_promised(Found(100, 0, 0, found.false))


def test_what_two_levers_do_together_makes_no_other_one_real() -> None:
    """Real levers that also act together leave the others as they are."""
    found = simulated(100, worth(0.003), together={("lever 2", "lever 9"): 0.002})
    assert is_as_promised(found), found

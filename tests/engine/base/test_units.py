"""Figures as a person reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.base import units

SPOKEN = [
    (units.count, 0, "0"),
    (units.count, 93_322, "93,322"),
    (units.count, 10_899.6, "10,900"),
    (units.big, 0, "0"),
    (units.big, 93_322, "93,322"),
    (units.big, 1e6, "1 M"),
    (units.big, 2_794_240, "2.79 M"),
    (units.big, 25_600_000, "25.6 M"),
    (units.big, 4_100_000_000, "4.1 G"),
    (units.size, 0, "0 B"),
    (units.size, 999, "999 B"),
    (units.size, 1000, "1 kB"),
    (units.size, 373_288, "373 kB"),
    (units.size, 11_490_434, "11.5 MB"),
    (units.size, 2.5e9, "2.5 GB"),
    (units.energy, None, "–"),
    (units.energy, 340.4, "340 J"),
    (units.energy, 12_500, "12.5 kJ"),
    (units.signed, 0, "0"),
    (units.signed, 1234, "+1,234"),
    (units.signed, -53_184, "−53,184"),
    (units.percent, 0, "0.00 %"),
    (units.percent, 0.97777, "97.78 %"),
    (units.percent, 1, "100.00 %"),
    (units.decimal, 0.081234, "0.08123"),
    (units.decimal, 2.0, "2"),
    (units.decimal, float("nan"), "nan"),
    (units.duration, 0, "0.0 s"),
    (units.duration, 6.04, "6.0 s"),
    (units.duration, 10, "10 s"),
    (units.duration, 59.4, "59 s"),
    (units.duration, 59.6, "1 min 0 s"),
    (units.duration, 130, "2 min 10 s"),
    (units.duration, 3599.7, "1 h 0 min"),
    (units.duration, 3 * 3600 + 5 * 60 + 59, "3 h 5 min"),
]


@pytest.mark.parametrize(
    ("say", "value", "said"), SPOKEN, ids=lambda v: getattr(v, "__name__", str(v))
)
def test_figures(say: Callable[[float], str], value: float, said: str) -> None:
    assert say(value) == said


@pytest.mark.parametrize(
    "say",
    [units.count, units.big, units.size, units.percent, units.decimal, units.duration],
    ids=lambda say: say.__name__,
)
def test_what_is_not_known_is_a_dash(say: Callable[[None], str]) -> None:
    assert say(None) == units.NONE == "–"


@pytest.mark.parametrize("value", [999_999, 999_600_000, 1e12, 5e13])
def test_no_figure_is_written_with_an_exponent(value: float) -> None:
    assert "e" not in units.size(value) + units.big(value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(100, 43, "−57 %"), (93_322, 93_700, "+0.4 %"), (5, 5, "±0 %"), (0, 3, "–"), (0, 0, "±0 %"),
     (1000, 900.5, "−10 %"), (2, 9, "+350 %"), (100, 90.1, "−9.9 %")],
)  # fmt: skip
def test_a_difference_is_told_as_a_share(before: float, after: float, said: str) -> None:
    assert units.relative(before, after) == said

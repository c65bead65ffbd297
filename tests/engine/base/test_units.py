"""Figures as a person reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench import words

SPOKEN = [
    (words.count, 0, "0"),
    (words.count, 93_322, "93,322"),
    (words.count, 10_899.6, "10,900"),
    (words.big, 0, "0"),
    (words.big, 93_322, "93,322"),
    (words.big, 1e6, "1 M"),
    (words.big, 2_794_240, "2.79 M"),
    (words.big, 25_600_000, "25.6 M"),
    (words.big, 4_100_000_000, "4.1 G"),
    (words.size, 0, "0 B"),
    (words.size, 999, "999 B"),
    (words.size, 1000, "1 kB"),
    (words.size, 373_288, "373 kB"),
    (words.size, 11_490_434, "11.5 MB"),
    (words.size, 2.5e9, "2.5 GB"),
    (words.energy, None, "–"),
    (words.energy, 340.4, "340 J"),
    (words.energy, 12_500, "12.5 kJ"),
    (words.signed, 0, "0"),
    (words.signed, 1234, "+1,234"),
    (words.signed, -53_184, "−53,184"),
    (words.percent, 0, "0.00 %"),
    (words.percent, 0.97777, "97.78 %"),
    (words.percent, 1, "100.00 %"),
    (words.decimal, 0.081234, "0.08123"),
    (words.decimal, 2.0, "2"),
    (words.decimal, float("nan"), "nan"),
    (words.duration, 0, "0.0 s"),
    (words.duration, 6.04, "6.0 s"),
    (words.duration, 10, "10 s"),
    (words.duration, 59.4, "59 s"),
    (words.duration, 59.6, "1 min 0 s"),
    (words.duration, 130, "2 min 10 s"),
    (words.duration, 3599.7, "1 h 0 min"),
    (words.duration, 3 * 3600 + 5 * 60 + 59, "3 h 5 min"),
]


@pytest.mark.parametrize(
    ("say", "value", "said"), SPOKEN, ids=lambda v: getattr(v, "__name__", str(v))
)
def test_figures(say: Callable[[float], str], value: float, said: str) -> None:
    assert say(value) == said


@pytest.mark.parametrize(
    "say",
    [words.count, words.big, words.size, words.percent, words.decimal, words.duration],
    ids=lambda say: say.__name__,
)
def test_what_is_not_known_is_a_dash(say: Callable[[None], str]) -> None:
    assert say(None) == words.NONE == "–"


@pytest.mark.parametrize("value", [999_999, 999_600_000, 1e12, 5e13])
def test_no_figure_is_written_with_an_exponent(value: float) -> None:
    assert "e" not in words.size(value) + words.big(value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [(100, 43, "−57 %"), (93_322, 93_700, "+0.4 %"), (5, 5, "±0 %"), (0, 3, "–"), (0, 0, "±0 %"),
     (1000, 900.5, "−10 %"), (2, 9, "+350 %"), (100, 90.1, "−9.9 %")],
)  # fmt: skip
def test_a_difference_is_told_as_a_share(before: float, after: float, said: str) -> None:
    assert words.relative(before, after) == said

"""Waterfalls as figures: where the bars lie, their words, and the same file again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.svg import texts_of
from workbench.cli.main import main
from workbench.figures.embedded import about
from workbench.figures.families import figure_from
from workbench.figures.settings import FigureLook
from workbench.figures.waterfall.drawing import waterfall_of
from workbench.figures.waterfall.numbers import placed, span_of
from workbench.figures.waterfall.settings import WaterfallFigure
from workbench.figures.writing import write
from workbench.spec.base import SpecError


def step(label: str, amount: float, **more: Any) -> dict[str, Any]:
    return {"label": label, "amount": amount, **more}


def waterfall(*steps: dict[str, Any], **more: Any) -> WaterfallFigure:
    """From 80, by differences unless told otherwise."""
    return WaterfallFigure.parse(
        {
            "what": "waterfall",
            "title": "Training time (s)",
            "start": 80.0,
            "start_label": "Baseline",
            "start_words": "80 s",
            "end_label": "All together",
            "end_words": "10 s",
            "steps": steps,
            **more,
        }
    )


FACTORS = (
    step("One cycle", 0.25, low=0.2, high=0.3, alone=0.3, last=0.2, words="÷4", mark="gain"),
    step("$\\alpha$ & <b>", 0.5, low=0.4, high=1.2, words="÷2", mark="not shown"),
    step("Shifted images", 2.0, words="×2", mark="loss"),
    step("Together", 0.5, words="÷2", mark="together"),
)


def test_bars_begin_where_the_one_before_ends() -> None:
    added = placed(waterfall(step("a", -5.0, low=-6.0, high=-4.0), step("b", 2.0, alone=3.0)))
    assert [(one.start, one.end) for one in added] == [(80.0, 75.0), (75.0, 77.0)]
    assert (added[0].low, added[0].high, added[0].alone) == (74.0, 76.0, None)
    assert added[1].alone == 78.0
    factors = placed(waterfall(*FACTORS, multiplies=True))
    assert [one.end for one in factors] == [20.0, 10.0, 20.0, 10.0]
    assert (factors[0].low, factors[0].high) == (16.0, 24.0)
    assert (factors[0].alone, factors[0].last) == (24.0, 16.0)
    assert span_of(waterfall(*FACTORS, multiplies=True)) == (8.0, 80.0)


def test_every_word_is_there_and_a_ratio_is_on_a_logarithmic_axis(tmp_path: Path) -> None:
    figure = waterfall(*FACTORS, multiplies=True, note="Bars: Shapley values")
    write(figure, None, tmp_path / "a.svg")
    assert {
        "Baseline", "One cycle", "$\\alpha$ & <b>", "Shifted images", "Together", "All together",
        "80 s", "÷4", "÷2", "×2", "10 s", "Training time (s)", "Bars: Shapley values",
        "Real", "Harmful", "Nothing shown", "95 % interval", "Alone", "Last out",
    } <= set(texts_of((tmp_path / "a.svg").read_bytes()))  # fmt: skip
    (axes,) = waterfall_of(figure, None).axes
    assert axes.get_xscale() == "log"
    assert axes.yaxis_inverted()
    (axes,) = waterfall_of(waterfall(step("a", 1.0)), None).axes
    assert axes.get_xscale() == "linear"


def test_colors_tell_the_verdict_and_greys_do_too() -> None:
    for monochrome in (False, True):
        look = FigureLook(monochrome=monochrome).values()
        drawn = waterfall_of(waterfall(*FACTORS, multiplies=True, look=look), None)
        bars = [(bar.get_facecolor(), bar.get_hatch()) for bar in drawn.axes[0].patches]
        assert len(bars) == len(set(bars)) == 4
        if monochrome:
            assert all(red == green == blue for (red, green, blue, _), _ in bars)


def test_no_words_lie_outside_of_the_figure() -> None:
    """Names of any length, and bars that end at either edge."""
    long = "a name that is as long as a person liked it to be, and then some"
    figure = waterfall(step(long, -70.0, low=-79.0, high=-50.0, words="−70.00 points"), *FACTORS)
    drawn = waterfall_of(figure, None)
    drawn.draw_without_rendering()
    page = drawn.bbox
    for text in drawn.axes[0].texts:
        box = text.get_window_extent()
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
    box = drawn.axes[0].get_tightbbox()
    assert box is not None
    assert box.x0 >= page.x0 - 1


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_the_same_bytes_and_drawn_again_without_a_store(suffix: str, tmp_path: Path) -> None:
    look = FigureLook(dpi=60, monochrome=True).values()
    figure = waterfall(*FACTORS, multiplies=True, look=look)
    one, again = (tmp_path / f"{name}.{suffix}" for name in ("one", "again"))
    write(figure, None, one)
    assert figure_from(json.loads(about(one))) == figure
    assert main(["compare", "--like", str(one), "--output", str(again)]) == 0
    assert again.read_bytes() == one.read_bytes()


def test_the_numbers_as_csv(tmp_path: Path) -> None:
    write(waterfall(*FACTORS[:2], multiplies=True), None, tmp_path / "a.csv")
    rows = list(csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["lever", "amount", "low"]
    assert rows[1] == ["One cycle", "0.25", "0.2", "0.3", "0.3", "0.2", "80.0", "20.0", "gain"]
    assert rows[2][-1] == "not shown"


def test_a_factor_of_nothing_is_no_waterfall() -> None:
    with pytest.raises(SpecError, match="above 0"):
        waterfall(step("a", 0.0), multiplies=True)
    with pytest.raises(SpecError, match="above 0"):
        waterfall(step("a", 2.0), multiplies=True, start=0.0)

"""What tasks measured, as figures, parsed: each carries its numbers itself."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from workbench.cli.main import main
from workbench.evaluation.latency import Latency
from workbench.figures.embedded import about
from workbench.figures.families import figure_from
from workbench.figures.measured import numbers
from workbench.figures.measured.settings import MeasuredSpec
from workbench.figures.settings import FigureLook
from workbench.figures.writing import write
from workbench.hardware import learning_rate_range
from workbench.hardware.autotune import AS_IT_COMES, Tried, Tuned
from workbench.hardware.batch_sizes import BatchSizes, MeasuredBatch
from workbench.hardware.learning_rate_range import RangeTest
from workbench.hardware.roofline import Peaks, Profile, TimedLayer

SVG = "{http://www.w3.org/2000/svg}"
PEAK = Peaks({"float32": 4e11}, 2e10, "CPU")
LAYERS = (
    TimedLayer("1 Conv2D", "", 4e8, 2e6, 2e-3, 4e-3),
    TimedLayer("2 MaxPooling2D", "", 0.0, 1e6, 1e-3, 1e-3),
    TimedLayer("3 Dense", "", 1e7, 1e6, 1e-4, 3e-4),
)


def texts_of(path: Path) -> list[str]:
    root = ElementTree.fromstring(path.read_bytes())
    return ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]


def parts_of(path: Path) -> list[str]:
    root = ElementTree.fromstring(path.read_bytes())
    return [element.get("id", "") for element in root.iter(f"{SVG}g")]


def range_test_result(last: float = float("nan")) -> RangeTest:
    """A loss that falls and then explodes."""
    rates = learning_rate_range.rates_to_try(steps=60)
    losses = 2.3 - 1.5 * np.exp(-((np.log10(rates) + 2) ** 2))
    losses[-1] = last
    calm = learning_rate_range.smoothed(losses[:-1])
    return RangeTest(
        tuple(rates.tolist()),
        tuple(losses.tolist()),
        tuple(calm.tolist()),
        0.001,
        int(calm.argmin()),
        "0.001 is a tenth of 0.01",
    )


def points() -> list[Latency]:
    return [
        Latency.of(threads, size, [1e-3 * size * (2 - bool(threads)), 3e-3 * size])
        for threads in (1, 0)
        for size in (1, 8, 64)
    ]


def tuned() -> Tuned:
    rows = (
        ("as it comes", 100.0, False, ""),
        ("XLA", 60.0, True, ""),
        ("bfloat16", 141.0, False, ""),
        ("GPU", 0.0, False, "no GPU"),
    )
    candidates = tuple(
        Tried((), {}, (), (), 0.0, failed, is_out, name, rate, 0.9 * rate, 1.1 * rate, rate / 100)
        for name, rate, is_out, failed in rows
    )
    return Tuned(
        candidates, "bfloat16", AS_IT_COMES, 1.41, {}, None, (), "Nothing is faster.", 50.0, 0.0
    )


def batch_sizes_result() -> BatchSizes:
    measured = tuple(MeasuredBatch(size, 100.0 * size) for size in (32, 64, 1024))
    return BatchSizes(measured, 64, 1024, 1024, "16 images a step")


def profile(precision: str = "float32", layers: tuple[TimedLayer, ...] = LAYERS) -> Profile:
    return Profile(layers, 0.01, 0.16, 64, precision, "CPU", PEAK, "A step takes 10 ms.", 6400.0)


def figures() -> dict[str, MeasuredSpec]:
    made = {
        "rate": numbers.range_test_figure(range_test_result()),
        "latency": numbers.latency_figure(points()),
        "roofline": numbers.roofline_figure(profile()),
        "sizes": numbers.batch_sizes_figure(batch_sizes_result()),
        "tune": numbers.autotune_figure(tuned()),
    }
    return {name: figure for name, figure in made.items() if figure is not None}


WORDS = {
    "rate": {"Learning rate", "Training loss", "Loss of a step", "Moving average",
             "Suggestion: 0.001"},
    "latency": {"Images a call", "Time of a call (ms)", "1 thread, median",
                "1 thread, 99 % of calls", "all threads, median", "all threads, 99 % of calls"},
    "roofline": {"Operations a byte moved", "Speed (GFLOP/s)", "A layer, by its number",
                 "Limit of the device", "1", "3"},
    "sizes": {"Training speed (images/s)", "Batch size", "32", "1,024", "Best", "Measured"},
    "tune": {"Training speed (images/s)", "Half of the samples", "Hardware settings", "XLA",
             "as it comes", "bfloat16", "Best", "Left behind"},
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_every_word_and_line_is_there(name: str, tmp_path: Path) -> None:
    figure = figures()[name]
    write(figure, None, tmp_path / "a.svg")
    assert WORDS[name] <= set(texts_of(tmp_path / "a.svg"))
    lines = sum(part.startswith("series-") for part in parts_of(tmp_path / "a.svg"))
    assert lines == {"rate": 3, "latency": 4, "roofline": 2}.get(name, 0)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [*((name, "svg") for name in WORDS), ("rate", "pdf"), ("tune", "pdf"), ("roofline", "png")],
)
def test_the_same_bytes_and_drawn_again_without_a_store(
    name: str, suffix: str, tmp_path: Path
) -> None:
    look = FigureLook(dpi=60, title="$a$ & <b>", monochrome=True)
    figure = figures()[name].changed(look=look.values())
    one, two, again = (tmp_path / f"{n}.{suffix}" for n in ("one", "two", "again"))
    write(figure, None, one)
    write(figure, None, two)
    assert one.read_bytes() == two.read_bytes()
    assert figure_from(json.loads(about(one))) == figure
    assert main(["compare", "--like", str(one), "--output", str(again)]) == 0
    assert again.read_bytes() == one.read_bytes()


def test_the_numbers_as_csv_and_for_pgfplots(tmp_path: Path) -> None:
    made = figures()
    for name, figure in made.items():
        write(figure, None, tmp_path / f"{name}.csv")
    head, *rows = csv.reader((tmp_path / "rate.csv").read_text().splitlines())
    assert head == ["series", "Learning rate", "Training loss", "words"]
    steps = [row for row in rows if row[0] == "Loss of a step"]
    assert len(steps) == 59, "the loss that is none is no point"
    assert float(steps[7][2]) == range_test_result().losses[7]
    head, *rows = csv.reader((tmp_path / "tune.csv").read_text().splitlines())
    assert head == ["Hardware settings", "Training speed (images/s)", "low", "high", "mark"]
    assert [(row[0], row[-1]) for row in rows] == [
        ("as it comes", "measured"),
        ("XLA", "left behind"),
        ("bfloat16", "best"),
    ]
    rows = list(csv.reader((tmp_path / "roofline.csv").read_text().splitlines()))
    assert rows[1] == ["A layer, by its number", "200.0", repr(4e8 / 6e-3 / 1e9), "1"]
    write(made["latency"], None, tmp_path / "a.tikz")
    text = (tmp_path / "a.tikz").read_text()
    assert text.count(r"\addplot") == text.count(r"\addlegendentry") == 4
    assert "xmode=log" in text
    with pytest.raises(ValueError, match="must end in one of"):
        write(made["tune"], None, tmp_path / "a.tikz")


def test_words_of_the_legend_can_be_others(tmp_path: Path) -> None:
    figure = figures()["latency"]
    entries = (figure.legend[2].named("eight cores"), figure.legend[0])
    write(figure.dressed(FigureLook(), entries), None, tmp_path / "a.svg")
    found = texts_of(tmp_path / "a.svg")
    assert {"eight cores", "1 thread, median"} <= set(found)
    assert "all threads, median" not in found


def test_where_nothing_was_measured_there_is_no_figure() -> None:
    result = range_test_result()
    nothing = replace(result, index=None, suggestion=None)
    dead = replace(nothing, losses=(float("inf"),) * 60, smoothed=())
    assert numbers.range_test_figure(dead) is None
    early = numbers.range_test_figure(nothing)
    assert early is not None
    assert len(early.series) == 2
    assert numbers.roofline_figure(profile("x", LAYERS[1:2])) is None
    no_roof = numbers.roofline_figure(profile("x"))
    assert no_roof is not None
    assert len(no_roof.series) == 1
    assert numbers.batch_sizes_figure(replace(batch_sizes_result(), measured=())) is None
    failed = replace(tuned(), candidates=tuned().candidates[-1:])
    assert numbers.autotune_figure(failed) is None


def test_it_is_of_no_run() -> None:
    with pytest.raises(ValueError, match="of no run"):
        figures()["tune"].of_runs(["a"])

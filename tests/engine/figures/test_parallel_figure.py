"""Parallel axes as a figure, parsed: every run, axis, unit and brushed range is there."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from tests.engine.made_up_figures import add_six, draw_to
from tests.svg import SVG, texts_of
from tests.ui.made_up import add_run
from workbench import presets
from workbench.base.paths import default_store
from workbench.cli.main import main
from workbench.figures.embedded import about
from workbench.figures.families import figure_from
from workbench.figures.parallel.settings import AxisSpec, Brush, ParallelFigure
from workbench.figures.settings import FigureLook, FigureRun
from workbench.runs.store import Store
from workbench.spec.base import SpecError

THREE = (
    AxisSpec(key="parameters", log=True),
    AxisSpec(key="status"),
    AxisSpec(key="test_accuracy"),
)
BEST = (Brush(key="test_accuracy", low=0.4, high=1.0),)
Draw = Callable[[ParallelFigure, str], Path]


def lines_of(path: Path) -> dict[str, int]:
    """How many paths each part of the SVG has."""
    groups = ElementTree.fromstring(path.read_bytes()).iter(f"{SVG}g")
    return {group.get("id", ""): len(list(group.iter(f"{SVG}path"))) for group in groups}


@pytest.fixture
def ids() -> list[str]:
    return add_six()


@pytest.fixture
def draw(ids: list[str], tmp_path: Path) -> Draw:
    def act(figure: ParallelFigure, name: str) -> Path:
        return draw_to(tmp_path / name, figure)

    return act


def test_every_run_axis_and_end_is_there(ids: list[str], draw: Draw) -> None:
    path = draw(ParallelFigure(runs=tuple(ids), axes=THREE), "a.svg")
    found = texts_of(path.read_bytes())
    for text in (
        "Parameters (log)",
        "Status",
        "Test accuracy (%)",
        "1,000",
        "300,000",
        "90.00 %",
        "99.00 %",
        "completed",
        "failed",
        "stopped",
    ):
        assert text in found
    assert [text for text in found if text.startswith("net ")] == [f"net {c}" for c in "abcdef"]
    assert found.count("1 without") == 2
    assert lines_of(path)["lines"] == 6
    assert "other-lines" not in lines_of(path)


def test_a_run_without_any_value_is_no_line(ids: list[str], draw: Draw) -> None:
    with Store(default_store()) as store:
        waiting = store.create(presets.load("digits-cnn")).run_id
    axes = (AxisSpec(key="parameters"), AxisSpec(key="test_accuracy"))
    path = draw(ParallelFigure(runs=(*ids, waiting), axes=axes, brushes=BEST), "a.svg")
    parts = lines_of(path)
    assert (parts["lines"], parts["other-lines"]) == (3, 3)
    assert "Outside the ranges: 3" in texts_of(path.read_bytes())
    with pytest.raises(ValueError, match="none of the runs has parameters or test_accuracy"):
        draw(ParallelFigure(runs=(waiting,), axes=axes), "b.svg")


def test_the_brushed_runs_stand_out_and_are_named(ids: list[str], draw: Draw) -> None:
    figure = ParallelFigure(
        runs=tuple(ids),
        axes=THREE,
        brushes=BEST,
        named=(FigureRun(run_id=ids[4]), FigureRun(run_id=ids[1], label="the $mall <one>")),
    )
    path = draw(figure, "a.svg")
    found, parts = texts_of(path.read_bytes()), lines_of(path)
    named = [text for text in found if text.startswith(("net ", "the ", "Outside"))]
    assert named == ["net e", "the $mall <one>", "net d", "Outside the ranges: 3"]
    assert (parts["lines"], parts["other-lines"]) == (3, 3)
    assert "brush-2" in parts
    head, *rows = csv.reader(draw(figure, "a.csv").read_text().splitlines())
    assert head == ["run_id", "name", "parameters", "status", "test_accuracy", "brushed"]
    assert [row[-1] for row in rows] == ["no", "yes", "no", "yes", "yes", "no"]
    assert rows[4][2:5] == ["", "completed", "0.99"]


def test_of_many_runs_the_legend_says_how_many(draw: Draw) -> None:
    with Store(default_store()) as store:
        more = [add_run(store, n, epochs=1, test_accuracy=n / 20).run_id for n in range(14)]
    axes = (AxisSpec(key="test_accuracy"), AxisSpec(key="seconds"))
    found = texts_of(draw(ParallelFigure(runs=tuple(more), axes=axes), "all.svg").read_bytes())
    assert "14 runs, a line each" in found
    brushes = (Brush(key="test_accuracy", low=0.1, high=1.0),)
    path = draw(ParallelFigure(runs=tuple(more), axes=axes, brushes=brushes), "b.svg")
    found = texts_of(path.read_bytes())
    assert {"12 of 14 runs brushed, a line each", "Outside the ranges: 2"} <= set(found)
    none = (Brush(key="test_accuracy", low=0.01, high=0.02),)
    path = draw(ParallelFigure(runs=tuple(more), axes=axes, brushes=none), "none.svg")
    assert "Outside the ranges: 14" in texts_of(path.read_bytes())
    assert lines_of(path)["other-lines"] == 14


def test_sixteen_axes_still_have_their_words(ids: list[str], draw: Draw) -> None:
    keys = (
        "parameters",
        "macs",
        "seconds",
        "images_per_second",
        "epochs",
        "step",
        "test_accuracy",
        "val_accuracy",
        "val_loss",
        "accuracy",
        "loss",
        "status",
        "name",
        "training.batch_size",
        "optimizer.kind",
        "training.epochs",
    )
    axes = tuple(AxisSpec(key=key) for key in keys)
    found = texts_of(draw(ParallelFigure(runs=tuple(ids), axes=axes), "a.svg").read_bytes())
    for title in (
        "Parameters",
        "Validation accuracy (%)",
        "Training time (s)",
        "Images per second",
        "Training: batch size",
    ):
        assert title in found
    assert "300,000" in found


def test_the_same_bytes_and_drawn_again(ids: list[str], draw: Draw, tmp_path: Path) -> None:
    look = FigureLook(dpi=60, monochrome=True, title="$a$ & <b>")
    figure = ParallelFigure(runs=tuple(ids), axes=THREE, brushes=BEST, look=look)
    for suffix in ("svg", "pdf", "png"):
        one, two = draw(figure, f"a.{suffix}"), draw(figure, f"b.{suffix}")
        assert one.read_bytes() == two.read_bytes()
        assert figure_from(json.loads(about(one))) == figure
        again = tmp_path / f"again.{suffix}"
        assert main(["compare", "--like", str(one), "--output", str(again)]) == 0
        assert again.read_bytes() == one.read_bytes()
    assert "$a$ & <b>" in texts_of((tmp_path / "a.svg").read_bytes())
    with Image.open(tmp_path / "a.png") as image:
        colours = image.convert("RGB").getcolors(1_000_000) or []
        assert all(max(rgb) - min(rgb) < 24 for _, rgb in colours)  # greys alone


def test_other_runs_have_no_ranges(ids: list[str], draw: Draw, tmp_path: Path) -> None:
    first = draw(ParallelFigure(runs=tuple(ids), axes=THREE, brushes=BEST), "a.svg")
    again = tmp_path / "b.svg"
    assert main(["compare", ids[0], ids[3], "--like", str(first), "--output", str(again)]) == 0
    figure = figure_from(json.loads(about(again)))
    assert figure == ParallelFigure(runs=(ids[0], ids[3]), axes=THREE)


def test_what_can_not_be_drawn_says_why(ids: list[str], draw: Draw) -> None:
    with pytest.raises(SpecError, match="axes"):
        ParallelFigure.parse({"runs": ids, "axes": [{"key": "status"}]})
    with pytest.raises(ValueError, match="no run 'gone'"):
        draw(ParallelFigure(runs=("gone",), axes=THREE), "a.svg")
    axes = (*THREE, AxisSpec(key="parametres"))
    with pytest.raises(ValueError, match="did you mean 'parameters'"):
        draw(ParallelFigure(runs=tuple(ids), axes=axes), "a.svg")

"""Figures of curves through the command line, parsed: every curve and label is there."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tests.ui.made_up import add_runs
from workbench.cli.main import main
from workbench.curves.mean import band_of
from workbench.curves.run import RunCurves
from workbench.figures.curves.drawing import figure_of
from workbench.figures.curves.numbers import CurveSource, lines_of, reduced
from workbench.figures.curves.tables import as_csv, as_pgfplots
from workbench.figures.embedded import about
from workbench.figures.families import figure_from_json
from workbench.figures.saving import content
from workbench.figures.settings import (
    CurveFigure,
    FigureLook,
    FigureRun,
    Plot,
    figure_of_runs,
)
from workbench.runs.store import Store
from workbench.spec.base import SpecError

SVG = "{http://www.w3.org/2000/svg}"
Compare = Callable[..., Path]


def source(points: int, number: int = 0, name: str = "") -> CurveSource:
    """A run of noisy values."""
    random = np.random.default_rng(number)
    steps = np.arange(1, points + 1)
    loss = 2 * np.exp(-steps / points) * random.lognormal(0, 0.3, points)
    curves = RunCurves(100, 32)
    curves.append_steps(steps, steps / 50, loss, np.clip(1 - loss / 4, 0, 1), loss / 1000, loss)
    return CurveSource(name or f"run {number}", number, curves)


def texts_of(svg: Path | bytes) -> list[str]:
    root = ElementTree.fromstring(svg if isinstance(svg, bytes) else svg.read_bytes())
    return ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]


def ids_of(svg: bytes) -> list[str]:
    return [element.get("id", "") for element in ElementTree.fromstring(svg).iter(f"{SVG}g")]


@pytest.fixture
def ids() -> list[str]:
    """Runs in the default store."""
    with Store(default()) as store:
        return [run.run_id for run in add_runs(store, 3)]


def default() -> Path:
    from workbench.base.paths import default_store

    return default_store()


@pytest.fixture
def compare(ids: list[str], tmp_path: Path) -> Compare:
    def run(name: str, *options: str, runs: list[str] | None = None) -> Path:
        path = tmp_path / name
        assert (
            main(["compare", *(ids if runs is None else runs), "--output", str(path), *options])
            == 0
        )
        return path

    return run


def test_the_svg_holds_every_curve_and_label(compare: Compare, ids: list[str]) -> None:
    path = compare("a.svg", "--metric", "accuracy", "--x", "images", "--title", "$x_1$ <b>")
    found = texts_of(path)
    for text in (
        "digits-cnn",
        "one-cycle",
        "small-filters",
        "Images seen",
        "Training accuracy (%)",
        "$x_1$ <b>",
    ):
        assert text in found
    assert [i for i in ids_of(path.read_bytes()) if i.startswith("curve-")] == [
        f"curve-{run_id}" for run_id in ids
    ]


def test_two_exports_are_the_same_bytes_and_can_be_drawn_again(
    compare: Compare, ids: list[str]
) -> None:
    for suffix in ("svg", "pdf", "png"):
        options = ("--metric", "val_loss", "--log", "--smoothing", "0.5", "--title", r"(a\b)")
        first = compare(f"first.{suffix}", *options)
        second = compare(f"second.{suffix}", *options)
        assert first.read_bytes() == second.read_bytes()
        figure = figure_from_json(about(first))
        assert [entry.run_id for entry in figure.runs] == ids
        assert (figure.plot.metric, figure.plot.log_y, figure.look.title) == (
            "val_loss",
            True,
            r"(a\b)",
        )
        again = compare(f"again.{suffix}", "--like", str(first), runs=[])
        assert again.read_bytes() == first.read_bytes()


def test_pdf_and_png_are_what_was_asked_for(compare: Compare) -> None:
    pdf = compare("a.pdf", "--size", "slide").read_bytes()
    assert b"/FontFile2" in pdf
    assert b"/CreationDate" not in pdf
    with Image.open(compare("a.png", "--size", "two-column", "--dpi", "100")) as image:
        assert image.width == int(175 / 25.4 * 100)
        assert len(image.convert("RGB").getcolors(1_000_000) or ()) > 20


def test_csv_holds_every_point(compare: Compare, ids: list[str]) -> None:
    text = compare("a.csv", "--smoothing", "0.9").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    with Store(default()) as store:
        loss = store.steps(ids[1]).values["loss"]
    mine = [row for row in rows if row["runs"] == ids[1]]
    assert [float(row["raw"]) for row in mine] == pytest.approx(loss.tolist())
    assert [int(row["Step"]) for row in mine] == list(range(1, len(loss) + 1))
    assert {row["label"] for row in mine} == {"one-cycle"}


def test_tex_escapes_names_and_draws_each_line() -> None:
    sources = {"a": source(50, name="50% of $x_1$ \\ {&}"), "b": source(50, 1)}
    text = as_pgfplots(figure_of_runs(["a", "b"], Plot(), FigureLook()), sources, stand_alone=True)
    assert text.startswith("\\documentclass")
    assert r"\addlegendentry{50\% of \$x\_1\$ \textbackslash{} \{\&\}}" in text
    assert text.count(r"\addplot") == text.count(r"\addlegendentry") == 2
    assert text.count("\\\\\n") == 100
    picture = as_pgfplots(figure_of_runs(["a"], Plot(), FigureLook()), sources, stand_alone=False)
    assert "documentclass" not in picture


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["nowhere"], "there is no run 'nowhere'"),
        (["last", "--output", "a.gif"], "a.gif: must end in one of .svg"),
        (["last", "--smoothing", "2"], "smoothing: "),
        (["last", "--group", "training.nothing"], "training.nothing: "),
        (["--like", "nowhere.svg"], "nowhere.svg can't be read"),
        ([], "RUN: name at least one run"),
    ],
)
def test_bad_input_is_one_sentence(
    options: list[str],
    sentence: str,
    ids: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "--output", "a.svg", *options]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.svg").write_text('<!DOCTYPE x [<!ENTITY a "aa">]><svg>&a;</svg>')
    (tmp_path / "other.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG nothing")
    for name in ("bomb.svg", "other.svg", "broken.png", "a.toml"):
        with pytest.raises(ValueError, match=name):
            about(tmp_path / name)
    good = json.loads(figure_of_runs(["a"], Plot(), FigureLook()).to_json())
    for wrong in (
        "[]",
        "{",
        json.dumps({**good, "format": "other"}),
        json.dumps({**good, "runs": []}),
        json.dumps({**good, "extra": 1}),
    ):
        with pytest.raises(SpecError):
            figure_from_json(wrong)


def test_a_hundred_long_runs_stay_under_a_megabyte_and_keep_every_spike() -> None:
    sources = {f"r{n}": source(10_000, n) for n in range(100)}
    spike = source(10_000, 50)
    loss = spike.curves.points("loss", "step")[1].copy()
    loss[6_543] = 77.0
    hidden = RunCurves()
    hidden.append_steps(np.arange(1, 10_001), loss, loss, loss, loss, loss)
    sources["r50"] = CurveSource("spike", 50, hidden)
    figure = figure_of_runs(list(sources), Plot(), FigureLook())
    lines = reduced(lines_of(figure, sources), figure.look, log_x=False)
    assert lines[50].y.max() == 77.0
    assert lines[50].x[lines[50].y.argmax()] == 6_544
    drawn = content(figure_of(figure, sources), "svg", about=figure.to_json())
    assert len(drawn) < 1_000_000
    assert sum(i.startswith("curve-") for i in ids_of(drawn)) == 100
    assert {f"run {n}" for n in range(100) if n != 50} <= set(texts_of(drawn))


def test_names_that_matplotlib_takes_for_its_own_are_still_in_the_legend() -> None:
    names = ("_hidden", "$\\frac{", "<script>", "日本", "")
    sources = {f"r{n}": source(20, n, name) for n, name in enumerate(names)}
    figure = figure_of_runs(list(sources), Plot(), FigureLook())
    found = texts_of(content(figure_of(figure, sources), "svg"))
    for name in names[:-1]:
        assert name in found


def test_labels_order_multiples_and_monochrome() -> None:
    sources = {"a": source(20), "b": source(20, 1)}
    entries = (FigureRun(run_id="b", label="second first"), FigureRun(run_id="a"))
    for layout in ("overlay", "multiples"):
        figure = CurveFigure(
            runs=entries,
            plot=Plot(layout=layout, validation=True, smoothing=0.5),
            look=FigureLook(monochrome=True, grid=False),
        )
        drawn = content(figure_of(figure, sources), "svg")
        found = texts_of(drawn)
        assert found.index("second first") < found.index("run 0")
        assert {"Step", "Training loss"} <= set(found)
        curves = [i for i in ids_of(drawn) if i.startswith(("curve-", "raw-"))]
        assert sorted(curves) == ["curve-a", "curve-b", "raw-a", "raw-b"]
        assert b"#0a7bbd" not in drawn.lower()


def test_a_group_is_its_mean_and_says_what_its_band_is() -> None:
    sources = {"a": source(30), "b": source(40, 1), "c": source(40, 2)}
    entries = tuple(FigureRun(run_id=r, group="g" if r != "c" else "") for r in sources)
    figure = CurveFigure(runs=entries, plot=Plot(band="minmax"), look=FigureLook())
    group, alone = lines_of(figure, sources)
    assert group.label == "g (mean of 2, least to greatest)"
    assert alone.label == "run 2"
    values = [sources[r].curves.points("loss", "step")[1].astype(float) for r in "ab"]
    assert group.y[:30] == pytest.approx((values[0] + values[1][:30]) / 2)
    assert group.low is not None
    assert group.low[:30] == pytest.approx(np.minimum(values[0], values[1][:30]))
    assert group.y[30:] == pytest.approx(values[1][30:])
    drawn = content(figure_of(figure, sources), "svg")
    assert "band-a+b" in ids_of(drawn)


def test_a_loss_that_contains_the_penalty_is_named_so() -> None:
    sources = {"old": source(50, 0, "old"), "new": source(50, 1, "new")}
    sources["old"].curves.loss_holds_penalty = True
    both = figure_of_runs(["old", "new"], Plot(), FigureLook())
    labels = [line.label for line in lines_of(both, sources)]
    assert labels == ["old, with penalty", "new"]
    accuracy = figure_of_runs(["old"], Plot(metric="accuracy"), FigureLook())
    assert [line.label for line in lines_of(accuracy, sources)] == ["old"]


def test_the_standard_deviation_of_runs() -> None:
    x = np.arange(3.0)
    band = band_of([(x, np.float32([1, 2, np.nan])), (x, np.float32([3, 2, 5]))], "std")
    assert band.mean.tolist() == [2, 2, 5]
    assert band.count.tolist() == [2, 2, 1]
    assert (band.high - band.mean) == pytest.approx([np.sqrt(2), 0, 0])


def test_what_cannot_be_drawn_says_so() -> None:
    figure = figure_of_runs(["a"], Plot(metric="val_loss"), FigureLook())
    with pytest.raises(ValueError, match="none of the runs has values of the validation loss"):
        as_csv(figure, {"a": source(5)})


def test_logarithmic_axes_leave_out_what_they_cannot_show() -> None:
    curves = RunCurves()
    curves.append_steps([0, 1, 2], [0, 1, 2], [1, 0, 2], [0, 0, 0], [1, 1, 1], [1, 1, 1])
    figure = figure_of_runs(["a"], Plot(log_x=True, log_y=True, smoothing=0.5), FigureLook())
    (line,) = lines_of(figure, {"a": CurveSource("a", 0, curves)})
    assert line.x.tolist() == [2]
    assert as_csv(figure, {"a": CurveSource("a", 0, curves)}).count("\n") == 2


def test_a_name_that_a_spreadsheet_would_run_is_made_safe_in_csv() -> None:
    figure = figure_of_runs(["a"], Plot(), FigureLook())
    curves = source(5).curves
    rows = list(csv.DictReader(as_csv(figure, {"a": CurveSource("=1+1", 0, curves)}).splitlines()))
    assert rows[0]["label"] == "'=1+1"

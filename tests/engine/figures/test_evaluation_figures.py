"""Figures of an evaluation through the command line, parsed: every class and count is there."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import KDTree

from tests.ui.made_up import add_evaluation, add_run
from workbench.base.paths import default_store
from workbench.base.pooling import strongest
from workbench.cli.main import main
from workbench.evaluation import predictions
from workbench.evaluation.classification import Evaluation
from workbench.evaluation.predictions import Pictures, Predictions
from workbench.figures.embedded import about
from workbench.figures.evaluation.numbers import hardest_classes, share_lines, thinned
from workbench.figures.evaluation.settings import (
    EVALUATION_FIGURES,
    ClassEntry,
    RocFigure,
    evaluation_figure,
)
from workbench.figures.families import FAMILIES, figure_from, figure_from_json
from workbench.figures.settings import FigureLook
from workbench.figures.writing import drawn
from workbench.runs import checkpoint_file
from workbench.runs.store import Store

SVG = "{http://www.w3.org/2000/svg}"
Draw = Callable[..., Path]


def texts_of(svg: Path | bytes) -> list[str]:
    root = ElementTree.fromstring(svg if isinstance(svg, bytes) else svg.read_bytes())
    return ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]


def groups_of(svg: Path | bytes) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(svg if isinstance(svg, bytes) else svg.read_bytes())
    return {element.get("id", ""): element for element in root.iter(f"{SVG}g")}


def evaluation_of(classes: int, images: int, names: tuple[str, ...] = ()) -> Evaluation:
    """Noisy answers, of which most are right."""
    random = np.random.default_rng(3)
    labels = random.integers(0, classes, images).astype(np.int32)
    logits = random.normal(size=(images, classes)) + 3 * np.eye(classes)[labels]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    names = names or tuple(f"class {number}" for number in range(classes))
    return Evaluation(
        Predictions("test", np.arange(images), labels, shares.astype(np.float32), "", "", names)
    )


@pytest.fixture
def run_id() -> str:
    """A run that was evaluated, in the default store."""
    with Store(default_store()) as store:
        run = add_run(store)
        add_evaluation(store, run)
    return run.run_id


@pytest.fixture
def evaluation(run_id: str) -> Evaluation:
    found = predictions.load(default_store() / "runs" / run_id)
    assert found is not None
    return Evaluation(found)


@pytest.fixture
def draw(run_id: str, tmp_path: Path) -> Draw:
    def act(name: str, kind: str, *options: str) -> Path:
        path = tmp_path / name
        assert main(["evaluate", run_id, "--output", str(path), "--figure", kind, *options]) == 0
        return path

    return act


def test_the_confusions_have_every_class_and_count(draw: Draw, evaluation: Evaluation) -> None:
    path = draw("a.svg", "confusion", "--title", "$x_1$ <b>")
    found = texts_of(path)
    counts = evaluation.confusion[evaluation.confusion > 0]
    assert len(list(groups_of(path)["cells"].iter(f"{SVG}path"))) == len(counts)
    for text in ("Taken for", "True class", "Share of the true class", "100 % right", "$x_1$ <b>"):
        assert text in found
    for name in evaluation.predictions.class_names:
        assert found.count(name) >= 2, "beside its row and above its column"
    numbers = [text for text in found if text.isdecimal()]
    assert len(numbers) == len(counts) + 2 * 10
    head, *rows = csv.reader(draw("a.csv", "confusion").read_text().splitlines())
    assert head == ["true class / taken for", *"0123456789"]
    assert [row[0] for row in rows] == list("0123456789")
    assert [[int(cell) for cell in row[1:]] for row in rows] == evaluation.confusion.tolist()


def test_the_figures_are_printed_as_ever(
    draw: Draw, capsys: pytest.CaptureFixture[str], evaluation: Evaluation
) -> None:
    draw("a.svg", "confusion", "--json")
    assert json.loads(capsys.readouterr().out)["accuracy"] == evaluation.accuracy


def test_calibration_has_its_error_and_every_step(draw: Draw, evaluation: Evaluation) -> None:
    path = draw("a.svg", "calibration")
    found, groups = texts_of(path), groups_of(path)
    assert {"Confidence (%)", "Accuracy (%)", "As sure as right"} <= set(found)
    error = 100 * evaluation.calibration.error
    assert f"Accuracy (calibration error {error:.2f} %)" in found
    assert {"curve-0", "diagonal"} <= set(groups)
    head, *rows = csv.reader(draw("a.csv", "calibration").read_text().splitlines())
    assert head == ["from (%)", "to (%)", "images", "mean confidence (%)", "accuracy (%)"]
    assert [int(row[2]) for row in rows] == evaluation.calibration.counts.tolist()
    assert rows[0][3:] == ["", ""]
    assert float(rows[-1][4]) == pytest.approx(100 * evaluation.calibration.accuracy[-1])


@pytest.mark.parametrize(
    ("kind", "axes", "word"),
    [
        ("roc", {"False positive rate (%)", "True positive rate (%)", "Guessing"}, "area"),
        ("pr", {"Recall (%)", "Precision (%)"}, "average"),
    ],
)
def test_each_class_has_its_curve_and_its_area(
    draw: Draw, evaluation: Evaluation, kind: str, axes: set[str], word: str
) -> None:
    path = draw("a.svg", kind)
    found = texts_of(path)
    assert axes <= set(found)
    for number, name in enumerate(evaluation.predictions.class_names):
        curves = evaluation.curves(number)
        assert curves is not None
        area = curves.auc if kind == "roc" else curves.average_precision
        assert f"{name} ({word} {area:.4f})" in found
        assert f"curve-{number}" in groups_of(path)
    one = texts_of(draw("b.svg", kind, "--class", "8", "--class", "3"))
    assert [text[0] for text in one if word in text] == ["8", "3"]
    head, *rows = csv.reader(draw("a.csv", kind).read_text().splitlines())
    assert {head[0], *head[1:]} <= {"class", *axes}
    eight = np.array([row[1:] for row in rows if row[0] == "8"], np.float64)
    curves = evaluation.curves(8)
    assert curves is not None
    x, y = (
        (curves.false_positives, curves.true_positives) if kind == "roc" else curves.precision_line
    )
    np.testing.assert_allclose(eight, 100 * np.stack([x, y], axis=1), rtol=1e-8)


@pytest.mark.parametrize("kind", ["calibration", "roc", "pr"])
def test_curves_are_pictures_for_pgfplots(draw: Draw, kind: str) -> None:
    alone, inside = (draw(f"a.{end}", kind).read_text() for end in ("tex", "tikz"))
    assert inside in alone
    assert r"\documentclass" in alone
    labels = inside.count(r"\addlegendentry")
    assert labels == inside.count(r"\addplot") == {"calibration": 2, "roc": 11, "pr": 10}[kind]
    assert r"(\%)}" in inside


@pytest.mark.parametrize("kind", EVALUATION_FIGURES)
def test_the_same_data_give_the_same_bytes_and_can_be_drawn_again(
    draw: Draw, kind: str, tmp_path: Path
) -> None:
    for suffix in ("svg", "pdf", "png"):
        one, two = (
            draw(f"{n}.{suffix}", kind, "--size", "two-column", "--dpi", "60") for n in "ab"
        )
        assert one.read_bytes() == two.read_bytes()
        again = tmp_path / f"again.{suffix}"
        assert main(["compare", "--like", str(one), "--output", str(again)]) == 0
        assert again.read_bytes() == one.read_bytes()
        assert figure_from_json(about(again)).look == FigureLook(dpi=60).sized("two-column")
    assert b"/FontFile2" in (tmp_path / "a.pdf").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.width == int(175 / 25.4 * 60)


def test_another_run_in_the_same_figure(
    draw: Draw, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = draw("a.svg", "roc", "--class", "8")
    with Store(default_store()) as store:
        other = add_run(store, 1)
        add_evaluation(store, other)
        bare = add_run(store, 2)
    again = ["compare", "--like", str(first), "--output", str(tmp_path / "b.svg")]
    assert main([*again, other.run_id]) == 0
    figure = figure_from_json(about(tmp_path / "b.svg"))
    assert isinstance(figure, RocFigure)
    assert (figure.run, [entry.number for entry in figure.classes]) == (other.run_id, [8])
    capsys.readouterr()
    for options, sentence in (
        ([bare.run_id], "one-cycle"),
        ([other.run_id, bare.run_id], "of one run, got 2"),
        (["--metric", "loss"], "--metric: of figures of curves alone"),
        (["--group", "name"], "--group: of figures of curves alone"),
    ):
        assert main([*again, *options]) == 2
        error = capsys.readouterr().err
        assert sentence.replace("one-cycle", "has not been evaluated on its test part") in error
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--output", "a.tex"], "must end in one of .svg, .pdf, .png, .csv"),
        (["--output", "a.gif", "--figure", "roc"], "must end in one of"),
        (["--output", "a.svg", "--figure", "roc", "--class", "x"], "no class 'x'"),
        (["--output", "/nowhere/at/all.svg"], "can't be written"),
        (["--output", "a.png", "--dpi", "1"], "dpi: must be at least 50"),
    ],
)
def test_wrong_input_is_one_sentence(
    run_id: str, options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", run_id, *options]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert sentence in error
    assert error.count("\n") == 1


def test_names_that_are_no_words_for_matplotlib_and_words_of_ones_own() -> None:
    names = ("_hidden", "$\\frac{", "<script> that goes on and on", "日本")
    case = evaluation_of(4, 200, names)
    figure = evaluation_figure("confusion", "r", "test", ())
    found = texts_of(drawn(figure, case, "svg"))
    for name in ("_hidden", "$\\frac{", "<script> that g…", "日本"):
        assert found.count(name) == 2
    roc = evaluation_figure("roc", "r", "test", range(4))
    entries = (ClassEntry(number=2, label="the <second> $"), *roc.legend[:1])
    found = texts_of(drawn(roc.dressed(FigureLook(monochrome=True), entries), case, "svg"))
    assert "the <second> $" in found
    assert sum("(area" in text for text in found) == 1


def test_a_hundred_classes_are_still_to_be_read() -> None:
    case = evaluation_of(100, 5_000)
    figure = evaluation_figure("confusion", "r", "test", ())
    svg = drawn(figure, case, "svg")
    names = [text for text in texts_of(svg) if text.startswith("class ")]
    assert 10 < len(names) < 60, "some of the names, as not all have room"
    assert not any(text.isdecimal() for text in texts_of(svg)), "no room for counts"
    assert len(svg) < 1_000_000
    for kind, area in (("roc", "auc"), ("pr", "average_precision")):
        hardest = hardest_classes(kind, case)
        areas = [getattr(case.curves(number), area) for number in range(100)]
        assert hardest == sorted(np.argsort(areas, kind="stable")[:10].tolist())


def test_of_many_classes_it_says_which_are_drawn(
    run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = default_store() / "runs" / run_id
    made = replace(evaluation_of(12, 300).predictions, weights=checkpoint_file.weights_of(folder))
    predictions.save(
        folder, made, Pictures(np.zeros(0, np.int64), np.zeros((0, 8, 8, 1), np.uint8))
    )
    command = ["evaluate", run_id, "--figure", "roc", "--output"]
    assert main([*command, str(tmp_path / "a.svg")]) == 0
    assert "drawn are 10 of 12 classes" in capsys.readouterr().err
    assert sum("(area" in text for text in texts_of(tmp_path / "a.svg")) == 10
    assert main([*command, str(tmp_path / "a.csv")]) == 0
    assert capsys.readouterr().err == "", "the data are of all classes"
    rows = list(csv.reader((tmp_path / "a.csv").read_text().splitlines()))
    assert {row[0] for row in rows[1:]} == {f"class {number}" for number in range(12)}


def test_cells_beyond_counting_are_drawn_as_pixels() -> None:
    case = evaluation_of(100, 40_000)
    assert np.count_nonzero(case.confusion) > 6_000
    svg = drawn(evaluation_figure("confusion", "r", "test", ()), case, "svg")
    assert len(svg) < 300_000
    assert next(ElementTree.fromstring(svg).iter(f"{SVG}image"), None) is not None


def with_one_column(classes: int, column: int) -> Evaluation:
    """All images but those of the last tenth of the classes are taken for one class."""
    labels = np.arange(classes, dtype=np.int32)
    taken = np.where(labels < 0.9 * classes, column, labels)
    names = tuple(f"class {number}" for number in range(classes))
    shares = np.eye(classes, dtype=np.float32)[taken]
    return Evaluation(Predictions("test", np.arange(classes), labels, shares, "", "", names))


@pytest.mark.parametrize(("classes", "dpi"), [(300, 100), (700, 300), (1_200, 100), (1_200, 50)])
def test_a_cell_smaller_than_a_pixel_still_leaves_ink(classes: int, dpi: int) -> None:
    case = with_one_column(classes, classes // 2 + 1)
    figure = evaluation_figure("confusion", "r", "test", ())
    figure = figure.dressed(FigureLook(dpi=dpi), ())
    with Image.open(io.BytesIO(drawn(figure, case, "png"))) as image:
        red, _, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(int), -1, 0)
    is_wrong, is_right = red > blue + 60, blue > red + 60
    rows = np.flatnonzero((is_wrong | is_right).any(axis=1))
    top, bottom = rows[0], rows[0] + np.flatnonzero(np.diff(rows, append=9_999) > 1)[0]
    assert bottom - top > 50 * dpi / 50, "the whole matrix has ink in every row; then the legend"
    is_wrong, is_right = is_wrong[top : bottom + 1], is_right[top : bottom + 1]
    column, right = is_wrong.sum(axis=0).argmax(), np.flatnonzero(is_right.any(axis=0))[-1]
    inked = np.flatnonzero(is_wrong[:, column])
    assert np.diff(inked).max() <= 2, "without a gap, but where it crosses the right answers"
    side = len(is_wrong)
    assert len(inked) / side == pytest.approx(0.9, abs=0.03)
    assert (right - column) / side == pytest.approx(0.5, abs=0.03)


def test_of_cells_that_share_a_point_the_strongest_is_shown_and_said() -> None:
    case = with_one_column(1_200, 777)
    figure = evaluation_figure("confusion", "r", "test", ())
    svg = drawn(figure, case, "svg")
    assert "Each point: the strongest of 3 x 3 cells" in texts_of(svg)
    href = "{http://www.w3.org/1999/xlink}href"
    (image,) = ElementTree.fromstring(svg).iter(f"{SVG}image")
    with Image.open(io.BytesIO(base64.b64decode(image.get(href, "").partition(",")[2]))) as made:
        points = np.asarray(made.convert("RGB")).astype(int)
    assert 400 < len(points) < 700
    is_wrong = points[..., 0] > points[..., 2] + 40  # vermillion; right answers are blue
    columns = np.flatnonzero(is_wrong.mean(axis=0) > 0.85)
    assert columns.tolist() == [777 * len(points) // 1_200]
    few = drawn(figure, with_one_column(100, 50), "svg")
    assert not any("strongest" in text for text in texts_of(few))


def test_pooling_keeps_the_greatest_of_neighbours() -> None:
    values = np.zeros((2, 7, 10), np.uint8)
    values[0, 6, 9], values[1, 0, 4] = 9, 5
    pooled = strongest(values, 3, 4)
    assert pooled.shape == (2, 3, 4)
    assert (pooled[0, 2, 3], pooled[1, 0, 1], pooled.astype(int).sum()) == (9, 5, 14)
    assert strongest(values, 20, 20) is values


def test_long_curves_keep_their_shape() -> None:
    case = evaluation_of(3, 60_000)
    figure = evaluation_figure("pr", "r", "test", [1])
    (line,) = share_lines(figure, case)  # type: ignore[arg-type]
    less = thinned(line, figure.look.width)
    assert len(less.x) < len(line.x) / 10
    assert (less.x[0], less.x[-1]) == (line.x[0], line.x[-1])
    assert less.y.min() == pytest.approx(line.y.min(), abs=0.1)
    distances, _ = KDTree(np.stack([less.x, less.y], 1)).query(np.stack([line.x, line.y], 1))
    assert 0 < distances.max() < 0.15, "per cent: a seventh of a millimetre"


def test_a_class_without_images_has_no_curve() -> None:
    case = evaluation_of(2, 50)
    labels = np.zeros(50, np.int32)
    alone = Evaluation(
        Predictions(
            "test", np.arange(50), labels, case.predictions.probabilities, "", "", ("a", "b")
        )
    )
    with pytest.raises(ValueError, match="no class has a curve"):
        hardest_classes("roc", alone)
    with pytest.raises(ValueError, match="no class has a curve"):
        drawn(evaluation_figure("roc", "r", "test", [0]), alone, "svg")
    with pytest.raises(ValueError, match="there is no class 7; the run has 2"):
        drawn(evaluation_figure("roc", "r", "test", [7]), case, "svg")


def test_a_run_that_trained_on_has_to_be_evaluated_again(run_id: str) -> None:
    figure = evaluation_figure("confusion", run_id, "test", ())
    folder = default_store() / "runs" / run_id
    np.savez(folder / checkpoint_file.FILE, **{"model.0": np.ones(3)})
    with Store(default_store()) as store, pytest.raises(ValueError, match="has not been evaluated"):
        FAMILIES[type(figure)].read(store, figure)
    assert figure_from(figure.with_format()) == figure

"""The command `tradeoff` and its figures, parsed: the front, its names, what was left out."""

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
from tests.ui.made_up import add_sweep, add_trial
from workbench import presets
from workbench.base.paths import default_store
from workbench.cli.main import main
from workbench.figures.embedded import about
from workbench.figures.families import figure_from
from workbench.figures.parallel.settings import AxisSpec, Brush, ParallelFigure
from workbench.figures.settings import FigureLook, FigureRun, FigureSpec, Plot, figure_of_runs
from workbench.figures.tradeoffs.numbers import numbered
from workbench.figures.tradeoffs.settings import BarsFigure, ScatterFigure
from workbench.runs.store import Store
from workbench.spec.base import SpecError
from workbench.study.results.outcome import SweepOutcome
from workbench.study.sweeps.axes import axes_of
from workbench.study.sweeps.plan import SweepPlan
from workbench.tradeoffs.labels import Rectangle, place
from workbench.tradeoffs.points import TradeoffAxis

SMALLER = TradeoffAxis(key="parameters", better="less", log=True)
BETTER = TradeoffAxis(key="test_accuracy", better="more")
Draw = Callable[[FigureSpec, str], Path]


@pytest.fixture
def ids() -> list[str]:
    return add_six()


@pytest.fixture
def draw(ids: list[str], tmp_path: Path) -> Draw:
    def act(figure: FigureSpec, name: str) -> Path:
        return draw_to(tmp_path / name, figure)

    return act


def test_the_front_is_printed(ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tradeoff"]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["run_id", "parameters", "test_accuracy"],
        [ids[0], "1,000", "90.00"],
        [ids[1], "20,000", "95.00"],
        [ids[3], "300,000", "97.00"],
    ]
    assert err.strip() == (
        "on the Pareto front: 3 of 6 runs; left out: 1 without parameters, 1 without test_accuracy"
    )


def test_json_filter_and_direction(ids: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--x-better", "more", "--filter", "test_accuracy < 0.96", "--json"]
    assert main(["tradeoff", "--third", "val_loss", "--third-better", "neither", *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["runs"] == 3
    assert [run["run_id"] for run in found["front"]] == [ids[1]]
    assert found["front"][0]["parameters"] == 20_000
    assert found["quantities"][0] == {"key": "parameters", "better": "more", "log": False}
    assert found["missing"] == {"parameters": 0, "test_accuracy": 0, "val_loss": 0}


def test_what_use_and_training_cost_are_quantities(
    ids: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(default_store()) as store:
        for number, run_id in enumerate(ids[:2]):
            values = {"latency_ms": 0.5 + number, "file_bytes": 373_288, "joules": 12_500.0}
            store.update(run_id, **values)
    path = tmp_path / "costs.svg"
    asked = ["--x", "latency_ms", "--y", "joules", "--third", "file_bytes"]
    assert main(["tradeoff", *asked, "--output", str(path)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1].startswith(f"{ids[0]}  0.500 ms    12.5 kJ  373 kB")
    assert "1 of 6 runs; left out: 4 without latency_ms" in err
    found = texts_of(path.read_bytes())
    for text in ("Inference latency (ms)", "Energy (J)"):
        assert text in found
    assert any("File size" in text for text in found)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--x", "optimizer.kind"], "optimizer.kind holds texts"),
        (["--x", "parametres"], "did you mean 'parameters'?"),
        (["--output", "a.tex"], "must end in one of .svg, .pdf, .png, .csv"),
        (["--filter", "status = failed and name ~ zzz", "--output", "a.svg"], "no run to draw"),
        (["--filter", "parameters = missing", "--output", "a.svg"], "none of the runs has"),
        (["--filter", "accuracy >"], "a value is missing"),
        (["--output", "/nowhere/at/all.svg"], "can't be written"),
    ],
)
def test_wrong_input_is_one_sentence(
    ids: list[str], options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tradeoff", *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1


def test_without_a_direction_it_says_what_to_do(
    ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tradeoff", "--x", "created", "--y", "training.batch_size"]) == 0
    assert "--x-better and --y-better" in capsys.readouterr().err


def test_the_figure_names_the_front(ids: list[str], tmp_path: Path) -> None:
    path = tmp_path / "front.svg"
    options = ["--log-x", "--title", "$a$ & <b>", "--size", "two-column"]
    assert main(["tradeoff", "--output", str(path), *options]) == 0
    found = texts_of(path.read_bytes())
    for text in (
        "net a",
        "net b",
        "net d",
        "Parameters",
        "Test accuracy (%)",
        "$a$ & <b>",
        "Pareto front: 3 of 4 runs",
    ):
        assert text in found
    assert not {"net c", "net e", "net f"} & set(found)
    root = ElementTree.fromstring(path.read_bytes())
    groups = {element.get("id"): element for element in root.iter(f"{SVG}g")}
    assert "front-line" in groups
    assert len(list(groups["dots"].iter(f"{SVG}path"))) == 4


def test_csv_holds_every_run(ids: list[str], tmp_path: Path) -> None:
    path = tmp_path / "front.csv"
    assert main(["tradeoff", "--output", str(path)]) == 0
    head, *rows = csv.reader(path.read_text().splitlines())
    assert head == ["run_id", "name", "parameters", "test_accuracy", "on_front"]
    assert {row[0]: row[2:] for row in rows} == {
        ids[0]: ["1000", "0.9", "yes"], ids[1]: ["20000", "0.95", "yes"],
        ids[2]: ["20000", "0.93", "no"], ids[3]: ["300000", "0.97", "yes"],
        ids[4]: ["", "0.99", "no"], ids[5]: ["5000", "", "no"],
    }  # fmt: skip


@pytest.mark.parametrize("third", ["size", "colour"])
def test_a_third_quantity_has_a_legend(ids: list[str], draw: Draw, third: str) -> None:
    figure = ScatterFigure.parse(
        {
            "runs": ids,
            "third": third,
            "quantities": [SMALLER.values(), BETTER.values(), {"key": "seconds", "log": True}],
        }
    )
    assert any("Training time" in text for text in texts_of(draw(figure, "third.svg").read_bytes()))


def test_a_figure_file_knows_its_settings(ids: list[str], draw: Draw) -> None:
    figure = ScatterFigure(
        runs=tuple(ids),
        quantities=(SMALLER, BETTER),
        look=FigureLook(dpi=60, monochrome=True),
        named=(FigureRun(run_id=ids[0], label="the <small> one"),),
    )
    for suffix in ("svg", "pdf", "png"):
        one, two = draw(figure, f"a.{suffix}"), draw(figure, f"b.{suffix}")
        assert one.read_bytes() == two.read_bytes()
        assert figure_from(json.loads(about(one))) == figure
    assert "the <small> one" in texts_of(draw(figure, "a.svg").read_bytes())
    with Image.open(draw(figure, "a.png")) as image:
        assert image.width == int(85 / 25.4 * 60)
        colours = image.convert("RGB").getcolors(1_000_000) or []
        assert all(max(rgb) - min(rgb) < 24 for _, rgb in colours)  # greys alone
    with pytest.raises(SpecError, match="no settings of a figure"):
        figure_from({"format": "another"})


def test_figures_are_drawn_again_and_of_other_runs(
    ids: list[str], draw: Draw, tmp_path: Path
) -> None:
    again = tmp_path / "again.svg"
    scatter = ScatterFigure(
        runs=tuple(ids),
        quantities=(SMALLER, BETTER),
        named=(FigureRun(run_id=ids[0], label="small"), FigureRun(run_id=ids[3], label="large")),
    )
    bars = BarsFigure(runs=tuple(ids), quantity=BETTER, group="name")
    for figure in (scatter, bars):
        first = draw(figure, "first.svg")
        assert main(["compare", "--like", str(first), "--output", str(again)]) == 0
        assert again.read_bytes() == first.read_bytes()
        command = ["compare", ids[0], ids[1], "--like", str(first), "--output", str(again)]
        assert main([*command, "--size", "slide"]) == 0
        other = figure_from(json.loads(about(again)))
        assert isinstance(other, ScatterFigure | BarsFigure)
        assert (other.runs, other.look) == ((ids[0], ids[1]), FigureLook().sized("slide"))
        assert [entry.key for entry in other.legend] == [e.key for e in figure.legend[:1]]
    assert "large" not in texts_of(again.read_bytes())
    curves = figure_of_runs(ids[:1], Plot(), FigureLook())
    assert curves.of_runs(ids) == figure_of_runs(ids, Plot(), FigureLook())


def test_bars_of_groups(ids: list[str], draw: Draw) -> None:
    with Store(default_store()) as store:
        store.update(ids[1], name="net a 2")
    figure = BarsFigure(runs=tuple(ids), quantity=BETTER, group="name")
    found = texts_of(draw(figure, "bars.svg").read_bytes())
    bars = [text for text in found if text.startswith("net ")]
    assert bars == ["net e", "net d", "net c", "net a (n = 2)"]
    assert "Test accuracy (%): mean and standard deviation" in found
    head, *rows = csv.reader(draw(figure, "bars.csv").read_text().splitlines())
    assert head == ["group", "runs", "test_accuracy mean", "test_accuracy standard deviation"]
    assert rows[-1][:2] == ["net a", "2"]
    assert float(rows[-1][2]) == pytest.approx(0.925)
    assert float(rows[-1][3]) == pytest.approx(0.05 / 2**0.5)
    assert rows[0][1:] == ["1", "0.99", ""]


def test_bars_by_run_and_by_a_setting(ids: list[str], draw: Draw) -> None:
    alone = texts_of(draw(BarsFigure(runs=tuple(ids), quantity=SMALLER), "alone.svg").read_bytes())
    assert [t for t in alone if t.startswith("net")] == [
        "net a",
        "net f",
        "net b",
        "net c",
        "net d",
    ]
    by = BarsFigure(runs=tuple(ids), quantity=BETTER, group="optimizer.kind")
    assert "kind = adam (n = 5)" in texts_of(draw(by, "by.svg").read_bytes())


def test_a_run_that_is_gone_is_named(ids: list[str], draw: Draw) -> None:
    figure = BarsFigure(runs=("no-such-run",), quantity=BETTER)
    with pytest.raises(ValueError, match="no run 'no-such-run'"):
        draw(figure, "a.svg")


def test_names_are_told_apart() -> None:
    assert numbered(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]


def test_no_name_lies_on_another_or_on_a_point() -> None:
    points = [(10.0 * n, 50.0 + (n % 3)) for n in range(12)]
    canvas = Rectangle(0, 0, 200, 120)
    found = place(points, [(40.0, 10.0)] * 12, canvas, [(100.0, 100.0)])
    placed = [box for box in found if box is not None]
    assert len(placed) > 6
    assert all(box.is_inside(canvas) for box in placed)
    assert not any(a.meets(b) for n, a in enumerate(placed) for b in placed[:n])
    assert not any(
        b.left < x < b.left + 40 and b.bottom < y < b.bottom + 10
        for b in placed
        for x, y in (*points, (100.0, 100.0))
    )
    assert place([(5.0, 5.0)], [(300.0, 10.0)], canvas) == [None]


def test_the_seeds_of_a_trial_are_one_dot(tmp_path: Path) -> None:
    """Their mean; with the levers that were pulled, which no run has as a setting."""
    with Store(default_store()) as store:
        base = presets.load(presets.DEFAULT)
        axes = axes_of(["optimizer.learning_rate=0.001,0.01", "lever.width_multiplier=0.5,1"], base)
        study = add_sweep(store, trials=0, planned=2, seeds=2, axes=axes, is_chosen=False)
        plan = SweepPlan.of_plain(study.plan)
        for number, rate in enumerate((0.001, 0.01), 1):
            settings = {"optimizer.learning_rate": rate, "lever.width_multiplier": 0.5 * number}
            add_trial(store, study, plan, number, settings)
        trials = SweepOutcome.read(store, study).trials
    means = [(trial.means(plan.goals) or (0.0,))[0] for trial in trials]
    figure = ScatterFigure(
        runs=tuple(run.run_id for trial in trials for run in trial.runs),
        quantities=(
            TradeoffAxis(key="lever.width_multiplier"),
            TradeoffAxis(key="val_accuracy", better="more"),
        ),
        means=True,
    )
    rows = rows_of(draw_to(tmp_path / "a.csv", figure))
    assert [row["name"] for row in rows] == ["trial 1", "trial 2"]
    assert [float(row["lever.width_multiplier"]) for row in rows] == [0.5, 1.0]
    assert [float(row["val_accuracy"]) for row in rows] == pytest.approx(means)
    axes_ = tuple(AxisSpec(key=key) for key in figure.keys)
    top = Brush(key="val_accuracy", low=0.5, high=1.0)
    parallel = ParallelFigure(runs=figure.runs, axes=axes_, brushes=(top,), means=True)
    rows = rows_of(draw_to(tmp_path / "b.csv", parallel))
    assert [row["brushed"] for row in rows] == ["no", "yes"]


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))

"""Words in figures: letters that the chosen font lacks, long legends, looks that repeat."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image

from tests.ui.made_up import add_run
from workbench.base.json_lines import from_line
from workbench.base.paths import default_store
from workbench.cli.main import main
from workbench.figures import axes, fonts
from workbench.figures.families import FAMILIES
from workbench.figures.remarks import remarks
from workbench.figures.saving import content
from workbench.figures.settings import CurveFigure, FigureLook, FigureRun, Plot, figure_of_runs
from workbench.figures.writing import drawn_and_judged
from workbench.runs.store import Store

ARABIC, CHINESE = "سلام", "手写"
"""DejaVu Sans, which comes with Matplotlib, has the one and lacks the other; STIX lacks both."""


@pytest.fixture
def only_dejavu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if no font were installed but those that come with Matplotlib."""
    path = font_manager.findfont("DejaVu Sans")
    fonts.fallbacks.cache_clear()
    monkeypatch.setattr(fonts, "_faces", lambda: ((str(path), 0, "DejaVu Sans"),))
    yield
    fonts.fallbacks.cache_clear()


def titled(words: str, family: str) -> Figure:
    figure = Figure(figsize=(3, 1))
    figure.text(0.1, 0.5, words, fontfamily=family)
    return figure


def families_of(figure: Figure) -> list[str]:
    return list(figure.texts[0].get_fontfamily())


def test_a_letter_comes_from_the_first_font_that_has_it(only_dejavu: None) -> None:
    figure = titled(f"run {ARABIC}", "STIXGeneral")
    assert fonts.fall_back(figure) == ""
    assert families_of(figure) == ["STIXGeneral", "DejaVu Sans"]
    latin = titled("run – é µ", "STIXGeneral")
    assert fonts.fall_back(latin) == ""
    assert families_of(latin) == ["STIXGeneral"], "nothing is looked for"
    assert b"'DejaVu Sans'" in content(figure, "svg")
    assert b"DejaVuSans" in content(figure, "pdf")
    boxes = titled(f"run {ARABIC}", "STIXGeneral")
    with axes.any_letter():
        boxes.savefig(without := io.BytesIO(), format="png", dpi=192)
    assert content(figure, "png") != without.getvalue()


def test_a_letter_that_no_font_has_is_said(only_dejavu: None) -> None:
    figure = titled(f"{CHINESE} {ARABIC}\u200f", "DejaVu Sans")
    lost = fonts.fall_back(figure)
    assert set(lost) == set(CHINESE)
    sentence = fonts.warning(lost)
    assert lost in sentence
    assert "drawn as boxes" in sentence
    assert remarks(figure) == [sentence]
    assert fonts.warning("") == ""
    many = fonts.warning("".join(map(chr, range(0x4E00, 0x4E40))))
    assert len(many) < 150


def test_a_font_that_is_gone_or_damaged_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    faces = ((str(broken), 0, "Broken"), (str(tmp_path / "gone.ttf"), 0, "Gone"))
    fonts.fallbacks.cache_clear()
    monkeypatch.setattr(fonts, "_faces", lambda: faces)
    assert set(fonts.fall_back(titled(CHINESE, "DejaVu Sans"))) == set(CHINESE)
    fonts.fallbacks.cache_clear()


def test_of_fonts_that_have_as_much_the_kindred_one_is_taken() -> None:
    missing = frozenset("手")
    names = ["Noto Sans Mono CJK SC", "Noto Serif CJK SC", "Noto Sans CJK JP", "Noto Sans CJK SC"]
    assert max(names, key=lambda n: fonts._rank(n, "DejaVu Sans", missing)) == names[3]
    assert max(names, key=lambda n: fonts._rank(n, "STIXGeneral", missing)) == names[1]
    assert max(names, key=lambda n: fonts._rank(n, "DejaVu Sans", frozenset("手か"))) == names[2]


@pytest.mark.skipif(
    not any("CJK" in e.name for e in font_manager.fontManager.ttflist), reason="needs a CJK font"
)
def test_an_installed_font_of_a_collection_gets_into_a_pdf() -> None:
    figure = titled(CHINESE, "DejaVu Sans")
    assert fonts.fall_back(figure) == ""
    made = content(figure, "pdf")
    assert b"CJK" in made
    assert b"/FontFile" in made


# --- legends -------------------------------------------------------------------------------------


def figure_with(count: int, look: FigureLook, name: str = "run {}") -> tuple[bytes, list[str]]:
    with Store(default_store()) as store:
        ids = [add_run(store, n, epochs=1, name=name.format(n)).run_id for n in range(count)]
        figure = figure_of_runs(ids, Plot(), look)
        return drawn_and_judged(figure, FAMILIES[CurveFigure].read(store, figure), "png")


@pytest.mark.parametrize("name", ["run {}", "a long name that tells all settings {} and a seed"])
def test_a_legend_of_forty_runs_fits_on_a_page(name: str) -> None:
    look = FigureLook(dpi=100)
    png, said = figure_with(40, look, name)
    with Image.open(io.BytesIO(png)) as image:
        width, height = (pixels / 100 * 25.4 for pixels in image.size)
    assert width == pytest.approx(look.width, abs=0.5)
    assert height <= 297
    (sentence,) = said
    assert sentence.startswith("40 curves have only 32 looks")
    assert "group them" in sentence


def test_few_curves_leave_nothing_to_say() -> None:
    assert figure_with(3, FigureLook(dpi=50))[1] == []
    assert figure_with(13, FigureLook(dpi=50, monochrome=True))[1][0].startswith(
        "13 curves have only 12 looks"
    )


def test_a_legend_gives_way_step_by_step() -> None:
    look = FigureLook()
    short = axes.legend_plan(["run"] * 8, look)
    assert (short.labels, short.font_size, short.is_shortened) == (("run",) * 8, 8.0, False)
    long = [f"an experiment whose name is told at length, seed {n}" for n in range(45)]
    plan = axes.legend_plan(long, look)
    assert plan.is_shortened
    assert len(set(plan.labels)) == 45, "they still differ"
    assert all(label.endswith(f"seed {n}") for n, label in enumerate(plan.labels))
    assert plan.height < axes.PAGE
    many = axes.legend_plan([f"{n} {long[0]}" for n in range(5_000)], look)
    assert many.font_size == axes.LEAST_SIZE
    assert many.labels[-1] == f"and {5_000 - len(many.labels) + 1:,} more"
    assert many.height < axes.PAGE


def test_a_wide_name_is_cut_by_its_width() -> None:
    assert axes.shortened("手写数字手写数字手写数字", 13) == "手写数…写数字"
    assert axes.shortened("abc", 2) == "abc"


# --- who is told ---------------------------------------------------------------------------------


def test_the_command_line_says_it(
    tmp_path: Path, only_dejavu: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(default_store()) as store:
        run = add_run(store, epochs=1, name=CHINESE)
    assert main(["compare", run.run_id, "--output", str(tmp_path / "a.png")]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("dlopt-workbench: warning: no installed font has 写手")
    assert main(["compare", run.run_id, "--output", str(tmp_path / "a.tex")]) == 0
    assert "pdfLaTeX can't set 手写: use LuaLaTeX" in capsys.readouterr().err
    assert main(["compare", run.run_id, "--output", str(tmp_path / "a.csv")]) == 0
    assert capsys.readouterr().err == ""


def test_a_home_that_cannot_be_written_is_no_news(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        run = add_run(store, epochs=1)
    nowhere = "/dev/null/nowhere"
    environment = {**os.environ, "HOME": nowhere, "DLOPT_CACHE": nowhere, "XDG_CACHE_HOME": nowhere}
    environment.pop("MPLCONFIGDIR", None)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ui.launch",
            "compare",
            run.run_id,
            "--store",
            str(tmp_path),
            "--output",
            str(tmp_path / "a.svg"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.svg").is_file()


def test_the_process_of_the_window_says_it(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        ids = [add_run(store, n, epochs=1, name=f"run {n}").run_id for n in range(33)]
    figure = CurveFigure(runs=tuple(FigureRun(run_id=r) for r in ids), look=FigureLook(dpi=50))
    asked = {
        "number": 1,
        "store": str(tmp_path),
        "shown": 1,
        "figure": figure.with_format(),
        "formats": ["png"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "workbench.figures.serve"],
        input=json.dumps(asked) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    answer = from_line(done.stdout)
    assert answer is not None
    assert answer["remarks"][0].startswith("33 curves have only 32 looks")

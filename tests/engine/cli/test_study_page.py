"""`study --output`: the answer as a page, of a study whose runs nobody trains."""

from __future__ import annotations

import shlex
from html import escape
from pathlib import Path

import pytest

from tests.engine.study.made_up_study import Answers, Trains
from workbench.cli import main
from workbench.cli.experiments import named_experiment
from workbench.experiment import Experiment
from workbench.hardware.preflight import Preflight
from workbench.runs.store import Store
from workbench.study.answer_page.page import study_page
from workbench.study.answer_page.table import answer_table
from workbench.study.lever_study.result import answer_of
from workbench.study.lever_study.study import LeverStudy, named_study, stopwatch

ASKED = (
    "study", "mnist-cnn", "--set", "schedule.kind=fixed", "--target", "99.1%", "--budget", "30m",
    "--levers", "one_cycle,betas,strided_stem,smoothing",
)  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.cli.follow.LocalExecutor", Trains)
    monkeypatch.setattr("workbench.cli.training.search_runner.TaskAsker", Answers)
    quick = Preflight(1.0, 0.001, 0.0, 844, 0, 0, 1, 10)
    monkeypatch.setattr("workbench.cli.tasks.ask", lambda *_: quick)


def same(one: Experiment, other: Experiment) -> bool:
    """But for name and seed."""
    found = [each.with_settings({"name": "x", "training.seed": 0}) for each in (one, other)]
    return found[0] == found[1]


def test_the_answer_is_a_page_and_each_of_its_commands_makes_that_row(tmp_path: Path) -> None:
    assert main.main([*ASKED, "--output", str(tmp_path / "a.html")]) == 0
    html = (tmp_path / "a.html").read_text("utf-8")
    assert "times less training time: " in html
    assert "<script" not in html
    shown = ["study", "--show", "mnist-cnn study", "--output", str(tmp_path / "a.pdf")]
    assert main.main(shown) == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    with Store(tmp_path / "dlopt-store") as store:
        record, plan = named_study(store, "mnist-cnn study")
        info = plan.baseline.data.info()
        assert info is not None
        answer = answer_of(LeverStudy(record, plan, info, stopwatch(store, record)), store)
    table, page = answer_table(answer), study_page(answer)
    assert page.rows == table.rows
    verdicts = {row.label: row.verdict for row in table.rows}
    assert (verdicts["One cycle"], verdicts["AdamW"]) == ("real", "not tried")
    assert page.waterfalls[0].what == "waterfall-seconds"
    assert page.front is not None
    checked = 0
    for row, settings in zip(table.rows, table.settings, strict=True):
        if not row.command:
            continue
        program, run, name, *options = shlex.split(row.command)
        assert (program, run, set(options[::2])) == ("dlopt-workbench", "run", {"--set"})
        made = named_experiment(name, options[1::2])
        assert same(made, plan.baseline.with_settings(settings)), row.label
        assert all(escape(word) in html for word in (row.label, row.reason, row.command))
        checked += 1
    assert checked >= 5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*ASKED, "--output", "a.docx"), "a.docx: must end in one of .html, .pdf, .svg, .png"),
        (("study", "--list", "--output", "a.pdf"), "--output writes the answer of a study"),
        ((*ASKED, "--dry-run", "--output", "a.pdf"), "--output writes the answer of a study"),
    ],
)
def test_a_file_that_can_not_be_is_refused_before_anything_is_trained(
    arguments: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(list(arguments)) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert len(said.err.strip().splitlines()) == 1
    with Store(tmp_path / "dlopt-store") as store:
        assert store.runs() == []

"""The commands that measure: their tables, the figures that they draw, what they refuse at once."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.figures.test_measured_figures import (
    batch_sizes_result,
    points,
    profile,
    range_test_result,
    tuned,
)
from tests.svg import texts_of
from tests.ui.made_up import add_run
from workbench.base.paths import default_store
from workbench.cli import main, tasks
from workbench.evaluation.latency import MeasuredLatency
from workbench.execution.task import Task
from workbench.hardware.learning_rate_range import RangeTest
from workbench.runs.database import Database
from workbench.runs.store import Store

RESULTS: dict[str, Any] = {
    "find_rate": range_test_result(),
    "find_batch_size": batch_sizes_result(),
    "tune": tuned(),
    "profile_layers": profile(),
    "measure_inference": MeasuredLatency(tuple(points()), "CPU", 0.0),
}
COMMANDS = {
    "find-rate": ["find-rate", "digits-cnn"],
    "find-batch-size": ["find-batch-size", "digits-cnn"],
    "tune": ["tune", "digits-cnn"],
    "roofline": ["roofline", "digits-cnn"],
    "latency": ["latency", "last", "--threads", "1"],
}
WORDS = {
    "find-rate": "Learning rate",
    "find-batch-size": "Batch size",
    "tune": "Hardware settings",
    "roofline": "Operations a byte moved",
    "latency": "Images a call",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers in the place of a process; what was asked. There is a run in the store."""
    with Store(default_store()) as store:
        add_run(store, 0)
    names: list[str] = []

    def do_task(store: object, task: Task[Any, Any, Any], request: object, progress: Any) -> Any:
        names.append(task.name)
        return RESULTS[task.name]

    monkeypatch.setattr(tasks, "do_task", do_task)
    return names


LOST = "no installed font has this letter"


@pytest.fixture
def letters_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure has letters that no font has."""
    monkeypatch.setattr("workbench.figures.remarks.warning", lambda _: LOST)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_was_measured_is_drawn_and_printed(
    asked: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figure.svg"
    command = [*COMMANDS[name], "--output", str(path), "--title", "A title"]
    assert main.main(command) == 0
    assert capsys.readouterr().out
    found = texts_of(path.read_bytes())
    assert "A title" in found
    assert WORDS[name] in found
    data = tmp_path / "figure.csv"
    assert main.main([*COMMANDS[name], "--output", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    head, *rows = csv.reader(data.read_text().splitlines())
    assert WORDS[name] in head
    assert rows


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_reader_of_the_figure_would_miss_is_in_the_json_too(
    asked: list[str],
    letters_lost: None,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = str(tmp_path / "figure.svg")
    command = [*COMMANDS[name], "--output", path, "--json"]
    assert main.main(command) == 0
    said = capsys.readouterr()
    (warning,) = json.loads(said.out)["figure_warnings"]
    assert warning == LOST
    assert LOST in said.err
    assert main.main([*COMMANDS[name], "--json"]) == 0
    assert "figure_warnings" not in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("options", [("compare", "last"), ("tradeoff", "--y", "val_accuracy")])
def test_so_it_is_for_figures_of_runs(
    letters_lost: None,
    options: tuple[str, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Store(default_store()) as store:
        add_run(store, 0)
    path = str(tmp_path / "figure.svg")
    assert main.main([*options, "--output", path, "--json"]) == 0
    (warning,) = json.loads(capsys.readouterr().out)["figure_warnings"]
    assert warning == LOST


def test_latency_that_could_not_be_kept_is_not_measured(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Database, "_may_write", lambda _: False)
    assert main.main(COMMANDS["latency"]) == 2
    assert "is read-only; choose a folder" in capsys.readouterr().err
    assert asked == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_or_look_that_cannot_be_is_refused_before_anything_is_measured(
    asked: list[str], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main([*COMMANDS[name], "--output", str(tmp_path / "figure.gif")]) == 2
    assert "figure.gif: must end in one of .svg, .pdf, .png, .csv" in capsys.readouterr().err
    assert main.main([*COMMANDS[name], "--output", "figure.png", "--dpi", "1"]) == 2
    assert "dpi: must be at least" in capsys.readouterr().err
    assert asked == []


def test_a_folder_that_is_not_there_is_one_sentence(
    asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none" / "figure.svg"
    assert main.main(["roofline", "digits-cnn", "--output", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"dlopt-workbench: {path}: can't be written (")


def test_nothing_to_draw_is_one_sentence(
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nothing = RangeTest((), (), (), None, None, "no suggestion")
    monkeypatch.setitem(RESULTS, "find_rate", nothing)
    path = tmp_path / "figure.svg"
    assert main.main(["find-rate", "digits-cnn", "--output", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == "no suggestion\n", "and what was found is told all the same"
    assert shown.err.endswith("nothing was measured that could be drawn\n")
    assert not path.exists()


def test_the_roofline_command_lists_the_layers(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["roofline", "digits-cnn", "--set", "hardware.precision=mixed_bfloat16"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "layer           forward ms  backward ms  share  GFLOP/s",
        "1 Conv2D                 2            4   60 %     66.7",
        "2 MaxPooling2D           1            1   20 %        –",
        "3 Dense                0.1          0.3    4 %       25",
        "A step takes 10 ms.",
    ]

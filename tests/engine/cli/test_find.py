"""The commands that find a setting: their output, their progress, their errors."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.cli.test_main import dlopt
from workbench.cli import main, tasks
from workbench.execution.ask import TaskFailed
from workbench.execution.messages import TaskProgress
from workbench.execution.tasks.find_rate import FIND_RATE
from workbench.hardware.batch_sizes import BatchSizes, MeasuredBatch
from workbench.hardware.learning_rate_range import RangeTest

RATE = RangeTest((), (), (), 0.002, 0, "0.002 is a tenth of 0.02")
SIZES = BatchSizes(
    (MeasuredBatch(8, 500.0), MeasuredBatch(16, 1000.0)), 16, 16, 16, "16 images a step"
)


def answers(monkeypatch: pytest.MonkeyPatch, result: object) -> list[Any]:
    """Puts an answer in the place of a process; what was asked."""
    asked: list[Any] = []

    def do_task(store: object, task: object, request: object, progress: Any) -> Any:
        asked.append((task, request))
        progress(TaskProgress(1, 1, 2, "half"))
        if result is None:
            raise TaskFailed("the training process was killed")
        return result

    monkeypatch.setattr(tasks, "do_task", do_task)
    return asked


def test_a_rate_is_found_by_a_real_process_and_piped_as_json() -> None:
    small = [
        "structure.layers[0].filters=4",
        "data.resize=16",
        "optimizer.learning_rate=0.5",
        "structure.layers[4].padding=same",
    ]
    done = dlopt("find-rate", "digits-cnn", "--json", *(p for s in small for p in ("--set", s)))
    result = json.loads(done.stdout)
    assert done.returncode == (0 if result["suggestion"] else 1), done.stderr
    assert len(result["rates"]) == len(result["smoothed"]) > 20
    assert "%" not in done.stderr  # no terminal, no progress


def test_words_and_exit_code_tell_whether_a_rate_was_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = answers(monkeypatch, RATE)
    assert main.main(["find-rate", "digits-cnn", "--set", "training.seed=3"]) == 0
    assert capsys.readouterr().out == "0.002 is a tenth of 0.02\n"
    ((task, request),) = asked
    assert task is FIND_RATE
    assert "seed = 3" in request.experiment
    answers(monkeypatch, replace(RATE, suggestion=None, words="no suggestion: flat"))
    assert main.main(["find-rate", "digits-cnn"]) == 1
    assert capsys.readouterr().out == "no suggestion: flat\n"


def test_batch_sizes_are_listed_with_the_recommended_one_marked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, SIZES)
    assert main.main(["find-batch-size", "digits-cnn"]) == 0
    first, second, words = capsys.readouterr().out.splitlines()
    assert first.split()[:3] == ["8", "500", "images/s"]
    assert second.endswith("<")
    assert second.count("█") == 2 * first.count("█")
    assert words == "16 images a step"


def test_what_goes_wrong_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(monkeypatch, None)
    assert main.main(["find-batch-size", "digits-cnn"]) == 1
    assert capsys.readouterr().err == "dlopt-workbench: the training process was killed\n"
    assert main.main(["find-rate", "digits-cnn", "--set", "optimizer.learning_rate=-1"]) == 2
    assert "optimizer.learning_rate" in capsys.readouterr().err

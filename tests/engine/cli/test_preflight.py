"""The command `preflight`: one experiment, several and their sum."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.hardware.test_preflight import MEASURED
from workbench.cli import main, tasks
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.hardware.requests import AboutExperiment


def test_several_experiments_are_summed_and_one_that_does_not_fit_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    large = replace(MEASURED, memory_bytes=10**12, is_random=True)
    answers = {"digits-cnn": MEASURED, "lenet-5": large}

    def do_task(store: object, task: object, request: AboutExperiment, progress: Any) -> Any:
        assert task is PREFLIGHT
        return answers[next(name for name in answers if f'name = "{name}"' in request.experiment)]

    monkeypatch.setattr(tasks, "do_task", do_task)
    one = ["preflight", "digits-cnn", "--set", "training.epochs=10"]
    assert main.main(one) == 0
    assert capsys.readouterr().out == "about 1 min (64 ms a step, 1.2 GB of 15 GB)\n"
    assert main.main([*one, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] == MEASURED.seconds(10)
    both = ["preflight", "digits-cnn", "lenet-5", "--set", "training.epochs=10"]
    assert main.main(both) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("digits-cnn: about 1 min")
    assert lines[1].startswith("lenet-5: doesn't fit: about 1 min")
    assert lines[2] == "2 runs, about 2 min"
    assert "random images" in lines[3]
    assert main.main([*both, "--json"]) == 1
    together = json.loads(capsys.readouterr().out)
    assert together["seconds"] == 2 * MEASURED.seconds(10)
    assert [run["fits"] for run in together["runs"]] == [True, False]

"""The command `study`: what it prints, keeps and refuses, with runs that nobody trains."""

from __future__ import annotations

import functools
import json
import math
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.dying import died
from tests.engine.executors import Pretends
from tests.engine.study.made_up_study import Answers, Trains
from workbench.cli import main
from workbench.hardware.preflight import Preflight
from workbench.runs.store import Store
from workbench.study.lever_study.plan import ALL

ROOT = Path(__file__).parents[3]
CNN = ("mnist-cnn", "--set", "schedule.kind=fixed")
LITTLE = ("--levers", "one_cycle,betas,strided_stem,smoothing")


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.cli.follow.LocalExecutor", Trains)
    monkeypatch.setattr("workbench.cli.training.search_runner.TaskAsker", Answers)
    quick = Preflight(1.0, 0.001, 0.0, 844, 0, 0, 1, 10)
    monkeypatch.setattr("workbench.cli.tasks.ask", lambda *_: quick)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "dlopt-store") as opened:
        yield opened


def study(*arguments: str) -> int:
    return main.main(["study", *arguments])


def studied(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert study(*arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_json_tells_all_and_every_trial_is_a_run(
    capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    found = studied(capsys, *CNN, *LITTLE, "--target", "99.1%", "--budget", "30m")
    assert found["name"] == "mnist-cnn study"
    assert found["target"] == pytest.approx(0.991)
    assert (found["goal"], found["is_finished"], found["budget_seconds"]) == ("seconds", True, 1800)
    runs = store.runs()
    assert found["validation_readings"] == len(runs)
    assert {run.study_id for run in runs} == {store.studies()[0].study_id}
    best = found["recommended"]
    assert best["confirmed"]["is_kept"]
    assert best["confirmed"]["seeds"] == 5
    assert best["confirmed"]["ratio"]["seconds"]["value"] < 0.3
    assert set(best["run_ids"]) <= {run.run_id for run in runs}
    assert best["settings"]["schedule.kind"] == "one_cycle"
    by_key = {lever["key"]: lever for lever in found["levers"]}
    assert by_key["one_cycle"]["is_chosen"]
    assert by_key["smoothing"]["verdict"] == "nothing shown"
    assert not by_key["smoothing"]["is_chosen"]
    assert by_key["adamw"]["reason"] == "it was left out by --levers"
    assert found["sentence"].startswith("99.")
    assert "times less training time: " in found["sentence"]
    assert found["test_readings"] == 1
    tested = {run.run_id for run in runs if run.test_accuracy is not None}
    judged = [found["baseline"], best, found["runner_up"]]
    assert all(arm["test_accuracy"] for arm in judged)
    assert len(tested) <= 15, "the test part is read for what was chosen alone"
    capsys.readouterr()


def test_a_person_reads_the_sentence_the_table_and_what_was_not_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert study(*CNN, "--levers", "bfloat16,one_cycle,depth", "--budget", "20m") == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert "times less training time" in lines[0]
    head = next(line for line in lines if line.startswith("lever "))
    assert head.split()[:2] == ["lever", "verdict"]
    assert any(line.startswith("One cycle") and "(chosen)" in line for line in lines)
    assert any(
        line.startswith("Reduce depth: Reduce depth finds no two layers in a row") for line in lines
    )
    command = next(line for line in lines if line.startswith("dlopt-workbench run mnist-cnn"))
    assert "--set 'schedule={kind = \"one_cycle\"}'" in command
    assert "run 1, baseline: as it is (seed 0)" in said.err
    assert "looking for the fastest hardware settings" in said.err
    assert "The budget buys about " in said.err
    assert "the choice is kept; testing " in said.err


def test_a_study_is_listed_shown_and_gone_on_with(
    capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    whole = studied(capsys, *CNN, "--levers", "one_cycle", "--name", "mine")
    listed = studied(capsys, "--list")
    assert [(each["name"], each["goal"]) for each in listed] == [("mine", "seconds")]
    count = len(store.runs())
    for arguments in (["--show", "mine"], ["--resume", "mine"]):
        again = studied(capsys, *arguments)
        assert again["recommended"] == whole["recommended"]
        assert again["levers"] == whole["levers"]
    assert len(store.runs()) == count, "there was nothing left to train"
    assert study(*CNN, "--levers", "betas", "--name", "mine") == 2
    assert "study 'mine' was made otherwise (--levers differs): give it another name" in (
        capsys.readouterr().err
    )
    assert main.main(["sweep", "--list"]) == 0
    assert "no sweeps yet" in capsys.readouterr().out
    assert main.main(["sweep", "--resume", "mine"]) == 2
    assert "there is no sweep 'mine'" in capsys.readouterr().err


def test_a_dry_run_names_the_levers_and_trains_nothing(
    capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    found = studied(capsys, *CNN, "--dry-run")
    assert len(found["levers"]) == len(ALL)
    refused = {each["name"] for each in found["levers"] if each["refusal"]}
    assert refused == {"depth", "shared"}
    assert study(*CNN, "--dry-run") == 0
    assert "one run of the baseline takes 9 s, so the budget of 20 min is worth" in (
        capsys.readouterr().out
    )
    assert store.runs() == store.studies() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give an EXPERIMENT, or --resume NAME, --show NAME or --list"),
        (["--resume", "x"], "there is no lever study 'x' in "),
        (["--resume", "x", "--budget", "5m"], "--set and --budget are for a new study"),
        (["mnist-cn"], "mnist-cn"),
        (["mnist-cnn", "--budget", "soon"], "--budget soon: must be a time, as in 90s, 20m or 2h"),
        (["mnist-cnn", "--budget", "5s"], "a budget of 5s is less than one run takes (about 9 s)"),
        (["mnist-cnn", "--target", "992"], "--target 992: must be an accuracy between 0 and 100 %"),
        (["mnist-cnn", "--goal", "min:val_accuracy"], "--goal min:val_accuracy: must be one "),
        (["mnist-cnn", "--keep", "loss:1"], "--keep loss:1: must be accuracy and points"),
        (["mnist-cnn", "--levers", "onecycle"],
         "--levers onecycle: there is no such lever or group; did you mean 'one_cycle'?"),
        (["mnist-cnn", "--set", "training.validation_split=0"],
         "training.validation_split is 0: a search needs a validation part; set it above 0"),
        (["mnist-cnn", "--set", "training.folds=5"], "training.folds is above 0"),
        (["mnist-cnn", "--set", "optimizer.learnig_rate=1"], "did you mean"),
        (["mnist-cnn", "--seed", "-1"], "--seed must be from 0 to 10,000, got -1"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_makes_no_run(
    arguments: list[str], said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert study(*arguments) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    assert store.runs() == store.studies() == []


def test_a_baseline_that_fails_ends_the_study(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    fails = functools.partial(Pretends, reaches=lambda experiment: math.nan)
    monkeypatch.setattr("workbench.cli.follow.LocalExecutor", fails)
    assert study(*CNN) == 1
    assert "the study ends: the baseline itself fails (run " in capsys.readouterr().err
    assert len(store.runs()) == 1


# --- a process that dies -------------------------------------------------------------------------

PRETEND = """
from tests.engine.study.made_up_study import Answers, Trains
from workbench.hardware.preflight import Preflight
follow.LocalExecutor, search_runner.TaskAsker = Trains, Answers
tasks.ask = lambda *_: Preflight(1.0, 0.001, 0.0, 844, 0, 0, 1, 10)
"""


def test_a_kill_at_any_moment_loses_no_run_and_makes_none_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = [*CNN, "--levers", "bfloat16,one_cycle,betas", "--budget", "2h", "--name", "x"]
    whole = studied(capsys, *new, "--store", str(tmp_path / "whole"))
    folder = tmp_path / "killed"
    assert died(PRETEND, folder, 11, "study", *new) == -signal.SIGKILL
    for after in (8, 35, 90):
        assert died(PRETEND, folder, after, "study", "--resume", "x") == -signal.SIGKILL
    found = studied(capsys, "--resume", "x", "--store", str(folder))
    for name in ("levers", "settings", "quantities", "seeds", "accuracy", "test_accuracy"):
        assert [a[name] for a in found["arms"]] == [a[name] for a in whole["arms"]], name
    assert found["recommended"]["key"] == whole["recommended"]["key"]
    assert found["test_readings"] == whole["test_readings"] == 1
    with Store(tmp_path / "whole") as one, Store(folder) as other:
        assert len(other.runs()) == len(one.runs())

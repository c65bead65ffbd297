"""The command `smallest`: real processes within a time, its JSON, and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.small import small, train
from workbench.cli.main import main
from workbench.runs.groups import GroupKind
from workbench.runs.store import Store


def test_a_search_keeps_its_time_and_names_its_winner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(tmp_path) as store:
        parent, _ = train(store, small(training__epochs=2))
    asked = ["--within", "60", "--minutes", "1", "--json", "--store", str(tmp_path)]
    assert main(["smallest", parent, *asked]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert "candidate 1: quantize:int8:bare=true (" in printed.err
    assert (found["parent_id"], found["within"], found["goal"]) == (parent, 60.0, "bytes")
    winner, candidates = found["winner"], found["candidates"]
    assert winner["bytes"] == min(each["bytes"] for each in candidates if each["is_within"])
    assert found["test"]["accuracy"] == winner["test_accuracy"]
    others = [each for each in candidates if each["run_id"] != winner["run_id"]]
    assert {each["test_accuracy"] for each in others} <= {None}
    with Store(tmp_path) as store:
        runs = store.children(parent)
        (group,) = store.groups()
        assert {run.study_id for run in runs} == {group.group_id}
        assert group.kind == GroupKind.SEARCH
        assert not any(run.status.is_active for run in runs)
        took = max(run.finished or 0 for run in runs) - min(run.started or 0 for run in runs)
    assert took < 60, "the budget holds, with time to test the winner"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--within", "0"], "within: must be above 0, got 0.0"),
        (["--within", "101"], "within: must be at most 100, got 101.0"),
        (["--minutes", "-1"], "minutes: must be above 0, got -1.0"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, asked: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["smallest", "last", *asked, "--store", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"dlopt-workbench: {said}\n"


def test_a_run_without_weights_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(tmp_path) as store:
        run = store.create(small())
        assert main(["smallest", run.run_id, "--store", str(tmp_path)]) == 2
        assert "has not ended; compress it afterwards" in capsys.readouterr().err
        assert len(store.runs()) == 1

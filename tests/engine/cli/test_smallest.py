"""The command `smallest`: real processes within a time, its JSON, and bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.small import small, train
from workbench.cli.follow import Follower
from workbench.cli.main import main
from workbench.cli.runs import smallest
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search import search as search_module
from workbench.compression.search.search import Search, propose
from workbench.runs.groups import GroupKind
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store


def test_a_search_keeps_its_time_and_names_its_winner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second candidate would take days, and has three seconds."""
    long = CompressionRecipe.of_text("finetune:100000:teacher=none,quantize:int8")
    made: list[str] = []

    def two_candidates(store: Store, search: Search, left: float, **how: bool) -> Any:
        if len(made) == 2:
            return search, None
        if len(made) == 1:
            monkeypatch.setattr(search_module, "next_recipe", lambda *_: long)
        search, run = propose(store, search, left, **how)
        assert run is not None
        made.append(run.run_id)
        return search, run

    class Hurried(Follower):
        def train(self, runs: list[Run], seconds: float | None = None) -> list[Run]:
            return super().train(runs, 3.0 if len(made) == 2 else seconds)

    monkeypatch.setattr(smallest, "propose", two_candidates)
    monkeypatch.setattr(smallest, "Follower", Hurried)
    with Store(tmp_path) as store:
        parent, _ = train(store, small(training__epochs=2))
    asked = ["--within", "60", "--minutes", "10", "--json", "--store", str(tmp_path)]
    assert main(["smallest", parent, *asked]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert "candidate 1: quantize:int8:bare=true (9 min" in printed.err
    assert "candidate 2: finetune:100000:teacher=none,quantize:int8 (" in printed.err
    assert (found["parent_id"], found["within"], found["goal"]) == (parent, 60.0, "bytes")
    winner, (candidate,) = found["winner"], found["candidates"]
    assert winner["run_id"] == candidate["run_id"] == made[0]
    assert found["test"]["accuracy"] == winner["test_accuracy"]
    assert found["test"]["images"] == 360
    with Store(tmp_path) as store:
        runs = store.children(parent)
        assert [run.status for run in runs] == [RunStatus.COMPLETED, RunStatus.INTERRUPTED]
        (group,) = store.groups()
        assert {run.study_id for run in runs} == {group.group_id}
        assert group.kind == GroupKind.SEARCH


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

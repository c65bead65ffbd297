"""A lever study whose runs are really trained: stages, processes and answer together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.runs.store import Store
from workbench.study.lever_study import beginning, finishing, screening, searching

DENSE = (
    'structure.layers=[{kind="flatten"},{kind="dense",units=32},'
    '{kind="dense",units=10,activation="softmax"}]'
)


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """One seed where a study takes several: nothing here turns on chance."""
    for module, name in (
        (searching, "LEAST_SEEDS"), (searching, "MOST_SEEDS"), (searching, "SURE_SEEDS"),
        (screening, "MOST_REPEATS"), (finishing, "CONFIRMED_SEEDS"), (finishing, "RUNNER_UP_SEEDS"),
        (finishing, "ABLATION_SEEDS"), (beginning, "GROUND_SEEDS"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, 1)
    monkeypatch.setattr(beginning, "NOISE_SEEDS", 2)
    monkeypatch.setattr(beginning, "LENGTHS", (0.5,))


def test_a_study_of_a_small_network_on_the_digits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "store"
    assert main.main(["study", "digits-cnn", "--set", DENSE, "--set", "training.epochs=6",
                      "--levers", "one_cycle", "--budget", "5m", "--keep", "accuracy:40",
                      "--store", str(folder), "--json"]) == 0  # fmt: skip
    said = capsys.readouterr()
    found = json.loads(said.out)
    with Store(folder) as store:
        runs = {run.run_id: run for run in store.runs()}
    assert all(run.status.value == "completed" for run in runs.values())
    assert found["is_finished"]
    assert found["validation_readings"] == len(runs)
    best = found["recommended"]
    assert best["quantities"]["seconds"] < found["baseline"]["seconds"]
    assert best["settings"]["training.epochs"] < 6
    assert best["test_accuracy"]["value"] > 0.5
    judged = {*found["baseline"]["run_ids"], *best["run_ids"]}
    judged |= set((found["runner_up"] or {"run_ids": []})["run_ids"])
    tested = {run_id for run_id, run in runs.items() if run.test_accuracy is not None}
    assert tested
    assert tested <= judged
    assert found["machine"]
    assert found["versions"]["tensorflow"]
    assert "the choice is kept; testing " in said.err

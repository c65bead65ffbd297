"""The command `sweep` with real training processes: side by side, pruned, killed, gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import main
from workbench.evaluation.predictions import Evaluated
from workbench.hardware.processor import usable_cores
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

ROOT = Path(__file__).parents[3]
RUN = "import sys; from workbench.cli.main import main; sys.exit(main(sys.argv[1:]))"
NEW = [
    "digits-cnn", "--set", "training.epochs=3", "--set", "structure.layers[0].filters=4",
    "--set", "structure.layers[2].filters=4", "--set", "structure.layers[4].filters=4",
    "--vary", "optimizer.learning_rate=0.005,0.3,0.01,0.00001", "--prune", "asha",
    "--workers", "2", "--name", "x",
]  # fmt: skip
PATIENCE = 120.0


def sweep(capsys: pytest.CaptureFixture[str], store: Path, *arguments: str) -> list[dict[str, Any]]:
    """The trials, but for the ids of their runs."""
    assert main.main(["sweep", *arguments, "--json", "--store", str(store)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["exact"]
    kept = ("number", "settings", "each", "status", "pruned_at")
    return [{key: trial[key] for key in kept} for trial in found["trials"]]


def killed_in_the_middle(store: Path) -> None:
    """A sweep whose command dies once a trial was pruned; its training processes then end too."""
    command = subprocess.Popen(
        [sys.executable, "-c", RUN, "sweep", *NEW, "--store", str(store)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + PATIENCE
    with Store(store) as seen:
        while not any(run.status is RunStatus.PRUNED for run in seen.runs()):
            assert time.monotonic() < end
            with pytest.raises(subprocess.TimeoutExpired):
                command.wait(timeout=0.05)
    command.send_signal(signal.SIGKILL)
    command.wait()


class ReadsNothing:
    """In the place of the process that reads the test images, which takes seconds to start."""

    def __init__(self, store: Path, startup: object) -> None: ...

    def __enter__(self) -> ReadsNothing:
        return self

    def __exit__(self, *exception: object) -> None: ...

    def do(self, *asked: object) -> Evaluated:
        return Evaluated(360, 0.9, "")


def test_side_by_side_pruned_and_killed_it_comes_out_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.cli.training.search_runner.TaskAsker", ReadsNothing)
    whole = sweep(capsys, tmp_path / "whole", *NEW)
    pruned = [trial for trial in whole if trial["status"] == "pruned"]
    assert pruned
    assert {trial["pruned_at"] for trial in pruned} == {1}
    with Store(tmp_path / "whole") as store:
        runs = {run.trial: run for run in store.runs()}
        cut = runs[pruned[0]["number"]]
        assert (cut.status, cut.epochs, cut.test_accuracy) == (RunStatus.PRUNED, 1, None)
        assert cut.message.startswith("pruned after 1 of 3 epochs: validation accuracy ")
        assert {run.experiment.hardware.intra_op_threads for run in runs.values()} == {
            max(1, usable_cores() // 2)
        }
        begun = [(run.started, run.finished) for run in runs.values() if run.trial]
        beside = [
            (a, b)
            for a, (start, end) in enumerate(begun)
            for b, (other, _) in enumerate(begun)
            if a != b and start is not None and end is not None and start < (other or 0.0) < end
        ]
        assert beside, "two runs trained at the same time"
    killed_in_the_middle(tmp_path / "killed")
    assert sweep(capsys, tmp_path / "killed", "--resume", "x") == whole

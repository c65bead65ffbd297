"""Several devices train as one does: the same losses for the same batches, by every number."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
DEVICES = 3


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.several_devices"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DLOPT_VIRTUAL_CPUS": str(DEVICES)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.mark.parametrize(
    ("case", "tolerance"),
    [("plain", 1e-5), ("penalty", 1e-5), ("one left", 1e-5), ("float16", 1e-4), ("taught", 1e-5)],
)
def test_the_losses_are_those_of_one_device(
    found: dict[str, Any], case: str, tolerance: float
) -> None:
    one, several = found[f"{case}, cpu"], found[f"{case}, multi_gpu"]
    assert (one["devices"], several["devices"]) == (1, DEVICES)
    assert len(one["losses"]) == len(several["losses"]) >= 24
    assert several["losses"] == pytest.approx(one["losses"], abs=tolerance)
    assert several["penalties"] == pytest.approx(one["penalties"], abs=tolerance)
    assert any(one["penalties"]) is (case == "penalty")
    assert several["accuracies"] == pytest.approx(one["accuracies"], abs=0.011)  # one of a batch
    assert several["test_accuracy"] == pytest.approx(one["test_accuracy"], abs=0.01)


def test_batch_normalization_over_each_share_learns_as_well(found: dict[str, Any]) -> None:
    """As in Keras it takes its means over a device's share, so the losses differ a little."""
    one, several = (found[f"batch normalization, {name}"] for name in ("cpu", "multi_gpu"))
    assert several["losses"][0] != one["losses"][0]
    assert several["losses"][0] == pytest.approx(one["losses"][0], rel=0.1)
    assert several["test_accuracy"] == pytest.approx(one["test_accuracy"], abs=0.05)
    assert several["test_accuracy"] > 0.85


def test_a_resumed_run_ends_as_one_that_was_never_stopped(found: dict[str, Any]) -> None:
    assert found["resumed"] == found["plain, multi_gpu"]["losses"]

"""Strided 1x1 convolutions train, and have the gradients of the plain arithmetic."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.engine.strided_gradients import NETWORKS

HERE = Path(__file__).parents[3]


def computing(folder: Path, how: str, **environment: str) -> subprocess.Popen[str]:
    """A process of the helper."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.engine.strided_gradients", str(folder), how],
        cwd=HERE,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the gradients of ours and, without oneDNN, of the plain strides."""
    folder = tmp_path_factory.mktemp("gradients")
    ways = (
        computing(folder, "ours"),
        computing(folder, "plain", TF_ENABLE_ONEDNN_OPTS="0"),
    )
    said = [process.communicate() for process in ways]
    for process, (_, errors) in zip(ways, said, strict=True):
        assert process.returncode == 0, f"exit code {process.returncode}\n{errors[-3000:]}"
    return folder, said[0][0]


def test_a_projection_shortcut_on_gray_images_trains(made: tuple[Path, str]) -> None:
    """48 and 64 px killed the process at the first step."""
    assert [line.partition(",")[0] for line in made[1].splitlines()] == [
        "residual 64: completed",
        "residual 48: completed",
    ]


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_strides_without_onednn(name: str, made: tuple[Path, str]) -> None:
    with np.load(made[0] / "ours.npz") as ours, np.load(made[0] / "plain.npz") as plain:
        keys = [key for key in plain.files if key.startswith(f"{name}:")]
        assert keys == [key for key in ours.files if key.startswith(f"{name}:")]
        for key in keys:
            assert ours[key].shape == plain[key].shape
            largest = np.abs(plain[key]).max()
            np.testing.assert_allclose(ours[key], plain[key], rtol=5e-3, atol=1e-4 * largest)
        assert max(np.abs(plain[key]).max() for key in keys) > 1e-3

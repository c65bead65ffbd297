"""A new export format is a writer, an opener, a few lines of Python, and one entry."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.deployment.conftest import Small
from tests.engine.tasks import do
from workbench.deployment import formats
from workbench.deployment.formats import FORMATS, Format
from workbench.evaluation.answerer import Images, Shares

CODE = """import numpy as np

with np.load(FILE) as held:
    network = dict(held)


def shares(images):
    return np.tile(network["shares"], (len(images), 1))
"""


def write(source: Any, path: Path) -> tuple[str, ...]:
    """Made up: a network that always answers the mean of what it was asked."""
    shares = source.model.predict(source.examples, verbose=0).mean(axis=0)
    with path.open("wb") as file:
        np.savez(file, shares=shares, shape=source.info.image_shape)
    return ("it always gives the same answer",)


class Mean:
    """Answers always the same."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as held:
            self._shares, shape = held["shares"], held["shape"]
        self.image_shape = tuple(int(size) for size in shape)
        self.bytes = self._shares.nbytes

    def describe(self) -> str:
        return "NumPy"

    def shares(self, images: Images) -> Shares:
        return np.tile(self._shares, (len(images), 1))

    def loaded(self, images: Images) -> Callable[[], object]:
        return lambda: self.shares(images)


def opened(path: Path, threads: int) -> Mean:
    return Mean(path)


def test_a_new_format_is_written_compared_and_explained(
    net: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = "tests.engine.deployment.test_new_format"
    entry = Format(
        "mean",
        "made up",
        ".npz",
        f"{here}:write",
        f"{here}:opened",
        CODE,
        "numpy",
        is_quantized=True,
    )
    monkeypatch.setitem(FORMATS, "mean", entry)
    monkeypatch.setattr(formats.ExportRequest, "is_exact", False)  # as an int8 file isn't
    output = tmp_path / "net.npz"
    found, _ = do("export", net.store, run_id=net.run_id, format="mean", output=str(output))
    assert set(found.files) == {"net.npz", "net_example.py"}
    assert found.warnings[0] == "it always gives the same answer"
    assert "its accuracy is" in found.warnings[-1], "it was opened again, and compared"
    snippet = runpy.run_path(str(tmp_path / "net_example.py"))
    assert snippet["shares"](net.images[:3]).shape == (3, 10)
    monkeypatch.undo()
    assert "mean" not in FORMATS

"""A pipe that is named as a file is refused: it would wait for ever for somebody who writes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.compression.recipe import CompressionRecipe
from workbench.exchange.bundle.format import BundleError
from workbench.exchange.bundle.reading import import_run
from workbench.experiment import Experiment
from workbench.figures.embedded import about
from workbench.runs.store import Store
from workbench.spec.base import SpecError


def imported(path: Path) -> None:
    with Store(path.parent / "store") as store:
        import_run(store, path)


@pytest.mark.parametrize(
    ("name", "read", "error"),
    [
        ("experiment.toml", Experiment.read, SpecError),
        ("recipe.toml", CompressionRecipe.read, SpecError),
        ("figure.svg", about, OSError),
        ("run.zip", imported, BundleError),
    ],
)
def test_a_pipe_does_not_hang(
    name: str, read: Callable[[Path], object], error: type[Exception], tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(error, match="it is not a plain file"):
        read(tmp_path / name)

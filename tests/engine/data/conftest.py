"""A cache of their own for tests that read data, and small data sets to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

MNIST_FILE = Path(__file__).parents[4] / "shared" / "data" / "mnist.npz"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("DLOPT_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def mnist_file() -> Path:
    """The real MNIST, where this machine has it."""
    if not MNIST_FILE.is_file():
        pytest.skip("MNIST is not on this machine")
    return MNIST_FILE


MakeFolder = Callable[..., Path]


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Writes an image folder of random images: `{"train/cat": 4, "dog": 3}` by path."""

    def make(
        counts: dict[str, int],
        *,
        size: tuple[int, int] = (9, 7),
        mode: str = "RGB",
        extension: str = "png",
        name: str = "images",
    ) -> Path:
        root = tmp_path / name
        rng = np.random.default_rng(len(counts))
        for folder, count in counts.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                pixels = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
                image = Image.fromarray(pixels).convert(mode)
                image.save(root / folder / f"{number:03}.{extension}")
        return root

    return make

"""Every kind of data has a reader; the embedded set and Keras's cached sets."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench import data as data_package
from workbench.data import (
    DataError,
    NotDownloaded,
    catalogue,
    describe,
    is_downloaded,
    keep_download,
    load,
)
from workbench.spec.data import MNIST, Data, Digits, Npz

MNIST_COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)


def mnist_arrays() -> dict[str, np.ndarray[Any, Any]]:
    """Arrays of MNIST's shapes, labels as a column (CIFAR-10 has them so), all classes there."""
    labels = (np.arange(60_000) % 10).astype(np.uint8)[:, np.newaxis]
    return {
        "x_train": np.full((60_000, 28, 28), 7, np.uint8),
        "y_train": labels,
        "x_test": np.full((10_000, 28, 28), 9, np.uint8),
        "y_test": labels[:10_000],
    }


def test_every_kind_has_a_reader() -> None:
    assert set(catalogue.READERS) == set(Data.choices().values())


def test_the_package_imports_nothing_heavy() -> None:
    heavy = ("sklearn", "PIL", "tensorflow", "keras", "PySide6", "scipy")
    code = f"import sys, workbench.data; print([m for m in {heavy} if m in sys.modules])"
    root = Path(data_package.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout.strip() == "[]"


def test_digits_are_what_their_spec_says() -> None:
    spec = Digits()
    dataset = load(spec)
    assert dataset.info == spec.info()
    assert dataset.train.images.shape == (28, 28, 1)
    assert dataset.train.images.dtype == np.uint8
    assert dataset.train.labels.dtype == np.int32
    assert (len(dataset.train.images), len(dataset.test.images)) == (1437, 360)
    assert dataset.source_shape == (8, 8, 1)
    assert dataset.warnings == ()


def test_digits_are_scaled_split_and_stratified() -> None:
    dataset = load(Digits(resize=(8, 8)))
    preview = describe(dataset)
    assert (preview.pixel_min, preview.pixel_max) == (0, 255)
    assert min(preview.test_counts) == 35  # of 174 to 183 a class
    assert max(preview.test_counts) == 37
    assert sum(preview.train_counts) == 1437


def test_the_fingerprint_tells_data_apart() -> None:
    first = load(Digits()).fingerprint
    assert load(Digits()).fingerprint == first
    assert load(Digits(resize=(8, 8))).fingerprint != first
    assert load(Digits(channels=3)).fingerprint != first


def test_what_is_resized_beyond_memory_is_refused() -> None:
    with pytest.raises(DataError, match=r"^data\.resize: .*1797 images of 4096x4096 need"):
        load(Digits(resize=(4096, 4096)), memory_budget=10**9)


def test_progress_is_told_and_its_exception_ends_the_reading() -> None:
    class EnoughError(Exception):
        pass

    told: list[tuple[str, int, int]] = []

    def progress(*counted: Any) -> None:
        told.append(counted)
        if len(told) == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        load(Digits(), progress=progress)
    assert told[0][0] == "resizing"


def test_a_download_is_kept_and_read(cache: Path) -> None:
    assert not is_downloaded(MNIST())
    keep_download("mnist", mnist_arrays())
    assert is_downloaded(MNIST())
    assert sorted(f.name for f in (cache / "datasets").iterdir()) == ["mnist"]
    dataset = load(MNIST(), memory_budget=1 << 30)
    known = MNIST().info()
    assert known is not None
    assert dataset.info == replace(known, class_counts=10 * (6000,))
    assert dataset.test.images.read(np.array([3]))[0, 0, 0, 0] == 9


def test_a_damaged_copy_is_not_downloaded_and_makes_way_for_a_new_one(cache: Path) -> None:
    keep_download("mnist", mnist_arrays())
    file = cache / "datasets" / "mnist" / "x_test.npy"
    os.truncate(file, 1000)
    assert not is_downloaded(MNIST())
    with pytest.raises(NotDownloaded, match=r"^data\.kind: the copy of MNIST .* is damaged"):
        load(MNIST())
    keep_download("mnist", mnist_arrays())
    assert is_downloaded(MNIST())


def test_what_is_absent_is_not_downloaded() -> None:
    with pytest.raises(
        NotDownloaded, match=r"^data\.kind: MNIST is not on this machine yet.*11\.5"
    ):
        load(MNIST())


def test_a_wrong_download_is_refused(cache: Path) -> None:
    arrays = mnist_arrays()
    arrays["x_train"] = arrays["x_train"][:10]
    with pytest.raises(DataError, match=r"^data\.kind: the download of MNIST is damaged"):
        keep_download("mnist", arrays)
    assert not (cache / "datasets").exists()


def test_mnist_is_the_real_one(mnist_file: Path) -> None:
    archive = load(Npz(path=str(mnist_file)))
    with np.load(mnist_file, allow_pickle=False) as arrays:
        keep_download("mnist", dict(arrays))
    dataset = load(MNIST())
    assert dataset.info == MNIST().info()
    assert dataset.fingerprint == archive.fingerprint
    preview = describe(dataset)
    assert preview.train_counts == MNIST_COUNTS
    assert preview.pixel_mean == pytest.approx(33.3184, abs=1e-4)
    assert dataset.train.labels[:6].tolist() == [5, 0, 4, 1, 9, 2]

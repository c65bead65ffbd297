"""Public sets that are published in a form of their own: named, with lines that make an archive."""

from __future__ import annotations

import bz2
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io
import sklearn.datasets

from workbench.data import DataError, load
from workbench.data.arrays.published import FORMS
from workbench.spec.data import Csv, FileData, Idx, Npz

COUNT = 40
RANDOM = np.random.default_rng(0)
LABELS = np.arange(COUNT) % 10
COLORS = RANDOM.integers(0, 256, (COUNT, 32, 32, 3), np.uint8)
LARGE = RANDOM.integers(0, 256, (COUNT, 96, 96, 3), np.uint8)
GRAY = RANDOM.integers(0, 256, (COUNT, 16, 16), np.uint8)
SIGNED = (GRAY.reshape(COUNT, -1) / 127.5 - 1).round(4)


def svhn(folder: Path) -> None:
    """Images along the last axis; 10 is the digit 0."""
    labels = np.where(LABELS, LABELS, 10)[:, np.newaxis].astype(np.uint8)
    stored = {"X": COLORS.transpose(1, 2, 3, 0), "y": labels}
    scipy.io.savemat(folder / "train_32x32.mat", stored)


def stl(folder: Path) -> None:
    """Each channel for itself, column by column; classes from 1."""
    LARGE.transpose(0, 3, 2, 1).tofile(folder / "train_X.bin")
    (LABELS + 1).astype(np.uint8).tofile(folder / "train_y.bin")


def usps_text(folder: Path) -> None:
    """A line an image, from -1 to 1."""
    rows = np.column_stack([LABELS, SIGNED])
    np.savetxt(folder / "zip.train.gz", rows, fmt="%.4f", newline=" \n")


def usps_hdf5(folder: Path) -> None:
    with h5py.File(folder / "usps.h5", "w") as file:
        file["train/data"] = GRAY.reshape(COUNT, -1) / np.float32(255)
        file["train/target"] = LABELS


def usps_svm(folder: Path) -> None:
    """Classes from 1; numbers from -1 to 1."""
    plain = folder / "plain"
    sklearn.datasets.dump_svmlight_file(SIGNED, LABELS + 1, str(plain), zero_based=False)
    (folder / "usps.bz2").write_bytes(bz2.compress(plain.read_bytes()))
    plain.unlink()


MADE: list[tuple[Callable[[Path], None], str, type[FileData], Any]] = [
    (svhn, "train_32x32.mat", Npz, COLORS),
    (stl, "train_X.bin", Npz, LARGE),
    (usps_text, "zip.train.gz", Csv, GRAY[..., np.newaxis]),
    (usps_hdf5, "usps.h5", Npz, GRAY[..., np.newaxis]),
    (usps_svm, "usps.bz2", Idx, GRAY[..., np.newaxis]),
]


@pytest.mark.parametrize(
    ("make", "name", "kind", "images"), MADE, ids=[row[0].__name__ for row in MADE]
)
def test_the_lines_that_it_names_make_an_archive_of_it(
    make: Callable[[Path], None],
    name: str,
    kind: type[FileData],
    images: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make(tmp_path)
    form = next(form for form in FORMS if form.files.fullmatch(name.lower()))
    for path in (tmp_path / name, tmp_path):
        with pytest.raises(DataError) as caught:
            load(kind(path=str(path)))
        sentence = str(caught.value)
        assert f"is a file of {form.name}" in sentence
        assert form.convert in sentence
        assert "\n" not in sentence
    monkeypatch.chdir(tmp_path)
    exec(form.convert, {"np": np, "scipy": scipy, "h5py": h5py, "sklearn": sklearn})
    (made,) = tmp_path.glob("*.npz")
    dataset = load(Npz(path=str(made), test_split=0.25))
    assert len(dataset.info.class_names) == 10
    with np.load(made) as stored:
        labels = stored["y_train"].reshape(-1)
        np.testing.assert_array_equal(labels - labels.min(), LABELS)
        shown = stored["x_train"].reshape(images.shape)
    share = shown / 255 if shown.dtype == np.uint8 else shown
    np.testing.assert_allclose(share, images / 255, atol=1e-4)

"""Arrays by the names that people give them, in archives and in files of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data import DataError, load
from workbench.data.arrays.array_names import slot_of
from workbench.spec.data import DataInfo, Npz

Array = np.ndarray[Any, Any]


def images(count: int, side: int = 5) -> Array:
    return np.random.default_rng(count).integers(0, 256, (count, side, side), dtype=np.uint8)


def labels(count: int) -> Array:
    return np.arange(count) % 3


def info_of(path: Path, **settings: Any) -> DataInfo:
    return load(Npz(path=str(path), **settings)).info


def parts(info: DataInfo) -> tuple[int, int, int]:
    """(training, test, validation) images."""
    return info.train_images, info.test_images, info.validation_images


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("x", "y"), ("X", "y"), ("X", "Y"), ("data", "target"), ("data", "labels"),
        ("images", "labels"), ("Images", "Labels"), ("features", "targets"), ("inputs", "outputs"),
        ("image", "label"), ("imgs", "lbls"), ("arr_0", "arr_1"), ("x_train", "y_train"),
        ("train_set_x_orig", "train_set_y"), ("pixels", "class"),
    ],
)  # fmt: skip
def test_one_pair(x: str, y: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", **{x: images(30), y: labels(30)})
    info = info_of(tmp_path / "d.npz")
    assert parts(info) == (24, 6, 0)
    assert not info.has_own_test


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("X_{}", "y_{}"), ("X_{}", "Y_{}"), ("{}X", "{}Y"), ("{}_x", "{}_y"), ("x{}", "y{}"),
        ("{}_images", "{}_labels"), ("images_{}", "labels_{}"), ("{}_data", "{}_labels"),
        ("{}Images", "{}Labels"), ("{}-imgs", "{}-labels"),
    ],
)  # fmt: skip
def test_two_and_three_parts(x: str, y: str, tmp_path: Path) -> None:
    arrays: dict[str, Any] = {}
    for part, count in (("train", 12), ("test", 6)):
        arrays |= {x.format(part): images(count), y.format(part): labels(count)}
    np.savez(tmp_path / "two.npz", **arrays)
    assert parts(info_of(tmp_path / "two.npz")) == (12, 6, 0)
    for part in ("val", "valid", "validation", "dev"):
        more = {x.format(part): images(9), y.format(part): labels(9)}
        np.savez(tmp_path / "three.npz", **arrays, **more)
        assert parts(info_of(tmp_path / "three.npz")) == (12, 6, 9)


def test_medmnist_as_it_is_published(tmp_path: Path) -> None:
    """`train_images`, `val_images`, `test_images`, labels as a column."""
    arrays = {}
    for part, count in (("train", 12), ("val", 6), ("test", 9)):
        arrays[f"{part}_images"] = images(count)
        arrays[f"{part}_labels"] = labels(count).astype(np.uint8)[:, np.newaxis]
    np.savez_compressed(tmp_path / "pneumoniamnist.npz", **arrays)
    assert parts(info_of(tmp_path / "pneumoniamnist.npz")) == (12, 9, 6)


@pytest.mark.parametrize("given", ["", "kmnist-test-imgs.npz", "kmnist-train-labels.npz"])
def test_kuzushiji_mnist_as_it_is_published(given: str, tmp_path: Path) -> None:
    """Four archives with one array `arr_0` each; another set may lie beside them."""
    for part, count in (("train", 12), ("test", 6)):
        np.savez_compressed(tmp_path / f"kmnist-{part}-imgs.npz", images(count))
        np.savez_compressed(tmp_path / f"kmnist-{part}-labels.npz", labels(count))
        if given:
            np.savez_compressed(tmp_path / f"k49-{part}-imgs.npz", images(2 * count))
            np.savez_compressed(tmp_path / f"k49-{part}-labels.npz", labels(2 * count))
    assert parts(info_of(tmp_path / given)) == (12, 6, 0)


def test_two_sets_in_a_folder_are_both_named(tmp_path: Path) -> None:
    for name in ("kmnist", "k49"):
        np.savez(tmp_path / f"{name}-train-imgs.npz", images(12))
        np.savez(tmp_path / f"{name}-train-labels.npz", labels(12))
    with pytest.raises(DataError) as caught:
        info_of(tmp_path)
    assert "k49-train-imgs and kmnist-train-imgs can both be the training images" in str(
        caught.value
    )


@pytest.mark.parametrize("given", ["", "X_test.npy", "y_train.npy"])
def test_npy_files_beside_each_other(given: str, tmp_path: Path) -> None:
    for part, count in (("train", 12), ("test", 6)):
        np.save(tmp_path / f"X_{part}.npy", images(count))
        np.save(tmp_path / f"y_{part}.npy", labels(count))
    assert parts(info_of(tmp_path / given)) == (12, 6, 0)


def test_saved_without_names(tmp_path: Path) -> None:
    x, y, more, last = images(12), labels(12), images(6), labels(6)
    for arrays in ((x, y, more, last), (x, more, y, last)):
        np.savez(tmp_path / "four.npz", *arrays)
        assert parts(info_of(tmp_path / "four.npz")) == (12, 6, 0)
    np.savez(tmp_path / "six.npz", x, y, more, last, more, last)
    with pytest.raises(DataError, match="whose names say nothing; must be saved with names"):
        info_of(tmp_path / "six.npz")
    info = info_of(
        tmp_path / "six.npz",
        images="arr_0",
        labels="arr_1",
        validation_images="arr_2",
        validation_labels="arr_3",
    )
    assert info.validation_images == 6


def test_two_readings_are_both_named_and_one_is_chosen_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    np.savez(path, photos=images(30), data=images(30), pixels=images(30), y=labels(30))
    with pytest.raises(DataError) as caught:
        info_of(path)
    assert str(caught.value) == (
        f"data.images: {path}: data and pixels can both be the training images; must be named by "
        "hand"
    )
    assert info_of(path, images="photos").train_images == 24
    with pytest.raises(DataError) as caught:
        info_of(path, images="photo")
    assert str(caught.value) == (
        f"data.images: {path}: holds no array 'photo', but data, photos, pixels, y"
    )


def test_the_shape_decides_between_two_readings(tmp_path: Path) -> None:
    """As scikit-learn's bunches have it: `data` are rows of the pixels of `images`."""
    x = images(30)
    np.savez(
        tmp_path / "d.npz",
        data=x.reshape(30, -1),
        images=x,
        target=labels(30),
        target_names=np.array(["a", "b", "c"]),
        DESCR="text",
    )
    info = info_of(tmp_path / "d.npz")
    assert (info.image_shape, info.class_names) == ((5, 5, 1), ("a", "b", "c"))


def test_rows_of_pixels(tmp_path: Path) -> None:
    x = images(30, side=6)
    np.savez(tmp_path / "d.npz", x=x.reshape(30, -1), y=labels(30))
    path = tmp_path / "d.npz"
    whole = load(Npz(path=str(path)))
    np.savez(tmp_path / "square.npz", x=x, y=labels(30))
    assert whole.fingerprint == load(Npz(path=str(tmp_path / "square.npz"))).fingerprint
    assert info_of(path, image_height=4).image_shape == (4, 9, 1)
    assert info_of(path, image_height=4, image_channels=3).image_shape == (4, 3, 3)
    with pytest.raises(DataError, match=r"^data\.image_height: .*make no image of 5 rows"):
        info_of(path, image_height=5)
    np.savez(path, x=x.reshape(30, -1)[:, :30], y=labels(30))
    with pytest.raises(DataError, match="30 pixels an image make no square, so their height must"):
        info_of(path)


@pytest.mark.parametrize("name", ["weights", "bias", "x_train_mean", "train", "history"])
def test_other_words_are_no_images(name: str) -> None:
    assert slot_of(name) is None

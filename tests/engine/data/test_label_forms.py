"""Labels in every form in which people keep them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data import load
from workbench.data.labels import in_order
from workbench.spec.data import Npz

Array = np.ndarray[Any, Any]
CLASSES = np.array([0, 1, 2, 1, 0, 2, 2, 1])


def read(tmp_path: Path, labels: Array, test: Array | None = None, **more: Any) -> Any:
    images = np.random.default_rng(0).integers(0, 256, (len(CLASSES), 4, 4), dtype=np.uint8)
    test = labels if test is None else test
    np.savez(
        tmp_path / "d.npz",
        x_train=images,
        y_train=labels,
        x_test=images[: max(test.shape)],
        y_test=test,
        **more,
    )
    return load(Npz(path=str(tmp_path / "d.npz")))


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (np.eye(3)[CLASSES], "012"),
        (np.eye(3, dtype=bool)[CLASSES], "012"),
        (np.eye(3, dtype=np.float32)[CLASSES], "012"),
        (CLASSES.astype(np.float64), "012"),
        (CLASSES[:, np.newaxis], "012"),
        (CLASSES[np.newaxis, :], "012"),
        (CLASSES + 1, "123"),
        (CLASSES.astype(np.uint8), "012"),
        (CLASSES.astype("U"), "012"),
        (CLASSES.astype("S"), "012"),
        (np.array(["a", "b", "c"])[CLASSES], "abc"),
        (np.array([b"a", b"b", b"c"])[CLASSES], "abc"),
    ],
    ids=range(12),
)
def test_forms(labels: Array, names: str, tmp_path: Path) -> None:
    dataset = read(tmp_path, labels)
    assert dataset.train.labels.tolist() == CLASSES.tolist()
    assert dataset.train.labels.dtype == np.int32
    assert dataset.info.class_names == tuple(names)
    assert dataset.warnings == ()
    assert dataset.info.label_values == (
        () if names == "012" and labels.dtype.kind not in "US" else tuple(names)
    )


def test_numbers_with_gaps_name_their_classes(tmp_path: Path) -> None:
    dataset = read(tmp_path, np.array([10, 20, 30])[CLASSES], np.array([30, 10]))
    assert dataset.info.class_names == ("10", "20", "30")
    assert dataset.test.labels.tolist() == [2, 0]
    dataset = read(tmp_path, np.array([0, 1, 3])[CLASSES])
    assert dataset.info.class_names == ("0", "1", "3")
    assert "no training image has the label 2, so there are 3 classes" in dataset.warnings[0]


def test_signs_and_booleans(tmp_path: Path) -> None:
    two = CLASSES > 0
    assert read(tmp_path, two).info.class_names == ("0", "1")
    signs = read(tmp_path, np.where(two, 1, -1))
    assert signs.info.class_names == ("-1", "1")
    assert signs.train.labels.tolist() == two.astype(int).tolist()


def test_given_names_belong_to_the_labels(tmp_path: Path) -> None:
    names = np.array(["cat", "dog", "emu", "fox"])
    dataset = read(tmp_path, CLASSES, class_names=names[:3])
    assert dataset.info.class_names == ("cat", "dog", "emu")
    gap = read(tmp_path, np.array([0, 1, 3])[CLASSES], class_names=names)
    assert gap.info.class_names == ("cat", "dog", "fox")
    assert "no training image has the label 2" in gap.warnings[0]


def test_texts_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    dataset = read(tmp_path, np.array(["image 10", "image 2", "image 1"])[CLASSES])
    assert dataset.info.class_names == ("image 1", "image 2", "image 10")
    assert dataset.train.labels.tolist() == [2, 1, 0, 1, 2, 0, 0, 1]
    assert in_order(["b", "10", "9", "a2", "a10"]) == ["9", "10", "a2", "a10", "b"]


def test_a_class_without_test_images_is_no_fault(tmp_path: Path) -> None:
    dataset = read(tmp_path, CLASSES, np.array([0, 2]))
    assert dataset.info.classes == 3
    assert dataset.test.labels.tolist() == [0, 2]

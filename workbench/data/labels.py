"""What labels must be: whole numbers from 0 without gaps. Knows no file format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.data.dataset import Array, Labels
from workbench.data.errors import plain, refused

NAME_LENGTH = 60


def as_labels(stored: Array, name: str, where: str) -> Labels:
    """Labels as int32, shape (n,).

    Accepts integers, booleans and floats without a fraction, of shape (n,) or (n, 1). One-hot
    rows are refused: their argmax would turn soft or multiple labels silently into something else.

    Args:
        stored: What the file holds.
        name: What the file calls it.
        where: The file.

    Raises:
        DataError: where they are of another shape or type, negative or not whole.
    """
    if stored.ndim == 2 and stored.shape[1] == 1:
        stored = stored[:, 0]
    if stored.ndim != 1:
        hint = ""
        if stored.ndim == 2:
            hint = f"; one-hot rows become labels by {name}.argmax(axis=1)"
        raise refused(where, f"{name} must have the shape (n,) or (n, 1), got {stored.shape}{hint}")
    if stored.dtype.kind not in "biuf":
        raise refused(where, f"{name} must hold whole numbers from 0, got {stored.dtype.name}")
    if stored.size == 0:
        raise refused(where, f"{name} is empty; there must be at least one image a class")
    _refuse_values(stored, name, where)
    return stored.astype(np.int32)


def _refuse_values(stored: Array, name: str, where: str) -> None:
    if stored.dtype.kind == "f":
        broken = ~np.isfinite(stored) | (stored != np.floor(stored))
        if broken.any():
            at = int(np.argmax(broken))
            raise refused(where, f"{name} must hold whole numbers, got {stored[at]:g} at {at}")
    if stored.min() < 0:
        at = int(np.argmax(stored < 0))
        raise refused(where, f"{name} must be 0 or more, got {int(stored[at])} at {at}")
    if stored.max() > np.iinfo(np.int32).max:
        at = int(stored.argmax())
        raise refused(where, f"{name} must number the classes from 0, got {stored[at]} at {at}")


def classes_of(parts: Mapping[str, Labels], where: str) -> int:
    """How many classes there are: the largest training label and one.

    Args:
        parts: Labels by the part's name; the training part comes first.
        where: The file or folder.

    Raises:
        DataError: where there is only one class, a class has no training image, or another part
            has a class that the training part lacks.
    """
    (_, train), *others = parts.items()
    present = np.unique(train)
    classes = int(present[-1]) + 1
    if len(present) == 1:
        raise refused(where, f"all training images are of class {present[0]}; must be two or more")
    if len(present) < classes:
        # Looked for among the labels that are there: classes may be two thousand million.
        missing = int(np.argmax(present != np.arange(len(present))))
        raise refused(
            where,
            f"class {missing} has no training image although labels go up to {classes - 1}; "
            "labels must number the classes from 0 without gaps",
        )
    for part, labels in others:
        if labels.size and int(labels.max()) >= classes:
            raise refused(
                where,
                f"the {part} part has the label {int(labels.max())} but the training part only 0 "
                f"to {classes - 1}; every class must have training images",
            )
    return classes


def counts_of(labels: Labels, classes: int) -> tuple[int, ...]:
    """How many images each class has."""
    return tuple(np.bincount(labels, minlength=classes).tolist())


def numbered(classes: int) -> tuple[str, ...]:
    """The names of classes that have none: their numbers."""
    return tuple(str(number) for number in range(classes))


def as_names(names: Sequence[object]) -> tuple[str, ...]:
    """Class names fit for a sentence, a table and a figure."""
    return tuple(plain(str(name))[:NAME_LENGTH] for name in names)

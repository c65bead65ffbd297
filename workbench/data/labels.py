"""What labels must be: whole numbers from 0 without gaps. Knows no file format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from workbench.base.text import tr
from workbench.data.dataset import Labels
from workbench.data.errors import plain, refused

NAME_LENGTH = 60
NUMBER = re.compile(r"[+-]?[0-9]{1,300}([.,][0-9]{1,300})?")
DIGITS = re.compile(r"([0-9]+)")


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
        raise refused(
            where,
            tr(
                "all training images are of class {present}; must be two or more",
                present=present[0],
            ),
        )
    if len(present) < classes:
        # Looked for among the labels that are there: classes may be two thousand million.
        missing = int(np.argmax(present != np.arange(len(present))))
        raise refused(
            where,
            tr(
                "class {missing} has no training image although labels go up to {classes}; "
                "labels must number the classes from 0 without gaps",
                missing=missing,
                classes=classes - 1,
            ),
        )
    for part, labels in others:
        if labels.size and int(labels.max()) >= classes:
            raise refused(
                where,
                tr(
                    "the {part} part has the label {max} but the training part only 0 "
                    "to {classes}; every class must have training images",
                    part=part,
                    max=int(labels.max()),
                    classes=classes - 1,
                ),
            )
    return classes


def counts_of(labels: Labels, classes: int) -> tuple[int, ...]:
    """How many images each class has."""
    return tuple(np.bincount(labels, minlength=classes).tolist())


def numbered(classes: int) -> tuple[str, ...]:
    """The names of classes that have none: their numbers."""
    return tuple(str(number) for number in range(classes))


def in_order(names: Iterable[str]) -> list[str]:
    """Names of classes in the order a person expects: 1, 2, 10 and not 1, 10, 2.

    Numbers go by their value, also within names ("class 2" before "class 10"); all else by code
    point, as `sorted` has it.
    """
    names = list(names)
    if all(NUMBER.fullmatch(name) for name in names):
        return sorted(names, key=lambda name: (float(name.replace(",", ".")), name))
    return sorted(names, key=_natural)


def _natural(name: str) -> tuple[list[str | int], str]:
    parts = DIGITS.split(name)
    return [int(part) if at % 2 else part for at, part in enumerate(parts)], name


def as_names(names: Sequence[object]) -> tuple[str, ...]:
    """Class names fit for a sentence, a table and a figure."""
    return tuple(plain(str(name))[:NAME_LENGTH] for name in names)

"""Labels in every form in which people keep them, as class numbers from 0 and class names.

Numbers from 0, from 1 or with gaps, whole floats, booleans, texts, one-hot rows, a row or a column.
What marks no class (fractions, masks, several classes an image) is refused for what it is. Knows no
file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workbench.base.text import tr
from workbench.data.dataset import Array, Labels
from workbench.data.errors import plain, refused
from workbench.data.labels import in_order, numbered

MOST_CLASSES_OF_FEW = 50
"""So many different labels may be found among any number of images."""


@dataclass(frozen=True, eq=False)
class Numbered:
    """Labels as class numbers.

    Attributes:
        labels: (n,) int32 from 0, by part.
        names: Of the classes, in the order of their numbers.
        values: What the files call each class, as texts, in the same order; empty where they
            number the classes from 0.
        warning: A sentence about labels that were left out; "" for none.
    """

    labels: dict[str, Labels]
    names: tuple[str, ...]
    values: tuple[str, ...] = ()
    warning: str = ""


def flat_labels(stored: Array, images: int, name: str, where: str) -> Array:
    """One label an image, int64 or text, shape (n,).

    Args:
        stored: What the file holds.
        images: How many images it belongs to.
        name: What the file calls it.
        where: The file.

    Raises:
        DataError: where it marks no class, or has another length.
    """
    if stored.size == 0:
        raise refused(
            where, tr("{name} is empty; there must be at least one image a class", name=name)
        )
    if stored.ndim == 2 and 1 in stored.shape:
        stored = stored.reshape(-1)
    if stored.ndim == 2:
        stored = _from_one_hot(stored, name, where)
    if stored.ndim != 1:
        wrong = tr(
            "{name} must have the shape (n,) or (n, 1), or one-hot rows, got {shape}",
            name=name,
            shape=str(stored.shape),
        )
        if stored.ndim > 2:
            wrong = tr(
                "{wrong}; pixel masks can't be trained on, only one class an image", wrong=wrong
            )
        raise refused(where, wrong)
    if len(stored) != images:
        return stored  # the caller says so, with the images' name
    if stored.dtype.kind in "US":
        return _texts(stored, name, where)
    if stored.dtype.kind not in "biuf":
        raise refused(
            where,
            tr(
                "{name} must hold whole numbers, texts or one-hot rows, got {type}",
                name=name,
                type=stored.dtype.name,
            ),
        )
    return _whole(stored, name, where)


def class_numbers(
    parts: Mapping[str, Array], known: tuple[str, ...] | None, where: str
) -> Numbered:
    """The classes of all parts, numbered alike: those that have training images.

    Args:
        parts: What `flat_labels` gave, by the part's name; the training part comes first.
        known: Class names that the file gives, by label from 0.
        where: The file.

    Raises:
        DataError: where there is only one class, as good as every image has a label of its own,
            or another part has a class that the training part lacks.
    """
    (_, train), *others = parts.items()
    values, inverse = np.unique(train, return_inverse=True)
    values, inverse = _in_natural_order(values, inverse)
    if len(values) == 1:
        raise refused(
            where,
            tr(
                "all training images are of class {values}; must be two or more",
                values=_word(values[0]),
            ),
        )
    if len(values) > MOST_CLASSES_OF_FEW and 2 * len(values) > len(train):
        raise refused(
            where,
            tr(
                "there are {count} different labels for {count2} training images, so "
                "they number or measure the images; must name the class of each",
                count=f"{len(values):,}",
                count2=f"{len(train):,}",
            ),
        )
    labels = {next(iter(parts)): inverse.reshape(-1).astype(np.int32)}
    for part, stored in others:
        labels[part] = _numbers(stored, values, part, where)
    if values.dtype.kind == "U":
        texts = tuple(plain(value) for value in values.tolist())
        return Numbered(labels, texts, tuple(values.tolist()))
    return _named(labels, values.tolist(), known)


def _named(labels: dict[str, Labels], values: list[int], known: tuple[str, ...] | None) -> Numbered:
    """Names of whole numbers: given ones, else the numbers themselves."""
    starts_at_0 = values == list(range(len(values)))
    if known is not None and len(known) == len(values):
        names, said = known, ""
    elif known is not None and values[0] >= 0 and values[-1] < len(known):
        names, said = tuple(known[value] for value in values), ""
    else:
        names = numbered(len(values)) if starts_at_0 else tuple(map(str, values))
        said = (
            ""
            if known is None
            else (
                tr(
                    "there are {names} class names for {classes} classes, so the names are "
                    "left out",
                    names=len(known),
                    classes=len(values),
                )
            )
        )
    gaps = values[-1] - values[0] + 1 - len(values)
    if gaps and not said and gaps <= len(values) and values != [-1, 1]:
        missing = next(value + 1 for value, after in pairwise(values) if after > value + 1)
        said = tr(
            "no training image has the label {missing}, so there are {count} classes",
            missing=missing,
            count=len(values),
        )
    return Numbered(labels, names, () if starts_at_0 else tuple(map(str, values)), said)


def _in_natural_order(values: Array, inverse: Array) -> tuple[Array, Array]:
    """Texts sorted as a person would: 2 before 10."""
    if values.dtype.kind != "U":
        return values, inverse
    ranks = {name: rank for rank, name in enumerate(in_order(values.tolist()))}
    order = sorted(range(len(values)), key=lambda i: ranks[str(values[i])])
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return values[order], places[inverse.reshape(-1)]


def _numbers(stored: Array, values: Array, part: str, where: str) -> Labels:
    if (stored.dtype.kind == "U") != (values.dtype.kind == "U"):
        one, other = ("texts", "numbers")[:: 1 if stored.dtype.kind == "U" else -1]
        raise refused(
            where,
            tr(
                "the labels of the {part} part are {one} but those of the training part {other}; "
                "must be of one kind",
                part=part,
                one=one,
                other=other,
            ),
        )
    order = np.argsort(values)
    places = np.searchsorted(values[order], stored).clip(0, len(values) - 1)
    found = order[places]
    unknown = np.flatnonzero(values[found] != stored)
    if unknown.size:
        raise refused(
            where,
            tr(
                "the {part} part has the label {stored}, which no training image "
                "has; every class must have training images",
                part=part,
                stored=_word(stored[unknown[0]]),
            ),
        )
    numbers: Labels = found.astype(np.int32)
    return numbers


def _word(value: object) -> str:
    return repr(plain(value)) if isinstance(value, str) else str(value)


def _texts(stored: Array, name: str, where: str) -> Array:
    """Texts, stripped; bytes are UTF-8, else Latin-1."""
    if stored.dtype.kind == "S":
        try:
            stored = np.char.decode(stored, "utf-8")
        except UnicodeDecodeError:
            stored = np.char.decode(stored, "latin-1")
    stripped = np.char.strip(stored)
    empty = np.flatnonzero(stripped == "")
    if empty.size:
        raise refused(
            where,
            tr(
                "{name} is empty at {empty}; every image must have a label",
                name=name,
                empty=empty[0],
            ),
        )
    return np.asarray(stripped)


def _whole(stored: Array, name: str, where: str) -> Array:
    if stored.dtype.kind == "f":
        broken = ~np.isfinite(stored) | (stored != np.floor(stored))
        if broken.any():
            at = int(np.argmax(broken))
            raise refused(
                where,
                tr(
                    "{name} holds {stored} at {at}, which is no class; must hold whole numbers, "
                    "texts or one-hot rows",
                    name=name,
                    stored=f"{stored[at]:g}",
                    at=at,
                ),
            )
    low, high = stored.min(), stored.max()
    if high > np.iinfo(np.int32).max:
        at = int(stored.argmax())
        raise refused(
            where,
            tr(
                "{name} must number the classes, got {stored} at {at}",
                name=name,
                stored=stored[at],
                at=at,
            ),
        )
    if low < 0 and not set(np.unique(stored).tolist()) <= {-1, 1}:
        at = int(np.argmax(stored < 0))
        raise refused(
            where,
            tr(
                "{name} must be 0 or more, got {stored} at {at}; images without a label "
                "can't be trained on",
                name=name,
                stored=int(stored[at]),
                at=at,
            ),
        )
    return stored.astype(np.int64)


def _from_one_hot(stored: Array, name: str, where: str) -> Array:
    """The class of each row that is 0 but for one 1."""
    wrong = tr(
        "{name} must have the shape (n,) or (n, 1), or one-hot rows, got {shape}",
        name=name,
        shape=str(stored.shape),
    )
    if stored.dtype.kind not in "biuf":
        raise refused(where, wrong)
    ones = (stored == 1).sum(axis=1)
    plain_rows = ((stored == 0) | (stored == 1)).all(axis=1)
    if plain_rows.all() and (ones == 1).all():
        return np.asarray(stored.argmax(axis=1), np.int64)
    at = int(np.argmax(~plain_rows | (ones != 1)))
    if plain_rows[at]:
        raise refused(
            where,
            tr(
                "{name} marks {ones} classes in row {at}; only one class an image can be "
                "trained on",
                name=name,
                ones=int(ones[at]),
                at=at,
            ),
        )
    if np.isfinite(stored).all() and stored.min() >= 0 and np.allclose(stored.sum(axis=1), 1, 0.01):
        raise refused(
            where,
            tr(
                "{name} holds shares of the classes (row {at}), not one-hot rows; "
                "{name}.argmax(axis=1) makes labels of them where the largest is the class",
                name=name,
                at=at,
            ),
        )
    raise refused(
        where, tr("{wrong} with {max} in row {at}", wrong=wrong, max=f"{stored[at].max():g}", at=at)
    )

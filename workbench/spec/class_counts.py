"""Whether every class has enough images to be split: arithmetic on the number of images of each.

Each function gives the sentence that stands behind the setting's name, or "" where all is well; so
a share that can't be taken is known before anything is trained. Knows no labels and no files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


def share_fault(
    counts: Sequence[int] | Counts, share: float, seed: int, names: Sequence[str] = ()
) -> str:
    """Why a share of the images, of each class alike, can't be set aside.

    Args:
        counts: Images of each class; a class with none doesn't matter.
        share: Set aside, 0 to below 1.
        seed: Of the split, which decides where shares can't be even.
        names: Of the classes.
    """
    counts = np.asarray(counts, np.int64)
    if share == 0:
        return ""
    present = np.flatnonzero(counts)
    there = counts[present]
    rare, total, classes = int(np.argmin(there)), int(there.sum()), len(there)
    if there[rare] < 2:
        return (
            f"can't be taken of {_class(present[rare], names)}, which has 1 image; every class "
            "must have at least 2"
        )
    aside = math.ceil(share * total)
    if aside < classes:
        return (
            f"must be at least {_part(classes, total):g}, got {share:g}: {aside} of "
            f"{total:,} images can't hold one of each of the {classes} classes"
        )
    if total - aside < classes:
        return (
            f"must be at most {1 - _part(classes, total):g}, got {share:g}: the "
            f"{total - aside} of {total:,} images that it leaves can't hold one of each of the "
            f"{classes} classes"
        )
    lost = np.flatnonzero(kept(there, total - aside, seed) == 0)
    if lost.size:
        name, count = _class(present[lost[0]], names), int(there[lost[0]])
        return (
            f"must be smaller, got {share:g}: it leaves none of the {count} images of {name} to "
            "train on"
        )
    return ""


def folds_fault(counts: Sequence[int] | Counts, folds: int, names: Sequence[str] = ()) -> str:
    """Why the images can't be dealt into folds with one of each class in each."""
    counts = np.asarray(counts, np.int64)
    present = np.flatnonzero(counts)
    rare = int(present[np.argmin(counts[present])])
    count = int(counts[rare])
    if count >= folds:
        return ""
    most = f"at most the {count} images" if count > 1 else "0 (off) with the 1 image"
    return f"must be {most} of {_class(rare, names)}, got {folds}"


def kept(counts: Counts, images: int, seed: int) -> Counts:
    """How many images of each class are among so many of a stratified split.

    The largest remainders are rounded up, ties by lot, as scikit-learn's `train_test_split` does
    with the same seed.

    Args:
        counts: Images of each class, all above 0.
        images: To be kept.
        seed: As it is given there.
    """
    random = np.random.RandomState(seed)
    exact = counts / counts.sum() * images
    whole = np.floor(exact)
    missing = int(images - whole.sum())
    remainders = exact - whole
    for value in np.unique(remainders)[::-1]:
        if missing == 0:
            break
        tied = np.flatnonzero(remainders == value)
        chosen = random.choice(tied, size=min(len(tied), missing), replace=False)
        whole[chosen] += 1
        missing -= len(chosen)
    result: Counts = whole.astype(np.int64)
    return result


def _part(images: int, total: int) -> float:
    """A share that gives at least `images` of `total`, in three digits."""
    return math.ceil(1000 * images / total) / 1000


def _class(label: int, names: Sequence[str]) -> str:
    return f"class {names[label]!r}" if label < len(names) else f"class {label}"

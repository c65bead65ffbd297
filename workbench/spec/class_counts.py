"""Whether every class has enough images to be split: arithmetic on the number of images of each.

Each function gives the sentence that stands behind the setting's name, or "" where all is well; so
a share that can't be taken is known before anything is trained. Knows no labels and no files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr

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
        return tr(
            "can't be taken of {name}, which has 1 image; every class must have at least 2",
            name=_class(present[rare], names),
        )
    aside = math.ceil(share * total)
    if aside < classes:
        return tr(
            "must be at least {least}, got {share}: {aside} of "
            "{total} images can't hold one of each of the {classes} classes",
            least=f"{_part(classes, total):g}",
            share=f"{share:g}",
            aside=aside,
            total=f"{total:,}",
            classes=classes,
        )
    if total - aside < classes:
        return tr(
            "must be at most {most}, got {share}: the "
            "{left} of {total} images that it leaves can't hold one of each of the "
            "{classes} classes",
            most=f"{1 - _part(classes, total):g}",
            share=f"{share:g}",
            left=total - aside,
            total=f"{total:,}",
            classes=classes,
        )
    if (there / total * (total - aside)).min() >= 1:
        return ""  # however shares are rounded, and without NumPy's lots, which take long to load
    lost = np.flatnonzero(kept(there, total - aside, seed) == 0)
    if lost.size:
        name, count = _class(present[lost[0]], names), int(there[lost[0]])
        return tr(
            "must be smaller, got {share}: it leaves none of the {count} images of {name} to "
            "train on",
            share=f"{share:g}",
            count=count,
            name=name,
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
    name = _class(rare, names)
    if count == 1:
        return tr("must be 0 (off) with the 1 image of {name}, got {folds}", name=name, folds=folds)
    return tr(
        "must be at most the {count} images of {name}, got {folds}",
        count=count,
        name=name,
        folds=folds,
    )


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
    for value in sorted(set(remainders.tolist()), reverse=True):  # np.unique loads numpy.ma
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
    return tr("class {name}", name=repr(names[label]) if label < len(names) else label)

"""Stratified, seeded splits of labels into two parts. Knows labels only, no images and no files."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.data.dataset import Indices
from workbench.data.errors import DataError

TEST_SPLIT_SEED = 20_250_101
"""The test part never depends on a run's seed: runs must be tested on the same images."""


def split_validation(
    labels: npt.NDArray[np.integer],
    fraction: float,
    seed: int,
    class_names: Sequence[str] = (),
) -> tuple[Indices, Indices]:
    """Sets images of the training part aside for validation, the same share of every class.

    Args:
        labels: (n,), from 0.
        fraction: Share set aside, 0 to below 1.
        seed: The same seed gives the same split.
        class_names: For the sentence about a class with too few images.

    Returns:
        (train, validation): sorted indices, int64; validation is empty where `fraction` is 0.

    Raises:
        DataError: naming `training.validation_split`, where a class has too few images.
    """
    return stratified(labels, fraction, seed, field="training.validation_split", names=class_names)


def split_fold(
    labels: npt.NDArray[np.integer],
    folds: int,
    fold: int,
    seed: int,
    class_names: Sequence[str] = (),
) -> tuple[Indices, Indices]:
    """Sets one of several disjoint parts aside, that together are all images.

    Fold i of k holds ceil((n - i + 1) / k) of n images, as `Training.train_images` counts on.

    Args:
        labels: (n,), from 0.
        folds: Into how many parts they are dealt, every class alike.
        fold: Which of them is set aside, from 1.
        seed: The same seed deals the same parts, in any process.
        class_names: For the sentence about a class with too few images.

    Returns:
        (train, validation): sorted indices, int64.

    Raises:
        DataError: naming `training.folds`, where a class has fewer images than there are folds.
    """
    present, counts = np.unique(labels, return_counts=True)
    rare = int(np.argmin(counts))
    if counts[rare] < folds:
        raise DataError(
            f"training.folds: {_class(present[rare], class_names)} has "
            f"{_images(int(counts[rare]))}, fewer than the {folds} folds; set at most "
            f"{int(counts[rare])} or add images"
        )

    from sklearn.model_selection import StratifiedKFold

    dealt = StratifiedKFold(folds, shuffle=True, random_state=seed % 2**32).split(labels, labels)
    rest, aside = next(itertools.islice(dealt, fold - 1, None))
    return rest.astype(np.int64), aside.astype(np.int64)


def split_test(
    labels: npt.NDArray[np.integer], fraction: float, class_names: Sequence[str] = ()
) -> tuple[Indices, Indices]:
    """Sets a test part aside, always the same for the same labels: (train, test) indices.

    Raises:
        DataError: naming `data.test_split`, where a class has too few images.
    """
    return stratified(labels, fraction, TEST_SPLIT_SEED, field="data.test_split", names=class_names)


def stratified(
    labels: npt.NDArray[np.integer],
    fraction: float,
    seed: int,
    *,
    field: str,
    names: Sequence[str] = (),
) -> tuple[Indices, Indices]:
    """Sorted indices of (the rest, the share `fraction`), each class represented alike.

    Raises:
        DataError: naming `field`.
    """
    everything = np.arange(len(labels), dtype=np.int64)
    if fraction == 0:
        return everything, everything[:0]
    present, counts = np.unique(labels, return_counts=True)
    _refuse_small(present, counts, fraction, field, names)

    from sklearn.model_selection import train_test_split

    rest, aside = train_test_split(
        everything, test_size=fraction, random_state=seed % 2**32, stratify=labels
    )
    lost = np.setdiff1d(present, labels[rest])
    if lost.size:
        count = int(counts[np.searchsorted(present, lost[0])])
        raise DataError(
            f"{field}: {_class(lost[0], names)} has {_images(count)}, of which a share of "
            f"{fraction:g} leaves none to train on; set a smaller share or add images"
        )
    return np.sort(rest), np.sort(aside)


def _refuse_small(
    present: npt.NDArray[np.integer],
    counts: npt.NDArray[np.int64],
    fraction: float,
    field: str,
    names: Sequence[str],
) -> None:
    """Says in our words what scikit-learn would refuse."""
    rare = int(np.argmin(counts))
    if counts[rare] < 2:
        raise DataError(
            f"{field}: {_class(present[rare], names)} has {_images(int(counts[rare]))}; at least 2 "
            "must be there to split them"
        )
    total, classes = int(counts.sum()), len(present)
    aside = math.ceil(fraction * total)
    if aside < classes:
        raise DataError(
            f"{field}: {fraction:g} of {total} images are {aside}, fewer than the {classes} "
            f"classes; must be at least {_share(classes, total):g}"
        )
    if total - aside < classes:
        raise DataError(
            f"{field}: {fraction:g} of {total} images leave {total - aside} to train on, fewer "
            f"than the {classes} classes; must be at most {1 - _share(classes, total):g}"
        )


def _share(part: int, total: int) -> float:
    """A share that gives at least `part` of `total`, in three digits."""
    return math.ceil(1000 * part / total) / 1000


def _class(label: int, names: Sequence[str]) -> str:
    return f"class {names[label]!r}" if label < len(names) else f"class {label}"


def _images(count: int) -> str:
    return f"{count} image" if count == 1 else f"{count} images"

"""Stratified, seeded splits of labels into two parts. Knows labels only, no images and no files."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.data.dataset import Indices
from workbench.data.errors import DataError
from workbench.spec.class_counts import folds_fault, share_fault

TEST_SPLIT_SEED = 20_250_101
"""The test part never depends on a run's seed: runs must be tested on the same images."""

NO_TEST_PART = tr(
    "there is no test part, so one is split off from the training part (data.test_split), and the "
    "validation part stays what it is"
)
"""What is said of data that bring a validation part and no test part."""


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
    fault = folds_fault(np.bincount(labels), folds, class_names)
    if fault:
        raise DataError(tr("training.folds: {fault}", fault=fault))

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
    fault = share_fault(np.bincount(labels), fraction, seed % 2**32, names)
    if fault:
        raise DataError(f"{field}: {fault}")

    from sklearn.model_selection import train_test_split

    rest, aside = train_test_split(
        everything, test_size=fraction, random_state=seed % 2**32, stratify=labels
    )
    return np.sort(rest), np.sort(aside)

"""The embedded data set: scikit-learn's handwritten digits."""

from __future__ import annotations

import numpy as np

from workbench.data.assembly import ReadSource, Stored, assembled
from workbench.data.dataset import Dataset
from workbench.data.request import ReadRequest
from workbench.data.split import split_test
from workbench.spec.data import DIGITS, Digits

TEST_SHARE = 0.2
BRIGHTEST = 16


def read(spec: Digits, request: ReadRequest) -> Dataset:
    """1,437 training and 360 test images, the same ones every time."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.round(bunch.images * (255 / BRIGHTEST)).astype(np.uint8)
    labels = bunch.target.astype(np.int32)
    train, test = split_test(labels, TEST_SHARE)
    source = ReadSource(
        where="scikit-learn's digits",
        train=Stored(images[train], labels[train]),
        test=Stored(images[test], labels[test]),
        class_names=DIGITS,
    )
    return assembled(source, spec, request)

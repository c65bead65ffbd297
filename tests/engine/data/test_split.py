"""Stratified, seeded splits."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data import DataError, split_fold, split_validation
from workbench.spec.data import DataInfo
from workbench.spec.training import Training


def test_nothing_is_set_aside_at_zero() -> None:
    train, validation = split_validation(np.array([0, 1, 1]), 0.0, 5)
    assert train.tolist() == [0, 1, 2]
    assert validation.size == 0
    assert validation.dtype == np.int64


@settings(max_examples=30, deadline=None)
@given(
    counts=st.lists(st.integers(20, 60), min_size=2, max_size=6),
    fraction=st.sampled_from([0.1, 0.25, 0.5, 0.9]),
    seed=st.integers(0, 2**31 - 1),
)
def test_every_class_has_its_share(counts: list[int], fraction: float, seed: int) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
    train, validation = split_validation(labels, fraction, seed)
    assert np.array_equal(np.sort(np.concatenate([train, validation])), np.arange(len(labels)))
    assert np.array_equal(train, np.sort(train))
    assert train.dtype == validation.dtype == np.int64
    aside = np.bincount(labels[validation], minlength=len(counts))
    assert (np.abs(aside - fraction * np.array(counts)) <= 1.5).all()
    again = split_validation(labels, fraction, seed)
    assert np.array_equal(again[0], train)
    assert np.array_equal(again[1], validation)


def test_the_seed_matters() -> None:
    labels = np.repeat([0, 1], 100)
    one, other = (split_validation(labels, 0.2, seed)[1] for seed in (1, 2))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("counts", "fraction", "sentence"),
    [
        ([10, 1], 0.2, "class 'dog' has 1 image; at least 2 must be there"),
        ([10, 10], 0.05, "0.05 of 20 images are 1, fewer than the 2 classes; must be at least 0.1"),
        ([10, 10], 0.95, "0.95 of 20 images leave 1 to train on, fewer than the 2 classes"),
        ([100, 2], 0.9, "class 'dog' has 2 images, of which a share of 0.9 leaves none"),
    ],
)
def test_what_cannot_be_split(counts: list[int], fraction: float, sentence: str) -> None:
    labels = np.repeat([0, 1], counts)
    with pytest.raises(DataError) as caught:
        split_validation(labels, fraction, 0, ("cat", "dog"))
    assert str(caught.value).startswith("training.validation_split: ")
    assert sentence in str(caught.value)


@settings(max_examples=30, deadline=None)
@given(
    counts=st.lists(st.integers(7, 40), min_size=2, max_size=5),
    folds=st.integers(2, 7),
    seed=st.integers(0, 2**31 - 1),
)
def test_folds_are_disjoint_cover_all_and_are_stratified(
    counts: list[int], folds: int, seed: int
) -> None:
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(len(counts)), counts))
    parts = [split_fold(labels, folds, fold, seed) for fold in range(1, folds + 1)]
    everything = np.arange(len(labels))
    assert np.array_equal(np.sort(np.concatenate([aside for _, aside in parts])), everything)
    for fold, (train, aside) in enumerate(parts, 1):
        assert np.array_equal(np.sort(np.concatenate([train, aside])), everything)
        assert np.array_equal(train, np.sort(train))
        assert train.dtype == aside.dtype == np.int64
        info = DataInfo((1, 1, 1), ("a", "b"), len(labels), 0)
        wanted = Training(folds=folds, fold=fold).train_images(info)
        assert len(train) == wanted
        present = np.bincount(labels[aside], minlength=len(counts))
        assert (np.abs(present - np.array(counts) / folds) <= 1).all()


def test_folds_are_the_same_in_another_process() -> None:
    program = (
        "import numpy as np; from workbench.data import split_fold;"
        "print(*split_fold(np.repeat([0, 1, 2], 30), 5, 2, 7)[1])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    here = split_fold(np.repeat([0, 1, 2], 30), 5, 2, 7)[1]
    assert said.split() == [str(row) for row in here]
    assert not np.array_equal(here, split_fold(np.repeat([0, 1, 2], 30), 5, 2, 8)[1])


def test_a_class_needs_an_image_for_every_fold() -> None:
    with pytest.raises(DataError) as caught:
        split_fold(np.repeat([0, 1], [9, 3]), 5, 1, 0, ("cat", "dog"))
    assert str(caught.value) == (
        "training.folds: class 'dog' has 3 images, fewer than the 5 folds; set at most 3 or add "
        "images"
    )

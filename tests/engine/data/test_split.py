"""Stratified, seeded splits."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from workbench.data import DataError, split_fold, split_validation
from workbench.spec.class_counts import folds_fault, kept, share_fault
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
        (
            [10, 1],
            0.2,
            "can't be taken of class 'dog', which has 1 image; every class must have at least 2",
        ),
        ([10, 10], 0.05, "must be at least 0.1, got 0.05: 1 of 20 images can't hold one of each"),
        ([10, 5], 0.9, "must be at most 0.866, got 0.9: the 1 of 15 images that it leaves can't"),
        ([100, 2], 0.9, "must be smaller, got 0.9: it leaves none of the 2 images of class 'dog'"),
    ],
)
def test_what_cannot_be_split(counts: list[int], fraction: float, sentence: str) -> None:
    labels = np.repeat([0, 1], counts)
    with pytest.raises(DataError) as caught:
        split_validation(labels, fraction, 0, ("cat", "dog"))
    assert str(caught.value).startswith(f"training.validation_split: {sentence}")
    training = Training(validation_split=fraction, seed=0)
    info = DataInfo((1, 1, 1), ("cat", "dog"), len(labels), 0, class_counts=tuple(counts))
    faults = training.data_faults(info)
    assert str(caught.value) == f"training.validation_split: {faults['validation_split']}"
    assert training.data_faults(replace(info, validation_images=5)) == {}
    assert training.data_faults(replace(info, class_counts=())) == {}


@settings(max_examples=200, deadline=None)
@given(
    counts=st.lists(st.integers(2, 9), min_size=2, max_size=12),
    share=st.floats(0.05, 0.95),
    seed=st.integers(0, 2**31 - 1),
)
def test_what_is_kept_of_each_class_is_known_before_the_split(
    counts: list[int], share: float, seed: int
) -> None:
    """Against scikit-learn, whose split decides."""
    labels = np.repeat(np.arange(len(counts)), counts)
    total = len(labels)
    aside = math.ceil(share * total)
    assume(len(counts) <= aside <= total - len(counts))
    rest, _ = train_test_split(
        np.arange(total), test_size=share, random_state=seed, stratify=labels
    )
    expected = np.bincount(labels[rest], minlength=len(counts))
    assert kept(np.array(counts), total - aside, seed).tolist() == expected.tolist()
    assert bool(share_fault(counts, share, seed)) == bool((expected == 0).any())


def test_folds_need_an_image_of_each_class_in_each() -> None:
    assert folds_fault([3, 0, 5], 3) == ""
    assert folds_fault([3, 0, 5], 4) == "must be at most the 3 images of class 0, got 4"
    assert folds_fault([3, 1], 2, ("a", "b")) == (
        "must be 0 (off) with the 1 image of class 'b', got 2"
    )
    with pytest.raises(
        DataError, match=r"^training\.folds: must be at most the 3 images of class 0"
    ):
        split_fold(np.repeat([0, 1], [3, 9]), 4, 1, 0)


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

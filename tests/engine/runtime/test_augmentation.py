"""Varied images: what each change does, the preview against the real thing, exact resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.runtime.test_run import same, weights
from tests.engine.small import small, stop_after, train
from workbench.data.images.augmented import varied, versions
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.augmentation import Augmentation
from workbench.spec.warp import DRAWS, sources

EACH: list[dict[str, Any]] = [
    {"shift": 0.2},
    {"rotation": 40.0},
    {"zoom": 0.4},
    {"horizontal_flip": True},
    {"vertical_flip": True},
    {"contrast": 0.5},
    {"cutout": 0.4},
    {"mixup": 0.4},
]
ALL = {name: value for one in EACH for name, value in one.items()}


def pictures(count: int = 12, size: tuple[int, int, int] = (16, 20, 3)) -> np.ndarray:
    """Smooth random images from 0 to 1, whose interpolation is forgiving of a pixel's fraction."""
    coarse = np.random.default_rng(1).random((count, 4, 5, size[2]), np.float32)
    ys, xs = np.linspace(0, 3, size[0]), np.linspace(0, 4, size[1])
    rows = np.stack([[np.interp(ys, range(4), c) for c in i.reshape(4, -1).T] for i in coarse])
    tall = rows.transpose(0, 2, 1).reshape(count, size[0], 5, size[2])
    wide = [[np.interp(xs, range(5), c) for c in r.T] for i in tall for r in i]
    found = np.array(wide, np.float32).reshape(count, size[0], size[2], size[1])
    return found.transpose(0, 1, 3, 2).copy()


def augmented(settings: dict[str, Any], epoch: int = 0, batch: int = 0, seed: int = 0) -> Any:
    import tensorflow as tf

    from workbench.runtime.training.augment import Augmenter

    augmenter = Augmenter(seed, 3, **Augmentation(**settings).settings())
    labels = tf.constant(np.arange(12) % 3, tf.int32)
    found = augmenter(tf.constant(pictures()), labels, epoch, batch)
    return [part.numpy() for part in found]


@pytest.mark.parametrize("settings", [*EACH, ALL], ids=lambda s: "+".join(s))
def test_a_change_leaves_shape_range_and_labels(settings: dict[str, Any]) -> None:
    images, labels = augmented(settings)
    before = pictures()
    assert images.shape == before.shape
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1 + 1e-6
    assert np.abs(images - before).max() > 0.1
    if "mixup" in settings:
        shares = labels.max(axis=1)
        assert labels.sum(axis=1) == pytest.approx(1)
        own = labels[np.arange(12), np.arange(12) % 3]
        assert labels[np.arange(12), (np.arange(12) - 1) % 3] == pytest.approx(1 - own, abs=1e-6)
        assert ((shares > 0.5) & (shares <= 1)).all()
    else:
        assert labels.tolist() == (np.arange(12) % 3).tolist()


def test_mixed_images_are_mixed_as_their_labels() -> None:
    images, labels = augmented({"mixup": 1.0})
    share = labels[np.arange(12), np.arange(12) % 3][:, None, None, None]
    before = pictures()
    expected = share * before + (1 - share) * np.roll(before, 1, axis=0)
    np.testing.assert_allclose(images, expected, atol=1e-6)


def test_seed_epoch_and_batch_decide_alone() -> None:
    first = augmented(ALL)[0]
    assert np.array_equal(first, augmented(ALL)[0])
    for other in ({"epoch": 1}, {"batch": 1}, {"seed": 1}):
        assert not np.array_equal(first, augmented(ALL, **other)[0])


@pytest.mark.parametrize("fill_mode", ["constant", "reflect", "nearest"])
def test_the_preview_shows_what_is_trained_on(fill_mode: str) -> None:
    import tensorflow as tf

    from workbench.runtime.training.augment import Augmenter

    augmentation = Augmentation(**{**ALL, "mixup": 0.0}, fill_mode=fill_mode)  # type: ignore[arg-type]
    draws = np.random.default_rng(0).random((12, DRAWS), np.float32)
    augmenter = Augmenter(0, 3, **augmentation.settings())
    trained = augmenter.varied(tf.constant(pictures()), tf.constant(draws)).numpy()
    shown = varied(pictures(), draws, augmentation)
    assert np.abs(trained - shown).max() < 0.01


def test_whole_turns_and_shifts_are_exact() -> None:
    images = pictures(2, (8, 8, 1))
    still = {
        "shift": 0.0,
        "rotation": 0.0,
        "zoom": 0.0,
        "horizontal_flip": False,
        "vertical_flip": False,
    }
    middle = np.full((2, DRAWS), 0.5)
    assert sources(middle, 8, 8, np, **still).tolist() == [[1, 0, 0, 0, 1, 0]] * 2
    mirrored = varied(images, middle - 0.1, Augmentation(horizontal_flip=True))
    np.testing.assert_allclose(mirrored, images[:, :, ::-1], atol=1e-6)
    draws = middle.copy()
    draws[:, 3] = 1.0  # the farthest to the right: 0.25 of 8 pixels
    moved = varied(images, draws, Augmentation(shift=0.25))
    np.testing.assert_allclose(moved[:, :, 2:], images[:, :, :-2], atol=1e-6)
    assert not moved[:, :, :2].any()
    draws = middle.copy()
    draws[:, 0] = 1.0
    turned = varied(images, draws, Augmentation(rotation=90.0))
    np.testing.assert_allclose(turned, np.rot90(images, -1, axes=(1, 2)), atol=1e-4)


def test_a_hole_is_as_large_as_asked_and_black() -> None:
    white = np.ones((200, 20, 20, 1), np.float32)
    draws = np.random.default_rng(0).random((200, DRAWS), np.float32)
    black = (varied(white, draws, Augmentation(cutout=0.5)) == 0).sum(axis=(1, 2, 3))
    assert black.max() == 100
    assert black.min() >= 25 - 10


def test_versions_are_the_same_for_the_same_seed() -> None:
    images = (pictures() * 255).astype(np.uint8)
    found = versions(images, Augmentation(**ALL), 5)
    assert found.shape == (12, 5, 16, 20, 3)
    assert np.array_equal(found, versions(images, Augmentation(**ALL), 5))
    assert not np.array_equal(found[:, 0], found[:, 1])
    plain = versions(images, Augmentation(), 2)
    assert np.array_equal(plain[:, 1], images)


def test_what_is_on_in_a_few_words() -> None:
    assert not Augmentation(fill_mode="reflect").is_on
    assert Augmentation().summary() == ""
    some = Augmentation(rotation=10.0, horizontal_flip=True, fill_mode="reflect")
    assert some.summary() == "rotation 10 degrees, flip left to right"
    assert some.settings() == {"rotation": 10, "horizontal_flip": True, "fill_mode": "reflect"}
    assert Augmentation(mixup=0.2, fill_mode="reflect").settings() == {"mixup": 0.2}


# --- in a run ------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "runs-of-test") as opened:
        yield opened


EVERYTHING: dict[str, Any] = {
    **{f"augmentation__{name}": value for name, value in ALL.items()},
    "loss__kind": "categorical_focal_crossentropy",
    "loss__label_smoothing": 0.1,
    "regularization__kind": "l2_per_parameter",
    "structure__layers[5]__kernel_regularizer": {"kind": "l1_l2"},
    "constraint__kind": "max_norm",
    "constraint__max_value": 0.5,
    "stopping__kind": "early_stopping",
    "stopping__monitor": "val_loss",
    "stopping__patience": 1,
    "stopping__min_delta": 0.001,
    "optimizer__learning_rate": 0.02,
    "training__epochs": 5,
}


def test_everything_at_once_trains_and_resumes_to_the_bit(store: Store) -> None:
    whole, _ = train(store, small(**EVERYTHING))
    cut, _ = train(store, small(**EVERYTHING), stop_after(20))
    assert store.run(cut).status is RunStatus.INTERRUPTED
    train(store, cut)
    assert store.run(cut).status is RunStatus.COMPLETED
    assert same(weights(store, whole), weights(store, cut))
    one, other = store.steps(whole).values, store.steps(cut).values
    for name in ("loss", "accuracy"):
        assert np.array_equal(one[name], other[name])
    assert store.run(cut).message == store.run(whole).message
    limited = [a for n, a in weights(store, whole).items() if n.startswith("model.") and a.ndim > 1]
    for kernel in limited:
        norms = np.sqrt((kernel**2).sum(axis=tuple(range(kernel.ndim - 1))))
        assert (norms <= 0.5 + 1e-5).all()


def test_nothing_switched_on_adds_nothing() -> None:
    """The feed is the very one that there was before images could be varied."""
    from workbench.data import load
    from workbench.runtime.training.pipeline import AugmentedFeed, MemoryFeed
    from workbench.runtime.training.prepare import training_feed

    plain, varied_too = small(augmentation__fill_mode="reflect"), small(augmentation__shift=0.1)
    dataset = load(plain.data)
    assert type(training_feed(plain, dataset)) is MemoryFeed
    assert type(training_feed(varied_too, dataset)) is AugmentedFeed


def test_a_part_that_judges_itself_is_held_once() -> None:
    import tensorflow as tf

    from workbench.data import load
    from workbench.runtime.training.pipeline import MemoryFeed, feed
    from workbench.runtime.training.prepare import training_feed

    varied = small(augmentation__shift=0.1)
    dataset = load(varied.data)
    for source in (training_feed(small(), dataset), training_feed(varied, dataset)):
        judged = feed(dataset.train, 500, beside=source)
        held = getattr(source, "inner", source)
        assert isinstance(judged, MemoryFeed)
        assert isinstance(held, MemoryFeed)
        assert judged._images is held._images
        assert (judged.batch_size, held.batch_size) == (500, small().training.batch_size)
        rows = np.arange(7)
        images, labels = judged.batch(judged.begin(rows, 0), tf.constant(0))
        np.testing.assert_array_equal(labels, dataset.train.labels[rows])
        assert images.shape[0] == 7
    other = feed(dataset.test, 500, beside=source)
    assert isinstance(other, MemoryFeed)
    assert other.part is dataset.test

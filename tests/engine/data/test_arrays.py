"""NumPy archives and IDX files: what is written is what is read."""

from __future__ import annotations

import gzip
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.data import ArrayImages, DataError, Dataset, load
from workbench.spec.data import Idx, Npz, Reading

Array = np.ndarray[Any, Any]


def images_of(dataset: Dataset) -> Array:
    """All training images."""
    images = dataset.train.images
    assert isinstance(images, ArrayImages)
    return images.pixels


def archive(tmp_path: Path, **arrays: Any) -> Npz:
    """An archive of four arrays; what is not given has 4 training and 2 test images."""
    rng = np.random.default_rng(0)
    whole = {
        "x_train": rng.integers(0, 256, (4, 5, 6), dtype=np.uint8),
        "y_train": np.array([0, 1, 0, 1]),
        "x_test": rng.integers(0, 256, (2, 5, 6), dtype=np.uint8),
        "y_test": np.array([1, 0]),
        **arrays,
    }
    path = tmp_path / "data.npz"
    np.savez(path, **whole)
    return Npz(path=str(path))


def train_and_test(tmp_path: Path, train: Array, test: Array | None = None) -> Dataset:
    """A data set with these images."""
    test = train if test is None else test
    labels = np.arange(len(train)) % 2
    return load(
        archive(
            tmp_path, x_train=train, y_train=labels, x_test=test, y_test=np.arange(len(test)) % 2
        )
    )


SHAPES = st.tuples(
    st.integers(4, 12), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3])
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shape=SHAPES, packed=st.booleans(), seed=st.integers(0, 99), fortran=st.booleans())
def test_npz_round_trip(
    shape: tuple[int, int, int, int], packed: bool, seed: int, fortran: bool
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    labels = np.arange(shape[0]) % 2
    stored = np.asfortranarray(pixels) if fortran else pixels
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.npz"
        save = np.savez_compressed if packed else np.savez
        save(path, x_train=stored, y_train=labels, x_test=stored, y_test=labels)
        dataset = load(Npz(path=str(path)))
    np.testing.assert_array_equal(images_of(dataset), pixels)
    np.testing.assert_array_equal(dataset.train.labels, labels)
    assert dataset.info.image_shape == shape[1:]


def write_idx(path: Path, array: Array, magic: int) -> None:
    """Writes an IDX file, gzipped where its name says so."""
    header = struct.pack(f">{1 + array.ndim}I", magic, *array.shape)
    content = header + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    shape=SHAPES,
    seed=st.integers(0, 99),
    spelling=st.sampled_from(["-images-idx{}-ubyte", "-images.idx{}-ubyte"]),
    ending=st.sampled_from(["", ".gz"]),
    test=st.sampled_from(["t10k", "test"]),
)
def test_idx_round_trip(
    shape: tuple[int, int, int, int], seed: int, spelling: str, ending: str, test: str
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    labels = np.arange(shape[0]) % 2
    stored = pixels if shape[3] == 3 else pixels[..., 0]
    axes = stored.ndim
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("train", test):
            file = part + spelling.format(axes) + ending
            write_idx(folder / file, stored, 0x800 + axes)
            beside = file.replace("images", "labels").replace(f"idx{axes}", "idx1")
            write_idx(folder / beside, labels, 0x801)
        dataset = load(Idx(path=name))
    np.testing.assert_array_equal(images_of(dataset), pixels)
    np.testing.assert_array_equal(dataset.train.labels, labels)
    assert dataset.info.test_images == shape[0]


def test_one_idx_file_is_split(tmp_path: Path) -> None:
    images = tmp_path / "my-images-idx3-ubyte"
    write_idx(images, np.arange(800).reshape(50, 4, 4) % 256, 0x803)
    write_idx(tmp_path / "my-labels-idx1-ubyte.gz", np.arange(50) % 5, 0x801)
    dataset = load(Idx(path=str(images), test_split=0.3))
    assert (dataset.info.train_images, dataset.info.test_images) == (35, 15)
    assert np.bincount(dataset.test.labels).tolist() == [3] * 5


def test_whole_archive_is_split_and_stratified(tmp_path: Path) -> None:
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    path = tmp_path / "d.npz"
    np.savez(path, images=np.arange(100, dtype=np.uint8).reshape(100, 1, 1), labels=labels)
    dataset = load(Npz(path=str(path), test_split=0.2))
    assert np.bincount(dataset.test.labels).tolist() == [12, 6, 2]
    assert load(Npz(path=str(path), test_split=0.2)).fingerprint == dataset.fingerprint
    # Every image is in one of the parts, with its own label.
    for part in (dataset.train, dataset.test):
        numbers = part.images.read(np.arange(len(part.images))).ravel()
        np.testing.assert_array_equal(labels[numbers], part.labels)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.array([0, 255], np.uint8), np.array([0, 255], np.uint8)),
        (np.array([False, True]), np.array([0, 255], np.uint8)),
        (np.array([0, 255], np.int64), np.array([0, 255], np.uint8)),
        (np.array([0, 255], ">u2"), np.array([0, 255], np.uint8)),
        (np.array([0, 65535], np.uint16), np.array([0, 1], np.float32)),
        (np.array([0, 13107], np.int32), np.array([0, 13107 / 16383], np.float32)),
        (np.array([0, 0.5]), np.array([0, 0.5], np.float32)),
        (np.array([0, 1.0], np.float16), np.array([0, 1], np.float32)),
        (np.array([-1e-8, 1.0000001]), np.array([0, 1], np.float32)),
        (np.array([0, 51.0], ">f4"), np.array([0, 0.2], np.float32)),
    ],
    ids=lambda value: f"{value.dtype}-{value.max()}" if hasattr(value, "dtype") else "",
)
def test_pixel_scales(tmp_path: Path, stored: Array, expected: Array) -> None:
    dataset = train_and_test(tmp_path, stored.reshape(2, 1, 1))
    pixels = images_of(dataset).ravel()
    assert pixels.dtype == expected.dtype
    np.testing.assert_allclose(pixels, expected, rtol=1e-6)


def test_the_training_part_decides_the_scale(tmp_path: Path) -> None:
    train = np.array([0.0, 255.0]).reshape(2, 1, 1)
    dataset = train_and_test(tmp_path, train, np.array([0.0, 1.0]).reshape(2, 1, 1))
    pixels = dataset.test.images.read(np.arange(2)).ravel()
    np.testing.assert_allclose(pixels, [0, 1 / 255], rtol=1e-6)


@pytest.mark.parametrize("bits", [9, 10, 12, 14, 16])
def test_white_is_by_the_bits_that_training_images_use(tmp_path: Path, bits: int) -> None:
    white = 2**bits - 1
    stored = np.array([0, white // 2, white - 3, 5], np.uint16).reshape(4, 1, 1)
    dataset = train_and_test(tmp_path, stored, np.array([0, white], np.uint16).reshape(2, 1, 1))
    np.testing.assert_allclose(images_of(dataset).ravel(), stored.ravel() / white, rtol=1e-6)
    assert dataset.test.images.read(np.array([1])).item() == 1.0
    assert dataset.info.reading.white == white
    assert dataset.warnings == ()


def test_brighter_test_images_are_white_and_said(tmp_path: Path) -> None:
    stored = np.array([0, 1000], np.uint16).reshape(2, 1, 1)
    dataset = train_and_test(tmp_path, stored, 4 * stored)
    assert dataset.test.images.read(np.arange(2)).ravel().tolist() == [0, 1]
    assert "x_test reaches 4000, beyond the 1023 that is white" in dataset.warnings[0]


def test_a_kept_scale_goes_before_that_of_the_images(tmp_path: Path) -> None:
    stored = np.array([0, 1023], np.uint16).reshape(2, 1, 1)
    spec = archive(tmp_path, x_train=stored, y_train=[0, 1], x_test=stored, y_test=[0, 1])
    for kept, white in ((Reading(white=4095), 4095), (Reading(version=1), 65535)):
        dataset = load(spec, kept=kept)
        np.testing.assert_allclose(images_of(dataset).max(), 1023 / white, rtol=1e-6)
        assert dataset.info.reading.white == white


def drawn_in_alpha(colour: int, dtype: type = np.uint8) -> Array:
    """Four images of one colour, of which the alpha channel shows something."""
    pixels = np.full((4, 2, 2, 4), colour, dtype)
    pixels[..., 3] = np.arange(16).reshape(4, 2, 2) * 17
    return pixels


def test_what_is_drawn_in_the_alpha_channel_is_seen(tmp_path: Path) -> None:
    black = drawn_in_alpha(0)
    dataset = train_and_test(tmp_path, black)
    np.testing.assert_array_equal(images_of(dataset)[..., 0], 255 - black[..., 3])
    assert dataset.info.reading.ground == "white"
    assert "transparent pixels, which are laid on white (data.ground)" in dataset.warnings[0]
    white = train_and_test(tmp_path, drawn_in_alpha(255))
    np.testing.assert_array_equal(images_of(white)[..., 0], black[..., 3])
    assert white.info.reading.ground == "black"
    floats = train_and_test(tmp_path, drawn_in_alpha(0, np.float32))
    np.testing.assert_allclose(images_of(floats)[..., 0], 1 - black[..., 3] / 255, atol=1e-6)


def test_all_black_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"all pixels of x_train have one value .0 of 255."):
        load(
            archive(tmp_path, x_train=drawn_in_alpha(0), x_test=drawn_in_alpha(0)[:2]).changed(
                ground="black"
            )
        )
    with pytest.raises(DataError, match=r"all pixels of x_train have one value .7 of 255."):
        train_and_test(tmp_path, np.full((4, 3, 3), 7, np.uint8))


@pytest.mark.parametrize("alpha", [0, 255])
def test_an_alpha_channel_that_says_nothing_changes_nothing(tmp_path: Path, alpha: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 3, 3, 4), dtype=np.uint8)
    pixels[..., 3] = alpha
    dataset = train_and_test(tmp_path, pixels)
    np.testing.assert_array_equal(images_of(dataset), pixels[..., :3])
    assert dataset.info.reading.ground == ""


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_dark_images_are_warned_about(tmp_path: Path, dtype: type) -> None:
    stored = np.array([0, 1]).reshape(2, 1, 1).astype(dtype)
    if dtype is np.float32:
        stored = stored * np.float32(1.5)
    assert "next to black" in train_and_test(tmp_path, stored).warnings[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64, np.bool_])
@pytest.mark.parametrize("shape", [(4,), (4, 1)])
def test_label_types(tmp_path: Path, dtype: type, shape: tuple[int, ...]) -> None:
    labels = np.array([0, 1, 1, 0]).astype(dtype).reshape(shape)
    dataset = load(archive(tmp_path, y_train=labels))
    assert dataset.train.labels.tolist() == [0, 1, 1, 0]
    assert dataset.train.labels.dtype == np.int32


def test_class_names(tmp_path: Path) -> None:
    assert load(archive(tmp_path)).info.class_names == ("0", "1")
    named = load(archive(tmp_path, class_names=np.array(["cat", "d\nog"])))
    assert named.info.class_names == ("cat", "d?og")
    for wrong in (np.array(["cat"]), np.array([1, 2]), np.array([["a", "b"]])):
        dataset = load(archive(tmp_path, class_names=wrong))
        assert dataset.info.class_names == ("0", "1")
        assert "names are left out" in dataset.warnings[0]


def test_resize_and_channels(tmp_path: Path) -> None:
    spec = archive(tmp_path)
    dataset = load(spec.changed(resize=[8, 10], channels=3))
    assert dataset.info.image_shape == (8, 10, 3)
    assert dataset.source_shape == (5, 6, 1)
    image = dataset.train.images.read(np.array([0]))[0]
    np.testing.assert_array_equal(image[..., 0], image[..., 2])


def test_parts_of_different_size_are_brought_together(tmp_path: Path) -> None:
    other = np.zeros((2, 9, 9, 3), np.uint8)
    dataset = load(archive(tmp_path, x_test=other).changed(resize=4, channels=1))
    assert dataset.info.image_shape == (4, 4, 1)


def test_python_2_headers_are_read(tmp_path: Path) -> None:
    spec = archive(tmp_path)
    content = Path(spec.path).read_bytes()
    assert b"(4, 5, 6)" in content
    import zipfile

    with zipfile.ZipFile(spec.path) as old:
        members = {entry.filename: old.read(entry) for entry in old.infolist()}
    members["x_train.npy"] = members["x_train.npy"].replace(b"(4, 5, 6), }", b"(4L, 5, 6), }")
    members["x_train.npy"] = members["x_train.npy"].replace(b" \n", b"\n", 1)
    with zipfile.ZipFile(spec.path, "w") as new:
        for name, member in members.items():
            new.writestr(name, member)
    assert load(spec).info.image_shape == (5, 6, 1)


@pytest.mark.parametrize("name", ["val", "valid", "validation", "dev"])
def test_a_validation_part_of_its_own(tmp_path: Path, name: str) -> None:
    without = load(archive(tmp_path))
    assert (without.validation, without.info.validation_images) == (None, 0)
    assert without.info.has_own_test
    own = np.random.default_rng(1).integers(0, 256, (3, 5, 6), dtype=np.uint8)
    parts = {f"x_{name}": own, f"y_{name}": np.array([1, 1, 0])}
    dataset = load(archive(tmp_path, **parts))
    assert dataset.validation is not None
    np.testing.assert_array_equal(dataset.validation.images.read(np.arange(3))[..., 0], own)
    assert dataset.validation.labels.tolist() == [1, 1, 0]
    assert (dataset.info.train_images, dataset.info.validation_images) == (4, 3)
    parts[f"y_{name}"] = np.array([1, 0, 0])
    changed = load(archive(tmp_path, **parts))
    assert len({each.fingerprint for each in (without, dataset, changed)}) == 3
    assert len({each.source_digest for each in (without, dataset, changed)}) == 3
    shrunk = load(archive(tmp_path, **parts).changed(resize=3))
    assert shrunk.validation is not None
    assert shrunk.validation.images.shape == (3, 3, 1)


def test_one_whole_with_a_validation_part_still_splits_a_test_part(tmp_path: Path) -> None:
    images, labels = np.zeros((30, 2, 2), np.uint8), np.arange(30) % 3
    images[0] = 255
    path = tmp_path / "d.npz"
    np.savez(path, images=images, labels=labels, x_val=images[:6], y_val=labels[:6])
    dataset = load(Npz(path=str(path)))
    info = dataset.info
    assert (info.train_images, info.test_images, info.validation_images) == (24, 6, 6)
    assert not info.has_own_test
    (said,) = dataset.warnings
    assert "there is no test part, so one is split off from the training part" in said


def write_set(folder: Path, name: str, *, labels: int = 0x801) -> tuple[Array, Array]:
    """A training part of 12 images and a test part of 6, as EMNIST's files are named."""
    images = np.random.default_rng(0).integers(0, 256, (18, 4, 4), dtype=np.uint8)
    classes = np.arange(18) % 3
    for part, rows in (("train", slice(12)), ("test", slice(12, 18))):
        write_idx(folder / f"{name}{part}-images-idx3-ubyte.gz", images[rows], 0x803)
        write_idx(folder / f"{name}{part}-labels-idx1-ubyte.gz", classes[rows], labels)
    return images, classes


@pytest.mark.parametrize(
    "given",
    ["", "mine-train-images-idx3-ubyte.gz", "mine-test-images-idx3-ubyte.gz",
     "mine-test-labels-idx1-ubyte.gz"],
)  # fmt: skip
def test_any_words_before_the_part_and_any_file_of_the_set(given: str, tmp_path: Path) -> None:
    images, _ = write_set(tmp_path, "mine-")
    dataset = load(Idx(path=str(tmp_path / given)))
    assert (dataset.info.train_images, dataset.info.test_images) == (12, 6)
    np.testing.assert_array_equal(images_of(dataset)[..., 0], images[:12])


def test_emnist_is_transposed_and_named_and_its_sets_are_told_apart(tmp_path: Path) -> None:
    images, _ = write_set(tmp_path, "emnist-letters-")
    (tmp_path / "emnist-letters-mapping.txt").write_text("0 65 97\n1 66 98\n2 67 99\n")
    dataset = load(Idx(path=str(tmp_path)))
    np.testing.assert_array_equal(images_of(dataset)[..., 0], images[:12].swapaxes(1, 2))
    assert dataset.info.class_names == ("A", "B", "C")
    assert "EMNIST is published transposed" in dataset.warnings[0]
    straight = load(Idx(path=str(tmp_path), transpose="no"))
    np.testing.assert_array_equal(images_of(straight)[..., 0], images[:12])
    write_set(tmp_path, "emnist-digits-")
    with pytest.raises(DataError, match=r"holds several sets \(emnist-digits, emnist-letters\)"):
        load(Idx(path=str(tmp_path)))
    one = tmp_path / "emnist-letters-train-images-idx3-ubyte.gz"
    assert load(Idx(path=str(one))).fingerprint == dataset.fingerprint


def test_qmnist_as_it_is_published(tmp_path: Path) -> None:
    """Labels are rows of eight whole numbers, the class first."""
    images = np.random.default_rng(0).integers(0, 256, (12, 4, 4), dtype=np.uint8)
    rows = np.arange(96).reshape(12, 8) + 5000
    rows[:, 0] = np.arange(12) % 3
    header = struct.pack(">3I", 0xC02, 12, 8)
    for part in ("train", "test"):
        write_idx(tmp_path / f"qmnist-{part}-images-idx3-ubyte", images, 0x803)
        path = tmp_path / f"qmnist-{part}-labels-idx2-int"
        path.write_bytes(header + rows.astype(">i4").tobytes())
    dataset = load(Idx(path=str(tmp_path)))
    assert dataset.train.labels.tolist() == rows[:, 0].tolist()
    assert (dataset.info.train_images, dataset.info.test_images) == (12, 12)


def test_idx_files_of_other_numbers(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).random((12, 4, 4)).astype(np.float32)
    path = tmp_path / "my-images-idx3-float"
    path.write_bytes(struct.pack(">4I", 0xD03, *pixels.shape) + pixels.astype(">f4").tobytes())
    write_idx(tmp_path / "my-labels-idx1-ubyte", np.arange(12) % 2, 0x801)
    dataset = load(Idx(path=str(path), test_split=0.5))
    assert dataset.train.images.dtype == np.float32

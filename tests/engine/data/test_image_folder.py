"""Image folders: layouts, the index, memory and stream give the same pixels."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from workbench.data import ArrayImages, FileImages, load
from workbench.data.folders import index
from workbench.data.images import decoding as image_files
from workbench.data.images.fitting import fitted, gray
from workbench.spec.data import ImageFolder

MakeFolder = Callable[..., Path]
STREAM = 1
"""A memory budget that no image fits into."""


def spec_of(root: Path, **settings: Any) -> ImageFolder:
    return ImageFolder(path=str(root), **settings)


def everything(images: Any) -> np.ndarray[Any, Any]:
    pixels: np.ndarray[Any, Any] = images.read(np.arange(len(images)))
    return pixels


def test_classes_are_subfolders_in_sorted_order(make_folder: MakeFolder) -> None:
    root = make_folder({"dog": 10, "ant": 10, "cat/inner": 10})
    (root / ".hidden").mkdir()
    (root / "ant" / ".hidden.png").write_bytes(b"")
    (root / "ant" / "notes.txt").write_text("not an image")
    dataset = load(spec_of(root))
    assert dataset.info.class_names == ("ant", "cat", "dog")
    assert dataset.info.image_shape == (9, 7, 3)
    assert np.bincount(dataset.train.labels).tolist() == [8, 8, 8]
    assert np.bincount(dataset.test.labels).tolist() == [2, 2, 2]
    assert dataset.warnings == ()


@pytest.mark.parametrize("test", ["test", "testing", "Test"])
def test_parts_of_its_own_are_respected(make_folder: MakeFolder, test: str) -> None:
    root = make_folder({"train/a": 3, "train/b": 4, f"{test}/a": 2, f"{test}/b": 1})
    dataset = load(spec_of(root))
    assert dataset.info.class_names == ("a", "b")
    assert np.bincount(dataset.train.labels).tolist() == [3, 4]
    assert np.bincount(dataset.test.labels).tolist() == [2, 1]


@pytest.mark.parametrize("val", ["val", "valid", "validation"])
def test_a_validation_part_stays_one_and_a_test_part_is_split_off(
    make_folder: MakeFolder, val: str
) -> None:
    root = make_folder({"train/a": 10, "train/b": 10, f"{val}/a": 2, f"{val}/b": 1})
    dataset = load(spec_of(root))
    assert dataset.validation is not None
    assert np.bincount(dataset.validation.labels).tolist() == [2, 1]
    assert (dataset.info.train_images, dataset.info.test_images) == (16, 4)


def test_a_validation_part_beside_a_test_part_is_used(make_folder: MakeFolder) -> None:
    root = make_folder({"train/a": 3, "train/b": 4, "test/b": 2, "val/a": 1})
    for budget in (None, STREAM):
        dataset = load(spec_of(root), memory_budget=budget)
        info = dataset.info
        assert (info.train_images, info.validation_images, info.test_images) == (7, 1, 2)
        assert dataset.validation is not None
        assert dataset.validation.labels.tolist() == [0]
        assert everything(dataset.validation.images).shape == (1, 9, 7, 3)
        assert dataset.warnings == ()


def test_train_alone_is_split(make_folder: MakeFolder) -> None:
    dataset = load(spec_of(make_folder({"train/a": 10, "train/b": 10})))
    assert (dataset.info.train_images, dataset.info.test_images) == (16, 4)


def test_a_class_may_be_called_train(make_folder: MakeFolder) -> None:
    dataset = load(spec_of(make_folder({"train": 5, "bus": 5})))
    assert dataset.info.class_names == ("bus", "train")


@pytest.mark.parametrize("resize", [None, (5, 6), (20, 20)])
@pytest.mark.parametrize("channels", [None, 1, 3])
@pytest.mark.parametrize(("mode", "extension"), [("RGB", "jpg"), ("L", "png"), ("P", "gif")])
def test_memory_and_stream_give_the_same_pixels(
    make_folder: MakeFolder,
    resize: tuple[int, int] | None,
    channels: Any,
    mode: str,
    extension: str,
) -> None:
    root = make_folder({"a": 5, "b": 5}, size=(50, 40), mode=mode, extension=extension)
    spec = spec_of(root, resize=resize, channels=channels)
    memory, stream = load(spec), load(spec, memory_budget=STREAM)
    assert isinstance(memory.train.images, ArrayImages)
    assert isinstance(stream.train.images, FileImages)
    assert memory.info == stream.info
    for one, other in ((memory.train, stream.train), (memory.test, stream.test)):
        np.testing.assert_array_equal(one.labels, other.labels)
        np.testing.assert_array_equal(everything(one.images), everything(other.images))
    wanted = channels or (1 if mode == "L" else 3)
    assert memory.info.image_shape == (*(resize or (50, 40)), wanted)


def test_a_stream_reads_any_order(make_folder: MakeFolder) -> None:
    images = load(spec_of(make_folder({"a": 5, "b": 5})), memory_budget=STREAM).train.images
    whole = everything(images)
    rows = np.array([3, 0, 3, 7])
    np.testing.assert_array_equal(images.read(rows), whole[rows])
    assert images.read(np.arange(0)).shape == (0, 9, 7, 3)


def test_the_second_time_nothing_is_decoded_to_check(
    make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    root = make_folder({"a": 5, "b": 5})
    (root / "a" / "broken.png").write_bytes(b"nothing")
    decoded: list[str] = []

    def counting(path: Path, wanted: tuple[int, int] | None = None) -> image_files.Decoded:
        decoded.append(Path(path).name)
        return image_files.decode(path, wanted)

    monkeypatch.setattr(index, "decode", counting)
    first = load(spec_of(root), memory_budget=STREAM)
    assert len(decoded) == 11
    second = load(spec_of(root), memory_budget=STREAM)
    assert len(decoded) == 11
    assert second.fingerprint == first.fingerprint
    assert second.warnings == first.warnings

    Image.new("RGB", (7, 9)).save(root / "a" / "new.png")
    os.utime(root / "b" / "001.png", ns=(1, 1))
    third = load(spec_of(root), memory_budget=STREAM)
    assert sorted(decoded[11:]) == ["001.png", "new.png"]
    assert third.fingerprint != first.fingerprint

    for kept in (cache / "folders").iterdir():
        kept.write_text('{"version": 1, "files": [["a/000.png", 1]]}')
    assert load(spec_of(root), memory_budget=STREAM).fingerprint == third.fingerprint


def test_a_cache_that_cannot_be_written_is_no_error(
    make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLOPT_CACHE", str(tmp_path / "file" / "cache"))
    assert load(spec_of(make_folder({"a": 5, "b": 5}))).info.train_images == 8


def test_links_that_go_round_and_pipes_do_not_hang(make_folder: MakeFolder) -> None:
    root = make_folder({"a": 5, "b": 5})
    (root / "a" / "round").symlink_to(root / "a", target_is_directory=True)
    (root / "a" / "up").symlink_to(root, target_is_directory=True)
    (root / "b" / "nowhere.png").symlink_to(root / "gone.png")
    os.mkfifo(root / "b" / "pipe.png")
    dataset = load(spec_of(root))
    assert np.bincount(dataset.train.labels)[1] == 4


def test_a_linked_class_is_followed(make_folder: MakeFolder) -> None:
    elsewhere = make_folder({"x": 5}, name="elsewhere")
    root = make_folder({"a": 5})
    (root / "b").symlink_to(elsewhere / "x", target_is_directory=True)
    assert load(spec_of(root)).info.class_names == ("a", "b")


def test_modes_that_need_care(make_folder: MakeFolder) -> None:
    root = make_folder({"a": 4, "b": 5}, size=(4, 4), mode="L")
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[..., 1] = 200
    Image.fromarray(rgba).save(root / "b" / "clear.png")
    palette = Image.fromarray(rgba[..., :3]).convert("P")
    palette.info["transparency"] = bytes([0, 255])
    palette.save(root / "b" / "palette.png")
    dataset = load(spec_of(root))
    assert dataset.info.image_shape[2] == 3
    assert "1 image has transparent pixels alone, so the alpha channel" in dataset.warnings[0]
    assert image_files.decode(root / "b" / "clear.png").pixels[0, 0].tolist() == [0, 200, 0]


def test_photographs_are_turned_as_exif_says(tmp_path: Path) -> None:
    image = Image.new("RGB", (8, 4))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    image.save(tmp_path / "photo.jpg", exif=exif)
    assert image_files.decode(tmp_path / "photo.jpg").pixels.shape == (8, 4, 3)


def test_gray_is_what_pillow_gives() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    expected = np.asarray(Image.fromarray(pixels).convert("L"))
    np.testing.assert_array_equal(gray(pixels)[..., 0], expected)
    shades = gray(pixels.astype(np.float32) / 255)
    np.testing.assert_allclose(shades[..., 0] * 255, expected, atol=0.6)


def test_resizing_floats_and_bytes_agree() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    as_bytes = fitted(pixels, (7, 9), None)
    as_floats = fitted((pixels / 255).astype(np.float32), (7, 9), None)
    np.testing.assert_allclose(as_floats * 255, as_bytes, atol=1.0)
    assert fitted(pixels, (7, 9), 1).shape == (7, 9, 1)
    flat = np.full((40, 40, 1), 80, np.uint8)
    assert (fitted(flat, (3, 5), 3) == 80).all()


@pytest.mark.parametrize("phase", ["checking", "decoding"])
def test_an_exception_from_progress_ends_the_threads(make_folder: MakeFolder, phase: str) -> None:
    class EnoughError(Exception):
        pass

    def progress(now: str, done: int, total: int) -> None:
        assert 0 < done <= 20
        assert total == (0 if now == "listing" else 20)
        if now == phase:
            raise EnoughError

    with pytest.raises(EnoughError):
        load(spec_of(make_folder({"a": 10, "b": 10})), progress=progress)
    assert not [t for t in threading.enumerate() if t.name.startswith("decode")]

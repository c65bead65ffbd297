"""Image files of every format, depth and kind of transparency become pixels by one rule."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from workbench.data import Dataset, describe, load
from workbench.data.images import decoding as image_files
from workbench.data.images.decoding import decode
from workbench.data.images.to_pixels import as_pixels, later_image
from workbench.spec.data import ImageFolder, Reading

Array = np.ndarray[Any, Any]
STREAM = 1


def folder(root: Path, images: list[Image.Image], ending: str = "png", **how: Any) -> ImageFolder:
    """Images that take turns in two classes."""
    for number, image in enumerate(images):
        place = root / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        image.save(place / f"{number:02}.{ending}", **how)
    return ImageFolder(path=str(root), test_split=0.2)


def pixels_of(dataset: Dataset) -> Array:
    taken: Array = dataset.train.images.read(np.arange(len(dataset.train.images)))
    return taken


def gray(count: int = 10, seed: int = 0) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (6, 5), dtype=np.uint8) for _ in range(count)]


@pytest.mark.parametrize("bits", [9, 10, 12, 14, 16])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_deep_images_are_scaled_by_the_bits_they_use(
    tmp_path: Path, bits: int, ending: str
) -> None:
    white = 2**bits - 1
    deep = [(image.astype(np.uint32) * white // 255).astype(np.uint16) for image in gray()]
    for one in deep:
        one[0, 0] = white
    spec = folder(tmp_path / "d", [Image.fromarray(one) for one in deep], ending)
    dataset = load(spec)
    assert dataset.info.reading.white == white
    assert dataset.train.images.dtype == np.float32
    found = pixels_of(dataset)
    np.testing.assert_allclose(found[0, ..., 0], deep[0] / white, rtol=1e-6)
    np.testing.assert_array_equal(found, pixels_of(load(spec, memory_budget=STREAM)))
    assert describe(dataset).pixel_max == 255
    later = later_image(
        tmp_path / f"d/a/00.{ending}", dataset.info.image_shape, dataset.info.reading
    )
    np.testing.assert_array_equal(later, found[0])


def test_the_kept_scale_goes_first_and_the_first_rules_are_kept(tmp_path: Path) -> None:
    deep = [Image.fromarray(one.astype(np.uint16) * 2) for one in gray()]
    spec = folder(tmp_path / "d", deep)
    now, kept = pixels_of(load(spec)), pixels_of(load(spec, kept=Reading(white=1023)))
    assert 0.9 < now.max() < 1
    np.testing.assert_allclose(kept * 1023, now * 511, rtol=1e-5)
    then = pixels_of(load(spec, kept=Reading(version=1)))
    assert then.dtype == np.uint8
    assert then.max() == 2


def png16(pixels: Array) -> bytes:
    """A PNG of 16 bits a channel, which Pillow can't write in colour."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">2I5B", width, height, 16, {3: 2, 4: 6}[channels], 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


@pytest.mark.parametrize("channels", [3, 4])
def test_colours_of_16_bits_lose_none(tmp_path: Path, channels: int) -> None:
    stored = np.random.default_rng(0).integers(0, 4096, (5, 7, channels)).astype(np.uint16)
    if channels == 4:
        stored[..., 3] = 65535
    (tmp_path / "deep.png").write_bytes(png16(stored))
    decoded = decode(tmp_path / "deep.png")
    np.testing.assert_array_equal(decoded.pixels, stored[..., :3])
    assert decoded.opacity is None
    found = as_pixels(decoded, Reading(white=4095))
    np.testing.assert_allclose(found, stored[..., :3] / 4095, rtol=1e-6)


def test_floating_point_images(tmp_path: Path) -> None:
    shades = [image.astype(np.float32) / 255 for image in gray()]
    unit = load(folder(tmp_path / "1", [Image.fromarray(one) for one in shades], "tif"))
    np.testing.assert_allclose(pixels_of(unit)[0, ..., 0], shades[0], atol=1e-6)
    bytes_ = load(folder(tmp_path / "255", [Image.fromarray(255 * one) for one in shades], "tif"))
    np.testing.assert_allclose(pixels_of(bytes_), pixels_of(unit), atol=1e-6)
    negative = [Image.fromarray(one - 0.5) for one in shades[:2]]
    folder(tmp_path / "1" / "more", negative, "tif")
    (tmp_path / "1" / "more").rename(tmp_path / "1" / "a" / "more")
    (warning,) = load(ImageFolder(path=str(tmp_path / "1"))).warnings
    assert "2 images left out because unreadable" in warning
    assert "must be within 0 to 65535" in warning


SAVED = {
    "jfif": "JPEG", "jpe": "JPEG", "JPG": "JPEG", "PNG": "PNG", "jp2": "JPEG2000", "webp": "WEBP",
    "avif": "AVIF", "tga": "TGA", "ppm": "PPM", "pnm": "PPM", "gif": "GIF", "tiff": "TIFF",
    "bmp": "BMP", "dib": "DIB", "ico": "ICO", "pcx": "PCX", "sgi": "SGI", "qoi": "QOI",
}  # fmt: skip


@pytest.mark.parametrize("ending", SAVED)
def test_every_format_a_person_may_have(tmp_path: Path, ending: str) -> None:
    images = [Image.fromarray(one.repeat(4, 0).repeat(4, 1)).convert("RGB") for one in gray()]
    dataset = load(folder(tmp_path / "d", images, ending, format=SAVED[ending]))
    assert dataset.info.train_images + dataset.info.test_images == 10
    seen = pixels_of(dataset).astype(int)
    wanted = np.asarray(images[0]).astype(int)
    assert np.abs(seen[0].mean() - wanted.mean()) < 16
    assert [words for words in dataset.warnings if "left out" in words] == []


@pytest.mark.parametrize("ending", ["pgm", "pbm"])
def test_portable_maps(tmp_path: Path, ending: str) -> None:
    mode = "1" if ending == "pbm" else "L"
    images = [Image.fromarray(one).convert(mode) for one in gray()]
    dataset = load(folder(tmp_path / "d", images, ending, format="PPM"))
    np.testing.assert_array_equal(pixels_of(dataset)[0, ..., 0], np.asarray(images[0].convert("L")))


def test_a_file_of_another_format_than_its_ending(tmp_path: Path) -> None:
    images = [Image.fromarray(one).convert("RGB") for one in gray()]
    dataset = load(folder(tmp_path / "d", images, "jpg", format="PNG"))
    np.testing.assert_array_equal(pixels_of(dataset)[0], np.asarray(images[0]))


def test_text_is_no_picture_whatever_its_ending(tmp_path: Path) -> None:
    for name in ("a.tga", "a.pcx", "a.dib", "a.ico", "a.png", "a.sgi"):
        (tmp_path / name).write_text("a line of text\n" * 99)
        with pytest.raises(image_files.Unreadable):
            decode(tmp_path / name)


def test_what_a_file_is_that_cannot_be_read(tmp_path: Path) -> None:
    starts = {
        b"\0\0\0\x18ftypheic": "is a HEIC photo",
        b"8BPS\0\1": "is a Photoshop file",
        b"": "is empty",
        bytes(500): "is nothing but zeros",
        b"<!DOCTYPE html>": "is a web page",
        b"version https://git-lfs.github.com": "is a Git LFS pointer, not the image itself",
    }
    for start, words in starts.items():
        (tmp_path / "x.jpg").write_bytes(start)
        with pytest.raises(image_files.Unreadable, match=words):
            decode(tmp_path / "x.jpg")


def drawn(shade: int, mode: str) -> list[Image.Image]:
    """One shade everywhere; the alpha channel shows something."""
    images = []
    for one in gray():
        image = Image.new(mode.removesuffix("A"), (5, 6), (shade,) * len(mode.removesuffix("A")))
        image.putalpha(Image.fromarray(one))
        images.append(image)
    return images


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(("shade", "ground"), [(0, "white"), (255, "black"), (100, "white")])
def test_drawings_in_the_alpha_channel(tmp_path: Path, mode: str, shade: int, ground: str) -> None:
    images = drawn(shade, mode)
    spec = folder(tmp_path / "d", images)
    dataset = load(spec)
    assert dataset.info.reading.ground == ground
    assert f"10 images have transparent pixels, which are laid on {ground}" in dataset.warnings[0]
    behind = Image.new("RGBA", (5, 6), ground)
    behind.alpha_composite(images[0].convert("RGBA"))
    wanted = np.asarray(behind.convert("RGB"))[..., : dataset.info.image_shape[2]]
    np.testing.assert_allclose(pixels_of(dataset)[0], wanted, atol=1)
    np.testing.assert_array_equal(pixels_of(dataset), pixels_of(load(spec, memory_budget=STREAM)))
    later = later_image(tmp_path / "d/a/00.png", dataset.info.image_shape, dataset.info.reading)
    np.testing.assert_array_equal(later, pixels_of(dataset)[0])
    other = "black" if ground == "white" else "white"
    if shade == 100:
        assert load(spec.changed(ground=other)).info.reading.ground == other


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    image.putpalette([0, 0, 0, 200, 0, 0])
    image.save(tmp_path / "p.png", transparency=0)
    seen = as_pixels(decode(tmp_path / "p.png"), Reading(ground="white"))
    assert seen.tolist() == [[[255, 255, 255], [200, 0, 0]], [[200, 0, 0], [255, 255, 255]]]


def test_opaque_images_are_what_they_were_to_the_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    plain = [Image.fromarray(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)) for _ in range(10)]
    opaque = [image.copy() for image in plain]
    for image in opaque:
        image.putalpha(255)
    one, other = load(folder(tmp_path / "p", plain)), load(folder(tmp_path / "o", opaque))
    assert other.fingerprint == one.fingerprint
    assert other.warnings == ()


def test_a_later_image_with_alpha_for_a_run_without(tmp_path: Path) -> None:
    drawn(0, "RGBA")[0].save(tmp_path / "ink.png")
    seen = later_image(tmp_path / "ink.png", (6, 5, 1), Reading())
    np.testing.assert_allclose(seen[..., 0], 255 - gray()[0], atol=1)


def test_one_value_everywhere_is_refused(tmp_path: Path) -> None:
    spec = folder(tmp_path / "d", [Image.new("L", (4, 4), 9)] * 10)
    for budget in (None, STREAM):
        with pytest.raises(ValueError, match="all pixels of the training images have one value"):
            load(spec, memory_budget=budget)


def test_the_first_frame_is_read_and_that_is_said(tmp_path: Path) -> None:
    frames = [Image.fromarray(one) for one in gray()]
    spec = folder(tmp_path / "d", frames)
    frames[0].save(tmp_path / "d/a/film.png", save_all=True, append_images=frames[1:3])
    dataset = load(spec)
    assert "1 file holds several frames, of which the first is read" in dataset.warnings[0]
    np.testing.assert_array_equal(decode(tmp_path / "d/a/film.png").pixels[..., 0], gray()[0])


def test_nothing_is_decoded_twice_in_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = [Image.fromarray(one.astype(np.uint16) * 2) for one in gray(4)]
    spec = folder(tmp_path / "d", [*map(Image.fromarray, gray(6)), *deep, *drawn(0, "RGBA")])
    decoded: list[str] = []
    original = image_files._decoded

    def counting(path: Any, image: Any, wanted: Any) -> image_files.Decoded:
        decoded.append(str(path))
        return original(path, image, wanted)

    monkeypatch.setattr(image_files, "_decoded", counting)
    glance = load(spec, is_glance=True)
    assert decoded == []
    first = load(spec)
    assert len(decoded) == len(set(decoded)) == 20
    decoded.clear()
    second = load(spec)
    assert len(decoded) == 20
    assert second.fingerprint == first.fingerprint
    assert glance.info.image_shape == first.info.image_shape
    assert glance.info.train_images == first.info.train_images


def test_what_was_decided_is_said() -> None:
    assert Reading(parts=(("train", "{}"),)).words == ()
    parts = (("train", "seg_train/{}"), ("test", "seg_test/{}"))
    assert Reading(white=4095, ground="white", parts=parts).words == (
        "parts seg_train, seg_test",
        "white is 4,095",
        "transparent pixels on white",
    )
    assert Reading(parts=(("train", "data/{}"),)).words == ("images in data",)

"""Damaged, hostile and mistaken data: each ends in one sentence that names the setting."""

from __future__ import annotations

import gzip
import io
import os
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from workbench.data import DataError, Dataset, load
from workbench.spec.data import Csv, Data, Idx, ImageFolder, Npz

Array = np.ndarray[Any, Any]


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLOPT_CACHE", str(tmp_path / "cache"))


def refusal(spec: Data, *, field: str = "data.path", budget: int | None = 1 << 28) -> str:
    """The sentence a spec is refused with; fails where it is accepted or has no field."""
    with pytest.raises(DataError) as caught:
        load(spec, memory_budget=budget)
    sentence = str(caught.value)
    assert sentence.startswith(f"{field}: ")
    assert "\n" not in sentence
    assert len(sentence) < 600
    return sentence


# ---------------------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (Npz(), "an .npz file, or a folder of .npy files"),
        (Idx(), "a folder with IDX files, or an IDX images file"),
        (
            ImageFolder(),
            "a folder with a subfolder of images for each class, or a .zip or .tar.gz of one",
        ),
    ],
    ids=["npz", "idx", "image_folder"],
)
def test_no_path_and_no_such_path(spec: Any, words: str, tmp_path: Path) -> None:
    assert refusal(spec) == f"data.path: must name {words}"
    missing = tmp_path / "gone"
    sentence = refusal(spec.changed(path=str(missing)))
    assert sentence == f"data.path: {missing}: there is nothing here; must name {words}"
    assert "is no path" in refusal(spec.changed(path="a\0b"))
    assert "can't be read (file name too long)" in refusal(spec.changed(path="/" + "x" * 5000))


def test_folder_and_file_mistaken_for_each_other(tmp_path: Path) -> None:
    assert "holds no .npy file, nor an .npz file with one array" in refusal(Npz(path=str(tmp_path)))
    (tmp_path / "file").write_text("")
    sentence = refusal(ImageFolder(path=str(tmp_path / "file")))
    assert "file: is empty; must be a folder of class folders, or a .zip or .tar.gz" in sentence


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    sentence = refusal(Npz(path=str(tmp_path / "pipe.npz")))
    assert "is neither a file nor a folder" in sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
@pytest.mark.parametrize("kind", [Npz, Idx, ImageFolder])
def test_no_permission(kind: Any, tmp_path: Path) -> None:
    path = tmp_path / "t-images-idx3-ubyte"
    if kind is ImageFolder:
        path.mkdir(mode=0)
    else:
        path.write_bytes(b"")
        (tmp_path / "t-labels-idx1-ubyte").write_bytes(b"")
        path.chmod(0)
    assert "can't be read (permission denied)" in refusal(kind(path=str(path)))


def test_no_permission_as_any_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()

    def denied(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("workbench.data.folders.index.os.scandir", denied)
    assert "can't be read (permission denied)" in refusal(ImageFolder(path=str(tmp_path)))


# ---------------------------------------------------------------------------- npz: contents


def arrays(**changed: Any) -> dict[str, Any]:
    """Four good arrays, some replaced; None leaves one out."""
    good = {
        "x_train": np.zeros((4, 5, 6), np.uint8),
        "y_train": np.array([0, 1, 0, 1]),
        "x_test": np.zeros((2, 5, 6), np.uint8),
        "y_test": np.array([1, 0]),
        **changed,
    }
    good["x_train"] = np.copy(good["x_train"]) if good["x_train"] is not None else None
    return {name: array for name, array in good.items() if array is not None}


def npz(tmp_path: Path, **changed: Any) -> Npz:
    path = tmp_path / "data.npz"
    np.savez(path, **arrays(**changed))
    return Npz(path=str(path))


NAN = np.full((4, 5, 6), 0.5)
NAN[2, 0, 0], NAN[3, 0, :2] = np.nan, np.inf

CONTENTS: list[tuple[str, dict[str, Any], str]] = [
    ("lengths differ", {"y_train": np.array([0, 1, 0])},
     "y_train has 3 entries but x_train has 4; both must have the same length"),
    ("test lengths differ", {"y_test": np.array([0])},
     "y_test has 1 entries but x_test has 2; both must have the same length"),
    ("no labels", {"y_train": None},
     "holds the training images x_train but no training labels (y_train); must hold both, holds "
     "x_test, x_train, y_test"),
    ("other keys", {"x_train": None, "y_train": None, "x_test": None, "y_test": None, "A": [1]},
     "holds no arrays whose names are known; must hold x_train, y_train"),
    ("half a validation part", {"x_val": np.zeros((2, 5, 6), np.uint8)},
     "holds the validation images x_val but no validation labels (y_val); must hold both"),
    ("validation lengths differ",
     {"x_val": np.zeros((2, 5, 6), np.uint8), "y_val": np.array([0])},
     "y_val has 1 entries but x_val has 2; both must have the same length"),
    ("validation class unknown",
     {"x_val": np.zeros((2, 5, 6), np.uint8), "y_val": np.array([0, 2])},
     "the validation part has the label 2, which no training image has"),
    ("validation type differs", {"x_val": np.zeros((2, 5, 6)), "y_val": np.array([0, 1])},
     "x_val is stored as float64 but the training images as uint8"),
    ("validation size differs",
     {"x_val": np.zeros((2, 5, 7), np.uint8), "y_val": np.array([0, 1])},
     "training images have the shape (5, 6, 1) but validation images (5, 7, 1)"),
    ("empty", {"x_train": np.zeros((0, 5, 6)), "y_train": np.zeros(0, int)}, "x_train is empty"),
    ("no pixels", {"x_train": np.zeros((4, 0, 6))}, "images without pixels, got (4, 0, 6)"),
    ("scalar", {"x_train": np.uint8(3)}, "got ()"),
    ("five axes", {"x_train": np.zeros((4, 1, 1, 1, 1))}, "got (4, 1, 1, 1, 1)"),
    ("channels first", {"x_train": np.zeros((4, 3, 5, 6))},
     "must have 1, 3 or 4 channels, got (4, 3, 5, 6); channels must come last"),
    ("texts", {"x_train": np.full((4, 5, 6), "a")}, "x_train must hold numbers, got str"),
    ("complex", {"x_train": np.zeros((4, 5, 6), complex)}, "must hold numbers, got complex128"),
    ("dates", {"x_train": np.zeros((4, 5, 6), "M8[s]")}, "x_train must hold numbers"),
    ("fields", {"x_train": np.zeros((4, 5, 6), [("a", "u1")])}, "x_train must hold numbers"),
    ("nan", {"x_train": NAN},
     "x_train holds 3 pixels that are NaN or infinite, the first in image 2; all must be finite"),
    ("negative", {"x_train": np.full((4, 5, 6), -3, np.int16)},
     "x_train holds pixels from -3 to -3; must be within 0 to 255 or 0 to 65535"),
    ("too bright", {"x_train": np.full((4, 5, 6), 70000)}, "pixels from 70000 to 70000"),
    ("centred", {"x_train": np.linspace(-1, 1, 120).reshape(4, 5, 6)},
     "x_train holds pixels from -1 to 1; must be within 0 to 1 or 0 to 255"),
    ("float range", {"x_train": np.full((4, 5, 6), 256.0)}, "from 256 to 256; must be within 0 to"),
    ("test type", {"x_test": np.zeros((2, 5, 6), np.float32)},
     "x_test is stored as float32 but the training images as uint8; both must have the same type"),
    ("test range", {"x_train": np.ones((4, 5, 6)), "x_test": np.full((2, 5, 6), 200.0)},
     "x_test holds pixels from 200 to 200 but the training images 0 to 1; both must have"),
    ("test shape", {"x_test": np.zeros((2, 5, 7), np.uint8)},
     "training images have the shape (5, 6, 1) but test images (5, 7, 1); must be the same"),
    ("fractions", {"y_train": np.array([0, 1, 0.5, 1])},
     "y_train holds 0.5 at 2, which is no class; must hold whole numbers, texts or one-hot rows"),
    ("nan labels", {"y_train": np.array([0, np.nan, 0, 1])}, "y_train holds nan at 1, which is no"),
    ("dates as labels", {"y_train": np.zeros(4, "M8[s]")}, "must hold whole numbers, texts or"),
    ("negative label", {"y_train": np.array([0, 1, 0, -1])}, "must be 0 or more, got -1 at 3"),
    ("huge label", {"y_train": np.array([0, 1, 1, 2**63], np.uint64)}, "must number the classes"),
    ("one class", {"y_train": np.zeros(4, int), "y_test": np.zeros(2, int)},
     "all training images are of class 0; must be two or more"),
    ("test class", {"y_test": np.array([0, 2])},
     "the test part has the label 2, which no training image has; every class must have"),
    ("text in the test part", {"y_train": np.array([*"abab"]), "y_test": np.array([*"ac"])},
     "the test part has the label 'c', which no training image has"),
    ("texts and numbers", {"y_train": np.array([*"abab"])},
     "the labels of the test part are numbers but those of the training part texts"),
    ("an empty text", {"y_train": np.array(["a", " ", "a", "b"])}, "y_train is empty at 1"),
    ("shares of the classes", {"y_train": np.array([[0.9, 0.1]] * 4)},
     "y_train holds shares of the classes (row 0), not one-hot rows; y_train.argmax(axis=1) makes"),
    ("several classes", {"y_train": np.array([[1, 0], [1, 1], [1, 0], [0, 1]])},
     "y_train marks 2 classes in row 1; only one class an image can be trained on"),
    ("no class", {"y_train": np.array([[1, 0], [1, 0], [0, 0], [0, 1]])},
     "y_train marks 0 classes in row 2"),
    ("masks", {"y_train": np.zeros((4, 5, 6), np.uint8)}, "pixel masks can't be trained on"),
    ("boxes", {"y_train": np.arange(16).reshape(4, 4)}, "or one-hot rows, got (4, 4) with 3 in"),
    ("numbers of images",
     {"x_train": np.zeros((80, 5, 6), np.uint8), "y_train": np.arange(80)},
     "there are 80 different labels for 80 training images, so they number or measure"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"), [case[1:] for case in CONTENTS], ids=[case[0] for case in CONTENTS]
)
def test_npz_contents(changed: dict[str, Any], words: str, tmp_path: Path) -> None:
    spec = npz(tmp_path, **changed)
    sentence = refusal(spec)
    assert sentence.startswith(f"data.path: {spec.path}: ")
    assert words in sentence


def test_a_broken_image_is_found_in_the_part_that_is_split_off(tmp_path: Path) -> None:
    images = np.full((40, 2, 2), 0.5)
    images[:, 0, 0] = np.nan
    path = tmp_path / "d.npz"
    np.savez(path, images=images, labels=np.arange(40) % 2)
    assert "images holds 40 pixels that are NaN" in refusal(Npz(path=str(path)))


def test_too_few_images_to_split(tmp_path: Path) -> None:
    path = tmp_path / "d.npz"
    np.savez(path, images=np.zeros((5, 2, 2)), labels=[0, 0, 0, 0, 1])
    sentence = refusal(Npz(path=str(path)), field="data.test_split")
    assert (
        sentence
        == "data.test_split: can't be taken of class '1', which has 1 image; every class must "
        "have at least 2"
    )


# ---------------------------------------------------------------------------- npz: the file


def test_objects_are_refused_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
            return os.mkdir, (str(tmp_path / "exploded"),)

    spec = npz(tmp_path, extra=np.array([Bomb()], dtype=object))
    monkeypatch.setattr("workbench.data.arrays.npz.read_member", pytest.fail)
    sentence = refusal(spec)
    assert "extra holds Python objects, which could run code when read" in sentence
    assert not (tmp_path / "exploded").exists()


def npy(shape: object, dtype: str = "|u1", body: bytes = b"", header: str | None = None) -> bytes:
    """A .npy member with any header."""
    text = header or f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    encoded = text.encode("latin1") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(encoded)) + encoded + body


def zipped(tmp_path: Path, **members: bytes) -> Npz:
    """An archive whose members are these bytes, the rest good."""
    path = tmp_path / "data.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays().items():
            buffer = io.BytesIO()
            np.save(buffer, array)
            archive.writestr(f"{name}.npy", members.get(name, buffer.getvalue()))
    return Npz(path=str(path))


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (npy((10**9, 10**6)), "x_train claims more than a terabyte in its header but holds 0 B"),
        (npy((10**400, 10**400)), "claims more than a terabyte in its header"),
        (npy((4, 5, 6), body=bytes(119)), "claims 120 B in its header but holds 119 B"),
        (npy((4, 5, 6), body=bytes(121)), "claims 120 B in its header but holds 121 B"),
        (npy((-4, 5, -6), body=bytes(120)), "impossible shape"),
        (npy((4,), dtype="|S0"), "x_train"),
        (npy(0, header="{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (4,), }",
             body=bytes(32)), "impossible shape"),
        (npy(0, header="(" * 3000), "; write the arrays with numpy.savez(file, x_train="),
        (npy(0, header="-" * 4000 + "1"), "x_train is no NumPy array"),
        (npy(0, header="{[]: 1}"), "x_train is no NumPy array"),
        (npy(0, header="'''"), "x_train is no NumPy array"),
        (npy(0, header="{'descr': '|u1', 'fortran_order': False, 'shape': (4,)}" + " " * 9000),
         "x_train is no NumPy array"),
        (npy((4, 5, 6), dtype="nonsense"), "x_train is no NumPy array"),
        (b"\x93NUMPY\x09\x00" + bytes(200), "x_train is no NumPy array"),
        (b"", "x_train is no NumPy array"),
        (b"hello", "x_train is no NumPy array"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)  # fmt: skip
def test_npz_headers_that_lie(member: bytes, words: str, tmp_path: Path) -> None:
    assert words in refusal(zipped(tmp_path, x_train=member))


MAT = b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(200)
OTHER_KINDS: list[tuple[str, bytes, str]] = [
    ("empty", b"", "is empty; must be an .npz archive: copy or download it again"),
    ("cut off", b"PK\x03\x04" + bytes(996), "is an archive of 1 kB that was cut off"),
    ("a pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n",
     "is a pointer of Git LFS to a file of 3 B, not the file itself; must be an .npz archive"),
    ("IDX", bytes([0, 0, 8, 3]) + bytes(50), "is an IDX images file; must be an .npz archive"),
    ("a login page", b"\n<!DOCTYPE html><html><title>Log in</title></html>",
     "is a web page, such as one that asks to log in"),
    ("HDF5", b"\x89HDF\r\n\x1a\n" + bytes(50), "is an HDF5 file (.h5, or .mat of version 7.3)"),
    ("MATLAB", MAT, "is a MATLAB file; must be an .npz archive: scipy.io.loadmat reads it"),
    ("Parquet", b"PAR1" + bytes(50), "is a Parquet file"),
    ("a pickle", b"\x80\x04\x95" + bytes(50), "is a Python pickle, which could run code when read"),
    ("gzip", gzip.compress(b"tar"), "is a gzip file"),
    ("PNG", b"\x89PNG\r\n\x1a\n", "is a single PNG image"),
    ("a record", struct.pack("<Q", 90) + b"crc_" + b"\n" + bytes(90), "looks like a TFRecord file"),
    ("text", b"label,pixel0\n1,2\n", "is a text file, which begins with 'label,pixel0'"),
    ("noise", bytes(range(100, 200)), "is no .npz archive or a damaged one"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"), [case[1:] for case in OTHER_KINDS], ids=[case[0] for case in OTHER_KINDS]
)
def test_what_is_no_archive_is_named(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    assert words in refusal(Npz(path=str(path)))


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (
            "cats/1.png",
            "is a zip archive of images; must be an .npz archive: choose the kind Image",
        ),
        ("model/data.pkl", "is a PyTorch file, which could run code when read"),
        ("[Content_Types].xml", "is an Excel or Word file"),
        ("notes.txt", "is a zip archive without arrays, which holds notes.txt"),
    ],
)
def test_what_is_another_zip_archive_is_named(member: str, words: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr(member, b"x")
    assert words in refusal(Npz(path=str(tmp_path / "data.npz")))


@pytest.mark.parametrize(
    ("kind", "inside", "words"),
    [
        (Npz, "train-images-idx3-ubyte", "for the IDX files in it, choose the kind IDX files"),
        (Npz, "train.csv", "for the tables in it, choose the kind CSV of pixels"),
        (Npz, "cat/1.png", "for a folder of images, choose the kind Image folder"),
        (Npz, "data_batch_1", "for the batches of CIFAR-10 in it, choose the kind CIFAR-10"),
        (Idx, "x.npy", "for the arrays in it, choose the kind NumPy arrays"),
        (Csv, "cat/1.png", "for a folder of images, choose the kind Image folder"),
    ],
)
def test_a_folder_of_another_kind_is_named(
    kind: Any, inside: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / inside
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"1")
    assert refusal(kind(path=str(tmp_path))).endswith(words)


@pytest.mark.parametrize("name", ["data_batch_1", "data_batch_3.bin", "test_batch"])
@pytest.mark.parametrize("kind", [Npz, Csv])
def test_batches_of_cifar_are_named(kind: Any, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x80\x02}q\x01" + bytes(3073))
    assert "is a batch of CIFAR-10; must be" in refusal(kind(path=str(tmp_path / name)))


def test_a_zip_bomb_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = bytes(100_000_000)
    spec = zipped(tmp_path, x_train=npy((4, 5000, 5000), body=body))
    assert Path(spec.path).stat().st_size < 200_000
    monkeypatch.setattr("workbench.data.arrays.npz.read_member", pytest.fail)
    sentence = refusal(spec, budget=10_000_000)
    assert "x_train, y_train, x_test, y_test need 100 MB of memory, more than the 10 MB" in sentence


def rewritten(spec: Npz, change: Callable[[bytearray, int], None]) -> None:
    """Changes the central directory's entry of x_train, which begins at the given place."""
    content = bytearray(Path(spec.path).read_bytes())
    at = content.index(b"PK\x01\x02")
    change(content, at)
    Path(spec.path).write_bytes(bytes(content))


def test_a_directory_that_lies_about_sizes(tmp_path: Path) -> None:
    spec = zipped(tmp_path)
    rewritten(spec, lambda content, at: struct.pack_into("<I", content, at + 24, 2**31))
    assert "x_train claims 2.15 GB in" in refusal(spec)
    spec = zipped(tmp_path)
    rewritten(spec, lambda content, at: struct.pack_into("<H", content, at + 8, 1))
    assert "x_train is encrypted" in refusal(spec)
    spec = zipped(tmp_path)
    rewritten(spec, lambda content, at: struct.pack_into("<H", content, at + 10, 14))
    assert "x_train is compressed in a way that NumPy does not use" in refusal(spec)


def test_an_array_that_ends_early(tmp_path: Path) -> None:
    """The directory says what the header says; the compressed data hold less."""
    spec = zipped(tmp_path, x_train=npy((4, 5, 6), body=bytes(20)))

    def longer(content: bytearray, at: int) -> None:
        (size,) = struct.unpack_from("<I", content, at + 24)
        struct.pack_into("<I", content, at + 24, size + 100)

    rewritten(spec, longer)
    assert "x_train ends after 20 of 120 bytes; the file is cut off" in refusal(spec)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_array_that_is_there_twice(tmp_path: Path) -> None:
    spec = npz(tmp_path)
    with zipfile.ZipFile(spec.path, "a") as archive:
        archive.writestr("x_train.npy", npy((1,), body=b"1"))
    assert "holds x_train twice" in refusal(spec)


def survives(spec: Data) -> None:
    """Gives data or one sentence, nothing else."""
    try:
        assert isinstance(load(spec, memory_budget=1 << 26), Dataset)
    except DataError as refused:
        sentence = str(refused)
    else:
        return
    assert sentence.startswith("data.")


def test_archives_damaged_anywhere(tmp_path: Path) -> None:
    rng = random.Random(0)
    good = Path(zipped(tmp_path).path).read_bytes()
    path = tmp_path / "data.npz"
    for _ in range(400):
        content = bytearray(good[: rng.randrange(len(good))] if rng.random() < 0.2 else good)
        for _ in range(rng.randrange(1, 6)):
            if content:
                content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(bytes(content))
        survives(Npz(path=str(path)))


# ---------------------------------------------------------------------------- idx


def idx(tmp_path: Path, images: bytes | None, labels: bytes | None, ending: str = "") -> Idx:
    """A folder with a training pair; None leaves one out."""
    for what, content in (("images-idx3", images), ("labels-idx1", labels)):
        if content is not None:
            (tmp_path / f"train-{what}-ubyte{ending}").write_bytes(content)
    return Idx(path=str(tmp_path))


def idx_bytes(magic: int, *shape: int, body: int | None = None) -> bytes:
    size = int(np.prod(shape)) if body is None else body
    return struct.pack(f">{1 + len(shape)}I", magic, *shape) + bytes(size)


GOOD_IMAGES = idx_bytes(0x803, 10, 3, 3)
GOOD_LABELS = struct.pack(">2I", 0x801, 10) + bytes([0, 1] * 5)


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (idx_bytes(0x801, 10), GOOD_LABELS,
         "starts with 0x00000801, so it is no IDX images file; must start with 0x00000803 or"),
        (GOOD_IMAGES, GOOD_IMAGES, "it is no IDX labels file; must start with 0x00000801"),
        (idx_bytes(0xF03, 1, 1, 1), GOOD_LABELS, "starts with 0x00000f03"),
        (b"", GOOD_LABELS, "is empty; must be an IDX images file: copy or download it again"),
        (b"<html>", GOOD_LABELS, "is a web page, such as one that asks to log in"),
        (b"\0\0\x08\x03\0\0", GOOD_LABELS, "ends in its header"),
        (idx_bytes(0x803, 10, 3, 3, body=89), GOOD_LABELS,
         "claims 90 B of images in its header but holds 89 B"),
        (idx_bytes(0x803, 10, 3, 3, body=91), GOOD_LABELS, "but holds 91 B"),
        (idx_bytes(0x803, 2**32 - 1, 2**32 - 1, 9, body=9), GOOD_LABELS, "more than a terabyte"),
        (idx_bytes(0x803, 9, 3, 3), GOOD_LABELS,
         "train-labels-idx1-ubyte has 10 entries but train-images-idx3-ubyte has 9"),
        (idx_bytes(0x803, 0, 3, 3), idx_bytes(0x801, 0), "train-images-idx3-ubyte is empty"),
        (GOOD_IMAGES, None, "there is no labels file train-labels-idx1-ubyte (nor .gz) beside it"),
        (None, GOOD_LABELS, "holds no train-images-idx3-ubyte (nor .gz)"),
    ],
    ids=range(13),
)  # fmt: skip
def test_idx_files(images: bytes | None, labels: bytes | None, words: str, tmp_path: Path) -> None:
    assert words in refusal(idx(tmp_path, images, labels))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(GOOD_IMAGES)[:-9], "is a damaged gzip file"),
        (gzip.compress(GOOD_IMAGES)[:12] + bytes(30), "is a damaged gzip file"),
        (gzip.compress(GOOD_IMAGES)[:-8] + bytes(8), "is a damaged gzip file"),
        (b"\x1f\x8b", "is a damaged gzip file"),
        (b"not gzip at all", "is a text file, which begins with 'not gzip at all'"),
        (gzip.compress(b"text"), "starts with 0x74657874, so it is no IDX images file"),
        (gzip.compress(GOOD_IMAGES[:-1]), "holds less than the 90 B of images"),
        (gzip.compress(GOOD_IMAGES + b"1"), "holds more than the 90 B of images"),
        (
            gzip.compress(idx_bytes(0x803, 10**9, 10**3, 10**3, body=9)),
            "claims more than a terabyte of images",
        ),
    ],
    ids=range(9),
)
def test_gzipped_idx_files(content: bytes, words: str, tmp_path: Path) -> None:
    assert words in refusal(idx(tmp_path, content, gzip.compress(GOOD_LABELS), ".gz"))


def test_a_gzip_bomb_is_refused_unread(tmp_path: Path) -> None:
    content = gzip.compress(idx_bytes(0x803, 1, 5000, 10_000), 1)
    sentence = refusal(idx(tmp_path, content, gzip.compress(GOOD_LABELS)), budget=10**6)
    assert "its images need 50 MB of memory, more than the 1 MB to spare" in sentence


def test_one_idx_file_of_the_wrong_name(tmp_path: Path) -> None:
    for name, words in (
        ("labels-idx1", "there is no images file beside it, which must have 'images' in its name"),
        ("scans", "must have 'images' in its name, and a labels file beside it"),
    ):
        (tmp_path / name).write_bytes(GOOD_LABELS)
        assert words in refusal(Idx(path=str(tmp_path / name)))


def test_idx_files_damaged_anywhere(tmp_path: Path) -> None:
    rng = random.Random(0)
    for good in (GOOD_IMAGES, gzip.compress(GOOD_IMAGES)):
        for _ in range(200):
            content = bytearray(good)
            for _ in range(rng.randrange(1, 4)):
                content[rng.randrange(min(40, len(content)))] = rng.randrange(256)
            survives(idx(tmp_path, bytes(content), GOOD_LABELS))


# ---------------------------------------------------------------------------- image folders


def folder(tmp_path: Path, *names: str, count: int = 5, size: tuple[int, int] = (6, 5)) -> Path:
    root = tmp_path / "images"
    for name in names:
        (root / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            Image.new("RGB", size, (number, 0, 0)).save(root / name / f"{number}.png")
    return root


def test_folders_of_the_wrong_layout(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert refusal(ImageFolder(path=str(empty))).endswith(
        "must hold one subfolder of images for each class"
    )
    root = folder(tmp_path, "a")
    assert "holds images of one class alone, a; must hold" in refusal(ImageFolder(path=str(root)))
    assert "for each class, not images on their own" in refusal(ImageFolder(path=str(root / "a")))
    (root / "b").mkdir()
    assert "holds images of one class alone, a" in refusal(ImageFolder(path=str(root)))


def test_a_test_class_without_training_images(tmp_path: Path) -> None:
    root = folder(tmp_path, "train/a", "train/b", "test/a", "test/c")
    sentence = refusal(ImageFolder(path=str(root)))
    assert f"{root / 'test'}: class 'c' has no image in {root / 'train'}" in sentence


def test_mixed_sizes(tmp_path: Path) -> None:
    root = folder(tmp_path, "a", "b")
    Image.new("RGB", (7, 5)).save(root / "b" / "odd.png")
    spec = ImageFolder(path=str(root))
    sentence = refusal(spec, field="data.resize")
    assert "images differ in size (a/0.png is 6x5, b/odd.png is 7x5)" in sentence
    assert load(spec.changed(resize=4)).info.image_shape == (4, 4, 3)


def test_too_few_images_of_a_class(tmp_path: Path) -> None:
    root = folder(tmp_path, "a", "b")
    for number in range(1, 5):
        (root / "b" / f"{number}.png").unlink()
    sentence = refusal(ImageFolder(path=str(root)), field="data.test_split")
    assert "can't be taken of class 'b', which has 1 image" in sentence


def png(pixels: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pixels.save(buffer, "PNG")
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG that claims 20,000 x 20,000 pixels."""
    content = bytearray(png(Image.new("L", (5, 5))))
    at = content.index(b"IHDR")
    struct.pack_into(">2I", content, at + 4, 20_000, 20_000)
    struct.pack_into(">I", content, at + 17, PngImagePlugin._crc32(bytes(content[at : at + 17])))
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "is a PostScript file"),
        (png(Image.effect_noise((64, 64), 50))[:-900], "image file is truncated"),
        (bomb(), "has more than 89 million pixels"),
        (b"II*\0\x08\0\0\0\xff\xff" + bytes(50), ""),
    ],
    ids=["empty", "postscript", "cut off", "bomb", "tiff"],
)
def test_unreadable_images_are_left_out(content: bytes, reason: str, tmp_path: Path) -> None:
    root = folder(tmp_path, "a", "b")
    (root / "b" / "bad.png").write_bytes(content)
    dataset = load(ImageFolder(path=str(root)))
    assert dataset.info.train_images + dataset.info.test_images == 10
    (warning,) = dataset.warnings
    assert "1 image left out because unreadable, the first is b/bad.png (" in warning
    assert reason in warning


def test_a_class_without_a_readable_image(tmp_path: Path) -> None:
    root = folder(tmp_path, "a", "b")
    for file in (root / "b").iterdir():
        file.write_bytes(b"nothing")
    sentence = refusal(ImageFolder(path=str(root)))
    assert "no training image of class 'b' can be read (b/0.png is no image of a known" in sentence


def test_file_names_that_are_no_text(tmp_path: Path) -> None:
    root = folder(tmp_path, "a", "b")
    (root / "b" / os.fsdecode(b"\xff\n.png")).write_bytes(b"")
    (warning,) = load(ImageFolder(path=str(root))).warnings
    assert "b/??.png" in warning
    assert warning.encode("utf-8")


def test_images_that_change_while_they_are_streamed(tmp_path: Path) -> None:
    root = folder(tmp_path, "a", "b")
    images = load(ImageFolder(path=str(root)), memory_budget=1).train.images
    for file in root.rglob("*.png"):
        Image.new("RGB", (9, 9)).save(file)
    with pytest.raises(DataError, match=r"^data\.path: .*png: has changed its size"):
        images.read(np.arange(2))
    for file in root.rglob("*.png"):
        file.unlink()
    with pytest.raises(DataError, match=r"can't be read any more \(No such file"):
        images.read(np.arange(2))


def test_images_damaged_anywhere(tmp_path: Path) -> None:
    rng = random.Random(0)
    root = folder(tmp_path, "a", "b")
    noise = Image.effect_noise((32, 32), 60).convert("RGB")
    for form in ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"):
        buffer = io.BytesIO()
        noise.save(buffer, form)
        good = buffer.getvalue()
        for number in range(25):
            content = bytearray(good)
            for _ in range(rng.randrange(1, 8)):
                content[rng.randrange(min(len(content), 300))] = rng.randrange(256)
            (root / "b" / f"{form}{number}.png").write_bytes(bytes(content))
    survives(ImageFolder(path=str(root), resize=(8, 8)))

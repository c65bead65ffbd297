"""An archive of an image folder: read like the folder, and safe whatever is in it."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.data import DataError, load
from workbench.data.folders import unpacked
from workbench.data.folders.tree import MAX_DEPTH
from workbench.spec.data import ImageFolder

MakeFolder = Callable[..., Path]
COUNTS = {"set/train/a": 5, "set/train/b": 5, "set/test/a": 2}


def spec(path: Path) -> ImageFolder:
    return ImageFolder(path=str(path))


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        load(spec(path))
    return str(caught.value)


def packed(root: Path, to: Path) -> Path:
    """An archive of all files below a folder, of the kind that its name says."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    if to.suffix == ".zip":
        with zipfile.ZipFile(to, "w") as archive:
            for file in files:
                archive.write(file, file.relative_to(root))
    else:
        with tarfile.open(to, "w:" + to.suffix[1:].replace("tgz", "gz").replace("tar", "")) as tar:
            for file in files:
                tar.add(file, file.relative_to(root))
    return to


def home(cache: Path) -> Path:
    return cache / "unpacked"


@pytest.mark.parametrize("name", ["s.zip", "s.tar", "s.tar.gz", "s.tgz", "s.tar.bz2", "s.tar.xz"])
def test_an_archive_is_read_as_its_folder(
    make_folder: MakeFolder, tmp_path: Path, cache: Path, name: str
) -> None:
    root = make_folder(COUNTS)
    (root / "set" / "train" / "a" / "photo.heic").write_bytes(b"x" * 1000)
    (root / "__MACOSX").mkdir()
    (root / "__MACOSX" / "._001.png").write_bytes(b"x")
    folder, archive = load(spec(root)), load(spec(packed(root, tmp_path / name)))
    assert replace(archive.info, recipe=None) == replace(folder.info, recipe=None)
    assert archive.fingerprint == folder.fingerprint
    assert archive.source_digest == folder.source_digest
    (warning,) = archive.warnings
    assert warning.startswith(f"{tmp_path / name}: ")
    assert "1 file left out because it can't be read as an image (1 .heic)" in warning


def test_it_is_unpacked_once(
    make_folder: MakeFolder, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = packed(make_folder(COUNTS), tmp_path / "s.zip")
    first = load(spec(archive))
    moved = archive.rename(tmp_path / "moved.zip")
    monkeypatch.setattr(unpacked, "_unpack", lambda *_: pytest.fail("unpacked twice"))
    assert load(spec(moved)).fingerprint == first.fingerprint
    assert len(list(home(cache).iterdir())) == 1


def test_what_was_not_used_for_long_is_removed(
    make_folder: MakeFolder, tmp_path: Path, cache: Path
) -> None:
    old = packed(make_folder(COUNTS), tmp_path / "s.zip")
    load(spec(old))
    (kept,) = home(cache).iterdir()
    os.utime(kept / unpacked.MARK, (1, 1))
    left = home(cache) / ".left"
    left.mkdir()
    os.utime(left, (1, 1))
    load(spec(packed(make_folder({"a": 5, "b": 5}, name="other"), tmp_path / "t.zip")))
    (new,) = home(cache).iterdir()
    assert new.name != kept.name


def test_progress_is_told_and_can_end_it(
    make_folder: MakeFolder, tmp_path: Path, cache: Path
) -> None:
    class EnoughError(Exception):
        pass

    def progress(phase: str, done: int, total: int) -> None:
        assert (phase, total) == ("unpacking", 12)
        raise EnoughError

    with pytest.raises(EnoughError):
        load(spec(packed(make_folder(COUNTS), tmp_path / "s.zip")), progress=progress)
    assert list(home(cache).iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../x.png", "/etc/x.png", "a/../../x.png", "..\\x.png", "C:\\x.png"], ids=range(5)
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_nothing_is_written_outside(tmp_path: Path, cache: Path, name: str, kind: str) -> None:
    path = tmp_path / f"evil.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, b"evil")
    else:
        with tarfile.open(path, "w") as tar:
            info = tarfile.TarInfo(name)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"evil"))
    assert "which lies outside of it; the archive can't be trusted" in refusal(path)
    assert list(tmp_path.rglob("x.png")) == []
    assert list(home(cache).iterdir()) == []


def test_links_and_devices_are_not_made(
    make_folder: MakeFolder, tmp_path: Path, cache: Path
) -> None:
    root = make_folder({"a": 5, "b": 5})
    path = packed(root, tmp_path / "links.tar")
    with tarfile.open(path, "a") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            info = tarfile.TarInfo(f"a/{kind!r}.png")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    assert load(spec(path)).info.train_images == 8
    names = {file.name for file in home(cache).rglob("*.png")}
    assert names == {f"{number:03}.png" for number in range(5)}


def test_a_bomb_is_ended(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "ALWAYS_ALLOWED", 10_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/x.png", bytes(30_000_000))
    assert "unpacks to more than 200 times its size" in refusal(path)
    assert list(home(cache).iterdir()) == []
    monkeypatch.setattr(unpacked, "SPARED", 1 << 60)
    assert "needs more than the 0 B that can be used on the disk" in refusal(path)
    monkeypatch.setattr(unpacked, "MAX_FILES", 0)
    assert "holds more than 0 files" in refusal(path)


def test_damaged_and_encrypted_archives(make_folder: MakeFolder, tmp_path: Path) -> None:
    good = packed(make_folder(COUNTS), tmp_path / "s.zip")
    content = bytearray(good.read_bytes())
    cut = tmp_path / "cut.zip"
    cut.write_bytes(content[: len(content) // 2])
    assert "is no archive of images or a damaged one" in refusal(cut)
    flags = content.index(b"PK\x01\x02") + 8
    content[flags] |= 1
    cut.write_bytes(content)
    assert refusal(cut).endswith("is encrypted; unpack it and choose the folder")
    cut.with_suffix(".gz").write_bytes(b"\x1f\x8b" + bytes(50))
    assert "is no archive of images or a damaged one" in refusal(cut.with_suffix(".gz"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.npz", b"PK\x03\x04", "is a NumPy archive; choose NumPy archive as the kind of data"),
        ("x.png", b"\x89PNG", "is one image; must be the folder above the class folders"),
        ("x.rar", b"Rar!", "is a RAR archive; unpack it and choose the folder"),
        ("train-images-idx3-ubyte", b"\0\0\x08\x03", "is an IDX file; choose IDX files"),
        ("x.pdf", b"%PDF", "is a PDF file; must be a folder of class folders, or a .zip"),
        ("x.csv", b"a,b", "is a table; must be a folder"),
    ],
)
def test_other_files_are_named_for_what_they_are(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refusal(tmp_path / name)


@pytest.mark.parametrize("kind", ["tar", "tar.gz"])
def test_a_tar_archive_that_is_damaged_in_the_middle_is_refused(
    make_folder: MakeFolder, tmp_path: Path, kind: str
) -> None:
    """Not read up to there: `tarfile` takes a damaged header for the end, and no checksum."""
    archive = packed(make_folder(COUNTS), tmp_path / "s.tar")
    content = bytearray(archive.read_bytes())
    with tarfile.open(archive) as tar:
        last = tar.getmembers()[-1]
    content[last.offset + 10] ^= 1
    archive = tmp_path / f"damaged.{kind}"
    archive.write_bytes(gzip.compress(content) if kind == "tar.gz" else content)
    assert f"bad checksum at {last.offset:,} bytes" in refusal(archive)


def test_a_gzipped_archive_is_held_against_its_checksum(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    archive = packed(make_folder(COUNTS), tmp_path / "s.tgz")
    content = bytearray(archive.read_bytes())
    content[-8] ^= 1
    archive.write_bytes(content)
    assert "CRC check failed" in refusal(archive)


def test_a_tar_archive_without_its_end_is_refused(make_folder: MakeFolder, tmp_path: Path) -> None:
    archive = packed(make_folder(COUNTS), tmp_path / "s.tar")
    with tarfile.open(archive) as tar:
        last = tar.getmembers()[-1]
    archive.write_bytes(archive.read_bytes()[: last.offset])
    assert "is no archive of images or a damaged one (empty header" in refusal(archive)


def test_a_damaged_member_of_lzma_is_refused(make_folder: MakeFolder, tmp_path: Path) -> None:
    root, path = make_folder(COUNTS), tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for file in sorted(file for file in root.rglob("*") if file.is_file()):
            archive.write(file, file.relative_to(root))
        at = archive.infolist()[0].header_offset + 60
    content = bytearray(path.read_bytes())
    content[at : at + 30] = bytes(30)
    path.write_bytes(content)
    assert "is no archive of images or a damaged one (Corrupt input data)" in refusal(path)


@pytest.mark.parametrize("mtime", ["1e300", "inf", "nan", "-5", "9" * 20])
def test_no_time_of_change_is_too_odd(make_folder: MakeFolder, tmp_path: Path, mtime: str) -> None:
    root, path = make_folder(COUNTS), tmp_path / "s.tar"
    with tarfile.open(path, "w") as tar:
        for file in sorted(file for file in root.rglob("*") if file.is_file()):
            info = tar.gettarinfo(file, str(file.relative_to(root)))
            info.pax_headers["mtime"] = mtime
            tar.addfile(info, io.BytesIO(file.read_bytes()))
    assert load(spec(path)).info.train_images == 10


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 1500, 20_000])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_folders_inside_each_other_without_end(
    make_folder: MakeFolder, tmp_path: Path, cache: Path, kind: str, depth: int
) -> None:
    """What no folder of images may be, no archive is unpacked to."""
    folder = make_folder({"cat": 6, "dog": 6})
    inner = "/".join("a" * (depth - 1))
    path = tmp_path / f"deep.{kind}"
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in files:
                archive.write(file, f"{inner}/{file.relative_to(folder)}")
    else:
        with tarfile.open(path, "w") as tar:
            for file in files:
                tar.add(file, f"{inner}/{file.relative_to(folder)}")
    if depth == MAX_DEPTH:
        assert load(ImageFolder(path=str(path))).info.class_names == ("cat", "dog")
        return
    sentence = refusal(path)
    assert f"{path}: holds files in more than 64 folders inside each other" in sentence
    assert list(home(cache).iterdir()) == []

"""What is known of the images of a folder: listed every time, decoded only when new or changed.

The result of checking lies in the cache, one file a folder, and is used for a file as long as its
size and time of change stay the same. It can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.data.errors import unreadable
from workbench.data.image_files import EXTENSIONS, Unreadable, decode, in_threads
from workbench.data.request import Request
from workbench.files import write_atomically
from workbench.places import cache_folder

VERSION = 1


@dataclass(frozen=True)
class File:
    """A file with an image's extension.

    Attributes:
        path: Relative to the data set's folder, with slashes.
        bytes: Its size.
        mtime_ns: Its time of change.
    """

    path: str
    bytes: int
    mtime_ns: int


@dataclass(frozen=True)
class Checked:
    """What decoding a file showed.

    Attributes:
        height: Pixels, as a person sees it.
        width: Pixels.
        gray: Whether it has one channel.
        alpha: Whether it has an alpha channel, which is dropped.
        problem: Why it can't be used; "" where it can.
    """

    height: int = 0
    width: int = 0
    gray: bool = True
    alpha: bool = False
    problem: str = ""


Key = tuple[str, int, int]


def folders_in(folder: Path) -> list[str]:
    """Names of the subfolders, sorted, hidden ones left out.

    Raises:
        DataError: where the folder can't be listed.
    """
    return sorted(entry.name for entry in _entries(folder) if _is(entry, stat.S_ISDIR))


def images_in(root: Path, folder: str) -> list[File]:
    """All image files below a subfolder, sorted by path; hidden ones left out.

    Links are followed, each folder is entered once, so a link to a parent does not go round for
    ever; pipes and devices are left out, since opening one could wait for ever.

    Raises:
        DataError: where a folder can't be listed.
    """
    found: list[File] = []
    entered: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        relative = waiting.pop()
        for entry in _entries(root / relative, entered):
            path = f"{relative}/{entry.name}" if relative else entry.name
            if _is(entry, stat.S_ISDIR):
                waiting.append(path)
            elif _is_image(entry):
                status = entry.stat()
                found.append(File(path, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda file: file.path)


def holds_images(folder: Path) -> bool:
    """Whether image files lie directly in it."""
    return any(_is_image(entry) for entry in _entries(folder))


def checked(root: Path, files: Sequence[File], request: Request) -> dict[str, Checked]:
    """Decodes every file that is not known yet; what is known of each, by path."""
    index = _index_file(root)
    known = _read(index)
    new = [file for file in files if _key(file) not in known]
    reporter = request.reporter("checking", len(new))
    passing: set[str] = set()
    outcomes = in_threads(lambda file: _check(root / file.path), new)
    for file, (result, lasting) in zip(new, outcomes, strict=True):
        known[_key(file)] = result
        if not lasting:
            passing.add(file.path)
        reporter.step()
    results = {file.path: known[_key(file)] for file in files}
    if len(passing) < len(new):
        _write(index, root, [file for file in files if file.path not in passing], results)
    return results


def _check(path: Path) -> tuple[Checked, bool]:
    """What a file shows, and whether it will show the same next time."""
    try:
        image = decode(path)
    except Unreadable as error:
        return Checked(problem=str(error)), error.lasting
    height, width, channels = image.pixels.shape
    return Checked(height, width, channels == 1, image.alpha), True


def _entries(
    folder: Path, entered: set[tuple[int, int]] | None = None
) -> Iterator[os.DirEntry[str]]:
    try:
        if entered is not None:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in entered:
                return
            entered.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            listed = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise unreadable(folder, error) from None
    yield from listed


def _is(entry: os.DirEntry[str], kind: Callable[[int], bool]) -> bool:
    try:
        return kind(entry.stat().st_mode)
    except OSError:  # a link that leads nowhere
        return False


def _is_image(entry: os.DirEntry[str]) -> bool:
    return os.path.splitext(entry.name)[1].lower() in EXTENSIONS and _is(entry, stat.S_ISREG)


def _key(file: File) -> Key:
    return file.path, file.bytes, file.mtime_ns


def _index_file(root: Path) -> Path:
    name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
    return cache_folder() / "folders" / f"{name}.json"


def _read(index: Path) -> dict[Key, Checked]:
    """What the index says; nothing where it is absent, of another version or damaged."""
    try:
        content = json.loads(index.read_bytes())
        if content["version"] != VERSION:
            return {}
        return {_key(File(*row[:3])): _row(row[3:]) for row in content["files"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _row(row: Sequence[object]) -> Checked:
    height, width, gray, alpha, problem = row
    if not (isinstance(height, int) and isinstance(width, int) and isinstance(problem, str)):
        raise TypeError("a damaged index")
    return Checked(height, width, bool(gray), bool(alpha), problem)


def _write(index: Path, root: Path, files: Sequence[File], results: Mapping[str, Checked]) -> None:
    rows = []
    for file in files:
        it = results[file.path]
        rows.append([*_key(file), it.height, it.width, it.gray, it.alpha, it.problem])
    content = json.dumps({"version": VERSION, "folder": os.fspath(root), "files": rows})
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(index, content.encode("ascii"))
    except OSError:
        return  # no cache can be written: the next time takes as long as this one

"""A folder of images as it lies on disk: every subfolder and image file, listed once.

Only names, sizes and times are looked at; no file is opened.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbench.base.text import tr
from workbench.data.errors import refused, unreadable
from workbench.data.images.formats import EXTENSIONS, QUIET, extension, is_litter
from workbench.data.request import ReadRequest, Reporter

MAX_FOLDERS = 200_000
MAX_DEPTH = 64


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


@dataclass
class Folder:
    """A subfolder, or the data set's folder itself.

    Attributes:
        path: Relative to the data set's folder; "" for that one.
        files: Image files directly in it, sorted by path.
        folders: Its subfolders, sorted by name; hidden ones and those of systems left out.
        others: How many files of which other endings lie directly in it.
        images: Image files in it and below.
    """

    path: str
    files: list[File] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    images: int = 0

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def filled(self) -> list[Folder]:
        """Subfolders that hold images, directly or below."""
        return [folder for folder in self.folders if folder.images]

    @property
    def all_files(self) -> list[File]:
        """Image files in it and below, sorted by path."""
        found = list(self.files)
        for folder in self.folders:
            found += folder.all_files
        return sorted(found, key=lambda file: file.path)

    @property
    def all_others(self) -> Counter[str]:
        """Endings of other files in it and below."""
        found = Counter(self.others)
        for folder in self.folders:
            found += folder.all_others
        return found


def listed(root: Path, request: ReadRequest, endings: frozenset[str] = EXTENSIONS) -> Folder:
    """The folder and all below it.

    Links are followed, but not to a folder that they lie in, so a link to a parent does not go
    round for ever; pipes and devices are left out, since opening one could wait for ever.

    Args:
        root: The folder.
        request: Hears how many files were found.
        endings: Of image files.

    Raises:
        DataError: where a folder can't be listed, or there are far too many.
    """
    return _Listing(root, request.reporter(tr("listing"), 0), endings).folder("", (), 0)


class _Listing:
    """One walk over a folder."""

    def __init__(self, root: Path, reporter: Reporter, endings: frozenset[str]) -> None:
        self._root, self._reporter, self._endings = root, reporter, endings
        self._folders = 0

    def folder(self, path: str, above: tuple[tuple[int, int], ...], depth: int) -> Folder:
        """A folder with what is below it."""
        self._folders += 1
        if self._folders > MAX_FOLDERS or depth > MAX_DEPTH:
            raise refused(
                self._root,
                tr(
                    "holds more than {max_folders} folders, or deeper than {max_depth}; must be "
                    "the folder of the images itself",
                    max_folders=f"{MAX_FOLDERS:,}",
                    max_depth=MAX_DEPTH,
                ),
            )
        found = Folder(path)
        here = self._root / path
        try:
            status = os.stat(here)
            if (status.st_dev, status.st_ino) in above:
                return found
            above = (*above, (status.st_dev, status.st_ino))
            with os.scandir(here) as entries:
                known = [entry for entry in entries if not is_litter(entry.name)]
        except OSError as error:
            raise unreadable(here, error) from None
        below = []
        for entry in known:
            within = f"{path}/{entry.name}" if path else entry.name
            if _is(entry, stat.S_ISDIR):
                below.append((entry.name, within))
            else:
                self._take(found, entry, within)
        found.files.sort(key=lambda file: file.path)
        found.folders = [self.folder(within, above, depth + 1) for _, within in sorted(below)]
        found.images = len(found.files) + sum(folder.images for folder in found.folders)
        return found

    def _take(self, found: Folder, entry: os.DirEntry[str], path: str) -> None:
        """Keeps an image file, counts any other one."""
        if not _is(entry, stat.S_ISREG):
            return
        ending = extension(entry.name)
        if ending in self._endings:
            status = entry.stat()
            found.files.append(File(path, status.st_size, status.st_mtime_ns))
            self._reporter.step()
        elif ending not in QUIET:
            found.others[ending] += 1


def folders_with_images(folder: Path) -> list[str]:
    """Names of the subfolders that hold an image file directly, for hints; nothing is raised."""
    return [
        entry.name
        for entry in _safely(folder)
        if _is(entry, stat.S_ISDIR)
        and any(
            extension(file.name) in EXTENSIONS and not is_litter(file.name)
            for file in _safely(folder / entry.name)
        )
    ]


def subfolders(folder: Path) -> list[str]:
    """Names of its subfolders, for hints; nothing is raised."""
    return sorted(entry.name for entry in _safely(folder) if _is(entry, stat.S_ISDIR))


def _safely(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from [entry for entry in entries if not is_litter(entry.name)]
    except OSError:
        return  # a hint is no reason to fail


def _is(entry: os.DirEntry[str], kind: Callable[[int], bool]) -> bool:
    try:
        return kind(entry.stat().st_mode)
    except OSError:  # a link that leads nowhere
        return False

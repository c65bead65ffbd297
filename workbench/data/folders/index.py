"""What is known of the images of a folder: decoded only when new or changed.

The result of checking lies in the cache, one file a folder, and is used for a file as long as its
size and time of change stay the same. It can be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.base.files import write_atomically
from workbench.base.paths import cache_folder
from workbench.base.text import english, tr
from workbench.data.folders.image_files import in_threads
from workbench.data.folders.tree import File
from workbench.data.images.decoding import Decoded, Unreadable, decode, header
from workbench.data.images.fitting import Size, fitted
from workbench.data.images.rules import opacity_and_shade
from workbench.data.request import ReadRequest
from workbench.spec.data import ImageFolder

VERSION = 2


@dataclass(frozen=True)
class Checked:
    """What decoding a file showed.

    Attributes:
        height: Pixels, as a person sees it.
        width: Pixels.
        gray: Whether it has one channel.
        wide: Whether it has more than 8 bits.
        real: Whether its pixels are floating-point numbers.
        low: Darkest number that is stored.
        high: Brightest.
        transparent: Whether any pixel is.
        drawn: Mean opacity of a transparent image, 0 to 1.
        shade: Mean shade of what is drawn in it, 0 to 1.
        frames: Whether it holds more than the frame that is read.
        problem: Why it can't be used; "" where it can.
    """

    height: int = 0
    width: int = 0
    gray: bool = True
    wide: bool = False
    real: bool = False
    low: float = 0.0
    high: float = 0.0
    transparent: bool = False
    drawn: float = 0.0
    shade: float = 0.0
    frames: bool = False
    problem: str = ""


Key = tuple[str, int, int]
NUMBER = (int, float)
TYPES: tuple[type | tuple[type, ...], ...] = (
    int,
    int,
    bool,
    bool,
    bool,
    NUMBER,
    NUMBER,
    bool,
    NUMBER,
    NUMBER,
    bool,
    str,
)


class Held:
    """Images that were decoded to check them, for use in the same run: none is decoded twice.

    Args:
        spec: What is done to them.
        most: Bytes to hold.
    """

    def __init__(self, spec: ImageFolder, most: int) -> None:
        self.resize: Size | None = spec.resize
        self._channels = spec.channels
        self._left = most
        self._images: dict[str, Decoded] = {}

    def offer(self, path: str, image: Decoded) -> None:
        """Keeps an image while there is room, already fitted where that needs no decision.

        Called by one thread.
        """
        size = image.pixels.nbytes + (0 if image.opacity is None else image.opacity.nbytes)
        if size <= self._left:
            self._left -= size
            self._images[path] = image

    def fit(self, image: Decoded) -> Decoded:
        """The image resized, where nothing is still to be decided that comes before."""
        if image.is_wide or image.opacity is not None or self.resize is None:
            return image
        pixels = fitted(image.pixels, self.resize, 1 if self._channels == 1 else None)
        return Decoded(pixels, None, image.size, image.frames)

    def take(self, path: str) -> Decoded | None:
        """The image, which is then no longer held."""
        return self._images.pop(path, None)


def checked(
    root: Path, files: Sequence[File], request: ReadRequest, held: Held | None = None
) -> dict[str, Checked]:
    """Decodes every file that is not known yet; what is known of each, by path.

    Args:
        root: The folder.
        files: All of it.
        request: Hears how far it is.
        held: Gets what was decoded.
    """
    index = _index_file(root)
    known = _read(index)
    new = [file for file in files if _key(file) not in known]
    reporter = request.reporter(tr("checking"), len(new))
    passing: set[str] = set()

    def check(file: File) -> tuple[Checked, bool, Decoded | None]:
        """What a file shows, whether it will show the same next time, and the image."""
        try:
            image = decode(root / file.path, None if held is None else held.resize)
        except Unreadable as error:
            return Checked(problem=str(error)), error.lasting, None
        return _facts(image), True, None if held is None else held.fit(image)

    for file, (result, lasting, image) in zip(new, in_threads(check, new), strict=True):
        known[_key(file)] = result
        if not lasting:
            passing.add(file.path)
        if held is not None and image is not None:
            held.offer(file.path, image)
        reporter.step()
    results = {file.path: known[_key(file)] for file in files}
    if len(passing) < len(new):
        _write(index, root, [file for file in files if file.path not in passing], results)
    return results


def glanced(root: Path, files: Sequence[File], request: ReadRequest) -> dict[str, Checked]:
    """As `checked`, but files that are not known yet are judged by their headers: sizes and
    channels are right, a damaged file may be taken for a sound one. Nothing is kept.
    """
    known = _read(_index_file(root))
    new = [file for file in files if _key(file) not in known]
    reporter = request.reporter(tr("checking"), len(new))

    def glance(file: File) -> Checked:
        try:
            found = header(root / file.path)
        except Unreadable as error:
            return Checked(problem=str(error))
        return Checked(*found.size, found.gray)

    for file, result in zip(new, in_threads(glance, new), strict=True):
        known[_key(file)] = result
        reporter.step()
    return {file.path: known[_key(file)] for file in files}


def _facts(image: Decoded) -> Checked:
    pixels = image.pixels
    transparent = image.opacity is not None
    drawn, shade = 0.0, 0.0
    if image.opacity is not None:
        drawn, shade = _of_transparent(image)
    return Checked(
        *image.size,
        pixels.shape[2] == 1,
        image.is_wide,
        pixels.dtype.kind == "f",
        float(pixels.min()),
        float(pixels.max()),
        transparent,
        drawn,
        shade,
        image.frames,
    )


def _of_transparent(image: Decoded) -> tuple[float, float]:
    """Mean opacity and shade; a deeper image by its upper 8 bits, which is close enough."""
    assert image.opacity is not None, "only of transparent images"
    pixels, opacity = image.pixels, image.opacity
    if image.is_wide:
        pixels, opacity = (array / 65535 for array in (pixels, opacity))
    return opacity_and_shade(pixels, opacity)


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
    if not all(isinstance(value, kind) for value, kind in zip(row, TYPES, strict=True)):
        raise TypeError("a damaged index")
    return Checked(*row)  # type: ignore[arg-type]


def _write(index: Path, root: Path, files: Sequence[File], results: Mapping[str, Checked]) -> None:
    rows = [[*_key(file), *map(english, vars(results[file.path]).values())] for file in files]
    content = json.dumps({"version": VERSION, "folder": os.fspath(root), "files": rows})
    try:
        index.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(index, content.encode("ascii"))
    except OSError:
        return  # no cache can be written: the next time takes as long as this one

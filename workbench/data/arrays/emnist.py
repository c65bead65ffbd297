"""What is peculiar to EMNIST's files: images stored transposed, and a file of class names.

The images of EMNIST (Cohen et al. 2017) have rows and columns swapped in the files that NIST
publishes; `emnist-letters-mapping.txt` beside them gives the letters of each label.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.base.text import tr
from workbench.data.assembly import ReadSource, Stored
from workbench.data.errors import plain
from workbench.spec.data import Transposed

MAX_MAPPING_BYTES = 100_000
ENDING = "mapping.txt"


def with_transposed(source: ReadSource, asked: Transposed) -> ReadSource:
    """The source with rows and columns of its images swapped, where it is asked for or known."""
    known = asked == "auto" and "emnist" in source.train.images_name.lower()
    if not known and asked != "yes":
        return source
    if known:
        source.warnings.append(
            tr(
                "{where}: rows and columns of the images are swapped, as EMNIST is "
                "published transposed (data.transpose).",
                where=plain(source.where),
            )
        )
    return replace(
        source,
        train=_swapped(source.train),
        test=source.test and _swapped(source.test),
        validation=source.validation and _swapped(source.validation),
    )


def _swapped(part: Stored) -> Stored:
    if part.images.ndim < 3:  # refused later, for what it is
        return part
    return replace(part, images=part.images.swapaxes(1, 2), is_transposed=True)


def names_beside(folder: Path, prefix: str) -> tuple[str, ...] | None:
    """The letters of each label from `PREFIX-mapping.txt`, by label from 0; None without one.

    A line is a label and the codes of its letters: `1 65 97` stands for A and a.
    """
    for path in folder.glob(f"*{ENDING}"):
        if path.name[: -len(ENDING)].strip("-_. ").lower() == prefix and path.is_file():
            return _names(path)
    return None


def _names(path: Path) -> tuple[str, ...] | None:
    try:
        with open(path, encoding="utf-8") as file:
            rows = [line.split() for line in file.read(MAX_MAPPING_BYTES).splitlines() if line]
        found = {int(label): chr(int(code)) for label, code, *_ in rows}
    except (OSError, ValueError, OverflowError):  # no such file after all
        return None
    last = max(found, default=-1)
    if not 0 < last < MAX_MAPPING_BYTES:
        return None
    return tuple(plain(found.get(label, str(label))) for label in range(last + 1))

"""A LiteRT file that may be anybody's, to be opened in this process after all."""

from __future__ import annotations

from pathlib import Path

from workbench.base.files import open_inside
from workbench.deployment.judging import seen
from workbench.deployment.litert_file import MOST_BYTES


def checked(path: Path) -> bytes:
    """The content of a file that another process has opened, and had answer, first.

    Raises:
        ModelFileError: where it isn't a LiteRT file that the interpreter runs.
        ApartError: where the process ends before its time.
        OSError: where it can't be read.
    """
    seen(path)
    with open_inside(path) as file:
        return file.read(MOST_BYTES)

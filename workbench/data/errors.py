"""What is said about data that can't be read: one sentence that starts with the setting's name.

Nothing here opens a file.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.base.errors import BadInput
from workbench.base.text import joined, tr
from workbench.base.units import size

MAX_TEXT = 300
TERABYTE = 10**12

SAVEZ = "numpy.savez(file, x_train=..., y_train=..., x_test=..., y_test=...)"
"""How to write an archive that can be read, for sentences."""


class DataError(BadInput, ValueError):
    """Data that can't be used: one sentence with the field, the file, the fault and the remedy."""


class SizesDiffer(DataError):
    """Images of several sizes, where all must have one.

    Attributes:
        proposed: (height, width) to resize them to.
    """

    def __init__(self, sentence: str, proposed: tuple[int, int]) -> None:
        super().__init__(sentence)
        self.proposed = proposed


class NotDownloaded(DataError):
    """One of Keras's data sets that has to be fetched first."""


def refused(where: str | Path, message: str, field: str = "data.path") -> DataError:
    """`data.path: /x/y.npz: labels has 100 entries ...`.

    Args:
        where: The file or folder at fault.
        message: What is wrong and what would be right.
        field: The setting to change.
    """
    return DataError(joined(": ", [field, plain(where), message]))


def unreadable(where: str | Path, error: OSError, field: str = "data.path") -> DataError:
    """The operating system's reason for refusing a file."""
    reason = (error.strerror or type(error).__name__).lower()
    return refused(where, tr("can't be read ({reason})", reason=reason), field)


def plain(text: str | os.PathLike[str]) -> str:
    """Text of a foreign file that can be printed: one line, no control characters, valid UTF-8.

    File names may hold anything but a slash: line ends and bytes that are no UTF-8 included.
    """
    raw = os.fspath(text).encode("utf-8", "replace").decode("utf-8")
    text = "".join(letter if letter.isprintable() else "?" for letter in raw[-MAX_TEXT:])
    return text if len(raw) <= MAX_TEXT else f"...{text}"


def claimed(claim: int) -> str:
    """Bytes that a header asks for, which may be any number at all."""
    return size(claim) if claim < TERABYTE else tr("more than a terabyte")


def first_line(error: BaseException) -> str:
    """A foreign library's message, cut to what fits in a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return plain(lines[0])[:160]

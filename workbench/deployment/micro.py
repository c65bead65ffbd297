"""The RAM that a network needs on a microcontroller, by TensorFlow Lite Micro's own interpreter.

Its package, `tflite-micro`, is an extra (`micro`); without it the RAM isn't known.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from workbench.base.text import tr
from workbench.deployment import apart
from workbench.deployment.apart import Arrays
from workbench.deployment.litert_file import ModelFileError

PACKAGE = "tflite_micro"
STEP = 16
"""Bytes; arenas are aligned to it."""

LEAST, LARGEST = 1024, 64 << 20
"""Bytes; with a few dozen, the interpreter writes beyond them and ends the process."""


@dataclass(frozen=True)
class ArenaRequest:
    """Asks what RAM a file needs.

    Attributes:
        path: Of an int8 LiteRT file of a fixed batch.
    """

    path: str


@dataclass(frozen=True)
class Arena:
    """RAM that a file needs.

    Attributes:
        bytes: Of the tensor arena, the least with which it runs.
    """

    bytes: int


ARENA = apart.ApartJob("arena", ArenaRequest, Arena, "workbench.deployment.micro:measure")


def is_installed() -> bool:
    """Whether it can be measured here."""
    return find_spec(PACKAGE) is not None


def arena_bytes(path: Path) -> int | None:
    """The RAM that a LiteRT file needs; None where the package isn't installed.

    Raises:
        ModelFileError: where TensorFlow Lite Micro doesn't run it.
    """
    if not is_installed():
        return None
    return apart.do(ARENA, ArenaRequest(str(path)), about=str(path))[0].bytes


def measure(request: ArenaRequest, given: Arrays) -> tuple[Arena, Arrays]:
    """Halves the range in which the least arena lies; the work of `arena_bytes`."""
    content = Path(request.path).read_bytes()
    enough = LEAST
    while not _runs(content, enough):
        enough *= 2
        if enough > LARGEST:
            raise ModelFileError(
                tr(
                    "{path}: TensorFlow Lite Micro doesn't run it; it takes full int8 of a fixed "
                    "batch",
                    path=request.path,
                )
            )
    low, high = enough // 2 // STEP, enough // STEP
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _runs(content, STEP * middle) else (middle, high)
    return Arena(STEP * high), {}


def _runs(content: bytes, arena: int) -> bool:
    from tflite_micro import runtime

    try:
        interpreter = runtime.Interpreter.from_bytes(content, arena_size=arena)
        detail = interpreter.get_input_details(0)
        interpreter.set_input(np.zeros(detail["shape"], detail["dtype"]), 0)
        interpreter.invoke()
    except RuntimeError:
        return False
    return True

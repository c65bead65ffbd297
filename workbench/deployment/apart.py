"""Work with model files in a process of its own, without TensorFlow: `process` beside this.

So a hostile or damaged file takes nothing along, a library that prints breaks no output, and memory
and time have a bound. Arrays travel as files of a folder that only these two know.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from workbench.base.child_process import Child, cause_of
from workbench.base.errors import Failed
from workbench.base.plain_values import parsed, plain
from workbench.base.text import tr, unpacked
from workbench.base.units import count
from workbench.deployment.litert_file import ModelFileError

MODULE = "workbench.deployment.process"
SECONDS = 600.0
"""After that a process is ended."""

GIVEN, MADE = "given", "made"
"""Folders of arrays."""

LOOK_SECONDS = 0.1

Arrays = Mapping[str, npt.NDArray[Any]]
Req = TypeVar("Req")
Res = TypeVar("Res")


class ApartError(Failed, RuntimeError):
    """The process ended before its time, in one sentence."""


@dataclass(frozen=True)
class ApartJob(Generic[Req, Res]):
    """A kind of work.

    Attributes:
        name: In errors of the protocol.
        request, result: Its types, besides the arrays.
        does: Module and function that does it there, from request and arrays to result and arrays.
    """

    name: str
    request: type[Req]
    result: type[Res]
    does: str


def do(
    job: ApartJob[Req, Res],
    request: Req,
    given: Arrays | None = None,
    *,
    about: str = "",
    check: Callable[[], None] = lambda: None,
    seconds: float = SECONDS,
) -> tuple[Res, dict[str, npt.NDArray[Any]]]:
    """Has a job done; its result, and the arrays that it made.

    Args:
        job: Which.
        request: What it is asked.
        given: Arrays for it.
        about: The file that it opens, for the error where that ends the process.
        check: Called several times a second; may raise, to end it.
        seconds: It may take.

    Raises:
        ModelFileError: what the job says of the file; or that the file ended the process.
        ApartError: where the process ends otherwise.
        OSError: where the arrays can't be written.
    """
    with tempfile.TemporaryDirectory(prefix="dlopt-") as folder:
        _write(Path(folder, GIVEN), given or {})
        asked = {"does": job.does, "folder": folder, "request": plain(request)}
        answer = _answer(json.dumps(asked), about, check, seconds)
        if "error" in answer:
            sentence = unpacked(answer["error"])
            raise ModelFileError(sentence) if answer.get("is_bad_input") else ApartError(sentence)
        result = parsed(job.result, answer["result"], f"the result of {job.name}")
        return result, read_arrays(Path(folder, MADE))


def _answer(line: str, about: str, check: Callable[[], None], seconds: float) -> dict[str, Any]:
    """What the process says, waited for in slices so that `check` can end it."""
    said: list[dict[str, Any]] = []
    child = Child(MODULE)
    with _ended(child):
        child.send(line)
        reader = threading.Thread(
            target=lambda: said.extend(_messages(child)), name="answer of a process", daemon=True
        )
        reader.start()
        waited = 0.0
        while reader.is_alive() and waited < seconds:
            check()
            reader.join(LOOK_SECONDS)
            waited += LOOK_SECONDS
        is_late = reader.is_alive()
    if said:
        return said[-1]
    raise _lost(about, child.end(), seconds if is_late else 0.0)


@contextmanager
def _ended(child: Child) -> Iterator[None]:
    try:
        yield
    finally:
        child.kill()
        child.end()


def _messages(child: Child) -> Iterator[dict[str, Any]]:
    for line in child.lines():
        try:
            message = json.loads(line)
        except ValueError:
            continue  # a library printed something
        if isinstance(message, dict) and ("result" in message or "error" in message):
            yield message
            return


def _lost(about: str, code: int, late_after: float) -> Exception:
    if late_after:
        why = tr("took longer than {seconds} seconds", seconds=count(round(late_after)))
    else:
        why = cause_of(tr("the process that opened it"), code)
    if about:
        return ModelFileError(
            tr("{file}: {why}; the file is damaged, hostile or too large", file=about, why=why)
        )
    return ApartError(tr("the file could not be processed: {why}", why=why))


def _write(folder: Path, arrays: Arrays) -> None:
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def read_arrays(folder: Path) -> dict[str, npt.NDArray[Any]]:
    """Arrays of a folder by name; none where there is no folder."""
    if not folder.is_dir():
        return {}
    return {path.stem: np.load(path, allow_pickle=False) for path in sorted(folder.glob("*.npy"))}


def write_arrays(folder: Path, arrays: Arrays) -> None:
    """Arrays into a folder of their own, as `read_arrays` reads them."""
    _write(folder, arrays)

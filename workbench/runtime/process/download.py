"""Fetches one of Keras's data sets into our cache, as a process that can be cancelled.

`python -m workbench.runtime.process.download mnist` says lines of JSON:
`{"done": bytes, "total": bytes}`, then `{"finished": true}` or `{"error": sentence}`. Ended from
outside, it leaves no part of a file.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.base.child_process import Child, cause_of
from workbench.base.json_lines import as_line, from_line
from workbench.base.text import tr
from workbench.data import DataError, keep_download
from workbench.spec.data import Data, KerasData

POLL_SECONDS = 0.2


class PreparationCancelled(Exception):
    """Somebody asked for an end while the data were being prepared."""


def fetch(
    spec: KerasData, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
) -> None:
    """Fetches a data set in a process of its own.

    Args:
        spec: Which.
        progress: Called with bytes done and in all.
        cancelled: Asked between reports; True ends the download.

    Raises:
        DataError: where it can't be had.
        Cancelled: where it was cancelled.
    """
    child = Child("workbench.runtime.process.download", spec.kind)
    error = ""
    try:
        for line in child.lines():
            said = from_line(line)
            if said is None:
                continue  # a library printed something
            error = said.get("error", error)
            if cancelled():
                child.terminate()
                raise PreparationCancelled
            if "done" in said:
                progress(said["done"], said["total"])
    finally:
        code = child.end()
    if code != 0:
        raise DataError(
            error
            or tr(
                "data.kind: {cause}; try again",
                cause=cause_of(tr("the process that fetches {label}", label=spec.label), code),
            )
        )


def _say(**message: Any) -> None:
    print(as_line(message), file=_SAY, flush=True)


_SAY = sys.stdout


def _folder_size(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    return 0


def _report(folder: Path, before: int, total: int, ended: threading.Event) -> None:
    while not ended.wait(POLL_SECONDS):
        _say(done=min(max(_folder_size(folder) - before, 0), total), total=total)


def _load(spec: KerasData) -> dict[str, Any]:
    from workbench.runtime.network.build import (
        keras_class,  # imports Keras, which takes two seconds
    )

    with contextlib.redirect_stdout(io.StringIO()):  # Keras draws a progress bar of its own
        (x_train, y_train), (x_test, y_test) = keras_class(spec).load_data()
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _terminated(number: int, frame: object) -> None:
    raise KeyboardInterrupt  # Keras then removes the part of the file that it has


def main(kind: str) -> int:
    """Fetches, converts and keeps the data set of this kind; the process's exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    chosen = Data.choices()[kind]
    if not issubclass(chosen, KerasData):
        raise TypeError(f"{kind} is not one of Keras's data sets")
    spec = chosen.default()
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    ended = threading.Event()
    reporter = threading.Thread(
        target=_report,
        args=(home / "datasets", _folder_size(home / "datasets"), spec.download_bytes, ended),
    )
    reporter.start()
    try:
        failure = _fetch_and_keep(spec)
    finally:
        ended.set()
        reporter.join()
    _say(**({"error": failure} if failure else {"finished": True}))  # the last word
    return 1 if failure else 0


def _fetch_and_keep(spec: KerasData) -> str:
    """Loads and keeps a data set; a sentence where that fails."""
    try:
        keep_download(spec.name(), _load(spec))
    except KeyboardInterrupt:
        return tr("cancelled")
    except Exception as error:  # noqa: BLE001  Keras raises bare Exception where a download fails
        print(repr(error), file=sys.stderr)
        return tr(
            "data.kind: {label} could not be downloaded ({error}); "
            'connect to the network and try again, or choose data.kind = "npz"',
            label=spec.label,
            error=_first_line(error),
        )
    return ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

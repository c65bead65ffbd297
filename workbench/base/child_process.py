"""A module of ours as a process of its own: started by name, drained, and ended in steps.

A fresh interpreter, so that nothing of the parent (Qt, a console script's main module) is carried
into it. What it says is one line of text a message on standard output; what it prints otherwise
comes line by line to a callback.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.base.text import ENGLISH, LANGUAGE, tr

GRACE_SECONDS = 2.0
LOG_LINES_KEPT = 200

NOISE = re.compile(
    "All log messages before absl::InitializeLog"
    "|oneDNN custom operations are on"
    "|Could not find cuda drivers on your machine"
    r"|Failed call to cuInit: UNKNOWN ERROR \(303\)"  # 303: the machine has no CUDA driver at all
    "|This TensorFlow binary is optimized to use available CPU instructions"
    "|^To enable the following instructions: "
)
"""What TensorFlow prints at each start of a healthy process: kept, but not passed on."""


class Child:
    """A running `python -m MODULE`.

    Args:
        module: Dotted name.
        arguments: Of the command line.
        on_log: Called from a thread with each line of standard error that is not `NOISE`.
        language: That it speaks. What it says travels by its parts and needs none; what it draws
            does.

    Attributes:
        log: The last lines of standard error.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        on_log: Callable[[str], None] | None = None,
        language: str = ENGLISH,
    ) -> None:
        root = str(Path(__file__).parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONUNBUFFERED": "1",
            LANGUAGE: language,
        }
        # -P: a file called keras.py in the folder where the user stands must not be imported.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            bufsize=1,
            env=environment,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.log: deque[str] = deque(maxlen=LOG_LINES_KEPT)
        self._on_log = on_log
        self._drain = threading.Thread(target=self._read_log, name=f"log of {module}", daemon=True)
        self._drain.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, line: str) -> bool:
        """Writes a line to its standard input; False where it is gone."""
        stream = self._process.stdin
        assert stream is not None
        try:
            stream.write(f"{line}\n")
            stream.flush()
        except (OSError, ValueError):
            return False
        return True

    def lines(self) -> Iterator[str]:
        """Each line it says, until it ends or closes its standard output."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield line.rstrip("\n")

    def wait(self, timeout: float | None = None) -> int | None:
        """Waits for its end; its exit code, or None where it still runs after `timeout` seconds."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def end(self, grace: float = GRACE_SECONDS) -> int:
        """Ends it in steps: closed input, then terminated, then killed; returns its exit code."""
        self._close_input()
        for push in (None, self._process.terminate, self._process.kill):
            if push is not None and self.is_alive:
                push()
            code = self.wait(grace)
            if code is not None:
                break
        code = self._process.wait()
        self._drain.join(grace)
        if self._process.stdout is not None:
            self._process.stdout.close()
        # A process that it started itself may still hold the other end; closing would wait for it.
        if self._process.stderr is not None and not self._drain.is_alive():
            self._process.stderr.close()
        return code

    def terminate(self) -> None:
        """Asks it to end by a signal."""
        self._process.terminate()

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()

    def _close_input(self) -> None:
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
        except OSError:  # it is gone with our last line unread
            return

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            line = line.rstrip("\n")
            self.log.append(line)
            if self._on_log is not None and not NOISE.search(line):
                self._on_log(line)


def cause_of(process: str, code: int) -> str:
    """Why a process ended, from its exit code: "the process was terminated from outside".

    Args:
        process: With its article, as the sentence begins.
        code: Its exit code.
    """
    if code == -signal.SIGTERM:
        return tr("{process} was terminated from outside", process=process)
    if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
        return tr("{process} was killed, by hand or for lack of memory", process=process)
    if code < 0:
        known = -code in set(signal.Signals)
        name = signal.Signals(-code).name if known else f"signal {-code}"
        return tr("{process} crashed ({signal})", process=process, signal=name)
    return tr("{process} ended with exit code {code}", process=process, code=code)

"""A one-shot child process (looking at data, a download) as a thread with signals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from workbench.base.child_process import Child, cause_of
from workbench.base.text import tr

GRACE_MILLISECONDS = 3000


class JobThread(QThread):
    """Runs one of our modules once, sends it a request and reads lines of JSON from it.

    Signals (delivered in the receiver's thread):
        said: A line, decoded.
        failed: It ended without its last word; a sentence.

    Args:
        module: Dotted name.
        arguments: Of its command line.
        request: One line for its standard input, or None.
        decode: From a decoded line to what `said` carries, done in this thread.
    """

    said = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        module: str,
        arguments: tuple[str, ...] = (),
        request: dict[str, Any] | None = None,
        decode: Callable[[dict[str, Any]], object] = dict,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._module, self._arguments, self._request = module, arguments, request
        self._decode = decode
        self._child: Child | None = None
        self._cancelled = False

    def run(self) -> None:
        """Ends when the process does."""
        self._child = child = Child(self._module, *self._arguments)
        if self._cancelled:
            child.terminate()
        if self._request is not None:
            child.send(json.dumps(self._request))
        said_anything = False
        for line in child.lines():
            try:
                message = json.loads(line)
            except ValueError:
                continue  # a library printed something
            if not isinstance(message, dict):
                continue
            said_anything = True
            if not self._cancelled:
                self.said.emit(self._decode(message))
        code = child.end()
        if (code < 0 or not said_anything) and not self._cancelled:
            self.failed.emit(cause_of(tr("the helper process"), code))

    def cancel(self) -> None:
        """Asks the process to end; nothing more is said."""
        self._cancelled = True
        if self._child is not None and self._child.is_alive:
            self._child.terminate()

    def close(self) -> None:
        """Cancels and waits; a process that doesn't end when asked to is killed."""
        self.cancel()
        if not self.wait(GRACE_MILLISECONDS) and self._child is not None:
            self._child.kill()
        self.wait()

"""A one-shot child process (looking at data, a download) as a thread with signals."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from workbench.child import Child, cause_of


class JobThread(QThread):
    """Runs one of our modules once, sends it a request and reads lines of JSON from it.

    Signals (delivered in the receiver's thread):
        said: A line, decoded.
        failed: It ended without its last word; a sentence.

    Args:
        module: Dotted name.
        arguments: Of its command line.
        request: One line for its standard input; None for none.
    """

    said = Signal(object)
    failed = Signal(str)

    def __init__(
        self,
        module: str,
        arguments: tuple[str, ...] = (),
        request: dict[str, Any] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._module, self._arguments, self._request = module, arguments, request
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
            said_anything = True
            if not self._cancelled:
                self.said.emit(message)
        code = child.end()
        if not said_anything and not self._cancelled:
            self.failed.emit(self.tr("the helper process {}").format(cause_of(code)))

    def cancel(self) -> None:
        """Ends the process; nothing more is said."""
        self._cancelled = True
        if self._child is not None and self._child.is_alive:
            self._child.terminate()

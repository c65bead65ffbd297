"""The variations of the form, and how to search, kept in the store until the next start."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.editing.variations import VARIATIONS
from workbench.base.files import open_inside, write_inside
from workbench.base.plain_values import Malformed, parsed, plain
from workbench.study.asking.request import SweepRequest

KEPT_MILLISECONDS = 500
USUAL = SweepRequest((), workers=0)
"""How to search where nobody says: side by side as many as were measured to pay."""


class Keeper(QObject):
    """Writes what is tried of an experiment, and puts it back with that experiment.

    Args:
        editor: Of the form.
        folder: Of the store.
        jobs: Of the window.
        parent: It goes with it.

    Attributes:
        request: How to search, without what is varied.
        name: Of the next search; "" for the usual one.

    Signals:
        failed: A sentence.
        restored: The request and the name are those that were kept.
    """

    failed = Signal(str)
    restored = Signal()

    def __init__(self, editor: Editor, folder: Path, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._editor, self._path = editor, folder / VARIATIONS
        self.request, self.name = USUAL, ""
        self._kept = _read(self._path)
        self._writes = jobs.writes(self)
        self._writes.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEPT_MILLISECONDS)
        self._timer.timeout.connect(self.keep)
        editor.variations.changed.connect(self._timer.start)
        editor.file_changed.connect(self.put_back)
        self.put_back()

    def set(self, request: SweepRequest, name: str) -> None:
        """Notes how to search."""
        self.request, self.name = request, name
        self._timer.start()

    @Slot()
    def put_back(self) -> None:
        """Shows what was kept of the experiment in the form, where nothing is varied yet."""
        kept, texts = self._kept, self._kept.get("texts")
        is_its = kept.get("file") == str(self._editor.file or "")
        if not is_its or not isinstance(texts, dict) or self._editor.variations.texts:
            return
        self._kept = {}
        with suppress(Malformed):
            self.request = parsed(SweepRequest, kept.get("request"), VARIATIONS)
            self.name = str(kept.get("name", ""))
        self._editor.variations.show({str(path): str(text) for path, text in texts.items()})
        self.restored.emit()

    @Slot()
    def keep(self) -> None:
        """Writes it, or takes the file away where nothing is varied."""
        self._timer.stop()
        texts = dict(self._editor.variations.texts)
        if not texts:
            self._writes.ask(partial(self._path.unlink, missing_ok=True))
            return
        kept = {
            "file": str(self._editor.file or ""),
            "texts": texts,
            "request": plain(self.request),
            "name": self.name,
        }
        self._writes.ask(partial(write_inside, self._path, json.dumps(kept, indent=1).encode()))


def _read(path: Path) -> dict[str, Any]:
    """What was kept; nothing where it can't be read: it is only what was to be tried."""
    try:
        with open_inside(path) as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

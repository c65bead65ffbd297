"""What a person wants tried of each setting: values as typed, by the path of the axis.

They share the undo of the experiment that they are variations of; nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from workbench.base.text import tr

VARIATIONS = "variations.json"
"""In the store, where something was being varied when the window was closed."""


class _Variation(QUndoCommand):
    """One step from some variations to others."""

    def __init__(self, owner: Variations, after: Mapping[str, str], words: str) -> None:
        super().__init__(words)
        self._owner, self._before, self._after = owner, owner.texts, after

    def redo(self) -> None:
        self._owner.show(self._after)

    def undo(self) -> None:
        self._owner.show(self._before)


class Variations(QObject):
    """The variations of the experiment that is edited.

    Args:
        undo_stack: Of its editor.

    Attributes:
        texts: The values to try, as in `0.01, 0.03` or `0.0003..0.03:log`, by the path of the axis,
            in the order in which they came.
        faults: What is wrong with them, by path; a sentence each.

    Signals:
        changed: Other values are to be tried.
        faults_changed: Other sentences.
    """

    changed = Signal()
    faults_changed = Signal()

    def __init__(self, undo_stack: QUndoStack) -> None:
        super().__init__()
        self._undo = undo_stack
        self.texts: Mapping[str, str] = {}
        self.faults: Mapping[str, str] = {}

    def vary(self, path: str, text: str) -> None:
        """Tries these values of a setting, as one step of undo."""
        if self.texts.get(path) != text:
            words = tr("several values of {path}", path=path)
            self._undo.push(_Variation(self, {**self.texts, path: text}, words))

    def leave(self, path: str) -> None:
        """Tries no other values of a setting, as one step of undo."""
        if path in self.texts:
            rest = {each: text for each, text in self.texts.items() if each != path}
            words = tr("end of the variation of {path}", path=path)
            self._undo.push(_Variation(self, rest, words))

    def clear(self) -> None:
        """Varies nothing, as one step of undo."""
        if self.texts:
            self._undo.push(_Variation(self, {}, tr("end of all variations")))

    def show(self, texts: Mapping[str, str]) -> None:
        """Puts these in place without a step of undo: of another experiment, or kept ones."""
        if texts != self.texts:
            self.texts = texts
            self.changed.emit()

    def set_faults(self, faults: Mapping[str, str]) -> None:
        """Notes what is wrong with them."""
        if faults != self.faults:
            self.faults = faults
            self.faults_changed.emit()

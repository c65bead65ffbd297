"""The layers of the editor's structure as a person handles them: chosen, moved, copied, pasted.

One model and one selection for the list, the table and the drawing; every edit is one named step
of undo. Widgets and shortcuts are the panels'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from ui.editing.editor import Editor
from ui.models.layer_table import LayerTable
from workbench.base.text import tr
from workbench.experiment import Structure
from workbench.levers.layer_text import layers_as_text, layers_from_text
from workbench.spec.base import SpecError
from workbench.spec.layers import Layer

ROW = QItemSelectionModel.SelectionFlag.Rows


class Layers(QObject):
    """Edits `structure.layers`.

    Args:
        editor: Whose experiment is edited.

    Signals:
        chosen: The selection has changed, or the selected layers have.
        failed: A sentence on what couldn't be done.

    Attributes:
        table: The layers as a model.
        selection: Shared by all views of it.
    """

    chosen = Signal()
    failed = Signal(str)

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.table = LayerTable(editor)
        self.table.setParent(self)
        self.selection = QItemSelectionModel(self.table, self)
        self.select([0])
        self.table.refreshed.connect(self._settle)
        self.table.ticked.connect(self._tick)
        self.table.rows_dropped.connect(self._drop)
        self.table.text_dropped.connect(self.insert_text)
        self.selection.currentChanged.connect(self._tell)
        self.selection.selectionChanged.connect(self._tell)

    # --- choosing ------------------------------------------------------------------------------

    @property
    def all(self) -> tuple[Layer, ...]:
        """Every layer, in order."""
        return self._editor.experiment.structure.layers

    @property
    def current(self) -> int:
        """The layer whose form is shown; -1 while none is."""
        return self.table.row_of(self.selection.currentIndex())

    @property
    def rows(self) -> list[int]:
        """The chosen layers, in order."""
        parts = self.selection.selection().toList()
        return sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})

    def select(self, rows: Sequence[int]) -> None:
        """Chooses layers; the form shows the first of them."""
        flag = QItemSelectionModel.SelectionFlag
        chosen = QItemSelection()
        for row in rows:
            chosen.select(self.table.index(row), self.table.index(row))
        self.selection.setCurrentIndex(self.table.index(rows[0]), flag.NoUpdate)
        self.selection.select(chosen, flag.ClearAndSelect | ROW)

    def toggle(self, row: int) -> None:
        """Adds a layer to those chosen, or takes it out."""
        index = self.table.index(row)
        self.selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.Toggle | ROW)

    def select_all(self) -> None:
        """Chooses every layer."""
        first, last = self.table.index(0), self.table.index(len(self.all) - 1)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selection.select(QItemSelection(first, last), flag | ROW)

    @Slot()
    def _tell(self) -> None:
        if not self.table.is_refreshing:
            self.chosen.emit()

    @Slot(object)
    def _settle(self, came: range) -> None:
        """Chooses what came in, as by undoing a deletion; something is always chosen."""
        if came:
            self.select(came)
        elif not self.rows:
            self.select([min(max(self.current, 0), len(self.all) - 1)])
        self.chosen.emit()

    # --- changing ------------------------------------------------------------------------------

    @property
    def can_delete(self) -> bool:
        """Whether a layer would be left: a network needs one."""
        return 0 < len(self.rows) < len(self.all)

    @property
    def can_move_up(self) -> bool:
        """Whether there is a place before the chosen layers."""
        return self.rows != list(range(len(self.rows)))

    @property
    def can_move_down(self) -> bool:
        """Whether there is a place behind the chosen layers."""
        count = len(self.all)
        return self.rows != list(range(count - len(self.rows), count))

    def add(self, kind: str) -> None:
        """Adds a layer of this kind after the chosen ones."""
        self._insert([Layer.choices()[kind].default()], self._behind(), tr("adding a layer"))

    def duplicate(self) -> None:
        """Adds copies of the chosen layers after them."""
        rows = self.rows
        words = tr("duplicating {counted}", counted=self._counted(rows))
        self._insert([self.all[row] for row in rows], self._behind(), words)

    def delete(self) -> None:
        """Removes the chosen layers; the last one stays."""
        self._remove(tr("deleting {counted}", counted=self._counted(self.rows)))

    def move_up(self) -> None:
        """Moves the chosen layers together, one place nearer to the input."""
        if self.can_move_up:
            self.move(self.rows, max(self.rows[0] - 1, 0))

    def move_down(self) -> None:
        """Moves the chosen layers together, one place nearer to the output."""
        if self.can_move_down:
            self.move(self.rows, min(self.rows[-1] + 2, len(self.all)))

    def move(self, rows: Sequence[int], place: int) -> None:
        """Moves layers in between the one before `place` and the one at it, in their order."""
        taken = set(rows)
        before = [row for row in range(place) if row not in taken]
        after = [row for row in range(place, len(self.all)) if row not in taken]
        order = [*before, *sorted(taken), *after]
        chosen = range(len(before), len(before) + len(taken))
        words = tr("moving {counted}", counted=self._counted(rows))
        self._put([self.all[row] for row in order], words, chosen)

    def switch(self) -> None:
        """Switches the chosen layers off, or on where all of them are off."""
        self._switch(self.rows, not any(self.all[row].enabled for row in self.rows))

    @Slot(int, bool)
    def _tick(self, row: int, on: bool) -> None:
        self._switch([row], on)

    def _switch(self, rows: Sequence[int], on: bool) -> None:
        layers = list(self.all)
        for row in rows:
            layers[row] = layers[row].model_copy(update={"enabled": on})
        which = self._counted(rows)
        text = (
            tr("switching on {which}", which=which)
            if on
            else tr("switching off {which}", which=which)
        )
        self._put(layers, text, self.rows)

    # --- copying -------------------------------------------------------------------------------

    def copy(self) -> None:
        """Puts the chosen layers on the clipboard, as TOML."""
        if self.rows:
            text = layers_as_text([self.all[row] for row in self.rows])
            QGuiApplication.clipboard().setText(text)

    def cut(self) -> None:
        """Copies the chosen layers and removes them."""
        if self.can_delete:
            self.copy()
            self._remove(tr("cutting {counted}", counted=self._counted(self.rows)))

    def paste(self) -> None:
        """Adds the layers on the clipboard after the chosen ones."""
        self.insert_text(QGuiApplication.clipboard().text(), self._behind())

    @Slot(str, int)
    def insert_text(self, text: str, place: int) -> None:
        """Adds the layers that a text holds; says what is wrong with one that holds none."""
        try:
            layers = layers_from_text(text)
        except SpecError as error:
            self.failed.emit(tr("Nothing was pasted: {error}", error=error))
            return
        words = tr("pasting {counted}", counted=self._counted(layers))
        self._insert(layers, place, words)

    @Slot(object, int, bool)
    def _drop(self, rows: Sequence[int], place: int, copies: bool) -> None:
        if copies:
            words = tr("duplicating {counted}", counted=self._counted(rows))
            self._insert([self.all[row] for row in rows], place, words)
        else:
            self.move(rows, place)

    # --- one step of undo ----------------------------------------------------------------------

    def _behind(self) -> int:
        """The place after the chosen layers."""
        rows = self.rows
        return rows[-1] + 1 if rows else len(self.all)

    def _insert(self, layers: Sequence[Layer], place: int, words: str) -> None:
        after = [*self.all[:place], *layers, *self.all[place:]]
        self._put(after, words, range(place, place + len(layers)))

    def _remove(self, words: str) -> None:
        if self.can_delete:
            rows = set(self.rows)
            left = [layer for row, layer in enumerate(self.all) if row not in rows]
            self._put(left, words, [min(min(rows), len(left) - 1)])

    def _put(self, layers: Iterable[Layer], words: str, chosen: Sequence[int]) -> None:
        experiment = self._editor.experiment
        try:
            structure = Structure.parse({"layers": tuple(layers)})
        except SpecError as error:  # more layers than a network may have
            self.failed.emit(str(error))
            return
        self._editor.replace(experiment.model_copy(update={"structure": structure}), words)
        if chosen:
            self.select(chosen)

    def _counted(self, layers: Sequence[object]) -> str:
        return tr("a layer") if len(layers) == 1 else tr("{layers} layers", layers=len(layers))

"""A line in the form's Data section: how far reading is, then what was found in a user's files."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot

from ui.editing.editor import Editor
from ui.look.plain import Label
from workbench.base import units
from workbench.base.text import tr
from workbench.spec.data import FileData
from workbench.spec.layers import written


class DataNote(Label):
    """Hidden where there is nothing to say: the embedded data sets are known without reading."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor, self._reading = editor, ""
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        editor.reading_changed.connect(self._show_reading)
        editor.problems_changed.connect(self.refresh)  # also whenever other data are known
        self.refresh()

    @Slot(str)
    def _show_reading(self, sentence: str) -> None:
        self._reading = sentence
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Shows what there is to say."""
        sentence = self._reading or self._found()
        self.setText(sentence)
        self.setVisible(bool(sentence))

    def _found(self) -> str:
        info = self._editor.info
        if info is None or not isinstance(self._editor.experiment.data, FileData):
            return ""
        return tr(
            "{shape} px, {classes} classes, {train_images} training and {test_images} test images",
            shape=written(info.image_shape),
            classes=units.count(info.classes),
            train_images=units.count(info.train_images),
            test_images=units.count(info.test_images),
        )

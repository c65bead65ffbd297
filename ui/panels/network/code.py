"""The stand-alone Keras script of the experiment being edited, in a window of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.look.python_colors import PythonColours
from ui.look.side_dialog import SideDialog
from workbench.base.files import write_atomically
from workbench.base.text import tr
from workbench.exchange.codegen import keras_script
from workbench.spec.base import SpecError

SIZE = (210 * theme.UNIT, 180 * theme.UNIT)


class CodeWindow(SideDialog):
    """Shows the script, follows each edit, copies and saves it.

    Args:
        editor: Whose experiment is written.
        jobs: Of the window.
        window: Which it belongs to.
    """

    def __init__(self, editor: Editor, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window, tr("Keras code"))
        self.resize(*SIZE)
        self._editor = editor
        self._writes = jobs.writes(self)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName(tr("Keras code"))
        self.text.document().setDocumentMargin(3 * theme.UNIT)
        self._colours = PythonColours(self.text.document())
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.copy_button = QPushButton(tr("Copy"))
        self.copy_button.setToolTip(tr("Copy the whole script"))
        self.copy_button.clicked.connect(self.copy)
        self.save_button = QPushButton(tr("Save…"))
        self.save_button.setToolTip(tr("Save the script, to run it where the workbench isn't"))
        self.save_button.clicked.connect(self.save)
        top = QHBoxLayout()
        theme.spaced(top, 3, 2, 3, 2, spacing=2)
        top.addWidget(self.words, 1)
        for button in (self.close_button, self.copy_button, self.save_button):
            top.addWidget(button)
        theme.as_page(self, top, self.text)
        self.text.setFocus()
        self.follow = WhenShown(self, self._refresh)
        editor.changed.connect(self.follow.mark)
        editor.problems_changed.connect(self.follow.mark)

    def _refresh(self) -> None:
        """Rewrites the script; where that is impossible the last one stays, grayed out."""
        try:
            script = self._script()
        except SpecError as error:
            self._say(self._editor.sentence(error.problems[0]), "problem")
            self._enable(False)
            return
        if script != self.text.toPlainText():
            place = self.text.verticalScrollBar().value()
            self.text.setPlainText(script)
            self.text.verticalScrollBar().setValue(place)
        self._say(
            tr("Needs the packages that it names at its top, and nothing of the workbench."),
            "muted",
        )
        self._enable(True)

    def _script(self) -> str:
        problems, info = self._editor.problems, self._editor.info
        if problems:
            raise SpecError(problems)
        if info is None:
            raise SpecError.at("data", tr("its images have to be looked at first"))
        return keras_script(self._editor.experiment, info)

    def _say(self, sentence: str, role: str) -> None:
        self.words.setText(sentence)
        theme.set_property(self.words, "role", role)

    def _enable(self, on: bool) -> None:
        for widget in (self.text, self.copy_button, self.save_button):
            widget.setEnabled(on)

    @Slot()
    def copy(self) -> None:
        """Puts the script on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self._say(tr("Copied."), "muted")

    @Slot()
    def save(self) -> None:
        """Asks for a file and writes the script there, whole or not at all."""
        start = f"{self._editor.experiment.name}.py".replace("/", "-")
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save Keras code"), start, tr("Python (*.py)")
        )
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name).with_suffix(".py")
        content = self.text.toPlainText().encode()
        try:
            self._writes.ask_and_wait(partial(write_atomically, path, content))
        except OSError as error:
            cause = error.strerror or str(error)
            self._say(tr("{path} can't be written ({cause})", path=path, cause=cause), "problem")
        else:
            self._say(tr("Saved as {path}.", path=path), "muted")

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._colours.rehighlight()
        super().changeEvent(event)

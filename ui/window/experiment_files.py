"""Opening, saving and not losing the experiment: files, recent files, and the draft."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, QTimer, Signal, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ui.background.jobs import JobHandle, Jobs, sentence_of
from ui.editing.editor import Editor
from ui.look.plain import tip
from workbench import presets
from workbench.base.files import is_link, write_inside
from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.spec.base import SpecError

MOST_RECENT = 10
DRAFT_MILLISECONDS = 2000
DRAFT = "draft.toml"


class ExperimentFiles(QObject):
    """The file side of an editor.

    An experiment with unsaved changes is also kept as a draft in the store, which a crash leaves
    behind and the next start opens.

    Signals:
        recent_changed: The list of recent files has changed.
        failed: A sentence on a file that can't be read or written.
    """

    recent_changed = Signal()
    failed = Signal(str)

    def __init__(
        self, editor: Editor, settings: QSettings, folder: Path, jobs: Jobs, window: QWidget
    ) -> None:
        super().__init__(window)
        self._editor, self._settings, self._window = editor, settings, window
        self._draft = folder / DRAFT
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._keep_draft)
        self._writes = jobs.writes(self)  # one after another, so that the last one stays
        self._kept: JobHandle | None = None
        editor.changed.connect(self._changed)

    @property
    def recent(self) -> list[str]:
        """Paths of the files opened or saved last, newest first."""
        value: Any = self._settings.value("recent", [])
        paths = [value] if isinstance(value, str) else list(value or [])
        return [path for path in paths if Path(path).is_file()]

    def new(self, preset: str = presets.DEFAULT) -> bool:
        """Begins with a preset, after asking about unsaved changes; False where they are kept."""
        if not self.may_discard():
            return False
        self._editor.open(presets.load(preset), None)
        return True

    def choose_and_open(self) -> None:
        """Asks for a file and opens it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("Open experiment"), "", tr("Experiments (*.toml)")
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> bool:
        """Opens a file, after asking about unsaved changes; False where that was refused."""
        experiment = self._read(path)
        if experiment is None or not self.may_discard():
            return False
        self._editor.open(experiment, path)
        self._remember(path)
        return True

    def accept(self, event: QDropEvent) -> Path | None:
        """Accept the file of an experiment that is dragged onto the window; None for any other."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        path = next((path for path in paths if path.suffix == ".toml"), None)
        if path is not None:
            event.acceptProposedAction()
        return path

    def take_dropped(self, event: QDropEvent) -> None:
        """Open the file of an experiment that was dropped."""
        path = self.accept(event)
        if path is not None:
            # Not now: the program it came from waits for us, and a question may follow.
            QTimer.singleShot(0, self, partial(self.open, path))

    def save(self) -> bool:
        """Saves to the experiment's file, asking for one where it has none."""
        return self._save_to(self._editor.file) if self._editor.file else self.save_as()

    def save_as(self) -> bool:
        """Asks for a file and saves there."""
        start = str(self._editor.file or f"{self._editor.experiment.name}.toml")
        name, _ = QFileDialog.getSaveFileName(
            self._window, tr("Save experiment"), start, tr("Experiments (*.toml)")
        )
        if not name:
            return False
        path = Path(name)
        return self._save_to(path if path.suffix else path.with_suffix(".toml"))

    def may_discard(self) -> bool:
        """Whether the experiment may be replaced: it is saved, or a person said so."""
        if not self._editor.is_modified:
            return True
        button = QMessageBox.StandardButton
        title, question = self._unsaved()
        answer = QMessageBox.question(
            self._window,
            title,
            tip(question),
            button.Save | button.Discard | button.Cancel,
            button.Save,
        )
        if answer == button.Save:
            return self.save()
        return answer == button.Discard

    def _unsaved(self) -> tuple[str, str]:
        """What `may_discard` asks, as title and question: an experiment may have no file yet."""
        file, name = self._editor.file, self._editor.experiment.name
        if file is None:
            question = tr("“{name}” is not saved in a file yet. Save it?", name=name)
            return tr("Not saved yet"), question
        return tr("Unsaved changes"), tr("Save the changes to {name}?", name=file.name)

    def restore_draft(self) -> bool:
        """Opens what a crash left behind; False where there is nothing."""
        draft = self.left_draft()
        if draft is None:
            return False
        self._editor.replace(draft, tr("restored draft"))
        return True

    def left_draft(self) -> Experiment | None:
        """What a crash left behind; None where there is nothing that can be read."""
        is_ours = self._draft.is_file() and not is_link(self._draft)
        return self._read(self._draft) if is_ours else None

    def _read(self, path: Path) -> Experiment | None:
        try:
            return Experiment.read(path)
        except SpecError as error:
            self.failed.emit(str(error))
            return None

    def forget_draft(self) -> None:
        """The changes are saved or discarded: nothing has to be restored."""
        self._timer.stop()
        if self._kept is not None:
            self._kept.cancel()
        self._writes.ask(partial(_remove_draft, self._draft))

    def _save_to(self, path: Path) -> bool:
        experiment = self._editor.experiment
        try:
            self._writes.ask_and_wait(partial(experiment.write, path))
        except OSError as error:
            cause = error.strerror or str(error)
            self.failed.emit(tr("{path} can't be written ({cause})", path=path, cause=cause))
            return False
        self._editor.saved(experiment, path)
        self._remember(path)
        self.forget_draft()
        return True

    def _remember(self, path: Path) -> None:
        text = str(path.absolute())
        others = [known for known in self.recent if known != text]
        self._settings.setValue("recent", [text, *others][:MOST_RECENT])
        self.recent_changed.emit()

    @Slot()
    def _changed(self) -> None:
        if not self._editor.is_modified:
            self.forget_draft()
        elif (
            not self._timer.isActive()
        ):  # not restarted: a person who never pauses loses no more either
            self._timer.start(DRAFT_MILLISECONDS)

    @Slot()
    def _keep_draft(self) -> None:
        action = partial(_write_draft, self._editor.experiment, self._draft)
        self._kept = self._writes.ask(action, failed=self._draft_failed)

    def _draft_failed(self, error: Exception) -> None:
        cause = (error.strerror if isinstance(error, OSError) else "") or sentence_of(error)
        self.failed.emit(tr("the draft can't be kept ({cause})", cause=cause))


def _write_draft(experiment: Experiment, path: Path) -> None:
    write_inside(path, experiment.to_toml().encode())


def _remove_draft(path: Path) -> None:
    with suppress(OSError):  # of a store that is read-only: none was written
        path.unlink(missing_ok=True)

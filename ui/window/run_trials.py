"""A run's settings in the form, as they are or with one changed: another run's, or a remedy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from ui.editing.editor import Editor
from ui.panels.shared.requests import Requests
from workbench.base.text import joined, tr
from workbench.levers.remedies import Remedy
from workbench.runs.record import Run
from workbench.spec.base import SpecError


class RunTrials(QObject):
    """Changes the form, as one step of undo.

    Args:
        editor: Of the form.
        read_run: All that is known of the run of an id; None where it can't be read.
        requests: Of the window: what pages ask of the form.
        parent: Of this.

    Signals:
        failed: A sentence on settings that can't be used.
        find_requested: A good value of the setting at this path is to be found by measuring.
    """

    failed = Signal(str)
    find_requested = Signal(str)

    def __init__(
        self,
        editor: Editor,
        read_run: Callable[[str], Run | None],
        requests: Requests,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._editor, self._read_run = editor, read_run
        requests.use_settings.connect(self.use_settings)
        requests.try_remedy.connect(self.try_remedy)

    @Slot(str)
    def use_settings(self, run_id: str) -> None:
        """Puts a run's settings into the form."""
        run = self._read_run(run_id)
        if run is None:
            return
        try:
            experiment = run.experiment
        except SpecError as error:
            self.failed.emit(joined(": ", [run.name, str(error)]))
            return
        self._editor.replace(experiment, tr("use of the settings of {name}", name=run.name))

    @Slot(str, str, object)
    def try_setting(self, run_id: str, path: str, value: object) -> None:
        """Puts a run's settings (the form's own for "") into the form, with one replaced."""
        run = self._read_run(run_id)
        try:
            base = run.experiment if run is not None else self._editor.experiment
            experiment = base.with_settings({path: value})
        except SpecError as error:
            self.failed.emit(str(error))
            return
        self._editor.replace(experiment, tr("trial of {path}", path=path))

    @Slot(str, object)
    def try_remedy(self, run_id: str, remedy: Remedy) -> None:
        """Puts a run's settings with one change into the form, or looks for that setting."""
        run = self._read_run(run_id)
        if run is None:
            return
        try:
            experiment = remedy.applied(run.experiment)
        except SpecError as error:
            self.failed.emit(joined(": ", [run.name, str(error)]))
            return
        self._editor.replace(
            experiment, tr("{words} after {name}", words=remedy.words, name=run.name)
        )
        if remedy.finds:
            self.find_requested.emit(remedy.finds)

"""A run's settings in the form, as they are or with one changed: another run's, or a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.levers.remedies import Remedy
from workbench.spec.base import SpecError

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow


class RunTrials(QObject):
    """Changes the form, as one step of undo.

    Args:
        window: Whose form it is.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    @Slot(str)
    def use_settings(self, run_id: str) -> None:
        """Puts a run's settings into the form."""
        window = self._window
        run = window.conductor.guarded(lambda: window.store.run(run_id))
        if run is None:
            return
        try:
            experiment = run.experiment
        except SpecError as error:
            window.report(f"{run.name}: {error}")
            return
        window.editor.replace(experiment, self.tr("use of the settings of {}").format(run.name))

    @Slot(str, str, object)
    def try_setting(self, run_id: str, path: str, value: object) -> None:
        """Puts a run's settings (the form's own for "") into the form, with one replaced."""
        run = self._window.feed.read(run_id)
        try:
            base = run.experiment if run is not None else self._window.editor.experiment
            experiment = base.with_settings({path: value})
        except SpecError as error:
            self._window.report(str(error))
            return
        self._window.editor.replace(experiment, self.tr("trial of {}").format(path))

    @Slot(str, object)
    def try_remedy(self, run_id: str, remedy: Remedy) -> None:
        """Puts a run's settings with one change into the form, or looks for that setting."""
        run = self._window.feed.read(run_id)
        if run is None:
            return
        try:
            experiment = remedy.applied(run.experiment)
        except SpecError as error:
            self._window.report(f"{run.name}: {error}")
            return
        self._window.editor.replace(
            experiment, self.tr("{} after {}").format(remedy.words, run.name)
        )
        if remedy.finds:
            self._window.find_setting(remedy.finds)

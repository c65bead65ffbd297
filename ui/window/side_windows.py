"""The windows beside the main one, made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal, Slot
from PySide6.QtWidgets import QWidget

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.running.task_runner import TaskRunner
from ui.window.experiment_files import ExperimentFiles
from workbench.runs.record import Run

if TYPE_CHECKING:
    from ui.panels.export.network_window import NetworkExport
    from ui.panels.export.window import ExportWindow
    from ui.panels.network.code import CodeWindow
    from ui.panels.network.presets import PresetGallery
    from workbench.figures.settings import FigureSpec


class SideWindows(QObject):
    """The script of the experiment, the gallery of presets, the export of figures and networks.

    Args:
        editor: Whose script is shown.
        files: Begins with a preset.
        folder: Of the store.
        task_runner: Exports networks.
        settings: Keep what was chosen.
        read_run: All that is known of the run of an id; None where it can't be read.
        jobs: Of the window.
        window: The main window; they go with it.

    Signals:
        said: A sentence on what was done.
        failed: A sentence on what could not be done.
    """

    said = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        editor: Editor,
        files: ExperimentFiles,
        folder: Path,
        task_runner: TaskRunner,
        settings: QSettings,
        read_run: Callable[[str], Run | None],
        jobs: Jobs,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._editor, self._files, self._folder = editor, files, folder
        self._task_runner, self._settings, self._read_run = task_runner, settings, read_run
        self._jobs, self._window = jobs, window
        self.code: CodeWindow | None = None
        self.presets: PresetGallery | None = None
        self.figure: ExportWindow | None = None
        self.network: NetworkExport | None = None

    @Slot()
    def show_code(self) -> None:
        """Shows the Keras script."""
        if self.code is None:
            from ui.panels.network.code import CodeWindow

            self.code = CodeWindow(self._editor, self._jobs, self._window)
        self.code.come_forward()

    @Slot()
    def show_presets(self) -> None:
        """Shows the gallery of presets."""
        if self.presets is None:
            from ui.panels.network.presets import PresetGallery

            self.presets = PresetGallery(self._files.new, self._window)
        self.presets.come_forward()

    @Slot(object, dict)
    def export_figure(self, figure: FigureSpec, names: dict[str, str]) -> None:
        """Shows the export window on a figure; the names are those of its legend, by key."""
        if self.figure is None:
            from ui.panels.export.window import ExportWindow

            self.figure = ExportWindow(self._folder, self._jobs, self._window)
            self.figure.said.connect(self.said)
        self.figure.come_forward()
        self.figure.show_figure(figure, names)

    @Slot(str)
    def export_network(self, run_id: str) -> None:
        """Shows what the network of a run can be exported as."""
        run = self._read_run(run_id)
        if run is None:
            return
        if self.network is None:
            from ui.panels.export.network_window import NetworkExport

            self.network = NetworkExport(
                self._folder, self._task_runner, self._settings, self._jobs, self._window
            )
            self.network.said.connect(self.said)
            self.network.failed.connect(self.failed)
        self.network.show_run(run)

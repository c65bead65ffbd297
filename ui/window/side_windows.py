"""The windows beside the main one, made when they are first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.window.experiment_files import ExperimentFiles

if TYPE_CHECKING:
    from ui.panels.export.window import ExportWindow
    from ui.panels.network.code import CodeWindow
    from ui.panels.network.presets import PresetGallery
    from workbench.figures.settings import FigureSpec


class SideWindows(QObject):
    """The script of the experiment, the gallery of presets, and the export of figures.

    Args:
        editor: Whose script is shown.
        files: Begins with a preset.
        folder: Of the store.
        jobs: Of the window.
        window: The main window; they go with it.

    Signals:
        said: A sentence on what was done.
    """

    said = Signal(str)

    def __init__(
        self, editor: Editor, files: ExperimentFiles, folder: Path, jobs: Jobs, window: QWidget
    ) -> None:
        super().__init__(window)
        self._editor, self._files, self._folder = editor, files, folder
        self._jobs, self._window = jobs, window
        self.code: CodeWindow | None = None
        self.presets: PresetGallery | None = None
        self.figure: ExportWindow | None = None

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

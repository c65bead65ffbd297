"""The windows beside the main one, made when they are first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from ui.panels.export.window import ExportWindow
    from ui.panels.network.code import CodeWindow
    from ui.panels.network.presets import PresetGallery
    from ui.window.main_window import MainWindow
    from workbench.figures.settings import FigureSpec


class SideWindows(QObject):
    """The script of the experiment, the gallery of presets, and the export of figures.

    Args:
        window: The main window; they go with it.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.code: CodeWindow | None = None
        self.presets: PresetGallery | None = None
        self.figure: ExportWindow | None = None

    @Slot()
    def show_code(self) -> None:
        """Shows the Keras script."""
        if self.code is None:
            from ui.panels.network.code import CodeWindow

            self.code = CodeWindow(self._window.editor, self._window)
        self.code.come_forward()

    @Slot()
    def show_presets(self) -> None:
        """Shows the gallery of presets."""
        if self.presets is None:
            from ui.panels.network.presets import PresetGallery

            self.presets = PresetGallery(self._window.files.new, self._window)
        self.presets.come_forward()

    @Slot(object, dict)
    def export_figure(self, figure: FigureSpec, names: dict[str, str]) -> None:
        """Shows the export window on a figure; the names are those of its legend, by key."""
        if self.figure is None:
            from ui.panels.export.window import ExportWindow

            self.figure = ExportWindow(self._window.store.folder, self._window)
            self.figure.said.connect(self._window.banner.say)
        self.figure.come_forward()
        self.figure.show_figure(figure, names)

    def close(self) -> None:
        """Ends what draws; before the main window goes."""
        if self.figure is not None:
            self.figure.end()

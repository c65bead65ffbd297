"""The File menu: experiments, stores, and the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from ui.look.actions import Action, Actions, Menu
from ui.window.experiment_files import ExperimentFiles
from workbench.base.text import tr


class FileActions(Actions):
    """What is done with files of experiments and with the store.

    Args:
        files: Of the experiment.
        show_presets: Opens the gallery of presets.
        choose_store: Opens another store.
        empty_trash: Removes deleted runs for good.
        window: Closed by Quit.
    """

    def __init__(
        self,
        files: ExperimentFiles,
        show_presets: Callable[[], None],
        choose_store: Callable[[], None],
        empty_trash: Callable[[], None],
        window: QWidget,
    ) -> None:
        super().__init__("file", tr("File"), window)
        self._files = files
        key = QKeySequence.StandardKey
        self.add(
            Action("new", tr("New"), files.new, key.New, "new", tr("Begin with the first preset")),
            Action("presets", tr("New from preset…"), show_presets, "Ctrl+Shift+N",
                   reason=tr("Begin with a network that comes with the workbench")),
            Action("open", tr("Open…"), files.choose_and_open, key.Open, "open",
                   tr("Open the file of an experiment")),
            Menu("recent", tr("Open recent"), self._recent, empty=tr("Nothing opened yet")),
            None,
            Action("save", tr("Save"), files.save, key.Save, "save",
                   tr("Save the experiment to its file")),
            Action("save_as", tr("Save as…"), files.save_as, key.SaveAs,
                   reason=tr("Save the experiment to another file")),
            None,
            Action("store", tr("Open another store…"), choose_store,
                   reason=tr("Show the runs of another folder")),
            Action("trash", tr("Empty trash…"), empty_trash, "", "trash",
                   tr("Remove deleted runs and their files for good")),
            None,
            Action("quit", tr("Quit"), window.close, key.Quit),
        )  # fmt: skip

    def _recent(self) -> Sequence[Action]:
        return [
            Action(path, path, partial(self._files.open, Path(path)), reason=path)
            for path in self._files.recent
        ]

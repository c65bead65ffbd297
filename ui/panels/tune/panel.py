"""The Tune tab: measures on the experiment at hand what is best guessed by measuring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from ui.editing.editor import Editor
from ui.panels.shared.pages import LatePages
from ui.running.task_runner import TaskRunner
from workbench.base.text import tr

if TYPE_CHECKING:
    from ui.panels.experiment.hardware import HardwarePage
    from ui.panels.tune.batch_finder import BatchFinder
    from ui.panels.tune.rate_finder import RateFinder
    from ui.panels.tune.roofline import RooflinePage
    from ui.panels.tune.speed import SpeedPage


class _Made(NamedTuple):
    """The pages, in their order."""

    rate: RateFinder
    batch: BatchFinder
    speed: SpeedPage
    roofline: RooflinePage
    hardware: HardwarePage


class TunePanel(LatePages[_Made]):
    """Pages that find a setting by trying.

    Args:
        editor: Whose experiment is tried, and takes what is found.
        task_runner: Does it.
        store: Folder of the store, where what was measured is remembered.
    """

    def __init__(self, editor: Editor, task_runner: TaskRunner, store: Path) -> None:
        super().__init__(tr("What to find"))
        self._editor, self._task_runner, self._store = editor, task_runner, store

    def make(self) -> _Made:
        from ui.panels.experiment.hardware import HardwarePage
        from ui.panels.tune.batch_finder import BatchFinder
        from ui.panels.tune.rate_finder import RateFinder
        from ui.panels.tune.roofline import RooflinePage
        from ui.panels.tune.speed import SpeedPage

        made = _Made(
            RateFinder(self._editor, self._task_runner),
            BatchFinder(self._editor, self._task_runner),
            SpeedPage(self._editor, self._task_runner, self._store),
            RooflinePage(self._editor, self._task_runner),
            HardwarePage(self._editor),
        )
        words = (
            (tr("Learning rate"), tr("The range test: loss over learning rate")),
            (tr("Batch size"), tr("The fastest and the largest that fits")),
            (tr("Speed"), tr("The fastest hardware settings, by measuring")),
            (
                tr("Roofline"),
                tr("Where a step's time goes, and how far each layer is from its limit"),
            ),
            (tr("Hardware"), tr("What this computer has")),
        )
        widgets: tuple[QWidget, ...] = made
        for widget, (title, reason) in zip(widgets, words, strict=True):
            self.add(widget, title, reason)
        for page in (made.rate, made.batch, made.speed, made.roofline):
            page.failed.connect(self.logged)  # the page says it too
            page.export_requested.connect(self.export_requested)
        return made

    @property
    def rate(self) -> RateFinder:
        """Finds the learning rate."""
        return self.made.rate

    @property
    def batch(self) -> BatchFinder:
        """Finds the batch size."""
        return self.made.batch

    @property
    def speed(self) -> SpeedPage:
        """Finds the fastest hardware settings."""
        return self.made.speed

    @property
    def roofline(self) -> RooflinePage:
        """Says where the time goes."""
        return self.made.roofline

    @property
    def hardware(self) -> HardwarePage:
        """Lists what this computer has."""
        return self.made.hardware

    @Slot(str)
    def find_setting(self, path: str) -> None:
        """Shows the page that finds a setting, and begins."""
        self.front_requested.emit()
        page = {finder.path: finder for finder in (self.rate, self.batch)}[path]
        self.show_page(page)
        page.start()

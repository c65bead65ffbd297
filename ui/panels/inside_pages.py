"""The Inside tab: a run's trained network looked into, tried on an image, and timed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent

from ui.assistant import Assistant
from ui.editor import Editor
from ui.panels.inside import InsidePanel
from ui.panels.pages import Pages
from workbench.runs.record import Run

if TYPE_CHECKING:
    from ui.panels.latency import LatencyPage
    from ui.panels.try_it import TryPage


class _Made(NamedTuple):
    """The pages that are made at the first use, in their order."""

    attempt: TryPage
    speed: LatencyPage


class InsidePages(Pages):
    """Pages on the selected run's network; those with plots are made at the first use.

    Args:
        editor: Knows the machine.
        assistant: Reads the checkpoint and measures, in a process.
        store: Folder of the store.

    Signals:
        remedy_chosen: The run's id and the `Remedy`.
        failed: A sentence.
        export_requested: Make a figure of this: a `FigureSpec`, and the words of its legend.
    """

    remedy_chosen = Signal(str, object)
    failed = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(self, editor: Editor, assistant: Assistant, store: Path) -> None:
        super().__init__(self.tr("What to look at"))
        self._editor, self._assistant, self._store = editor, assistant, store
        self._run: Run | None = None
        self.weights = InsidePanel(assistant)
        self.weights.failed.connect(self.failed)
        self.weights.remedy_chosen.connect(self.remedy_chosen)
        self.add(
            self.weights, self.tr("Weights"),
            self.tr("How weights are spread, gradients and dead units, layer by layer"),
        )  # fmt: skip

    @cached_property
    def _pages(self) -> _Made:
        from ui.panels.latency import LatencyPage
        from ui.panels.try_it import TryPage

        made = _Made(
            TryPage(self._assistant), LatencyPage(self._editor, self._assistant, self._store)
        )
        words = (
            (self.tr("Try it"), self.tr("What the network takes a drawing or an image for")),
            (self.tr("Speed"), self.tr("How fast the trained network answers here")),
        )
        pages: tuple[TryPage | LatencyPage, ...] = made
        for page, (title, reason) in zip(pages, words, strict=True):
            self.add(page, title, reason)
            page.failed.connect(self.failed)
            page.show_run(self._run)
        made.speed.export_requested.connect(self.export_requested)
        return made

    @property
    def attempt(self) -> TryPage:
        """Tries the network on an image."""
        return self._pages.attempt

    @property
    def speed(self) -> LatencyPage:
        """Times the network."""
        return self._pages.speed

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none."""
        self._run = run
        self.weights.show_run(run)
        if "_pages" in vars(self):
            for page in self._pages:
                page.show_run(run)

    def showEvent(self, event: QShowEvent) -> None:
        _ = self._pages
        super().showEvent(event)

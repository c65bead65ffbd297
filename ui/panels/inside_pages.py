"""The Inside tab: what a run's trained network looks like, and how fast it answers."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent

from ui.assistant import Assistant
from ui.editor import Editor
from ui.panels.inside import InsidePanel
from ui.panels.pages import Pages
from workbench.runs.record import Run

if TYPE_CHECKING:
    from ui.panels.latency import LatencyPage


class InsidePages(Pages):
    """Pages on the selected run's network; those with plots are made at the first use.

    Args:
        editor: Knows the machine.
        assistant: Reads the checkpoint and measures, in a process.
        store: Folder of the store.

    Signals:
        remedy_chosen: The run's id and the `Remedy`.
        failed: A sentence.
    """

    remedy_chosen = Signal(str, object)
    failed = Signal(str)

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
    def speed(self) -> LatencyPage:
        """Times the network."""
        from ui.panels.latency import LatencyPage

        page = LatencyPage(self._editor, self._assistant, self._store)
        page.failed.connect(self.failed)
        page.show_run(self._run)
        self.add(page, self.tr("Speed"), self.tr("How fast the trained network answers here"))
        return page

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none."""
        self._run = run
        self.weights.show_run(run)
        if "speed" in vars(self):
            self.speed.show_run(run)

    def showEvent(self, event: QShowEvent) -> None:
        _ = self.speed
        super().showEvent(event)

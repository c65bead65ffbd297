"""Below the pages: the memory (all runs), the queue, and the log."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QTabWidget

from ui.panels.live.log import LogPanel
from ui.panels.runs.panel import RunsPanel
from ui.panels.runs.queue import QueuePanel
from workbench.base.text import tr


class BottomTabs(QTabWidget):
    """Three panels, with what their titles count.

    Args:
        runs, queue, log: The panels.
    """

    def __init__(self, runs: RunsPanel, queue: QueuePanel, log: LogPanel) -> None:
        super().__init__()
        self._runs, self._queue, self._log = runs, queue, log
        self.setDocumentMode(True)
        self.setAccessibleName(tr("Runs, queue and log"))
        self.addTab(runs, tr("Runs"))
        self.addTab(queue, tr("Queue"))
        self.addTab(log, tr("Log"))
        self.setCornerWidget(runs.bar)
        self.currentChanged.connect(self._show_bar)
        log.attention.connect(self._show_attention)

    @Slot()
    def show_runs(self) -> None:
        """Puts the table of runs in front."""
        self.setCurrentWidget(self._runs)

    @Slot()
    def show_queue(self) -> None:
        """Puts the queue in front."""
        self.setCurrentWidget(self._queue)

    @Slot(int)
    def show_waiting(self, count: int) -> None:
        """Says in a title how many runs wait."""
        title = tr("Queue ({count})", count=count) if count else tr("Queue")
        self.setTabText(self.indexOf(self._queue), title)

    @Slot()
    def _show_bar(self) -> None:
        self._runs.bar.setVisible(self.currentWidget() is self._runs)

    @Slot(int)
    def _show_attention(self, unseen: int) -> None:
        title = tr("Log ({unseen})", unseen=unseen) if unseen else tr("Log")
        self.setTabText(self.indexOf(self._log), title)

"""A task under way, in one row: how far it is, the time remaining, Cancel."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from ui.look import theme
from ui.look.plain import Label
from ui.running.task_runner import AskedTask
from workbench.base import units
from workbench.base.text import tr
from workbench.execution.messages import TaskProgress

STEPS = 1000
"""Of the bar, so that it moves smoothly."""


class TaskBar(QWidget):
    """Follows one task after another; hidden while there is none.

    Signals:
        cancelled: The button was pressed; the task is being ended.
    """

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._task: AskedTask | None = None
        self._began: tuple[float, float] | None = None
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(40 * theme.UNIT)
        self.words = Label()
        self.words.setProperty("role", "muted")
        self.button = QPushButton(tr("Cancel"))
        self.button.setToolTip(tr("End it; what was measured so far stays"))
        self.button.clicked.connect(self.cancel)
        row = QHBoxLayout(self)
        theme.spaced(row, 0, spacing=3)
        for widget in (self.bar, self.words, self.button):
            row.addWidget(widget)
        row.addStretch(1)
        self.hide()

    @property
    def is_busy(self) -> bool:
        """Whether a task is under way or waits."""
        return self._task is not None

    def follow(self, task: AskedTask, waits: str = "") -> None:
        """Shows a task from now until it is over.

        Args:
            task: Which.
            waits: Why it doesn't begin at once; "" where it does.
        """
        self._task, self._began = task, None
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(tr("Progress"))
        self.words.setText(waits or tr("starting its process…"))
        task.progress.connect(self._show)
        task.ended.connect(self._ended)
        self.show()

    @Slot()
    def cancel(self) -> None:
        """Ends the task."""
        if self._task is not None:
            self._task.cancel()
            self.cancelled.emit()

    @Slot(object)
    def _show(self, message: TaskProgress) -> None:
        if not message.total:
            self.bar.setRange(0, 0)
            self.words.setText(message.words)
            return
        now = time.monotonic()
        if self._began is None:  # what came before says nothing about the pace
            self._began = now, message.done
        self.bar.setRange(0, STEPS)
        self.bar.setValue(round(STEPS * message.done / message.total))
        since, first = self._began
        done = message.done - first
        left = (now - since) * (message.total - message.done) / done if done > 0 else None
        # What takes longer than was said has no time left to tell.
        remaining = tr("{left} left", left=units.duration(left)) if left else ""
        self.words.setText(", ".join(filter(None, [message.words, remaining])))

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.hide()

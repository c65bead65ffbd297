"""The line that says how far a run is, rewritten in place."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TextIO

from workbench.base.text import joined, tr
from workbench.base.units import count, duration, percent, size
from workbench.cli.terminal import LiveLine
from workbench.execution.messages import EpochEnd, Message, Progress, Started, Steps
from workbench.execution.progress import Pace

BAR_WIDTH, LEAST_BAR = 20, 5
LINE_SECONDS = 0.1


class ProgressLine:
    """One line on a terminal, rewritten in place; silent where the stream is no terminal."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._line = LiveLine(stream)
        self._pace = Pace()
        self._steps_per_epoch = 1
        self._validation = ""
        self._drawn = 0.0
        self._is_seen = True

    def show(self, message: Message, *, is_seen: bool = True) -> None:
        """Takes any message of a training process.

        Args:
            message: Of the run.
            is_seen: Whether the line is drawn; another run's may be.
        """
        self._is_seen = is_seen
        if isinstance(message, Started):
            self._pace.started(message)
            self._steps_per_epoch = message.steps_per_epoch
        elif isinstance(message, EpochEnd):
            self._validation = tr("validation {share}", share=percent(message.metrics.val_accuracy))
        elif isinstance(message, Steps):
            self._pace.steps(message)
            self._draw(self._training_words(message))
        elif isinstance(message, Progress):
            self._draw(_phase_words(message), force=True)

    def clear(self) -> None:
        """Removes the line."""
        self._line.clear()

    def _training_words(self, message: Steps) -> str:
        """As much as there is room for, what is dropped first at the end of the list."""
        pace = self._pace
        epochs = -(-pace.total_steps // self._steps_per_epoch)
        epoch = min(epochs, (pace.step - 1) // self._steps_per_epoch + 1)
        left = ""
        if pace.remaining is not None:
            left = tr("{time} left", time=duration(pace.remaining))
        words = [
            tr("epoch {epoch}/{epochs}", epoch=epoch, epochs=epochs),
            tr("loss {loss}", loss=f"{message.loss[-1]:.4f}"),
            tr("{rate} images/s", rate=count(message.images_per_second[-1])),
            self._validation,
            left,
        ]
        room = self._line.columns
        for dropped in (2, 3, 1):
            if len(_joined(words)) > room:
                words[dropped] = ""
        bar = min(BAR_WIDTH, room - len(_joined(words)) - len("[] "))
        filled = round(bar * pace.share)
        drawn = f"[{'#' * filled}{'-' * (bar - filled)}] " if bar >= LEAST_BAR else ""
        return f"{drawn}{_joined(words)}"

    def _draw(self, words: str, *, force: bool = False) -> None:
        now = time.monotonic()
        if self._is_seen and (force or now - self._drawn >= LINE_SECONDS):
            self._line.draw(words)
            self._drawn = now


def _joined(words: Sequence[str]) -> str:
    return "  ".join(filter(None, words))


def _phase_words(message: Progress) -> str:
    amount = size if message.unit == "B" else count
    if message.total:
        done, total = amount(message.done), amount(message.total)
        return tr("{phase} {done} of {total}", phase=message.phase, done=done, total=total)
    return joined(" ", [message.phase, amount(message.done)]) if message.done else message.phase

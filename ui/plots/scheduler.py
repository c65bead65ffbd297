"""When plots are drawn: within a budget, one plot in each turn of the event loop.

Training shares the cores with the window, so drawing may take only a small part of the time.
What to draw, and how, never lives here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

_WARM_UP_FRAMES = 3
_AIM = 0.85
"""Part of the share to aim at, as now and then a frame takes longer than the median."""
_WARM_UP_INTERVAL = 0.5
_BLOCKED_SHARE = 1 / 3
"""What counts of the time a frame takes, where that is more than the processor's: a screen that is
far away holds the window up without computing.
"""


class DrawBudget:
    """The policy: how long after the start of a frame the next one may start.

    Args:
        share: the part of a processor's time that drawing may take.
        fastest: the shortest interval between two frames, in seconds.
    """

    def __init__(self, share: float = 0.03, fastest: float = 0.1) -> None:
        self.share = share
        self.fastest = fastest
        self._costs: deque[float] = deque(maxlen=5)

    def record(self, cost: float) -> None:
        """Note what a frame took, in seconds."""
        self._costs.append(cost)

    @property
    def interval(self) -> float:
        """Seconds from the start of a frame to the start of the next.

        The median of the last frames decides, so that one frame that was interrupted by another
        process does not freeze the plots. The first frames build fonts and caches: they say
        nothing yet, and the wait for the next stays short.
        """
        if not self._costs:
            return self.fastest
        wanted = max(self.fastest, median(self._costs) / (_AIM * self.share))
        return min(wanted, _WARM_UP_INTERVAL) if len(self._costs) < _WARM_UP_FRAMES else wanted


class DrawTarget(Protocol):
    """What a scheduler draws."""

    def drawable(self) -> bool:
        """Whether anybody can see it now; if not, it stays dirty."""
        ...

    def draw(self) -> bool:
        """Draw at once, paint included. True if some of the work is left for another turn."""
        ...


class DrawScheduler(QObject):
    """Draws what is dirty. No timer runs while nothing visible is.

    What a frame costs is the processor's time for it: on a busy machine drawing takes longer, but
    no more from training.
    """

    frame_drawn = Signal(float)
    """A frame is complete; its duration in seconds."""

    def __init__(
        self,
        parent: QObject | None = None,
        budget: DrawBudget | None = None,
        clock: Callable[[], float] = time.perf_counter,
        processor: Callable[[], float] = time.thread_time,
    ) -> None:
        super().__init__(parent)
        self.budget = budget or DrawBudget()
        self._clock, self._processor = clock, processor
        self._dirty: dict[DrawTarget, None] = {}
        self._urgent: dict[DrawTarget, None] = {}
        self._frame: deque[DrawTarget] = deque()
        self._cost = 0.0
        self._frame_start = float("-inf")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)

    @property
    def idle(self) -> bool:
        """Whether no turn is planned."""
        return not self._timer.isActive()

    def is_dirty(self, target: DrawTarget) -> bool:
        """Whether `target` waits to be drawn (also while it is hidden)."""
        return target in self._dirty or target in self._urgent

    def mark_dirty(self, *targets: DrawTarget, urgent: bool = False) -> None:
        """Draw these when the budget allows; if `urgent` (a person acted), in the next turns."""
        for target in targets:
            if urgent:
                self._urgent[target] = None
            elif target not in self._urgent:
                self._dirty[target] = None
        self.wake()

    def forget(self, target: DrawTarget) -> None:
        """Drop `target`: it is about to be deleted."""
        self._dirty.pop(target, None)
        self._urgent.pop(target, None)
        if target in self._frame:
            self._frame.remove(target)

    @Slot()
    def wake(self) -> None:
        """Plan the next turn; call it also when something that was hidden is shown."""
        if any(target.drawable() for target in self._urgent) or self._frame:
            self._start(0.0)
        elif any(target.drawable() for target in self._dirty):
            self._start(self._frame_start + self.budget.interval - self._clock())

    def _start(self, seconds: float) -> None:
        wait = round(max(seconds, 0.0) * 1000)
        if not self._timer.isActive() or self._timer.remainingTime() > wait:
            self._timer.start(wait)

    @Slot()
    def _turn(self) -> None:
        """Draw one plot, and plan the next turn."""
        urgent = next((target for target in self._urgent if target.drawable()), None)
        if urgent is not None:
            del self._urgent[urgent]
            self._dirty.pop(urgent, None)
            if urgent in self._frame:
                self._frame.remove(urgent)
            if urgent.draw():
                self._urgent[urgent] = None
        else:
            self._frame_turn()
        self.wake()

    def _frame_turn(self) -> None:
        """Draw the next plot of the frame, or open a frame with all that is dirty now."""
        if not self._frame:
            self._frame.extend(target for target in self._dirty if target.drawable())
            self._cost = 0.0
            self._frame_start = self._clock()
        if not self._frame:
            return
        target = self._frame.popleft()
        self._dirty.pop(target, None)
        if target.drawable():
            begin, worked = self._clock(), self._processor()
            unfinished = target.draw()
            took, worked = self._clock() - begin, self._processor() - worked
            self._cost += max(worked, _BLOCKED_SHARE * took)
        else:
            unfinished = True
        if unfinished:
            self._dirty[target] = None
        if not self._frame:
            self.budget.record(self._cost)
            self.frame_drawn.emit(self._cost)

"""The queue's estimates: looked up in a thread, measured while nothing trains, summed.

Between the store's measurements and the Queue panel; draws nothing, and delays no run.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.panels.live.preflight import IDLE_MILLISECONDS
from ui.panels.runs.queue import QueuePanel
from ui.running.run_controller import RunController
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import tr
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.hardware import forecast
from workbench.hardware.forecast import EstimateReader, Expected
from workbench.runs.store import Store
from workbench.spec.machine import Machine

CLOCK_MILLISECONDS = 5000
"""What remains of the run under way, and the time of day, are looked at so often."""


class QueueForecast(QObject):
    """Tells the panel how long its runs will take.

    Args:
        panel: Shows it.
        controller: Knows the machine and the run under way.
        task_runner: Measures.
        store: Folder of the store, where results are remembered.
        jobs: Of the window.
        parent: Of this.
    """

    def __init__(
        self,
        panel: QueuePanel,
        controller: RunController,
        task_runner: TaskRunner,
        store: Path,
        jobs: Jobs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._panel, self._controller, self._task_runner = panel, controller, task_runner
        self._reader, self._latest = EstimateReader(store), jobs.latest(self)
        self._latest.failed.connect(controller.failed)
        self._folder = store
        self._waiting: list[str] = []
        self._goes = False
        self._expected: list[Expected] = []
        self._under_way: list[Expected] = []
        self._task: AskedTask | None = None
        self._asked = ""
        self._refused: dict[str, str] = {}
        self._by_itself = True
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MILLISECONDS)
        self._idle.timeout.connect(self.measure)
        self._sum = WhenShown(panel, self._show_total)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MILLISECONDS)
        self._clock.timeout.connect(self._sum.mark)
        panel.measure.clicked.connect(self._measure_on_request)
        panel.task_bar.cancelled.connect(self._leave_be)
        controller.state_changed.connect(self.look)
        controller.machine_found.connect(self.look)

    def show_queue(self, run_ids: list[str], goes: bool) -> None:
        """Tells of these runs.

        Args:
            run_ids: Of those that wait, next first.
            goes: Whether they train without being asked for again.
        """
        self._waiting, self._goes = run_ids, goes
        self.look()

    @Slot()
    def look(self) -> None:
        """Looks up what is known, in a thread."""
        if self._latest.is_closed:
            return
        if self._task is not None and self._controller.is_busy:
            self._task.cancel()
        waiting, under_way = set(self._waiting), self._controller.run_ids
        machine, reader = self._controller.machine, self._reader
        if machine is None:
            self._latest.ask(list, self._found)  # nothing is known until the process is there
        elif not waiting:
            self._latest.ask(partial(reader.look, [], machine), self._found)
        else:
            work = partial(_look, reader, waiting, under_way, machine)
            self._latest.ask(in_store(self._folder, work), self._found)

    @Slot()
    def measure(self) -> None:
        """Times a few steps of the next unknown run, unless something else is under way."""
        unknown = self._unknown()
        request = unknown.request if unknown is not None else None
        if self._task is not None or unknown is None or request is None:
            return
        if self._controller.is_busy:
            return
        if self._task_runner.current is not None:  # a person's own task comes first
            self._idle.start()
            return
        self._asked = unknown.key
        self._task = self._task_runner.ask(PREFLIGHT, request, measures=True)
        self._task.failed.connect(self._fail)
        self._task.ended.connect(self._ended)
        self._panel.task_bar.follow(self._task)
        self._show()

    def _unknown(self) -> Expected | None:
        """The next run that is to be measured."""
        return next(
            (
                one
                for one in self._expected
                if one.key and one.known is None and one.key not in self._refused
            ),
            None,
        )

    @Slot(object)
    def _found(self, expected: list[Expected]) -> None:
        under_way = set(self._controller.run_ids)
        self._expected = [one for one in expected if one.run_id not in under_way]
        self._under_way = [one for one in expected if one.run_id in under_way]
        self._show()
        if expected:
            self._clock.start()
        else:
            self._clock.stop()
        if self._by_itself and self._unknown() is not None and not self._controller.is_busy:
            self._idle.start()
        else:
            self._idle.stop()

    def _show(self) -> None:
        self._panel.list.show_estimates({one.run_id: self._words(one) for one in self._expected})
        may_ask = self._task is None and not self._by_itself and not self._controller.is_busy
        self._panel.measure.setVisible(may_ask and self._unknown() is not None)
        self._sum.mark()

    def _words(self, one: Expected) -> tuple[str, bool, str]:
        """What is said of a run, whether it is bad news, and why."""
        if one.known is not None:
            reason = tr("Estimated from a few steps that were timed on this computer")
            return one.known.words(one.epochs), not one.known.fits, reason
        if not one.key:
            return tr("can't be estimated"), False, tr("Made by another version")
        if one.key in self._refused:
            return tr("can't be estimated"), True, self._refused[one.key]
        if self._task is not None and one.key == self._asked:
            return tr("estimating…"), False, tr("A few steps are timed")
        return "", False, tr("Not measured yet; a few steps are timed while nothing trains")

    def start(self, place: int) -> str:
        """When the run at a place of the queue (1 is the next) will begin; "" where unknown."""
        before, now = self._expected[: place - 1], time.time()
        if len(before) < place - 1:
            return ""
        then = forecast.start(before, now, self._left())
        return forecast.clock(then, now) if then is not None else ""

    def _left(self) -> float | None:
        """Seconds of the runs under way; None where there is none, or while unknown.

        Their sum, as runs beside each other share one computer.
        """
        controller, expected = self._controller, {one.run_id: one for one in self._under_way}
        seconds = []
        for run_id in controller.run_ids:
            left = controller.state_of(run_id).pace.remaining
            if left is None and run_id in expected:
                left = expected[run_id].seconds
            seconds.append(left)
        known = [left for left in seconds if left is not None]
        return sum(known) if seconds and len(known) == len(seconds) else None

    def _show_total(self) -> None:
        under_way = len(self._controller.run_ids)
        words = forecast.total(
            self._expected, time.time(), left=self._left(), under_way=under_way, goes=self._goes
        )
        self._panel.total.say(words)
        self._panel.total.setToolTip(
            words and tr("{words}. Estimated from a few steps of each run", words=words)
        )

    @Slot()
    def _measure_on_request(self) -> None:
        self._by_itself = True
        self.measure()

    @Slot()
    def _leave_be(self) -> None:
        """A person ended the measuring: it begins again when asked to."""
        self._by_itself = False
        self._idle.stop()
        self._show()

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._refused[self._asked] = sentence

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.look()


def _look(
    reader: EstimateReader, waiting: set[str], under_way: list[str], machine: Machine, store: Store
) -> list[Expected]:
    """What is expected of the runs that wait, in their order, and of those under way; a job.

    A run that has left the queue since is left out: the window will ask again.
    """
    runs = [run for run in store.queue() if run.run_id in waiting]
    return reader.look([*runs, *map(store.run, under_way)], machine)

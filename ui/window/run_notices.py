"""What became of a run that was just made or resumed: it trains, waits, or can't be seen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from ui.look.plain import isolated
from workbench.runs.record import Run

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow


class RunNotices(QObject):
    """Leads to a new run, without a change of how the table of runs is filtered and grouped.

    Args:
        window: Whose banner says it.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.runs.hidden_by_view.connect(self._say_hidden)

    def show_new(self, run: Run) -> None:
        """Shows a run that begins now; says where it waits if another is under way."""
        if not self._say_place(run):
            self.show_run(run.run_id)

    @Slot(str)
    def resume(self, run_id: str) -> None:
        """Goes on with a run; says where it waits if another is under way."""
        run = self._window.conductor.resume_run(run_id)
        if run is not None:
            self._say_place(run)

    def _say_place(self, run: Run) -> bool:
        """Says where a run waits; False where it doesn't."""
        place = self._window.conductor.place_in_queue(run.run_id)
        if place:
            self._say_queued(run, place)
        return bool(place)

    def show_run(self, run_id: str) -> None:
        """Selects a run and shows its curves."""
        window = self._window
        window.bottom.setCurrentWidget(window.runs)
        window.tabs.setCurrentWidget(window.live)
        window.runs.select(run_id, keep_view=True)

    def with_start(self, queued: str, place: int) -> str:
        """A sentence that something waits at a place of the queue, and when it will begin."""
        if self._is_held():
            return self.tr("{}; the queue is on hold.").format(queued)
        at = self._window.follower.forecast.start(place)
        return self.tr("{0}, starts about {1}.").format(queued, at) if at else f"{queued}."

    def _say_queued(self, run: Run, place: int) -> None:
        window, held = self._window, self._is_held()
        queued = self.tr("“{0}” is queued as number {1}").format(isolated(run.name), f"{place:,}")
        window.banner.say(
            self.with_start(queued, place),
            action=self.tr("Run queue") if held else self.tr("Show queue"),
            act=partial(window.conductor.hold_queue, False) if held
            else partial(window.bottom.setCurrentWidget, window.queue),
        )  # fmt: skip

    def _is_held(self) -> bool:
        window = self._window
        return bool(window.conductor.guarded(lambda: window.store.queue_held))

    @Slot(str)
    def _say_hidden(self, run_id: str) -> None:
        window = self._window
        place = window.model.frame.place(run_id)
        name = str(window.model.frame.value("name", place)) if place is not None else run_id
        window.banner.say(
            self.tr("“{}” is not in the table: the filter hides it.").format(isolated(name)),
            action=self.tr("Show all runs"),
            act=partial(window.runs.select, run_id),
        )

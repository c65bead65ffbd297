"""What became of a run that was just made or resumed: it trains, waits, or can't be seen; and of a
search: how it ended, or that it was broken off.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from ui.look.banner import Banner
from ui.panels.runs.panel import RunsPanel
from ui.running.run_controller import RunController
from ui.running.search_controller import SearchController
from ui.window.queue_forecast import QueueForecast
from workbench.base.text import isolated, joined, tr
from workbench.runs.record import Run
from workbench.runs.studies import StudyRecord


class RunNotices(QObject):
    """Leads to a new run, without a change of how the table of runs is filtered and grouped.

    Args:
        controller: Trains it.
        searches: Does searches.
        forecast: Knows when it will begin.
        runs: Shows it.
        banner: Says it.

    Signals:
        curves_requested: The new run's curves are to be seen, and its row.
        queue_requested: The queue is to be seen.
    """

    curves_requested = Signal()
    queue_requested = Signal()

    def __init__(
        self,
        controller: RunController,
        searches: SearchController,
        forecast: QueueForecast,
        runs: RunsPanel,
        banner: Banner,
    ) -> None:
        super().__init__(banner)
        self._controller, self._searches, self._forecast = controller, searches, forecast
        self._runs, self._banner = runs, banner
        runs.hidden_by_view.connect(self._say_hidden)
        controller.queued.connect(self._show_group)
        searches.ended.connect(self._say_ended)
        searches.offered.connect(self._offer_search)

    @Slot(str, str)
    def _say_ended(self, study_id: str, words: str) -> None:
        """How a search ended, and what it found."""
        answer = self._searches.answer
        ended = tr("The search has ended: {words}.", words=words)
        self._banner.say(joined("\n", [answer[0], answer[-1]]) if len(answer) > 1 else ended)

    @Slot(list)
    def _offer_search(self, broken: list[StudyRecord]) -> None:
        """Offers to go on with what was broken off, the newest first."""
        study = broken[-1]
        self._banner.say(
            tr(
                "The search “{name}” was broken off; nothing of it is lost.",
                name=isolated(study.name),
            ),
            action=tr("Resume"),
            act=partial(self._searches.resume, study.study_id),
        )

    def show_new(self, run: Run) -> None:
        """Shows a run that begins now; says where it waits if another is under way."""
        if not self._say_place(run):
            self._show_run(run.run_id)

    @Slot(str)
    def resume(self, run_id: str) -> None:
        """Goes on with a run; says where it waits if another is under way."""
        run = self._controller.resume_run(run_id)
        if run is not None:
            self._say_place(run)

    def _say_place(self, run: Run) -> bool:
        """Says where a run waits; False where it doesn't."""
        place = self._controller.place_in_queue(run.run_id)
        if place:
            self._say_queued(run, place)
        return bool(place)

    def _show_run(self, run_id: str) -> None:
        """Selects a run and shows its curves."""
        self.curves_requested.emit()
        self._runs.select(run_id, keep_view=True)

    @Slot(list)
    def _show_group(self, run_ids: list[str]) -> None:
        """Says where several runs that were made together wait, and shows the first."""
        controller = self._controller
        run = controller.guarded(partial(controller.store.run, run_ids[0]))
        if run is None:
            return
        place = controller.place_in_queue(run.run_id)
        count = f"{len(run_ids):,}"
        group = controller.guarded(partial(controller.store.group, run.group_id))
        name = group.name if group is not None else ""
        if place:
            queued = tr(
                "{count} runs are queued from number {place} on, as the group “{group}”",
                count=count,
                place=f"{place:,}",
                group=name,
            )
            sentence = self._with_start(queued, place)
        else:
            sentence = tr(
                "{count} runs train one after another, as the group “{group}”.",
                count=count,
                group=name,
            )
        self._banner.say(
            sentence,
            action=tr("Group the table"),
            act=partial(self._runs.group_by, "group"),
        )
        if not place:
            self._show_run(run.run_id)

    def _with_start(self, queued: str, place: int) -> str:
        """A sentence that something waits at a place of the queue, and when it will begin."""
        if self._is_held():
            return tr("{queued}; the queue is on hold.", queued=queued)
        at = self._forecast.start(place)
        return tr("{queued}, starts about {at}.", queued=queued, at=at) if at else f"{queued}."

    def _say_queued(self, run: Run, place: int) -> None:
        held = self._is_held()
        queued = tr(
            "“{name}” is queued as number {place}", name=isolated(run.name), place=f"{place:,}"
        )
        self._banner.say(
            self._with_start(queued, place),
            action=tr("Run queue") if held else tr("Show queue"),
            act=partial(self._controller.hold_queue, False) if held else self.queue_requested.emit,
        )

    def _is_held(self) -> bool:
        controller = self._controller
        return bool(controller.guarded(lambda: controller.store.queue_held))

    @Slot(str)
    def _say_hidden(self, run_id: str) -> None:
        frame = self._runs.model.frame
        place = frame.place(run_id)
        name = str(frame.value("name", place)) if place is not None else run_id
        self._banner.say(
            tr("“{name}” is not in the table: the filter hides it.", name=isolated(name)),
            action=tr("Show all runs"),
            act=partial(self._runs.select, run_id),
        )

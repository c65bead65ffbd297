"""Training an experiment several times with one click: with several seeds, or fold by fold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QInputDialog, QMenu

from workbench.experiment import Experiment
from workbench.levers.repeats import MOST, Repeats, with_folds, with_seeds
from workbench.spec.base import SpecError

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow

SEEDS = (3, 5, 10, 20)
FOLDS = (3, 5, 10)

Plan = Callable[[Experiment, int], Repeats]


class RunRepeats(QObject):
    """Two menus, for the Run menu and the Train button, and what they do.

    Args:
        window: Whose experiment is trained.

    Attributes:
        seeds, folds: The menus.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        tr = self.tr
        self.seeds = self._menu(
            tr("Train with several seeds"), tr("{} seeds"), SEEDS, with_seeds,
            tr("Queue runs that differ in the seed alone, as one group: their spread is chance, "
               "and a difference beyond it is none"),
        )  # fmt: skip
        self.folds = self._menu(
            tr("Cross-validate"), tr("{} folds"), FOLDS, with_folds,
            tr("Queue a run for each fold that is held out as validation part, as one group: every "
               "training image judges once"),
        )  # fmt: skip
        window.conductor.queued.connect(self._show_queued)

    def _menu(
        self, title: str, each: str, counts: tuple[int, ...], plan: Plan, reason: str
    ) -> QMenu:
        menu = QMenu(title, self._window)
        menu.setToolTipsVisible(True)
        menu.setToolTip(reason)
        for count in counts:
            action = menu.addAction(each.format(count))
            action.setToolTip(reason)
            action.triggered.connect(partial(self._train, plan, count))
        menu.addSeparator()
        other = menu.addAction(self.tr("Another number…"))
        other.setToolTip(reason)
        other.triggered.connect(partial(self._ask, title, plan))
        return menu

    def set_problem(self, sentence: str) -> None:
        """Says why nothing can be trained; "" where it can."""
        for menu in (self.seeds, self.folds):
            menu.setEnabled(not sentence)
            menu.menuAction().setToolTip(sentence or menu.toolTip())

    def _ask(self, title: str, plan: Plan) -> None:
        count, sure = QInputDialog.getInt(self._window, title, self.tr("How many runs"), 5, 2, MOST)
        if sure:
            self._train(plan, count)

    def _train(self, plan: Plan, count: int, _checked: bool = False) -> None:
        """Makes the runs, which start at once or once the run under way has ended."""
        editor = self._window.editor
        try:
            wanted = plan(editor.experiment, count)
        except SpecError as error:
            self._window.report(str(error))
            return
        problem = wanted.data_problem(editor.info)
        if problem is not None:
            self._window.report(editor.sentence(problem))
            return
        self._window.conductor.train_all(wanted)

    @Slot(list)
    def _show_queued(self, run_ids: list[str]) -> None:
        window = self._window
        run = window.feed.read(run_ids[0])
        if run is None:
            return
        place = window.conductor.place_in_queue(run.run_id)
        count = f"{len(run_ids):,}"
        group = window.store.group(run.group_id)
        name = group.name if group is not None else ""
        if place:
            queued = self.tr("{0} runs are queued from number {1} on, as the group “{2}”")
            words = queued.format(count, f"{place:,}", name)
            sentence = window.notices.with_start(words, place)
        else:
            trained = self.tr("{0} runs train one after another, as the group “{1}”.")
            sentence = trained.format(count, name)
        window.banner.say(
            sentence,
            action=self.tr("Group the table"),
            act=partial(window.runs.group_by, "group"),
        )
        if not place:
            window.notices.show_run(run.run_id)

"""Training an experiment several times with one click: with several seeds, or fold by fold."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from ui.editing.editor import Editor
from ui.look.actions import Action, Menu
from ui.running.run_controller import RunController
from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.levers.repeats import MOST, Repeats, with_folds, with_seeds
from workbench.spec.base import SpecError

SEEDS = (3, 5, 10, 20)
FOLDS = (3, 5, 10)

Plan = Callable[[Experiment, int], Repeats]


class RunRepeats(QObject):
    """Two menus, for the Run menu and the Train button, and what they do.

    Args:
        editor: Whose experiment is trained.
        controller: Trains it.
        window: Lies behind the question for another number.

    Signals:
        failed: A sentence on why nothing was made.

    Attributes:
        menus: For seeds and for folds.
    """

    failed = Signal(str)

    def __init__(self, editor: Editor, controller: RunController, window: QWidget) -> None:
        super().__init__(window)
        self._editor, self._controller, self._window = editor, controller, window
        self.menus = (
            self._menu(
                "seeds",
                tr("Train with several seeds"),
                tr("{} seeds"),
                SEEDS,
                with_seeds,
                tr(
                    "Queue runs that differ in the seed alone, as one group: their spread is "
                    "chance, and a difference beyond it is none"
                ),
            ),
            self._menu(
                "folds",
                tr("Cross-validate"),
                tr("{} folds"),
                FOLDS,
                with_folds,
                tr(
                    "Queue a run for each fold that is held out as validation part, as one group: "
                    "every training image judges once"
                ),
            ),
        )

    def _menu(
        self, name: str, title: str, each: str, counts: tuple[int, ...], plan: Plan, reason: str
    ) -> Menu:
        obstacle = self._editor.first_problem
        entries: list[Action | None] = [
            Action(
                f"{name}_{count}",
                each.format(count),
                partial(self._train, plan, count),
                reason=reason,
                obstacle=obstacle,
            )
            for count in counts
        ]
        other = Action(
            f"{name}_other",
            tr("Another number…"),
            partial(self._ask, title, plan),
            reason=reason,
            obstacle=obstacle,
        )
        return Menu(name, title, (*entries, None, other), reason, obstacle)

    def _ask(self, title: str, plan: Plan) -> None:
        count, sure = QInputDialog.getInt(self._window, title, tr("How many runs"), 5, 2, MOST)
        if sure:
            self._train(plan, count)

    def _train(self, plan: Plan, count: int) -> None:
        """Makes the runs, which start at once or once the run under way has ended."""
        editor = self._editor
        try:
            wanted = plan(editor.experiment, count)
        except SpecError as error:
            self.failed.emit(str(error))
            return
        problem = wanted.data_problem(editor.info)
        if problem is not None:
            self.failed.emit(editor.sentence(problem))
            return
        self._controller.train_all(wanted)

"""Training several times with one click: with other seeds, folds, or less of what a run uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from ui.editing.editor import Editor
from ui.look.actions import Action, Menu
from ui.panels.runs.panel import RunsPanel
from ui.running.run_controller import RunController
from workbench.base.text import isolated, joined, tr
from workbench.base.units import listing
from workbench.experiment import Experiment
from workbench.levers.repeats import MOST, Repeats, with_folds, with_seeds
from workbench.runs.record import Run
from workbench.spec.base import SpecError

if TYPE_CHECKING:
    from workbench.study.ablation.plan import Ablation

SEEDS = (3, 5, 10, 20)
FOLDS = (3, 5, 10)

Plan = Callable[[Experiment, int], Repeats]


class RunRepeats(QObject):
    """Two menus, for the Run menu and the Train button, what they do, and the ablation of a run.

    Args:
        editor: Whose experiment is trained.
        controller: Trains it.
        runs: Where a run is chosen to be ablated.
        read_run: All that is known of the run of an id; None where it can't be read.
        window: Lies behind the question for another number.

    Signals:
        failed: A sentence on why nothing was made.

    Attributes:
        menus: For seeds and for folds.
    """

    failed = Signal(str)

    def __init__(
        self,
        editor: Editor,
        controller: RunController,
        runs: RunsPanel,
        read_run: Callable[[str], Run | None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._editor, self._controller, self._window = editor, controller, window
        self._read_run = read_run
        runs.ablate.connect(self.ablate)
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

    # --- ablation ------------------------------------------------------------------------------

    @Slot(str)
    def ablate(self, run_id: str) -> None:
        """Asks for a number of seeds, and queues a run without each of its techniques."""
        from workbench.study.ablation.plan import ablatable, ablation  # not at the start

        run = self._read_run(run_id)
        if run is None:
            return
        try:
            experiment = ablatable(run)
            is_here = experiment.data == self._editor.experiment.data
            info = self._editor.info if is_here else experiment.data.info()
            wanted = _question(ablation(experiment, info, 1))
            title = tr("Ablate {name}", name=isolated(run.name))
            seeds, sure = QInputDialog.getInt(self._window, title, wanted, SEEDS[1], 2, MOST)
            if sure:
                self._controller.train_all(ablation(experiment, info, seeds).repeats)
        except SpecError as error:
            self.failed.emit(joined(": ", [run.name, str(error)]))


def _question(plan: Ablation) -> str:
    """What will be trained, and what can't be taken away alone, a line each."""
    off = [one.technique.words for one in plan.variants if not one.refusal]
    lines = [
        tr("Trains it as it is, and without each of: {techniques}.", techniques=listing(off, 8)),
        *(
            tr("Without {technique}: does not apply, {reason}.", technique=name, reason=one.refusal)
            for one in plan.variants
            if (name := one.technique.words) and one.refusal
        ),
        tr("How many seeds of each?"),
    ]
    return joined("\n", lines)

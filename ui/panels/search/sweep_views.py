"""What is seen of a sweep beside its table: the answer, and plots of its trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.panels.compare.curves_page import RunCurvesPage
from ui.panels.compare.tradeoff_parallel import ParallelView
from ui.panels.compare.tradeoff_scatter import ScatterView
from ui.panels.compare.tradeoff_view import TradeoffView
from ui.panels.export.button import export_action, export_button
from ui.panels.search.answer import SweepAnswer
from ui.panels.search.drawn_trials import DrawnTrials, of_front, of_parallel, so_far, with_keys
from ui.panels.search.importance import ImportanceView
from ui.panels.search.read_sweep import ShownSweep
from ui.panels.shared.pages import view_button
from workbench.base.text import plural, tr
from workbench.curves.run import RunCurves
from workbench.figures.tradeoffs.numbers import RunNumbers
from workbench.study.results.standing import SweepState

CURVES = {"metric": "val_accuracy", "axis": "epoch"}
"""What the curves of trials show at first."""


VIEWS = (
    ("trials", tr("Trials"), tr("Every trial: what it has, what it reached, where it stands")),
    ("answer", tr("Answer"), tr("What is best, and whether it is more than luck")),
    ("best", tr("Best so far"), tr("Every trial in order, and the best up to it")),
    ("curves", tr("Curves"), tr("Validation curves of the best trials, or of those selected")),
    ("parallel", tr("Parallel"), tr("Settings and goals at once, narrowed by dragging on an axis")),
    (
        "front",
        tr("Front"),
        tr("The trials that no other beats, in all goals or for what they cost"),
    ),
    ("importance", tr("Importance"), tr("Which settings the best trials have in common")),
)
"""Name, title and reason of each view."""

NO_CURVES = tr("The validation curves of the trials appear here once two runs have begun.")


TRIALS, BEST = 0, 2


class SweepViews(QWidget):
    """One view at a time, told apart by a row of buttons.

    Args:
        trials: The table of trials: the first view, until somebody puts it beside them.
        folder: Of the store.
        known: The curves of a run that the Live tab has already loaded, or None.
        jobs: Of the window.

    Signals:
        picked: A person chose these runs in a plot; their ids.
        failed, said, export_requested: As a `Page` has them.
    """

    picked = Signal(list)
    failed = Signal(str)
    said = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(
        self,
        trials: QWidget,
        folder: Path,
        known: Callable[[str], RunCurves | None],
        jobs: Jobs,
    ) -> None:
        super().__init__()
        self.trials = trials
        self._shown: ShownSweep | None = None
        self._chosen: Sequence[str] = ()
        self._drawn: RunNumbers | None = None
        self._was_chosen = False
        self.latest = jobs.latest(self)
        self.latest.failed.connect(self.failed)
        source = DrawnTrials()
        self._source = source
        none = (None, None, None)
        self.answer = SweepAnswer()
        self.best = ScatterView(source, none, _were_best, chooses=False)
        self.curves = RunCurvesPage(folder, known, jobs, NO_CURVES)
        self.curves.restore_settings(CURVES)
        self.parallel, self.front = ParallelView(source), ScatterView(source, none)
        self.importance = ImportanceView(jobs)
        self.curves.failed.connect(self.failed)
        self.curves.export_requested.connect(self.export_requested)
        self.plots: tuple[TradeoffView, ...] = (self.best, self.parallel, self.front)
        for plot in self.plots:
            plot.picked.connect(self.picked)
            plot.changed.connect(self._changed)
        self._lay_out()
        self.follow = WhenShown(self, self._draw)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        theme.spaced(row, 3, 0, 3, 1, spacing=1)
        self.stack = QStackedWidget()
        self.group = QButtonGroup(self)
        plots = (self.best, self.curves, self.parallel, self.front)
        views: tuple[QWidget, ...] = (self.trials, self.answer, *plots, self.importance)
        for number, (view, (name, text, reason)) in enumerate(zip(views, VIEWS, strict=True)):
            button = view_button(text, reason)
            button.setChecked(number == 0)
            button.setObjectName(name)
            self.group.addButton(button, number)
            row.addWidget(button)
            self.stack.addWidget(view)
        self.group.idToggled.connect(self._switch)
        row.addStretch(1)
        self.export_action = export_action(self, tr("This as SVG, PDF, PNG or CSV, for a paper"))
        self.export_action.setEnabled(False)
        self.export_action.triggered.connect(self.export)
        self.export_button = export_button(self.export_action)
        row.addWidget(self.export_button)
        column = QVBoxLayout(self)
        theme.spaced(column, 0)
        column.addLayout(row)
        column.addWidget(self.stack, 1)

    # --- which ---------------------------------------------------------------------------------

    @property
    def holds_trials(self) -> bool:
        """Whether the table of trials is one of the views, rather than beside them."""
        return self.stack.indexOf(self.trials) >= 0

    def take_trials(self) -> None:
        """Makes the table of trials the first view again."""
        self.stack.insertWidget(TRIALS, self.trials)
        self.group.button(TRIALS).show()
        checked = self.group.checkedId()
        self.stack.setCurrentIndex(checked)

    def give_trials(self) -> QWidget:
        """Gives the table of trials to whoever has room for it beside the views."""
        if self.group.checkedId() == TRIALS:
            self.group.button(BEST).setChecked(True)
        self.group.button(TRIALS).hide()
        self.stack.removeWidget(self.trials)
        return self.trials

    @property
    def view(self) -> QWidget:
        """The view in front."""
        view = self.stack.currentWidget()
        assert view is not None
        return view

    def show_view(self, name: str) -> None:
        """Puts a view in front, by its name; as long as none was, an answer comes by itself."""
        for button in self.group.buttons():
            if button.objectName() == name:
                button.setChecked(True)

    @Slot(int, bool)
    def _switch(self, number: int, checked: bool) -> None:
        if checked:
            self._was_chosen = True
            self.stack.setCurrentIndex(number - (not self.holds_trials))
            self._drawn = None
            self._draw()

    def state(self) -> str:
        """The name of the view in front."""
        button = self.group.checkedButton()
        return button.objectName() if button is not None else ""

    def restore(self, name: str) -> None:
        """Takes what `state` gave."""
        self.show_view(name)

    # --- what is shown -------------------------------------------------------------------------

    def show_sweep(self, shown: ShownSweep, chosen: Sequence[str], *, is_other: bool) -> None:
        """Shows a sweep, or what it has become.

        Args:
            shown: Which.
            chosen: Runs of the trials that are selected.
            is_other: Whether it differs from the one before.
        """
        before = self._shown
        self._shown, self._chosen = shown, chosen
        self._source.numbers = shown.numbers
        plan, numbers = shown.found.plan, shown.numbers
        if is_other or (before is not None and not before.trained and shown.trained):
            self.best.show_quantities(so_far(plan, numbers))
            self.front.show_quantities(of_front(plan, numbers))
            self.parallel.show_axes(*of_parallel(plan, numbers))
        if not self._was_chosen and shown.listed.state is SweepState.ENDED:
            self.show_view("answer")
        self.follow.mark()

    def show_chosen(self, chosen: Sequence[str]) -> None:
        """Marks the trials of these runs."""
        self._chosen = chosen
        if self.view is self.curves:
            self._draw()
        elif isinstance(self.view, TradeoffView):
            self._mark()

    @Slot()
    def _changed(self) -> None:
        self._drawn = None
        self.follow.mark()

    def _draw(self) -> None:
        """Brings the view in front up to date."""
        shown, view = self._shown, self.view
        self.export_button.setVisible(isinstance(view, TradeoffView))
        if shown is None:
            return
        if view is self.answer:
            self.answer.show_sweep(shown)
        elif view is self.importance:
            self.importance.show_sweep(shown)
        elif view is self.curves:
            self.curves.choose(self._chosen if len(self._chosen) > 1 else shown.curves)
        elif isinstance(view, TradeoffView) and shown.numbers is not self._drawn:
            self._drawn = shown.numbers
            table = with_keys(_combinations(shown, view is self.best), view.keys)
            self.latest.ask(view.job(table), partial(self._take, view, table))

    def _take(self, view: TradeoffView, table: RunNumbers, result: Any) -> None:
        if view is self.view:
            view.show_result(table, result)
            self._mark()
            self.export_action.setEnabled(view.figure() is not None)

    def _mark(self) -> None:
        """Marks the selected trials in a plot, by their first run, as it knows them."""
        if isinstance(self.view, TradeoffView):
            self.view.show_chosen(frozenset(self._chosen))

    @Slot()
    def export(self) -> None:
        """Asks for the export window on what is shown."""
        view, shown = self.view, self._shown
        figure = view.figure() if isinstance(view, TradeoffView) else None
        if figure is not None and shown is not None:
            names = dict(zip(shown.numbers.run_ids, shown.numbers.names, strict=True))
            self.export_requested.emit(figure, names)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        self._drawn = None
        self.curves.restyle()
        self.follow.mark()


def _combinations(shown: ShownSweep, has_baseline: bool) -> RunNumbers:
    """The trials, with the baseline where it is drawn with them."""
    numbers = shown.numbers
    if has_baseline:
        return numbers
    return numbers.only(numbers.columns["trial"] > 0)


def _were_best(best: int) -> str:
    return plural(
        "{count} was the best up to then (ringed)",
        "{count} were the best up to then (ringed)",
        best,
    )

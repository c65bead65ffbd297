"""The Compress tab: a recipe for the selected run, and all variants that were made of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.background.turns import Turns, imported
from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.look.plain import Label
from ui.models.run_feed import RunFeed
from ui.panels.shared.page import Page
from ui.panels.shared.requests import Requests
from ui.running.run_controller import RunController
from ui.running.searching import Searching
from ui.running.task_runner import TaskRunner
from workbench.base.text import isolated, tr
from workbench.runs.record import Run
from workbench.spec.base import SpecError

if TYPE_CHECKING:
    from ui.panels.compress.edited_recipe import EditedRecipe
    from ui.panels.compress.family import VariantFamily
    from ui.panels.compress.recipe_editor import RecipeEditor
    from ui.panels.compress.variants_table import VariantsTable
    from ui.panels.compress.variants_view import VariantsView
    from workbench.compression.search.result import SearchResult

MODULES = (
    "workbench.compression.compressed_runs",
    "workbench.compression.presets",
    "workbench.compression.variants",
    "workbench.compression.search.result",
    "ui.panels.compress.family",
    "ui.panels.compress.recipe_editor",
    "ui.panels.compress.smallest",
    "ui.panels.compress.step_runs",
    "ui.plots.figures.scatter",
    "ui.panels.compress.variants_table",
    "ui.panels.compress.variants_plot",
    "ui.panels.compress.variants_view",
)
"""What the page needs, brought one a turn of the event loop: all at once they would hold it up."""

PRESET = "smaller-file"
"""What a person who never made a recipe begins with."""

LARGE = 10_000


class CompressPanel(Page):
    """Compresses the selected run.

    Args:
        feed: All runs.
        controller: Makes the runs that compress, and has them done.
        task_runner: Tests the winner of a search.
        requests: What is asked of the rest of the window.
        jobs: Of the window.
    """

    def __init__(
        self,
        feed: RunFeed,
        controller: RunController,
        task_runner: TaskRunner,
        requests: Requests,
        jobs: Jobs,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._controller, self._frame, self._jobs = controller, feed.frame, jobs
        self._run: Run | None = None
        self._family: VariantFamily | None = None
        self._result: SearchResult | None = None
        self._requests = requests
        self._kept = self._steps = self._shown = ""
        self._sizes: list[int] = []
        self._shows_plot = False
        self.edited: EditedRecipe | None = None
        self._reads = jobs.latest(self)
        self._reads.failed.connect(self.failed)
        self.searching = Searching(controller, task_runner, jobs, self)
        self.searching.failed.connect(self.failed)
        self.searching.done.connect(self._found)
        self.empty = Label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        theme.spaced(column, 0)
        column.addWidget(self.stack)
        self._modules = Turns(imported(MODULES), self)
        self._modules.done.connect(self._make)
        self.follow = WhenShown(self, self._look)
        feed.changed.connect(self.follow.mark)

    # --- building ------------------------------------------------------------------------------

    @Slot()
    def _make(self) -> None:
        """The page itself, at its first use."""
        from ui.panels.compress.edited_recipe import EditedRecipe
        from ui.panels.compress.recipe_editor import RecipeEditor
        from ui.panels.compress.smallest import SmallestBar
        from ui.panels.compress.step_runs import StepRuns
        from ui.panels.compress.variants_view import VariantsView
        from workbench.compression import presets
        from workbench.compression.recipe import CompressionRecipe

        recipe = presets.load(PRESET)
        if self._kept:
            try:
                recipe = CompressionRecipe.from_toml(self._kept)
            except SpecError as error:  # of a newer version, or a damaged file of settings
                self.logged.emit(str(error))
        self.edited = EditedRecipe(recipe, self)
        self.edited.restore_state(self._steps)
        runs = StepRuns(self._frame, self._controller, lambda: self._run, self._jobs, self)
        runs.failed.connect(self.failed)
        self.editor: RecipeEditor = RecipeEditor(self.edited, runs)
        self.editor.failed.connect(self.failed)
        self.editor.said.connect(self.said)
        self.heading = Label()
        self.heading.setProperty("role", "title")
        self.expected, self.notes = Label(), Label()
        for label in (self.expected, self.notes):
            label.setProperty("role", "muted")
            label.setWordWrap(True)
        self.notes.setProperty("role", "problem")
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton(tr("Compress"))
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self.compress)
        self.search_button = QPushButton(tr("Smallest within…"))
        self.search_button.clicked.connect(self.search)
        self.bar = SmallestBar(self.searching)
        self.bar.control_asked.connect(self._train_control)
        self.searching.changed.connect(self._show_state)
        self.answers: VariantsView = VariantsView(self._controller.store.folder, self._jobs)
        self.table: VariantsTable = self.answers.table
        self.export_button = QPushButton(tr("Export…"))
        self.export_button.setToolTip(
            tr("Write the chosen variant's network as a file that runs elsewhere")
        )
        self.export_button.clicked.connect(self.export_network)
        self.answers.chosen.connect(self._show_chosen)
        self.answers.show_plot(self._shows_plot)
        self.stack.addWidget(self._laid_out())
        self.edited.changed.connect(self._show_state)
        self.edited.problems_changed.connect(self._show_state)
        self._look()

    def _laid_out(self) -> QWidget:
        page = QWidget()
        top = QHBoxLayout()
        theme.spaced(top, 0, spacing=3)
        top.addWidget(self.heading, 1)
        top.addWidget(self.search_button)
        top.addWidget(self.button)
        below = QWidget()
        answers = QVBoxLayout(below)
        theme.spaced(answers, 0, 1, 0, 0, spacing=1)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=2)
        row.addWidget(self.expected, 1)
        row.addWidget(self.answers.switch)
        row.addWidget(self.export_button)
        answers.addLayout(row)
        answers.addWidget(self.answers, 1)
        answers.addWidget(self.notes)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.editor)
        self.split.addWidget(below)
        self.split.setStretchFactor(1, 1)
        self.split.setCollapsible(1, False)
        self.split.setSizes(self._sizes or [1, LARGE])  # as low as it gets, and all that is left
        column = QVBoxLayout(page)
        theme.spaced(column, 3, 2, 3, 1, spacing=1)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.split, 1)
        return page

    # --- the selected run ------------------------------------------------------------------------

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none, or the same once it went on."""
        self._run = run
        self.follow.mark()

    def _look(self) -> None:
        """Reads the family of the selected run, or says why there is nothing to show."""
        run = self._run
        if run is None:
            self._family = None
            self._reads.drop()
            self._say(
                tr(
                    "Select a run that has trained.\n"
                    "Here its network is pruned, its weights share values and are quantized;\n"
                    "a table shows what each variant gained and cost."
                )
            )
            return
        if self.edited is None:
            self._modules.start()
            return
        from ui.panels.compress.family import read_family

        read = partial(read_family, run.run_id)
        self._reads.ask(in_store(self._controller.store.folder, read), self._take)

    def _take(self, family: VariantFamily) -> None:
        from ui.panels.compress.family import notes_on

        if self._run is None or self._run.run_id != family.run_id:
            return  # another was selected meanwhile
        self._family = family
        self.heading.setText(isolated(self._run.name))
        is_other = family.run_id != self._shown
        self._shown = family.run_id
        self.answers.show_variants(family.variants)
        if is_other or self.table.current is None:
            self.table.select_run(family.run_id)
        winner = self._result.winner if self._result is not None else None
        if winner is not None:
            self.table.select_run(winner.run_id)
        self._show_chosen()
        self.notes.setText("\n".join(notes_on(family.variants)))
        self.notes.setVisible(bool(self.notes.text()))
        self.stack.setCurrentIndex(1)
        self._show_state()

    def _say(self, text: str) -> None:
        self.empty.setText(text)
        self.stack.setCurrentWidget(self.empty)

    @Slot()
    def _show_state(self) -> None:
        """What the recipe will take and leave, and whether it can be done."""
        from workbench.compression.variants import expected

        obstacle, estimate = self.obstacle, ""
        if not obstacle and self.edited is not None and self._run is not None:
            estimate = expected(self.edited.recipe, self._run)
        self.expected.setText(obstacle[:1].upper() + obstacle[1:] if obstacle else estimate)
        self.search_button.setEnabled(not self._search_obstacle)
        self.search_button.setToolTip(
            self._search_obstacle
            or tr("Search steps for the smallest file that loses no more accuracy than you allow")
        )
        self.button.setEnabled(not obstacle)
        self.button.setToolTip(
            obstacle or tr("Do the steps on a copy of the network, as a run of its own")
        )

    @property
    def obstacle(self) -> str:
        """Why the selected run can't be compressed now; "" where it can."""
        if self._run is None or self._family is None or self.edited is None:
            return tr("select a run that has trained")
        if self._family.obstacle:
            return self._family.obstacle
        try:
            _ = self.edited.recipe
        except SpecError as error:
            return str(error.problems[0].message)
        return ""

    # --- the chosen variant --------------------------------------------------------------------

    @Slot()
    def _show_chosen(self) -> None:
        """What can be done with the variant that is chosen in the table."""
        chosen = self.table.current
        self.export_button.setEnabled(chosen is not None and chosen.run.status.is_finished)

    @Slot()
    def export_network(self) -> None:
        """Asks for the export of the chosen variant."""
        if self.table.current is not None:
            self._requests.export_network.emit(self.table.current.run.run_id)

    # --- compressing ---------------------------------------------------------------------------

    @Slot()
    def compress(self) -> None:
        """Makes a run that does the steps on the selected run's network."""
        from workbench.compression.compressed_runs import compressed_run

        if self.obstacle or self._run is None or self.edited is None:
            return
        parent, recipe = self._run, self.edited.recipe
        self._controller.make_runs(
            lambda store: [compressed_run(store, parent, recipe)], self._made
        )

    # --- searching -----------------------------------------------------------------------------

    @Slot()
    def search(self) -> None:
        """Asks what to search for, and begins."""
        from ui.panels.compress.smallest import ask
        from workbench.compression.search.bound import AccuracyBound

        if self._run is not None and not self._search_obstacle:
            self.dialog = ask(self, self.searching, self._run, AccuracyBound())

    @property
    def _search_obstacle(self) -> str:
        """Why no search can begin now; "" where one can."""
        if self.searching.is_busy:
            return tr("a search is under way; stop it first")
        if self._run is None or self._family is None:
            return tr("select a run that has trained")
        return self._family.obstacle

    def _found(self, result: SearchResult) -> None:
        """Says what was found, and selects the winner's row."""
        self._result = result
        self.said.emit(result.sentence)
        self.follow.mark()

    def _train_control(self, result: SearchResult) -> None:
        """The winner's recipe without a teacher, as a run."""
        from workbench.compression.search.search import control_run

        control = result.control
        if control is not None:
            self._controller.make_runs(
                lambda store: [control_run(store, result.parent, control)], self._made
            )

    def _made(self, run_ids: list[str]) -> None:
        """Says where the new run waits; the selected one stays, for the next variant."""
        place = self._controller.place_in_queue(run_ids[0])
        self.said.emit(
            tr(
                "The variant is queued as number {place}; its row fills when it is done.",
                place=f"{place:,}",
            )
            if place
            else tr("The variant is being made; its row fills when it is done.")
        )

    # --- what is kept --------------------------------------------------------------------------

    def restyle(self) -> None:
        """Draws the table in the colours in force."""
        if self.edited is not None:
            self.answers.restyle()

    def state(self) -> Mapping[str, Any]:
        """The steps, the last sound recipe, how the room is shared, and what is in front."""
        if self.edited is not None:
            with suppress(SpecError):
                self._kept = self.edited.recipe.to_toml()
            self._steps = self.edited.state()
            self._sizes = self.split.sizes()
            self._shows_plot = self.answers.is_plot
        return {
            "recipe": self._kept or None,
            "steps": self._steps or None,
            "sizes": self._sizes or None,
            "view": "plot" if self._shows_plot else "table",
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes the recipe at the first use of the page."""
        kept, sizes, steps = state.get("recipe"), state.get("sizes"), state.get("steps")
        self._shows_plot = state.get("view") == "plot"
        if isinstance(kept, str):
            self._kept = kept
        if isinstance(steps, str):
            self._steps = steps
        if isinstance(sizes, list) and all(isinstance(size, int) for size in sizes):
            self._sizes = sizes

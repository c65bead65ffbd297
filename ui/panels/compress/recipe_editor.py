"""A recipe to edit: its steps in order, the settings of the chosen one, and its short form."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.jobs import Jobs
from ui.forms.form import SpecForm
from ui.forms.run_choice import RunEntry, RunOffer
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label, caption, tip
from ui.panels.compress.edited_recipe import EditedRecipe
from workbench.base.text import help_of, tr
from workbench.compression import presets
from workbench.compression.recipe import EXAMPLE, CompressionRecipe, shortened
from workbench.compression.steps import NOBODY, ORIGINAL, CompressionStep
from workbench.spec.base import SpecError

LIST_WIDTH = 70 * theme.UNIT
FORM_WIDTH = 90 * theme.UNIT
ROW_HEIGHT = 6 * theme.UNIT
LEAST_HEIGHT = 35 * theme.UNIT
FILTER = "Recipe (*.toml)"


class RecipeEditor(QWidget):
    """Edits a recipe.

    Args:
        edited: The recipe.
        runs: That its steps may use.

    Signals:
        failed: A sentence on a file.
        said: A sentence on what was done.
    """

    failed = Signal(str)
    said = Signal(str)

    def __init__(self, edited: EditedRecipe, runs: RunOffer) -> None:
        super().__init__()
        self.edited = edited
        self.list = QListWidget()
        give_name(self.list, tr("Steps of the recipe"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setUniformItemSizes(True)
        self.list.currentRowChanged.connect(self._show_chosen)
        self.text = QLineEdit()
        give_name(self.text, tr("Recipe in its short form"))
        self.text.setPlaceholderText(EXAMPLE)
        self.text.setToolTip(
            tr("The same steps in one line, as the command line takes them; Enter puts it in place")
        )
        self.text.editingFinished.connect(self._take_text)
        self.problem = Label()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "problem")
        nobody = [(tr("Original"), ORIGINAL), (tr("None"), NOBODY)]
        entries = {
            "teacher": partial(RunEntry, path="teacher", offer=runs, others=nobody),
            "like": partial(RunEntry, path="like", offer=runs),
        }
        self.form = SpecForm(edited, EditedRecipe.path(0), tr("Step"), entries=entries)
        self._lay_out()
        edited.changed.connect(self._show)
        edited.problems_changed.connect(self._show_problem)
        self._show()
        self.list.setCurrentRow(0)

    # --- building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        theme.spaced(left, 0, spacing=1)
        left.addLayout(self._make_buttons())
        left.addWidget(self.list, 1)
        holder = QWidget()
        holder.setFixedWidth(LIST_WIDTH)
        holder.setLayout(left)
        inside = QWidget()
        inside.setObjectName("page")
        column = QVBoxLayout(inside)
        theme.spaced(column, 0, 0, 3, 0)
        column.addWidget(self.form)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inside)
        area.setFixedWidth(FORM_WIDTH)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=4)
        row.addWidget(holder)
        row.addWidget(area)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0, spacing=2)
        layout.addLayout(self._make_top())
        layout.addWidget(self.problem)
        layout.addLayout(row, 1)
        self.setMinimumHeight(LEAST_HEIGHT)

    def _make_top(self) -> QHBoxLayout:
        self.recipes = QToolButton()
        self.recipes.setText(tr("Recipe"))
        theme.set_icon(self.recipes, "chevron-down")
        self.recipes.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.recipes.setToolTip(tr("Begin with a recipe that is there, or keep this one in a file"))
        self.recipes.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.recipes.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self.recipes)
        menu.setToolTipsVisible(True)
        for name in presets.names():
            action = menu.addAction(caption(name))
            action.setToolTip(tip(presets.description(name)))
            action.triggered.connect(partial(self._use_preset, name))
        menu.addSeparator()
        menu.addAction(tr("Open…")).triggered.connect(self.open)
        menu.addAction(tr("Save as…")).triggered.connect(self.save)
        self.recipes.setMenu(menu)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=2)
        row.addWidget(self.recipes)
        row.addWidget(self.text, 1)
        return row

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=1)
        self.add_button = QToolButton()
        self.add_button.setText(tr("Add step"))
        theme.set_icon(self.add_button, "plus")
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.add_button.setToolTip(tr("Add a step where it makes sense in the order"))
        menu = QMenu(self.add_button)
        menu.setToolTipsVisible(True)
        for kind, choice in CompressionStep.choices().items():
            action = menu.addAction(caption(choice.label))
            action.setData(kind)
            action.setToolTip(tip(help_of(choice)))
        menu.triggered.connect(self._add)
        self.add_button.setMenu(menu)
        row.addWidget(self.add_button)
        row.addStretch(1)
        stack = self.edited.undo_stack
        self.buttons = {
            "undo": self._button("undo", tr("Undo the last change of the recipe"), stack.undo),
            "redo": self._button("redo", tr("Redo the change of the recipe"), stack.redo),
            "up": self._button("up", tr("Move the step up"), partial(self._move, -1)),
            "down": self._button("down", tr("Move the step down"), partial(self._move, 1)),
            "trash": self._button("trash", tr("Remove the step"), self._remove),
        }
        for button in self.buttons.values():
            row.addWidget(button)
        stack.canUndoChanged.connect(self.buttons["undo"].setEnabled)
        stack.canRedoChanged.connect(self.buttons["redo"].setEnabled)
        self.buttons["undo"].setEnabled(stack.canUndo())
        self.buttons["redo"].setEnabled(stack.canRedo())
        return row

    def _button(self, icon: str, reason: str, act: object) -> QToolButton:
        button = QToolButton()
        theme.set_icon(button, icon)
        button.setToolTip(reason)
        button.setAccessibleName(reason)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda: act())  # type: ignore[operator]
        return button

    # --- changing ------------------------------------------------------------------------------

    @Slot(QAction)
    def _add(self, action: QAction) -> None:
        self.list.setCurrentRow(self.edited.add(str(action.data())))

    def _remove(self) -> None:
        if len(self.edited.steps) > 1:
            self.edited.remove(self.list.currentRow())

    def _move(self, by: int) -> None:
        self.list.setCurrentRow(self.edited.move(self.list.currentRow(), by))

    def _use_preset(self, name: str) -> None:
        self.edited.replace(presets.load(name))
        self.list.setCurrentRow(0)

    @Slot()
    def _take_text(self) -> None:
        """What was typed, where it says other steps than there are."""
        if self.text.text().strip() == self._short():
            return
        try:
            recipe = CompressionRecipe.of_text(self.text.text())
        except SpecError as error:
            self._say(str(error))
            return
        self.edited.replace(recipe)
        self._show()

    @Slot()
    def open(self) -> None:
        """Begin with the recipe of a file that a person chooses."""
        path, _ = QFileDialog.getOpenFileName(self, tr("Open recipe"), "", FILTER)
        if not path:
            return
        try:
            self.edited.replace(CompressionRecipe.read(Path(path)))
        except SpecError as error:
            self.failed.emit(str(error))

    @Slot()
    def save(self) -> None:
        """Keep the recipe in a file that a person chooses."""
        try:
            recipe = self.edited.recipe
        except SpecError as error:
            self._say(str(error))
            return
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save recipe"), "recipe.toml", FILTER)
        if not chosen:
            return
        path = Path(chosen)
        if not path.suffix:
            path = path.with_suffix(".toml")
        lane = Jobs.of(self).writes(self)
        lane.failed.connect(self.failed)
        lane.ask(
            partial(recipe.write, path),
            lambda _: self.said.emit(tr("Recipe saved as {path}.", path=path)),
        )

    # --- what is shown -------------------------------------------------------------------------

    def _short(self) -> str:
        return ",".join(map(shortened, self.edited.steps))

    @Slot()
    def _show(self) -> None:
        """The steps as they are."""
        row = max(0, self.list.currentRow())
        steps = self.edited.steps
        while self.list.count() > len(steps):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(steps):
            item = QListWidgetItem()
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            self.list.addItem(item)
        for number, step in enumerate(steps):
            words = tr("{number}. {label}", number=number + 1, label=step.label)
            self.list.item(number).setText(words)
            self.list.item(number).setToolTip(tip(shortened(step)))
        self.list.setCurrentRow(min(row, len(steps) - 1))
        self._show_chosen()
        self.text.setText(self._short())
        self._show_problem()

    @Slot()
    def _show_chosen(self) -> None:
        row, count = self.list.currentRow(), len(self.edited.steps)
        if 0 <= row < count:
            self.form.show_path(EditedRecipe.path(row))
        self.buttons["up"].setEnabled(row > 0)
        self.buttons["down"].setEnabled(0 <= row < count - 1)
        self.buttons["trash"].setEnabled(count > 1)

    @Slot()
    def _show_problem(self) -> None:
        """Why the steps can't follow each other; what is wrong with one stands in its form."""
        fault = ""
        if not self.edited.problems:
            try:
                _ = self.edited.recipe
            except SpecError as error:
                fault = error.problems[0].message
        self._say(fault)

    def _say(self, fault: str) -> None:
        self.problem.setText(fault[:1].upper() + fault[1:])
        self.problem.setVisible(bool(fault))

"""How to search: strategy, goals, bounds, budget, and which combinations are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.forms.entry import calm
from ui.forms.row import FormRow
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label, tip
from ui.look.side_dialog import SideDialog
from ui.panels.varying.goals import GoalsLine
from workbench.base.text import help_of, joined, plural, tr
from workbench.levers.repeats import MOST
from workbench.runs.table.setting_titles import small
from workbench.study.asking.outlook import USUAL_RUNS, Listed, Outlook
from workbench.study.asking.request import SweepRequest
from workbench.study.pruning.rules import PRUNING, pruning_lines
from workbench.study.sweeps.plan import MOST_TRIALS
from workbench.study.sweeps.space import Settings
from workbench.study.sweeps.strategies import MOST_WORKERS, STRATEGIES

ENABLED = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable
SETTINGS_ROLE = Qt.ItemDataRole.UserRole
OPTIONS = {"--budget": "budget", "--goal": "goals", "--where": "where"}
"""Which row is at fault, by the option of the command line."""


class SearchSettings(SideDialog):
    """Changes of it take effect at once; the footer under the form says what they come to.

    Args:
        window: The main window.

    Signals:
        changed: The request, without what is varied, and the name of the search.
    """

    changed = Signal(object, str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, tr("Search settings"))
        self._request, self._name = SweepRequest((), workers=-1), ""
        self._shown: list[Settings] = []
        self.strategy = QComboBox()
        self.strategy.addItem(tr("Automatic"), "")
        for key, made in STRATEGIES.items():
            self.strategy.addItem(str(made.label), key)
            self.strategy.setItemData(
                self.strategy.count() - 1, help_of(made), Qt.ItemDataRole.ToolTipRole
            )
        self.goals = GoalsLine()
        self.where, self.budget, self.name = (QLineEdit() for _ in range(3))
        self.where.setPlaceholderText("parameters < 50000, macs < 3M")
        self.budget.setPlaceholderText("20m")
        self.runs = _box(0, MOST_TRIALS, tr("all"))
        self.prune = QComboBox()
        for key, rule in PRUNING.items():
            self.prune.addItem(str(rule.label), key)
            self.prune.setItemData(
                self.prune.count() - 1, str(rule.help), Qt.ItemDataRole.ToolTipRole
            )
        self.folds = _box(0, MOST, tr("none"))
        self.workers = _box(0, MOST_WORKERS, tr("as many as pay"))
        self.seed = _box(0, 2**31 - 1)
        self.rows = self._make_rows()
        self.list = QListWidget()
        give_name(self.list, tr("Combinations"))
        self.list.setToolTip(tr("Those without a tick are not trained"))
        self.list.itemChanged.connect(self._ticked)
        self.about = Label()
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.words = Label()
        self.words.setWordWrap(True)
        self._lay_out()
        self.strategy.currentIndexChanged.connect(self._edited)
        self.prune.currentIndexChanged.connect(self._edited)
        for box in (self.runs, self.folds, self.workers, self.seed):
            box.valueChanged.connect(self._edited)
        for line in (self.goals, self.where, self.budget, self.name):
            line.textEdited.connect(self._edited)

    def _make_rows(self) -> dict[str, FormRow]:
        made = {
            "strategy": (
                tr("Strategy"),
                tr("A grid where all is values, TPE where a range is varied, unless one is chosen"),
                self.strategy,
            ),
            "goals": (
                tr("Goals"),
                tr("Up to three, with commas; the first ranks. Others as in min:loss"),
                self.goals,
            ),
            "where": (
                tr("Bounds"),
                tr("Nothing that breaks one is trained: parameters, macs, file_bytes"),
                self.where,
            ),
            "runs": (
                tr("Combinations"),
                tr("How many are tried; a search by chance or by TPE tries some unless told"),
                self.runs,
            ),
            "budget": (
                tr("Budget"),
                tr("No further one is begun after this time, as in 20m or 2h; empty for no end"),
                self.budget,
            ),
            "prune": (
                tr("Early end"),
                tr(
                    "End trials that others are ahead of; a schedule that spans the training is "
                    "never cut: then by whole short trainings"
                ),
                self.prune,
            ),
            "folds": (
                tr("Folds"),
                tr("In place of seeds: each fold of the training images judges once"),
                self.folds,
            ),
            "workers": (
                tr("Side by side"),
                tr(
                    "Trials at once, each with its share of the cores unless threads are set; as "
                    "many as pay is what the command line measured of this network, else one"
                ),
                self.workers,
            ),
            "seed": (tr("Search seed"), tr("Of the search itself, not of training"), self.seed),
            "name": (tr("Name"), tr("Of the search; empty for the usual one"), self.name),
        }
        rows = {}
        for key, (title, help_text, widget) in made.items():
            calm(widget)
            widget.setFixedHeight(theme.FIELD_HEIGHT)
            give_name(widget, title)
            beside = self.goals.button if widget is self.goals else None
            rows[key] = FormRow(title, help_text, widget, beside)
        return rows

    def _lay_out(self) -> None:
        grid = QGridLayout()
        theme.spaced(grid, 0, spacing=1)
        grid.setColumnStretch(1, 1)
        for row in self.rows.values():
            row.add_to(grid)
        buttons = QHBoxLayout()
        buttons.addWidget(self.words, 1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        theme.spaced(column, 4, spacing=3)
        column.addLayout(grid)
        column.addWidget(self.about)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        self.resize(120 * theme.UNIT, 140 * theme.UNIT)

    # --- what is asked -------------------------------------------------------------------------

    def show_request(self, request: SweepRequest, name: str) -> None:
        """Shows how to search, without saying that it was changed."""
        if (request, name) == (self._request, self._name):
            return  # what is being typed isn't rewritten
        self._request, self._name = request, name
        fields = (self.strategy, self.prune, self.runs, self.folds, self.workers, self.seed)
        blocked = [QSignalBlocker(field) for field in fields]
        self.strategy.setCurrentIndex(max(0, self.strategy.findData(request.strategy)))
        self.runs.setValue(request.runs or 0)
        self.prune.setCurrentIndex(max(0, self.prune.findData(request.prune)))
        self.folds.setValue(request.folds)
        self.workers.setValue(request.workers)
        self.seed.setValue(request.seed)
        del blocked
        for line, text in (
            (self.where, ", ".join(request.where)),
            (self.budget, request.budget),
            (self.name, name),
        ):
            line.setText(text)
        self.goals.show_goals(request.goals)

    @Slot()
    def _edited(self) -> None:
        self._request = replace(
            self._request,
            strategy=self.strategy.currentData(),
            goals=self.goals.goals,
            where=_parts(self.where.text()),
            runs=self.runs.value() or None,
            budget=self.budget.text().strip(),
            prune=self.prune.currentData(),
            folds=self.folds.value(),
            workers=self.workers.value(),
            seed=self.seed.value(),
        )
        self._name = self.name.text()
        self.changed.emit(self._request, self._name)

    @Slot(QListWidgetItem)
    def _ticked(self, item: QListWidgetItem) -> None:
        settings = item.data(SETTINGS_ROLE)
        others = [each for each in self._request.left_out if each != settings]
        if item.checkState() is Qt.CheckState.Unchecked:
            others.append(settings)
        self._request = replace(self._request, left_out=tuple(others))
        self.changed.emit(self._request, self._name)

    # --- what it comes to ----------------------------------------------------------------------

    def show_outlook(self, found: Outlook, words: str) -> None:
        """Shows what the request comes to, and what is wrong with it.

        Args:
            found: Of the form as it stands.
            words: The same in a sentence.
        """
        at_fault = OPTIONS.get(found.place.partition(" ")[0], "")
        for key, row in self.rows.items():
            row.set_problem(found.fault if key == at_fault else "")
        self._name_strategy(found.strategy)
        self.words.setText(words if found.plan is not None else "" if at_fault else found.fault)
        if found.plan is None:
            return
        if not found.needs_end:
            none = tr("all")
        else:
            none = tr("until the time is up") if found.plan.budget else str(USUAL_RUNS)
        self.runs.setSpecialValueText(none)
        self._list(found.listed, pruning_lines(found.plan))

    def _name_strategy(self, strategy: str) -> None:
        """Says which one it is where nobody chose one."""
        made = STRATEGIES.get(strategy)
        if made is None or self._request.strategy:
            self.strategy.setItemText(0, tr("Automatic"))
        else:
            words = tr("Automatic ({strategy})", strategy=small(made.label))
            self.strategy.setItemText(0, words)

    def _list(self, listed: Sequence[Listed] | None, notes: list[str]) -> None:
        self.list.setVisible(listed is not None)
        if listed is None:
            learns = tr("What is tried depends on what earlier combinations reach")
            self.about.setText(joined("\n", [learns, *notes]))
            return
        count = plural("{count} combination", "{count} combinations", len(listed))
        ticks = tr("{count}; those without a tick are left out", count=count)
        self.about.setText(joined("\n", [ticks, *notes]))
        with QSignalBlocker(self.list):
            if [one.settings for one in listed] != self._shown:
                self.list.clear()
                self.list.addItems([one.words for one in listed])
                self._shown = [one.settings for one in listed]
            for place, one in enumerate(listed):
                _mark(self.list.item(place), one)


def _mark(item: QListWidgetItem, one: Listed) -> None:
    """Whether a combination is tried, and why not."""
    item.setData(SETTINGS_ROLE, one.settings)
    item.setToolTip(tip(one.refused or one.words))
    if one.refused:
        item.setText(tr("{words} – refused: {reason}", words=one.words, reason=one.refused))
        item.setFlags(Qt.ItemFlag.ItemIsSelectable)
        item.setData(Qt.ItemDataRole.CheckStateRole, None)
        return
    item.setText(one.words)
    item.setFlags(ENABLED)
    state = Qt.CheckState.Unchecked if one.is_left_out else Qt.CheckState.Checked
    item.setCheckState(state)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _box(low: int, high: int, least: str = "") -> QSpinBox:
    """A box for whole numbers, with what its least one is called."""
    box = QSpinBox()
    box.setRange(low, high)
    box.setGroupSeparatorShown(True)
    box.setSpecialValueText(least)
    theme.inset(box)
    return box

"""The runs panel: the window's memory, and the legend of its plots."""

from __future__ import annotations

import json
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.jobs import Jobs
from ui.look import theme
from ui.look.plain import Label
from ui.models.run_table import Rows, RunTable
from ui.panels.runs.actions import RunActions
from ui.panels.runs.comparison import RunComparison
from ui.panels.runs.export import RunExport
from ui.panels.runs.filter import FilterField
from ui.panels.runs.menus import RunMenus
from ui.panels.runs.view import RunsView
from workbench.base.text import plural, tr
from workbench.runs.table.matching import known_columns


class RunsPanel(QWidget):
    """Table, filter and what can be done with runs.

    Args:
        model: The runs.
        jobs: Of the window.

    Signals:
        selected: The current run's id; "" for none.
        use_settings, resume, ablate, export_network: Asked for the current run, by its id.
        use_run: Let the form's experiment use the current run: the path of the setting, its id.
        delete: Asked for these ids.
        hide_runs: Hide (True) or show the curves of these ids.
        change: Set a column of runs: its name, and the values by id.
        try_setting: Put the settings of a run ("" for the form's own) into the form, with one of
            them replaced: its id, the path, the value.
        hidden_by_view: A run that was to be selected is hidden by the filter; its id.
        said: A sentence on what was done.
        failed: A sentence on what could not be done.
    """

    selected = Signal(str)
    use_settings = Signal(str)
    resume = Signal(str)
    ablate = Signal(str)
    use_run = Signal(str, str)
    export_network = Signal(str)
    delete = Signal(list)
    hide_runs = Signal(list, bool)
    change = Signal(str, dict)
    try_setting = Signal(str, str, object)
    hidden_by_view = Signal(str)
    said = Signal(str)
    failed = Signal(str)

    def __init__(self, model: RunTable, jobs: Jobs) -> None:
        super().__init__()
        self.model = model
        self.table = RunsView(model)
        self.export_ = RunExport(model.frame, jobs, self)
        self.export_.failed.connect(self.failed)
        self.export_.saved.connect(self._saved)
        self.filter = FilterField(model.set_filter, lambda: known_columns(model.frame))
        self.count = Label()
        self.count.setProperty("role", "muted")
        self.comparison = RunComparison(self.table)
        self.comparison.said.connect(self.said)
        self.comparison.try_setting.connect(self.try_setting)
        self._wanted, self._keeps_view = "", False
        self.actions_ = RunActions(self.table, self.comparison, self.export_)
        self._forward()
        self.menus = RunMenus(self.table, self.actions_, self.comparison)
        self.bar = self._make_bar()
        self._lay_out()
        self.table.header.customContextMenuRequested.connect(self.menus.header)
        self.table.customContextMenuRequested.connect(self.menus.runs)
        self.table.star_clicked.connect(self._star_row)
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        self.table.selectionModel().selectionChanged.connect(self.actions_.refresh)
        model.dataChanged.connect(self._runs_changed)
        model.arranged.connect(self.refresh)
        self.refresh()

    def _forward(self) -> None:
        asked = self.actions_
        for inner, outer in (
            (asked.use_settings, self.use_settings),
            (asked.resume, self.resume),
            (asked.ablate, self.ablate),
            (asked.use_run, self.use_run),
            (asked.export_network, self.export_network),
            (asked.delete, self.delete),
            (asked.hide_runs, self.hide_runs),
            (asked.change, self.change),
        ):
            inner.connect(outer)

    def _lay_out(self) -> None:
        self.empty = Label(
            tr(
                "No runs yet. Each training becomes a row here, with its settings and curves, and "
                "stays."
            )
        )
        self.nothing = Label(tr("No run fulfils the filter."))
        self.fault = Label()
        self.fault.setProperty("role", "problem")
        self.fault.setContentsMargins(3 * theme.UNIT, theme.UNIT, 3 * theme.UNIT, theme.UNIT)
        self.fault.hide()
        self.filter.fault.connect(self._show_fault)
        self.pages = QStackedWidget()
        for page in (self.empty, self.table, self.nothing):
            self.pages.addWidget(page)
        for label in (self.empty, self.nothing):
            label.setProperty("role", "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.fault)
        layout.addWidget(self.pages, 1)

    def _make_bar(self) -> QWidget:
        """What belongs to the table and lies beside its tab."""
        bar = QWidget()
        row = QHBoxLayout(bar)
        theme.spaced(row, 0, 0, 3, 0, spacing=1)
        row.addWidget(self.count)
        row.addSpacing(2 * theme.UNIT)
        for key in ("use", "resume", "rename", "hide", "delete"):
            row.addWidget(self._button(self.actions_[key]))
        row.addSpacing(2 * theme.UNIT)
        row.addWidget(self._button(self.actions_["compare"]))
        for icon, text, reason, fill in (
            (
                "group",
                tr("Group"),
                tr("Put runs with one value of a setting together"),
                self.menus.fill_groups,
            ),
            ("more", tr("More"), tr("Archived runs, export"), self.menus.fill_more),
        ):
            button, menu = QToolButton(), QMenu(self)
            theme.set_icon(button, icon)
            button.setToolTip(reason)
            button.setAccessibleName(text)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            menu.aboutToShow.connect(partial(fill, menu))
            button.setMenu(menu)
            row.addWidget(button)
            if icon == "group":
                row.addWidget(self._button(self.actions_["columns"]))
        row.addSpacing(2 * theme.UNIT)
        row.addWidget(self.filter)
        return bar

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(action.text())
        return button

    # --- selection -----------------------------------------------------------------------------

    @property
    def current_id(self) -> str:
        """The run with the focus; "" while there is none."""
        return self.table.current_id

    @property
    def chosen_places(self) -> Rows:
        """Where all selected runs lie in the frame; a group stands for its runs."""
        return self.table.chosen_places

    @property
    def chosen_ids(self) -> list[str]:
        """All selected runs."""
        return self.table.chosen_ids

    def group_by(self, key: str) -> None:
        """Puts runs with one value in a column together; "" for no groups."""
        self.table.group_by(key)

    def select(self, run_id: str, *, keep_view: bool = False) -> None:
        """Makes a run the only one selected.

        Args:
            run_id: Of the run.
            keep_view: Whether filter and groups stay as they are, where they hide it; it is then
                said that they do. Else they go.
        """
        place = self.model.frame.place(run_id)
        if place is None:
            return
        self._wanted, self._keeps_view = run_id, keep_view
        if self.model.row_of(run_id) is None and not self.model.is_busy:
            if keep_view:
                self.model.unfold(place)
            else:
                self._show_all()
        row = self.model.row_of(run_id)
        if row is not None:
            self._wanted = ""
            index = self.model.index(row, 0)
            # Said outright: a key that is held down (Ctrl+Return) would add it to the selection.
            flag = self.table.selectionModel().SelectionFlag
            self.table.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
            self.table.scrollTo(index)
        elif keep_view and not self.model.is_busy:
            self._wanted = ""
            self.hidden_by_view.emit(run_id)

    def _show_all(self) -> None:
        self.filter.clear()
        if self.comparison.is_on:
            self.comparison.compare(False)
        if self.model.group:
            self.group_by("")

    @Slot()
    def refresh(self) -> None:
        """Shows the table or the empty page, how many runs there are, and what is selected."""
        total, shown = self.model.total, len(self.model.places)
        if shown:
            self.filter.note_found()
        page = self.table if shown else self.nothing if total else self.empty
        self.pages.setCurrentWidget(page)
        words_ = tr("{shown} of {total} runs", shown=f"{shown:,}", total=f"{total:,}")
        if shown == total:
            words_ = plural("{count} run", "{count} runs", total)
        if self.model.is_reading:
            words_ = tr("reading {total} runs…", total=f"{total:,}")
        self.count.setText(words_ if total else "")
        self.actions_.refresh()
        if self._wanted and not self.model.is_busy:
            self.select(self._wanted, keep_view=self._keeps_view)

    @Slot(QModelIndex, QModelIndex)
    def _runs_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        """What can be done depends on the runs that are selected: a run under way changes often."""
        if any(top <= last.row() and bottom >= first.row() for top, bottom in self.table.ranges()):
            self.actions_.refresh()

    @Slot()
    def _current_changed(self) -> None:
        self.selected.emit(self.current_id)

    # --- what is shown -------------------------------------------------------------------------

    @Slot(str)
    def _show_fault(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    # --- from one start to the next ------------------------------------------------------------

    def state(self) -> str:
        """Columns, their widths, the group and so on, as JSON."""
        return json.dumps(
            {
                "columns": self.comparison.own_keys or self.table.keys,
                "widths": self.table.widths,
                "group": self.model.group,
                "archived": self.model.archived,
            }
        )

    def restore_state(self, text: str) -> None:
        """Shows the table as it was; what can't be read is left as it is."""
        try:
            kept = json.loads(text)
            columns = [str(key) for key in kept["columns"]]
            widths = {str(key): int(width) for key, width in kept["widths"].items()}
            group, archived = str(kept["group"]), bool(kept["archived"])
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        self.table.widths = widths
        self.model.set_columns(columns)
        self.table.lay_out()
        self.model.set_view(archived=archived)
        self.group_by(group)

    # --- what was done -------------------------------------------------------------------------

    @Slot(int)
    def _star_row(self, row: int) -> None:
        run_id = self.model.id_at(row)
        if run_id:
            starred = self.model.frame.value("starred", self.model.frame.place(run_id) or 0) == 1
            self.change.emit("starred", {run_id: not starred})

    @Slot(str)
    def _saved(self, path: str) -> None:
        self.said.emit(tr("Wrote {path}.", path=path))

"""The runs panel: the window's memory, and the legend of its plots."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label
from ui.models.run_table import Rows, RunTable
from ui.panels.runs.actions import make_actions
from ui.panels.runs.columns import ColumnChooser
from ui.panels.runs.comparison import MOST_COMPARED, Comparison
from ui.panels.runs.export import RunExport
from ui.panels.runs.filter import FilterField
from ui.panels.runs.menus import RunMenus
from ui.panels.runs.view import RunsView
from workbench.runs.status import RunStatus
from workbench.runs.table.matching import known_columns

MOST_TOLD = 200
"""Selected runs that other panels are notified of: nobody looks at the curves of more."""

ACTIVE = [status.value for status in RunStatus if status.is_active]


class RunsPanel(QWidget):
    """Table, filter and what can be done with runs.

    Args:
        model: The runs.

    Signals:
        selected: The current run's id; "" for none.
        chosen_changed: Other runs are selected; the ids of the first `MOST_TOLD`.
        use_settings, resume: Asked for the current run, by its id.
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
    chosen_changed = Signal(list)
    use_settings = Signal(str)
    resume = Signal(str)
    delete = Signal(list)
    hide_runs = Signal(list, bool)
    change = Signal(str, dict)
    try_setting = Signal(str, str, object)
    hidden_by_view = Signal(str)
    said = Signal(str)
    failed = Signal(str)

    def __init__(self, model: RunTable) -> None:
        super().__init__()
        self.model = model
        self.table = RunsView(model)
        self.menus = RunMenus(self)
        self.export_ = RunExport(model.frame, self)
        self.export_.failed.connect(self.failed)
        self.export_.saved.connect(self._saved)
        self.filter = FilterField(model.set_filter, lambda: known_columns(model.frame))
        self.count = Label()
        self.count.setProperty("role", "muted")
        self.comparison = Comparison(self)
        self._wanted, self._keeps_view = "", False
        self._chooser: ColumnChooser | None = None
        self.actions_ = make_actions(self)
        self.bar = self._make_bar()
        self._lay_out()
        self.table.header.customContextMenuRequested.connect(self.menus.header)
        self.table.customContextMenuRequested.connect(self.menus.runs)
        self.table.star_clicked.connect(self._star_row)
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        self.table.selectionModel().selectionChanged.connect(self.enable_actions)
        self.table.selectionModel().selectionChanged.connect(self._chosen_changed)
        model.dataChanged.connect(self.enable_actions)
        model.arranged.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self.empty = Label(
            self.tr(
                "No runs yet. Each training becomes a row here, with its settings and curves, and "
                "stays."
            )
        )
        self.nothing = Label(self.tr("No run fulfils the filter."))
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
            ("group", self.tr("Group"), self.tr("Put runs with one value of a setting together"),
             self.menus.fill_groups),
            ("more", self.tr("More"), self.tr("Archived runs, export"), self.menus.fill_more),
        ):  # fmt: skip
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
        index = self.table.currentIndex()
        return self.model.id_at(index.row()) if index.isValid() else ""

    @property
    def chosen_places(self) -> Rows:
        """Where all selected runs lie in the frame; a group stands for its runs."""
        return self.model.places_of(self.table.selected_rows())

    @property
    def chosen_ids(self) -> list[str]:
        """All selected runs."""
        return [self.model.frame.run_id(place) for place in self.chosen_places.tolist()]

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
        if self.model.only is not None:
            self.actions_["compare"].setChecked(False)
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
        words_ = self.tr("{} of {} runs").format(f"{shown:,}", f"{total:,}")
        if shown == total:
            words_ = self.tr("1 run") if total == 1 else self.tr("{} runs").format(f"{total:,}")
        if self.model.is_reading:
            words_ = self.tr("reading {} runs…").format(f"{total:,}")
        self.count.setText(words_ if total else "")
        self.enable_actions()
        if self._wanted and not self.model.is_busy:
            self.select(self._wanted, keep_view=self._keeps_view)

    @Slot()
    def _current_changed(self) -> None:
        self.selected.emit(self.current_id)

    @Slot()
    def _chosen_changed(self) -> None:
        places = self.chosen_places[:MOST_TOLD].tolist()
        self.chosen_changed.emit([self.model.frame.run_id(place) for place in places])

    @Slot()
    def enable_actions(self) -> None:
        """Enables what can be done with the chosen runs."""
        places, frame = self.chosen_places, self.model.frame
        one, any_ = len(places) == 1, len(places) > 0
        status = frame.values("status")[places]
        for key in ("use", "rename", "copy", "tag", "note", "pin"):
            self.actions_[key].setEnabled(one)
        for key in ("hide", "star", "archive", "copy_rows"):
            self.actions_[key].setEnabled(any_)
        self.actions_["resume"].setEnabled(one and RunStatus(status[0]).can_resume)
        self.actions_["delete"].setEnabled(any_ and not np.isin(status, ACTIVE).any())
        comparing = self.model.only is not None
        self.actions_["compare"].setEnabled(comparing or 2 <= len(places) <= MOST_COMPARED)

    # --- what is shown -------------------------------------------------------------------------

    @Slot(str)
    def _show_fault(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def set_columns(self, keys: list[str]) -> None:
        """Shows these columns; the selection stays."""
        ranges, current = self.table.ranges(), self.table.currentIndex()
        row = current.row() if current.isValid() else -1
        self.model.set_columns(keys)
        if row >= 0:
            flag = self.table.selectionModel().SelectionFlag.NoUpdate
            self.table.selectionModel().setCurrentIndex(self.model.index(row, 0), flag)
        self.table.select_rows(ranges)

    def replace_column(self, key: str, by: str) -> None:
        """Shows another column in the place of one; "" for none."""
        keys = [by if known == key else known for known in self.table.keys]
        self.set_columns([known for known in keys if known])

    @Slot()
    def choose_columns(self) -> None:
        """Opens the list of all columns."""
        if self._chooser is None:
            self._chooser = ColumnChooser(self.model, lambda: self.table.keys, self)
            self._chooser.chosen.connect(self.set_columns)
        self._chooser.refill()
        self._chooser.come_forward()

    def group_by(self, key: str) -> None:
        """Puts runs with one value in a column together; "" for no groups."""
        self.model.set_view(group=key)
        self.table.lay_out()

    # --- from one start to the next ------------------------------------------------------------

    def state(self) -> str:
        """Columns, their widths, the group and so on, as JSON."""
        return json.dumps({
            "columns": self.comparison.own_keys or self.table.keys,
            "widths": self.table.widths,
            "group": self.model.group,
            "archived": self.model.archived,
        })  # fmt: skip

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

    def close_jobs(self) -> None:
        """Waits for its threads; before the window goes."""
        self.model.close()
        self.export_.close()

    # --- actions -------------------------------------------------------------------------------

    def use(self) -> None:
        """Puts the settings of the current run into the form."""
        if self.current_id:
            self.use_settings.emit(self.current_id)

    def go_on(self) -> None:
        """Resumes the current run."""
        if self.current_id:
            self.resume.emit(self.current_id)

    def write(self, key: str) -> None:
        """Opens a cell of the current run for writing, with its column where it isn't shown."""
        run_id = self.current_id
        if not run_id:
            return
        if key not in self.model.keys:
            self.set_columns([*self.table.keys, key])
        row = self.model.row_of(run_id)
        if row is not None:
            index = self.model.index(row, self.model.keys.index(key))
            self.table.setCurrentIndex(index)
            self.table.edit(index)

    def toggle(self, key: str) -> None:
        """Sets a flag of the chosen runs, or clears it where all have it."""
        places = self.chosen_places
        if len(places):
            value = not (self.model.frame.values(key)[places] == 1).all()
            if key == "hidden":
                self.hide_runs.emit(self.chosen_ids, value)
            else:
                self.change.emit(key, dict.fromkeys(self.chosen_ids, value))

    def copy_id(self) -> None:
        """Copies the id of the current run."""
        QGuiApplication.clipboard().setText(self.current_id)

    def copy_rows(self) -> None:
        """Copies the chosen runs with the columns that are shown."""
        self.export_.copy(self.chosen_places.tolist(), self.table.keys)

    def export(self) -> None:
        """Asks for a file and writes the runs that are shown, with their columns."""
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export as CSV"), "runs.csv", self.tr("CSV files (*.csv)")
        )
        if name:
            self.export_.save(Path(name), self.model.places, self.table.keys)

    def remove(self) -> None:
        """Deletes the chosen runs, but those under way."""
        status = self.model.frame.values("status")
        ids = [
            self.model.frame.run_id(p)
            for p in self.chosen_places.tolist()
            if status[p] not in ACTIVE
        ]
        if ids:
            self.delete.emit(ids)

    @Slot(int)
    def _star_row(self, row: int) -> None:
        run_id = self.model.id_at(row)
        if run_id:
            starred = self.model.frame.value("starred", self.model.frame.place(run_id) or 0) == 1
            self.change.emit("starred", {run_id: not starred})

    @Slot(str)
    def _saved(self, path: str) -> None:
        self.said.emit(self.tr("Wrote {}.").format(path))

"""What can be done with the chosen runs, and with how their table is shown: the actions' table."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from ui.look.actions import Action, Actions
from ui.panels.runs.columns import ColumnChooser
from ui.panels.runs.comparison import MOST_COMPARED, RunComparison
from ui.panels.runs.export import RunExport
from ui.panels.runs.view import RunsView
from workbench.base.text import tr
from workbench.runs.status import RunStatus
from workbench.runs.used_runs import TEACHER, WEIGHTS

ACTIVE = [status.value for status in RunStatus if status.is_active]


class RunActions(Actions):
    """The actions on the runs of a table; their keys hold while it has the focus.

    Args:
        table: Whose chosen runs they are about.
        comparison: In that table.
        export: Of its runs.

    Signals:
        use_settings, resume, ablate, export_network: Asked for the current run, by its id.
        use_run: Let the form's experiment use the current run: the path of the setting, its id.
        delete: Asked for these ids.
        hide_runs: Hide (True) or show the curves of these ids.
        change: Set a column of runs: its name, and the values by id.
    """

    use_settings = Signal(str)
    resume = Signal(str)
    ablate = Signal(str)
    use_run = Signal(str, str)
    export_network = Signal(str)
    delete = Signal(list)
    hide_runs = Signal(list, bool)
    change = Signal(str, dict)

    def __init__(self, table: RunsView, comparison: RunComparison, export: RunExport) -> None:
        super().__init__("runs", tr("Runs table"), table, in_focus=True)
        self._table, self._model = table, table.runs
        self._comparison, self._export = comparison, export
        self._chosen = table.chosen_places
        self._chooser: ColumnChooser | None = None
        self._add_of_runs()
        self._add_of_table()
        self.attach(table)

    def _add_of_runs(self) -> None:
        self.add(
            Action("use", tr("Use these settings"), self._use, "Ctrl+U", "reuse",
                   tr("Put the settings of this run into the form, to change one and compare"),
                   self._not_one),
            Action("teacher", tr("Use as teacher"), partial(self._use_run, TEACHER), "", "",
                   tr("Let the experiment in the form learn from this run's answers too"),
                   self._not_trained),
            Action("weights", tr("Start from its weights"), partial(self._use_run, WEIGHTS), "", "",
                   tr("Let the experiment in the form begin with this run's trained weights"),
                   self._not_trained),
            Action("resume", tr("Resume"), self._resume, "Ctrl+R", "play",
                   tr("Go on with a stopped, interrupted or failed run from its last checkpoint"),
                   self._not_resumable),
            Action("ablate", tr("Ablate this…"), self._ablate, "", "",
                   tr("Queue runs of its experiment without each technique that it uses, one at a "
                   "time, to see what each is worth"), self._not_one),
            Action("rename", tr("Rename"), partial(self._write, "name"), "F2", "edit",
                   tr("Give this run a name that says what was tried"), self._not_one),
            Action("hide", tr("Show or hide curves"), partial(self._toggle, "hidden"), "Space",
                   "live", tr("Show the curves of the chosen runs, or take them out of the plots"),
                   self._none),
            Action("star", tr("Star"), partial(self._toggle, "starred"), "S", "star",
                   tr("Mark the chosen runs as worth remembering, or take the mark away"),
                   self._none),
            Action("tag", tr("Edit tags"), partial(self._write, "tags"), "T", "",
                   tr("Give this run words of your own, separated by commas"), self._not_one),
            Action("note", tr("Edit notes"), partial(self._write, "notes"), "N", "",
                   tr("Write down what this run taught"), self._not_one),
            Action("pin", tr("Compare others with this"), self._comparison.pin_current, "B", "pin",
                   tr("Make this run the baseline: the others show how they differ from it"),
                   self._not_one),
            Action("compare", tr("Show only what differs"), self._compare, "D", "compare",
                   tr("Show only the chosen runs, and only the settings in which they differ"),
                   self._not_comparable, lambda: self._comparison.is_on),
            Action("copy_rows", tr("Copy rows"), self._copy_rows, "Ctrl+C", "duplicate",
                   tr("Copy the chosen runs, with the columns shown, for a spreadsheet"),
                   self._none),
            Action("copy", tr("Copy run id"), self._copy_id, "Ctrl+Shift+I", "",
                   tr("Copy the id, by which the command line knows this run"), self._not_one),
            Action("network", tr("Export network…"), self._export_network, "Ctrl+E", "save",
                   tr("Write the network as a file that runs elsewhere: LiteRT, SavedModel, ONNX, "
                      "OpenVINO, Keras weights or C"), self._not_exportable),
            Action("archive", tr("Archive"), partial(self._toggle, "archived"), "Shift+Del",
                   "archive", tr("Put the chosen runs away, or back; nothing is deleted"),
                   self._none),
            Action("delete", tr("Delete"), self._delete, "Del", "trash",
                   tr("Delete the chosen runs; Undo brings them back"), self._not_deletable),
        )  # fmt: skip

    def _add_of_table(self) -> None:
        model = self._model
        self.add(
            Action(
                "columns",
                tr("Choose columns…"),
                self._choose_columns,
                "C",
                "columns",
                tr("Choose which settings and figures the table shows"),
            ),
            Action(
                "archived",
                tr("Show archived runs"),
                lambda: model.set_view(archived=not model.archived),
                reason=tr("Show the runs that were put away too"),
                is_on=lambda: model.archived,
            ),
            Action(
                "unpin",
                tr("Compare with no baseline"),
                partial(self._comparison.pin, ""),
                reason=tr("Show the figures of all runs alone, without differences"),
                obstacle=self._no_baseline,
            ),
            Action(
                "export",
                tr("Export as CSV…"),
                self._export_shown,
                "",
                "save",
                tr("Write the runs that are shown to a file, with their columns"),
                lambda: "" if model.total else tr("There are no runs yet."),
            ),
        )

    # --- when ----------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Offers what can be done with the runs that are chosen now."""
        self._chosen = self._table.chosen_places
        super().refresh()

    def _none(self) -> str:
        return "" if len(self._chosen) else tr("Select runs in the table first.")

    def _not_one(self) -> str:
        return "" if len(self._chosen) == 1 else tr("Select one run in the table first.")

    def _not_trained(self) -> str:
        if self._not_one():
            return self._not_one()
        accuracy = self._model.frame.value("test_accuracy", self._chosen[0])
        return (
            ""
            if accuracy is not None
            else tr("Only a run that was trained and tested can be used.")
        )

    def _not_resumable(self) -> str:
        if self._not_one():
            return self._not_one()
        status = RunStatus(self._model.frame.values("status")[self._chosen[0]])
        can = tr("Only a stopped, interrupted or failed run can be resumed.")
        return "" if status.can_resume else can

    def _not_exportable(self) -> str:
        if self._not_one():
            return self._not_one()
        status = RunStatus(self._model.frame.values("status")[self._chosen[0]])
        return "" if status.is_finished else tr("This run has not ended; export it afterwards.")

    def _not_deletable(self) -> str:
        if self._none():
            return self._none()
        active = np.isin(self._model.frame.values("status")[self._chosen], ACTIVE).any()
        return tr("A run that trains or waits can't be deleted.") if active else ""

    def _not_comparable(self) -> str:
        if self._comparison.is_on or 2 <= len(self._chosen) <= MOST_COMPARED:
            return ""
        return tr(
            "Select 2 to {MOST_COMPARED} runs in the table first.", MOST_COMPARED=MOST_COMPARED
        )

    def _no_baseline(self) -> str:
        return "" if self._model.cells.baseline else tr("No run is the baseline.")

    # --- what ----------------------------------------------------------------------------------

    def _use(self) -> None:
        if self._table.current_id:
            self.use_settings.emit(self._table.current_id)

    def _use_run(self, path: str) -> None:
        if self._table.current_id:
            self.use_run.emit(path, self._table.current_id)

    def _resume(self) -> None:
        if self._table.current_id:
            self.resume.emit(self._table.current_id)

    def _ablate(self) -> None:
        if self._table.current_id:
            self.ablate.emit(self._table.current_id)

    def _export_network(self) -> None:
        if self._table.current_id:
            self.export_network.emit(self._table.current_id)

    def _write(self, key: str) -> None:
        """Opens a cell of the current run for writing, with its column where it isn't shown."""
        run_id, table = self._table.current_id, self._table
        if not run_id:
            return
        if key not in self._model.keys:
            table.set_columns([*table.keys, key])
        row = self._model.row_of(run_id)
        if row is not None:
            index = self._model.index(row, self._model.keys.index(key))
            table.setCurrentIndex(index)
            table.edit(index)

    def _toggle(self, key: str) -> None:
        """Sets a flag of the chosen runs, or clears it where all have it."""
        places = self._table.chosen_places
        if len(places):
            value = not (self._model.frame.values(key)[places] == 1).all()
            if key == "hidden":
                self.hide_runs.emit(self._table.chosen_ids, value)
            else:
                self.change.emit(key, dict.fromkeys(self._table.chosen_ids, value))

    def _compare(self) -> None:
        self._comparison.compare(not self._comparison.is_on)

    def _choose_columns(self) -> None:
        """Opens the list of all columns."""
        if self._chooser is None:
            self._chooser = ColumnChooser(self._model, lambda: self._table.keys, self._table)
            self._chooser.chosen.connect(self._table.set_columns)
        self._chooser.refill()
        self._chooser.come_forward()

    def _copy_id(self) -> None:
        QGuiApplication.clipboard().setText(self._table.current_id)

    def _copy_rows(self) -> None:
        self._export.copy(self._table.chosen_places.tolist(), self._table.keys)

    def _export_shown(self) -> None:
        """Asks for a file and writes the runs that are shown, with their columns."""
        name, _ = QFileDialog.getSaveFileName(
            self._table, tr("Export as CSV"), "runs.csv", tr("CSV files (*.csv)")
        )
        if name:
            self._export.save(Path(name), self._model.places, self._table.keys)

    def _delete(self) -> None:
        """Deletes the chosen runs, but those under way."""
        frame = self._model.frame
        status, places = frame.values("status"), self._table.chosen_places.tolist()
        ids = [frame.run_id(place) for place in places if status[place] not in ACTIVE]
        if ids:
            self.delete.emit(ids)

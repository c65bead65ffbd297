"""Under the live plots: what the selected run's curves say of it, and what to try."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.look import theme
from ui.look.plain import Label
from ui.panels.live.finding_line import finding_line
from workbench.base.text import isolated, tr
from workbench.evaluation.diagnosis import FEWEST_EPOCHS, Finding, calm, diagnose_run
from workbench.runs.record import Run
from workbench.runs.store import Store

LOOK_MILLISECONDS = 1000
"""A run under way is looked at again at most this often."""


def _findings(run: Run, store: Store) -> list[Finding] | None:
    epochs, steps = store.epochs(run.run_id), store.steps(run.run_id)
    return diagnose_run(run, epochs, steps) if epochs or steps.steps.size else None


class DiagnosisStrip(QWidget):
    """A line for each finding on one run, with a button for each remedy; one calm line for none.

    Args:
        folder: Of the store.
        jobs: Of the window.

    Signals:
        remedy_chosen: The run's id and the `Remedy`.
    """

    remedy_chosen = Signal(str, object)

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("diagnosis")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Diagnosis of the selected run"))
        self._folder = folder
        self._run: Run | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look_again)
        self.findings: list[Finding] | None = None
        self._latest = jobs.latest(self)
        self._layout = QVBoxLayout(self)
        theme.spaced(self._layout, 4, 2, 4, 2, spacing=1)
        self._lines = QWidget()
        self._layout.addWidget(self._lines)
        self.hide()

    def show_run(self, run: Run | None) -> None:
        """Diagnoses a run, again when it has more epochs; None shows nothing."""
        before, self._run = self._run, run
        if run is None or before is None or run.run_id != before.run_id:
            self.findings = None
            self.hide()
            self._look()
        elif run != before and not self._timer.isActive():
            self._timer.start(LOOK_MILLISECONDS)

    @Slot()
    def _look_again(self) -> None:
        if self._latest.is_busy:  # else a slow look would be dropped for the next, again and again
            self._timer.start(LOOK_MILLISECONDS)
        else:
            self._look()

    def _look(self) -> None:
        self._timer.stop()
        run = self._run
        if run is not None:
            find = in_store(self._folder, partial(_findings, run))
            self._latest.ask(find, partial(self._show, run.run_id), partial(self._fail, run.run_id))

    def _fail(self, run_id: str, error: Exception) -> None:
        """What can't be read is said elsewhere: the table and the plots read the same."""
        self._show(run_id, None)

    def _show(self, run_id: str, findings: list[Finding] | None) -> None:
        if self._run is None or run_id != self._run.run_id:
            return
        if findings != self.findings or not self.isVisible():
            self.findings = findings
            self._rebuild(self._run, findings)
        self.setVisible(findings is not None and self._has_curves(self._run))

    def _has_curves(self, run: Run) -> bool:
        """A run of fewer epochs says nothing yet, unless it failed for its loss."""
        return bool(self.findings) or run.epochs >= FEWEST_EPOCHS

    def _rebuild(self, run: Run, findings: list[Finding] | None) -> None:
        old, self._lines = self._lines, QWidget()
        column = QVBoxLayout(self._lines)
        theme.spaced(column, 0, spacing=1)
        for finding in findings or ():
            column.addLayout(finding_line(run, finding, self.remedy_chosen))
        if not findings:
            label = Label(calm(run, isolated(run.name)))
            label.setProperty("role", "muted")
            column.addWidget(label)
        self._layout.replaceWidget(old, self._lines)
        old.hide()
        old.deleteLater()

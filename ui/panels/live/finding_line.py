"""A finding on a run in one line: what it is, its evidence, and a button for each remedy."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy

from ui.look import theme
from ui.look.plain import Label, tip
from workbench.base.text import isolated, tr
from workbench.evaluation.diagnosis import Finding
from workbench.runs.record import Run

ICON = 16


def finding_line(run: Run, finding: Finding, chosen: SignalInstance) -> QHBoxLayout:
    """Lays out a finding.

    Args:
        run: Which run it is about.
        finding: What was found.
        chosen: Told the run's id and the remedy whose button was pressed.
    """
    row = QHBoxLayout()
    theme.spaced(row, 0, spacing=2)
    icon, title = Label(), Label(f"{isolated(run.name)}: {finding.title}")
    icon.setPixmap(theme.icon("warning", theme.tones().warn).pixmap(ICON))
    title.setProperty("role", "title")
    evidence = Label(finding.evidence)
    evidence.setWordWrap(True)
    evidence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    evidence.setToolTip(tip(finding.evidence))
    row.addWidget(icon)
    row.addWidget(title)
    row.addWidget(evidence, 1)
    reason = tr("Put the run's settings into the form, with this change; undoable")
    for remedy in finding.remedies:
        button = QPushButton(remedy.words)
        button.setToolTip(reason)
        button.clicked.connect(partial(chosen.emit, run.run_id, remedy))
        row.addWidget(button)
    return row

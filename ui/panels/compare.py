"""The Compare tab: the chosen runs against each other, seen in several ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal

from ui.panels.curves_page import CurvesPage
from ui.panels.pages import Pages
from workbench.curves.run import RunCurves


class ComparePanel(Pages):
    """Pages about the runs that are selected (or else ticked) in the table.

    Args:
        folder: Of the store.
        known: The curves of a run that the Live tab has already; None for none.

    Signals:
        failed: A sentence.
    """

    failed = Signal(str)

    def __init__(self, folder: Path, known: Callable[[str], RunCurves | None]) -> None:
        super().__init__(self.tr("Views of the compared runs"))
        self.curves = CurvesPage(folder, known)
        self.curves.failed.connect(self.failed)
        self.add(self.curves, self.tr("Curves"), self.tr("Curves of the runs on the same axes"))

    def choose(self, run_ids: Sequence[str]) -> None:
        """Compares these runs."""
        self.curves.choose(run_ids)

    def close_jobs(self) -> None:
        """Ends what is under way; before the window goes."""
        self.curves.close_jobs()

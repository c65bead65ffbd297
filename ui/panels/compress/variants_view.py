"""The variants as a table or as a plot, with one choice in both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QToolButton, QWidget

from ui.background.jobs import Jobs
from ui.look import theme
from ui.panels.compress.variants_plot import VariantsPlot
from ui.panels.compress.variants_table import VariantsTable
from ui.panels.shared.pages import view_button
from workbench.base.text import tr
from workbench.compression.variants import Variant

if TYPE_CHECKING:
    from ui.panels.compress.details import DetailsWindow


class VariantsView(QStackedWidget):
    """Shows table or plot, and on demand what the steps of the chosen variant found.

    Args:
        folder: Of the store.
        jobs: Of the window.

    Signals:
        chosen: Another variant is chosen, in either; the id of its run.

    Attributes:
        switch: The buttons, for whoever has room for them.
    """

    chosen = Signal(str)

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        super().__init__()
        self._folder, self._jobs = folder, jobs
        self.details: DetailsWindow | None = None
        self.table, self.plot = VariantsTable(), VariantsPlot()
        self.addWidget(self.table)
        self.addWidget(self.plot)
        self.table.chosen.connect(self._table_chose)
        self.plot.chosen.connect(self.table.select_run)
        self.switch = QWidget()
        row = QHBoxLayout(self.switch)
        theme.spaced(row, 0, spacing=1)
        self.table_button = self._button(
            tr("Table"), tr("All figures of the variants, with their differences"), False
        )
        self.plot_button = self._button(
            tr("Plot"), tr("Accuracy over what each variant costs, and those no other beats"), True
        )
        self.details_button = QPushButton(tr("Details…"))
        self.details_button.clicked.connect(self.show_details)
        for button in (self.table_button, self.plot_button, self.details_button):
            row.addWidget(button)
        self.table_button.setChecked(True)
        self._show_state()

    def _button(self, text: str, reason: str, is_plot: bool) -> QToolButton:
        button = view_button(text, reason)
        button.setAutoExclusive(True)
        button.clicked.connect(partial(self.show_plot, is_plot))
        return button

    @property
    def is_plot(self) -> bool:
        """Whether the plot is in front."""
        return self.currentWidget() is self.plot

    def show_plot(self, on: bool, _checked: bool = False) -> None:
        """Put the plot in front, or the table."""
        (self.plot_button if on else self.table_button).setChecked(True)
        self.setCurrentWidget(self.plot if on else self.table)
        if on and self.plot.isVisible():
            self.plot.draw(keep_view=False)

    def show_variants(self, variants: Sequence[Variant]) -> None:
        """Show these, the original first; what was chosen stays so."""
        self.table.show_variants(variants)
        current = self.table.current
        self.plot.show_variants(variants, current.run.run_id if current is not None else "")
        self._show_state()

    @Slot()
    def show_details(self) -> None:
        """Opens the window of what the steps of the chosen variant found."""
        from ui.panels.compress.details import DetailsWindow

        current = self.table.current
        if current is None or not current.depth:
            return
        if self.details is None:
            self.details = DetailsWindow(self._jobs, self.window())
        self.details.show_variant(current, self._folder)
        self.details.come_forward()

    def _show_state(self) -> None:
        current = self.table.current
        is_variant = current is not None and bool(current.depth)
        self.details_button.setEnabled(is_variant)
        self.details_button.setToolTip(
            tr("What the steps found: layers, tensors and weights, the worst first")
            if is_variant
            else tr("Choose a variant in the table first.")
        )

    def restyle(self) -> None:
        """Draw in the colours in force."""
        self.table.restyle()
        if self.plot.isVisible():
            self.plot.draw(keep_view=True)

    @Slot(str)
    def _table_chose(self, run_id: str) -> None:
        self.plot.select_run(run_id)
        self._show_state()
        self.chosen.emit(run_id)

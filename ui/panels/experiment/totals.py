"""What the network costs, always in sight: parameters, MACs and size, against the selected run."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from workbench.base import units
from workbench.base.text import tr
from workbench.experiment import Experiment


class Totals(QWidget):
    """Parameters, MACs and size of the network, with the difference to a chosen run."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.setObjectName("totals")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor = editor
        self._compared: Experiment | None = None
        self._name = ""
        grid = QGridLayout(self)
        theme.spaced(grid, 3, 2, 3, 2)
        grid.setHorizontalSpacing(6 * theme.UNIT)
        grid.setVerticalSpacing(0)
        self.figures: dict[str, tuple[QLabel, QLabel]] = {}
        for column, (key, title, help_text) in enumerate(
            (
                ("parameters", tr("parameters"), tr("Weights of the network")),
                ("macs", tr("MACs"), tr("Multiply-accumulate operations for one image")),
                ("weight_bytes", tr("weights"), tr("Size of the weights in float32")),
            )
        ):
            value, difference, label = Label(), Label(), Label(title)
            value.setProperty("role", "title")
            label.setProperty("role", "muted")
            for line, widget in enumerate((label, value, difference)):
                widget.setToolTip(help_text)
                grid.addWidget(widget, line, column)
            self.figures[key] = (value, difference)
        grid.setColumnStretch(3, 1)
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self.refresh)
        self.refresh()

    def compare_with(self, experiment: Experiment | None, name: str = "") -> None:
        """Shows the difference to another experiment (of the selected run), or none."""
        self._compared, self._name = experiment, name
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Shows the costs of the editor's experiment."""
        analysis = self._editor.analysis
        info = self._compared.data.info() if self._compared is not None else None
        info = info or self._editor.info
        other = self._compared.analysis(info) if self._compared and info else None
        for key, (value, difference) in self.figures.items():
            whole = analysis is not None and not analysis.problems
            own = getattr(analysis, key) if whole else None
            value.setText(_amount(key, own))
            shows = own is not None and other is not None and not other.problems
            self._show_difference(difference, key, own, getattr(other, key) if shows else None)

    def _show_difference(self, label: QLabel, key: str, own: int | None, other: int | None) -> None:
        change = own - other if own is not None and other is not None else 0
        sign, role = ("+", "problem") if change > 0 else ("−", "good")
        label.setText(f"{sign}{_amount(key, abs(change))}" if change else "")
        theme.set_property(label, "role", role if change else "")
        if change:
            label.setToolTip(tr("Compared with the run {name}", name=self._name))


def _amount(key: str, value: float | None) -> str:
    if key == "weight_bytes":
        return units.size(value)
    return units.big(value) if key == "macs" else units.count(value)

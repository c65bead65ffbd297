"""The left side: the experiment's name, its sections as forms, and what the network costs."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.editor import Editor
from ui.forms.form import SpecForm
from ui.panels.structure import StructurePanel
from workbench import words
from workbench.experiment import Experiment

MINIMUM_WIDTH = 340


class Section(QWidget):
    """A titled part of the form that folds away; its header is marked where something is wrong.

    Args:
        title: Shown in the header.
        icon: Of `resources/icons`.
        paths: What it edits, to know whose problems are its own.
        contents: Laid out below each other.

    Attributes:
        is_marked: Whether something is wrong in it.
    """

    def __init__(
        self, title: str, icon: str, paths: tuple[str, ...], contents: list[QWidget]
    ) -> None:
        super().__init__()
        self._icon, self._paths = icon, paths
        self.header = QToolButton()
        self.header.setObjectName("section")
        self.header.setText(title)
        self.header.setCheckable(True)
        self.header.setChecked(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setSizePolicy(self.sizePolicy())
        self.body = QWidget()
        inside = QVBoxLayout(self.body)
        inside.setContentsMargins(3 * theme.UNIT, theme.UNIT, 3 * theme.UNIT, 4 * theme.UNIT)
        inside.setSpacing(2 * theme.UNIT)
        for widget in contents:
            inside.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.body)
        self.header.toggled.connect(self.body.setVisible)
        self.is_marked = False
        self.mark("")

    def owns(self, path: str) -> bool:
        """Whether a problem at this path belongs here."""
        return any(path == own or path.startswith((f"{own}.", f"{own}[")) for own in self._paths)

    def mark(self, message: str) -> None:
        """Marks the header with a problem, or removes the mark."""
        self.is_marked = bool(message)
        theme.set_icon(self.header, *(("warning", "bad") if message else (self._icon, "text")))
        self.header.setToolTip(message or self.tr("Fold or unfold this section"))


class ExperimentPanel(QWidget):
    """All forms of one experiment, with the totals under them."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.setMinimumWidth(MINIMUM_WIDTH)
        self.structure = StructurePanel(editor)
        self.forms = {
            path: SpecForm(editor, path, title)
            for path, title in (
                ("data", self.tr("Data set")),
                ("loss", self.tr("Loss")),
                ("regularization", self.tr("Regularization")),
                ("optimizer", self.tr("Optimizer")),
                ("schedule", self.tr("Schedule")),
                ("hardware", self.tr("Target")),
                ("training", ""),
            )
        }
        self.sections = self._sections()
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._name_row())
        for section in self.sections:
            column.addWidget(section)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.totals = Totals(editor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.totals)
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self.show_problems)
        self.refresh()
        self.show_problems()

    def _sections(self) -> list[Section]:
        forms = self.forms
        optimization = ("loss", "regularization", "optimizer", "schedule")
        return [
            Section(self.tr("Data"), "data", ("data",), [forms["data"]]),
            Section(self.tr("Structure"), "structure", ("structure",), [self.structure]),
            Section(
                self.tr("Optimization"), "optimization", optimization,
                [forms[path] for path in optimization],
            ),
            Section(self.tr("Hardware"), "hardware", ("hardware",), [forms["hardware"]]),
            Section(self.tr("Training"), "training", ("training",), [forms["training"]]),
        ]  # fmt: skip

    def _name_row(self) -> QWidget:
        row = QWidget()
        grid = QVBoxLayout(row)
        grid.setContentsMargins(3 * theme.UNIT, 3 * theme.UNIT, 3 * theme.UNIT, 2 * theme.UNIT)
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Experiment name"))
        self.name.setToolTip(self.tr("Name of the experiment; its runs start with it"))
        self.name.setPlaceholderText(self.tr("Name of the experiment"))
        self.name.textEdited.connect(self._renamed)
        grid.addWidget(self.name)
        return row

    def _renamed(self, text: str) -> None:
        self._editor.set("name", text)

    def section_of(self, path: str) -> Section | None:
        """The section a path of the TOML is edited in."""
        return next((section for section in self.sections if section.owns(path)), None)

    @Slot()
    def refresh(self) -> None:
        """Shows the editor's name; the forms refresh themselves."""
        name = self._editor.experiment.name
        if self.name.text() != name:
            with QSignalBlocker(self.name):
                self.name.setText(name)

    @Slot()
    def show_problems(self) -> None:
        """Marks the sections in which something is wrong."""
        problems = self._editor.problems
        for section in self.sections:
            own = next((str(p) for p in problems if section.owns(p.path)), "")
            section.mark(own)


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
        grid.setContentsMargins(3 * theme.UNIT, 2 * theme.UNIT, 3 * theme.UNIT, 2 * theme.UNIT)
        grid.setHorizontalSpacing(4 * theme.UNIT)
        grid.setVerticalSpacing(0)
        self.figures: dict[str, tuple[QLabel, QLabel]] = {}
        for column, (key, title, help_text) in enumerate(
            (
                ("parameters", self.tr("parameters"), self.tr("Weights of the network")),
                ("macs", self.tr("MACs"), self.tr("Multiply-accumulate operations for one image")),
                ("weight_bytes", self.tr("weights"), self.tr("Size of the weights in float32")),
            )
        ):
            value, difference, label = QLabel(), QLabel(), QLabel(title)
            value.setProperty("role", "title")
            label.setProperty("role", "muted")
            for line, widget in enumerate((value, label, difference)):
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

    def _show_difference(
        self, label: QLabel, key: str, own: int | None, other: int | None
    ) -> None:
        change = own - other if own is not None and other is not None else 0
        label.setVisible(change != 0)
        if change:
            sign, colour = ("+", theme.tones().bad) if change > 0 else ("−", theme.tones().good)
            label.setText(f"{sign}{_amount(key, abs(change))}")
            label.setStyleSheet(f"color: {colour};")
            label.setToolTip(self.tr("Compared with the run {}").format(self._name))


def _amount(key: str, value: float | None) -> str:
    if key == "weight_bytes":
        return words.size(value)
    return words.big(value) if key == "macs" else words.count(value)

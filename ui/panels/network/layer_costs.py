"""The page "Layers" of the Network tab: every figure of every layer, totals, warnings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.when_shown import WhenShown
from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.models.layer_rows import row_at
from ui.models.layers import Layers
from ui.panels.experiment.layer_actions import LayerActions
from ui.panels.experiment.layer_views import LayerTree
from workbench.base import units
from workbench.base.text import tr
from workbench.network.analysis import Analysis
from workbench.spec.base import Problem
from workbench.spec.layers import written

ICON = 4 * theme.UNIT
MOST_SENTENCES = 5
"""Seen at once; the list scrolls."""


class LayerCostsPage(QWidget):
    """The table, with the totals above it and the warnings below.

    Args:
        editor: Whose experiment is shown.
        layers: Of that editor.
        commands: What can be done to them.
    """

    def __init__(self, editor: Editor, layers: Layers, commands: LayerActions) -> None:
        super().__init__()
        self._editor, self._layers = editor, layers
        self.figures: dict[str, QLabel] = {}
        self._lines: list[tuple[Problem, str]] = []
        self.table = LayerTree(layers)
        commands.attach(self.table)
        self.sentences = QListWidget()
        self.sentences.setWordWrap(True)
        self.sentences.setIconSize(QSize(ICON, ICON))
        self.sentences.setAccessibleName(tr("Warnings"))
        self.sentences.setToolTip(tr("Click one to choose its layer"))
        self.sentences.itemClicked.connect(self._choose)
        self.sentences.itemActivated.connect(self._choose)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addLayout(self._top())
        layout.addWidget(self.table, 1)
        layout.addWidget(self.sentences)
        self.sentences.hide()
        follow = WhenShown(self, self._refresh)
        editor.problems_changed.connect(follow.mark)

    def _top(self) -> QHBoxLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * theme.UNIT)
        grid.setVerticalSpacing(0)
        for column, (key, title, help_text) in enumerate(
            (
                ("parameters", tr("parameters"), tr("All weights of the network")),
                ("trainable", tr("trainable"), tr("The weights that gradients train")),
                ("macs", tr("MACs"), tr("Multiply-accumulate operations for one image")),
                ("weights", tr("weights"), tr("Size of the weights in float32")),
                ("activations", tr("activations"), tr("All outputs for one image in float32")),
                ("training", tr("training"), ""),
                ("sees", tr("pixels seen"), tr("Part of the image that one output sees")),
            )
        ):  # fmt: skip
            label, value = Label(title), Label()
            label.setProperty("role", "muted")
            value.setProperty("role", "title")
            for line, widget in enumerate((label, value)):
                widget.setToolTip(help_text)
                grid.addWidget(widget, line, column)
            self.figures[key] = value
        self.copy_button = QToolButton()
        self.copy_button.setAccessibleName(tr("Copy table"))
        theme.set_icon(self.copy_button, "copy")
        self.copy_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.copy_button.setToolTip(tr("Copy the table, all of it, as a spreadsheet takes it"))
        self.copy_button.clicked.connect(self._copy)
        row = QHBoxLayout()
        theme.spaced(row, 3, 1, 3, 2)
        row.addLayout(grid)
        row.addStretch(1)
        row.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _refresh(self) -> None:
        editor = self._editor
        analysis = editor.analysis
        self.figures["training"].setToolTip(
            tr(
                "Memory to train at batch size {batch_size}, about: weights, gradients, values of "
                "the optimizer, all outputs, in float32; TensorFlow itself comes on top",
                batch_size=units.count(editor.experiment.training.batch_size),
            )
        )
        whole = analysis if analysis is not None and not analysis.problems else None
        figures = self._texts(whole) if whole is not None else {}
        for key, value in self.figures.items():
            _show(value, figures.get(key, units.NONE))
        inside = [p for p in editor.problems if p.path.startswith("structure.layers")]
        self._show_sentences(inside, list(analysis.warnings) if analysis is not None else [])

    def _texts(self, analysis: Analysis) -> dict[str, str]:
        experiment = self._editor.experiment
        slots = experiment.optimizer.slots()
        training = analysis.training_bytes(experiment.training.batch_size, slots)
        return {
            "parameters": units.count(analysis.parameters),
            "trainable": units.count(analysis.trainable),
            "macs": units.big(analysis.macs),
            "weights": units.size(analysis.weight_bytes),
            "activations": units.size(analysis.activation_bytes),
            "training": units.size(training),
            "sees": written(analysis.receptive_field),
        }

    def _show_sentences(self, wrong: list[Problem], warnings: list[Problem]) -> None:
        tones = theme.tones()
        lines = [(p, tones.bad) for p in wrong] + [(p, tones.warn) for p in warnings]
        if lines == self._lines:
            return
        self._lines = lines
        self.sentences.clear()
        for problem, tone in lines:
            item = QListWidgetItem(theme.icon("warning", tone), self._editor.sentence(problem))
            item.setData(Qt.ItemDataRole.UserRole, problem.path)
            self.sentences.addItem(item)
        self.sentences.setVisible(bool(lines))
        rows = min(len(lines), MOST_SENTENCES)
        height = sum(self.sentences.sizeHintForRow(row) for row in range(rows))
        self.sentences.setFixedHeight(height + 2 * theme.UNIT)

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        row = row_at(item.data(Qt.ItemDataRole.UserRole))
        if row is not None:
            self._layers.select([row])

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._layers.table.as_tsv())


def _show(label: QLabel, text: str) -> None:
    """Shows a figure in a label that only grows.

    Any other label requests a layout at each new text, which repaints the whole table.
    """
    label.setText(text)
    needed = label.sizeHint()
    if needed.width() > label.width() or label.minimumSize() != label.maximumSize():
        label.setFixedSize(needed)

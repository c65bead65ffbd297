"""The page "Drawing" of the Network tab: the network as a picture, on the screen and as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ui.background.figure_export import FigureExport
from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.models.layers import Layers
from ui.panels.experiment.layer_actions import LayerActions
from ui.panels.network.drawing_view import DrawingView
from workbench.base.text import tr
from workbench.levers.layer_text import layers_as_text
from workbench.network.drawing import draw

NARROWEST = 480
"""Rows wrap at the width of the page, but not before this."""


class DrawingPage(QWidget):
    """The drawing with its buttons.

    Args:
        editor: Whose experiment is shown.
        layers: Of that editor.
        commands: What can be done to them.
        jobs: Of the window.

    Signals:
        said: A sentence on what was done.
    """

    said = Signal(str)

    def __init__(self, editor: Editor, layers: Layers, commands: LayerActions, jobs: Jobs) -> None:
        super().__init__()
        self._editor, self._layers = editor, layers
        self.view = DrawingView(layers)
        self.export = FigureExport(jobs, self)
        self.export.written.connect(self._written)
        self.export.busy_changed.connect(self._show_export)
        self.save_action = QAction(tr("Export drawing…"), self)
        self.save_action.setToolTip(tr("Save the drawing as SVG, PDF or PNG, for a paper"))
        theme.set_icon(self.save_action, "save")
        self.save_action.triggered.connect(self.export_or_cancel)
        self.view.addAction(self.save_action)
        separator = QAction(self.view)
        separator.setSeparator(True)
        self.view.addAction(separator)
        commands.attach(self.view)
        self.legend = Label()
        self.legend.setWordWrap(True)
        self.legend.setProperty("role", "muted")
        self.legend.setContentsMargins(3 * theme.UNIT, theme.UNIT, 3 * theme.UNIT, theme.UNIT)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addLayout(self._top(commands))
        layout.addWidget(self.view, 1)
        layout.addWidget(self.legend)
        follow = WhenShown(self, self._refresh)
        for signal in (
            editor.problems_changed,
            layers.table.refreshed,
            layers.table.measure_changed,
            self.view.resized,
            self.inside.toggled,
        ):
            signal.connect(follow.mark)
        self.view.zoomed.connect(self._show_zoom)
        self._show_zoom()

    def _top(self, commands: LayerActions) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.spaced(row, 3, 0, 3, 1, spacing=1)
        self.inside = QToolButton()
        self.inside.setText(tr("Inside blocks"))
        self.inside.setToolTip(tr("Draw what blocks are made of, or each as one box"))
        self.inside.setCheckable(True)
        self.inside.setChecked(True)
        self.measure = QToolButton()
        self.measure.setDefaultAction(commands["measure"])
        self.measure.setToolTip(tr("What the shade of a box tells"))
        row.addWidget(self.inside)
        row.addWidget(self.measure)
        row.addStretch(1)
        view = self.view
        self.zoom_button = _button("", tr("Actual size (0)"), view.actual_size)
        for button in (
            _button("−", tr("Smaller (-, or Ctrl and the wheel)"), view.zoom_out),
            self.zoom_button,
            _button("+", tr("Larger (+, or Ctrl and the wheel)"), view.zoom_in),
            _button(tr("Fit"), tr("All of it in sight"), view.fit),
        ):
            row.addWidget(button)
        save = QToolButton()
        save.setDefaultAction(self.save_action)
        save.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row.addWidget(save)
        for button in (self.inside, self.measure, save):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(button.text())
        return row

    def _refresh(self) -> None:
        analysis = self._editor.analysis
        drawing = None
        if analysis is not None:
            drawing = draw(self._layers.all, analysis, **self._settings())
        self.view.show_drawing(drawing)
        self.legend.setText(" ".join(drawing.legend) if drawing is not None else "")
        self.legend.setVisible(drawing is not None)
        self.save_action.setEnabled(self.export.is_busy or drawing is not None)

    def _settings(self) -> dict[str, Any]:
        """How it is drawn, on the screen and in the file."""
        return {
            "width": max(NARROWEST, self.view.maximumViewportSize().width()),
            "measure": self._layers.table.measure.field,
            "inside": self.inside.isChecked(),
        }

    @Slot()
    def _show_zoom(self) -> None:
        self.zoom_button.setText(f"{100 * self.view.zoom:.0f} %")

    @Slot()
    def export_or_cancel(self) -> None:
        """Asks for a file and has the drawing written there, or ends that."""
        analysis = self._editor.analysis
        if self.export.is_busy:
            self.export.cancel()
        elif analysis is not None:
            request = {
                "figure": "network",
                "layers": layers_as_text(self._layers.all),
                "image": analysis.input_shape,
                **self._settings(),
            }
            self.export.ask(tr("Export drawing"), self._editor.experiment.name, request)

    @Slot()
    def _show_export(self) -> None:
        busy = self.export.is_busy
        self.save_action.setEnabled(busy or self.view.drawing is not None)
        self.save_action.setText(tr("Cancel export") if busy else tr("Export drawing…"))
        theme.set_icon(self.save_action, "cancel" if busy else "save")

    @Slot(str)
    def _written(self, path: str) -> None:
        self.said.emit(tr("The drawing lies in {path}", path=path))


def _button(text: str, reason: str, slot: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(reason)
    button.setAccessibleName(reason)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(slot)
    return button

"""The list of layers with what each one costs, and the form of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from ui.editing.editor import Editor
from ui.forms.form import SpecForm
from ui.look import theme
from ui.look.plain import Label
from ui.models.layers import Layers
from ui.panels.experiment.layer_actions import LayerActions
from ui.panels.experiment.layer_views import LayerList
from workbench.base.text import help_of, tr
from workbench.spec.layers import Layer

PATH = "structure.layers"
BUTTONS = ("duplicate", "up", "down", "trash")


class StructurePanel(QWidget):
    """Edits `structure.layers`.

    Args:
        editor: Whose experiment is shown.
        layers: Of that editor.

    Signals:
        form_changed: The form below the list has other fields.
    """

    form_changed = Signal()

    def __init__(self, editor: Editor, layers: Layers) -> None:
        super().__init__()
        self._editor = editor
        self.layers = layers
        self.commands = LayerActions(layers)
        self.list = LayerList(layers)
        self.commands.attach(self.list)
        self.note = Label()
        self.note.setWordWrap(True)
        self.note.setProperty("role", "warn")
        self.buttons: dict[str, QToolButton] = {}
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0, spacing=1)
        layout.addLayout(self._buttons())
        layout.addWidget(self.list)
        layout.addWidget(self.note)
        self.form = SpecForm(editor, f"{PATH}[0]", tr("Kind"), facts=lambda: editor.facts)
        self.form.rebuilt.connect(self.form_changed)
        place = QVBoxLayout()
        theme.spaced(place, 0, 2, 0, 0)
        place.addWidget(self.form)
        layout.addLayout(place)
        layers.chosen.connect(self._show_chosen)
        editor.problems_changed.connect(self._show_note)
        self._show_chosen()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        self.add_button = QToolButton()
        self.add_button.setText(tr("Add layer"))
        theme.set_icon(self.add_button, "plus")
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.add_button.setToolTip(tr("Add a layer after the chosen one"))
        menu = QMenu(self.add_button)
        menu.setToolTipsVisible(True)
        for name, choice in Layer.choices().items():
            action = menu.addAction(choice.label)
            action.setData(name)
            action.setToolTip(help_of(choice))
        menu.triggered.connect(self._add_chosen)
        self.add_button.setMenu(menu)
        row.addWidget(self.add_button)
        row.addStretch(1)
        for name in BUTTONS:
            row.addWidget(self._button(name))
        return row

    def _button(self, name: str) -> QToolButton:
        action = self.commands[name]
        button = QToolButton()
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(action.text())
        self.buttons[name] = button
        return button

    @Slot(QAction)
    def _add_chosen(self, action: QAction) -> None:
        self.layers.add(action.data())

    def select(self, index: int) -> None:
        """Chooses a layer."""
        self.layers.select([index])

    @Slot()
    def _show_chosen(self) -> None:
        """The form of the current layer, and what is worth knowing of it."""
        path = f"{PATH}[{self.layers.current}]"
        if self.form.path != path:
            self.form.show_path(path)
        self._show_note()

    @Slot()
    def _show_note(self) -> None:
        """A warning in words; what is wrong stands under the field that is."""
        row, table = self.layers.current, self.layers.table
        sentence = "" if table.is_wrong(row) else table.message(row)
        self.note.setText(sentence[:1].upper() + sentence[1:])
        self.note.setVisible(bool(sentence))

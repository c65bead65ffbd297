"""The list of layers with what each one costs, and the form of the chosen one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction, QDropEvent, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.editor import Editor
from ui.forms.entry import first_sentence
from ui.forms.form import SpecForm
from workbench import words
from workbench.spec.base import SpecError
from workbench.spec.layers import Layer, written

PATH = "structure.layers"
ROW_HEIGHT = 24
SUMMARY_GAP = "   "
ROWS_SHOWN = 14
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LayerList(QTreeWidget):
    """The layers in order; dragging says `moved`."""

    moved = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.setColumnCount(3)
        self.setHeaderLabels([self.tr("Layer"), self.tr("Output"), self.tr("Parameters")])
        self.setObjectName("layers")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setAccessibleName(self.tr("Layers"))
        self.setToolTip(
            self.tr("The network from the image to the class; drag a layer, or press Alt+Up and "
                    "Alt+Down, to move it")
        )  # fmt: skip
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.headerItem().setTextAlignment(2, RIGHT)

    def fit_height(self) -> None:
        """As high as its rows, up to a limit; the form around it scrolls."""
        rows = min(max(self.topLevelItemCount(), 3), ROWS_SHOWN)
        row = self.sizeHintForRow(0) if self.topLevelItemCount() else ROW_HEIGHT
        self.setFixedHeight(self.header().sizeHint().height() + rows * row + 2 * self.frameWidth())

    def dropEvent(self, event: QDropEvent) -> None:
        """Says where the layer shall go instead of moving the row: the editor moves it."""
        source = self.currentIndex().row()
        index = self.indexAt(event.position().toPoint())
        target = index.row() if index.isValid() else self.topLevelItemCount()
        below = QAbstractItemView.DropIndicatorPosition.BelowItem
        if index.isValid() and self.dropIndicatorPosition() == below:
            target += 1
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if source >= 0:
            self.moved.emit(source, target - (target > source))


class StructurePanel(QWidget):
    """Edits `structure.layers`.

    Signals:
        form_changed: The form below the list has other fields.
    """

    form_changed = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._form: SpecForm | None = None
        self.buttons: dict[str, QToolButton] = {}
        self.list = LayerList()
        self.list.moved.connect(self.move_layer)
        self.list.currentItemChanged.connect(self._show_form)
        self.list.currentItemChanged.connect(self._enable)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0, spacing=1)
        layout.addLayout(self._buttons())
        layout.addWidget(self.list)
        self._place = QVBoxLayout()
        theme.spaced(self._place, 0, 2, 0, 0)
        layout.addLayout(self._place)
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self._show_costs)
        self.refresh()
        self.select(0)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        self.add_button = QToolButton()
        self.add_button.setText(self.tr("Add layer"))
        theme.set_icon(self.add_button, "plus")
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.add_button.setToolTip(self.tr("Add a layer after the chosen one"))
        menu = QMenu(self.add_button)
        menu.setToolTipsVisible(True)
        for name, choice in Layer.choices().items():
            action = menu.addAction(choice.label)
            action.setData(name)
            action.setToolTip(first_sentence(choice))
        menu.triggered.connect(self._add_chosen)
        self.add_button.setMenu(menu)
        row.addWidget(self.add_button)
        row.addStretch(1)
        for icon, text, keys, slot in (
            ("duplicate", self.tr("Duplicate layer"), "Ctrl+D", self.duplicate),
            ("up", self.tr("Move up"), "Alt+Up", self.move_up),
            ("down", self.tr("Move down"), "Alt+Down", self.move_down),
            ("trash", self.tr("Delete layer"), "Del", self.delete),
        ):
            row.addWidget(self._button(icon, text, keys, slot))
        return row

    def _button(self, icon: str, text: str, keys: str, slot: Any) -> QToolButton:
        action = QAction(text, self.list)
        theme.set_icon(action, icon)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setToolTip(f"{text} ({keys})")
        action.triggered.connect(slot)
        self.list.addAction(action)
        button = QToolButton()
        button.setDefaultAction(action)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(text)
        self.buttons[icon] = button
        return button

    # --- changing ------------------------------------------------------------------------------

    @property
    def current(self) -> int:
        """Index of the chosen layer; -1 while none is."""
        return self.list.currentIndex().row()

    def select(self, index: int) -> None:
        """Chooses a layer."""
        self.list.setCurrentItem(self._item(index))

    def add(self, name: str) -> None:
        """Adds a layer of this kind after the chosen one."""
        place = self.current + 1
        layers = self._plain()
        layers.insert(place, {"kind": name})
        self._put(layers, self.tr("adding a layer"), place)

    def duplicate(self) -> None:
        """Adds a copy of the chosen layer after it."""
        layers = self._plain()
        if self.current >= 0:
            layers.insert(self.current, dict(layers[self.current]))
            self._put(layers, self.tr("duplicating a layer"), self.current + 1)

    def delete(self) -> None:
        """Removes the chosen layer; the last one stays, as a network needs one."""
        layers = self._plain()
        if self.current >= 0 and len(layers) > 1:
            place = self.current
            del layers[place]
            self._put(layers, self.tr("deleting a layer"), min(place, len(layers) - 1))

    def move_up(self) -> None:
        """Moves the chosen layer one place nearer to the input."""
        self.move_layer(self.current, self.current - 1)

    def move_down(self) -> None:
        """Moves the chosen layer one place nearer to the output."""
        self.move_layer(self.current, self.current + 1)

    @Slot(int, int)
    def move_layer(self, source: int, target: int) -> None:
        """Moves a layer to another place."""
        layers = self._plain()
        if 0 <= source < len(layers) and 0 <= target < len(layers) and source != target:
            layers.insert(target, layers.pop(source))
            self._put(layers, self.tr("moving a layer"), target)

    def _add_chosen(self, action: QAction) -> None:
        self.add(action.data())

    def _plain(self) -> list[dict[str, Any]]:
        layers: list[dict[str, Any]] = self._editor.experiment.values()["structure"]["layers"]
        return layers

    def _put(self, layers: list[dict[str, Any]], words_: str, select: int) -> None:
        try:
            after = self._editor.experiment.with_settings({PATH: layers})
        except SpecError as error:
            self._editor.refuse(PATH, error.problems[0].message)
            return
        self._editor.replace(after, words_)
        self.select(select)

    # --- showing -------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Shows the editor's layers."""
        layers = self._editor.experiment.structure.layers
        chosen = max(self.current, 0)
        with QSignalBlocker(self.list):
            while self.list.topLevelItemCount() > len(layers):
                self.list.takeTopLevelItem(self.list.topLevelItemCount() - 1)
            while self.list.topLevelItemCount() < len(layers):
                item = QTreeWidgetItem()
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
                item.setTextAlignment(2, RIGHT)
                self.list.addTopLevelItem(item)
        for index, layer in enumerate(layers):
            item = self._item(index)
            detail = layer.summary() if layer.enabled else self.tr("switched off")
            item.setText(0, f"{layer.label}{SUMMARY_GAP}{detail}" if detail else layer.label)
        self.list.fit_height()
        self._show_costs()
        self.select(min(chosen, len(layers) - 1))
        self._show_form()  # the row may be the same and the layer another
        self._enable()

    @Slot()
    def _show_costs(self) -> None:
        analysis = self._editor.analysis
        costs = analysis.layers if analysis is not None else ()
        wrong = {p.path: p.message for p in self._editor.problems if p.path.startswith(PATH)}
        for index in range(self.list.topLevelItemCount()):
            item = self._item(index)
            path = f"{PATH}[{index}]"
            message = next(
                (m for p, m in wrong.items() if p == path or p.startswith(f"{path}.")), ""
            )
            fits = index < len(costs)
            item.setText(1, written(costs[index].output_shape) if fits else words.NONE)
            item.setText(2, words.count(costs[index].parameters) if fits else words.NONE)
            item.setIcon(0, theme.icon("warning", theme.tones().bad) if message else QIcon())
            for column in range(3):
                item.setToolTip(column, message or item.text(0))

    def _item(self, index: int) -> QTreeWidgetItem:
        item = self.list.topLevelItem(index)
        assert item is not None
        return item

    @Slot()
    def _enable(self) -> None:
        """Offers only what would change something."""
        place, count = self.current, self.list.topLevelItemCount()
        for icon, can in (
            ("up", place > 0), ("down", 0 <= place < count - 1), ("trash", count > 1),
        ):  # fmt: skip
            self.buttons[icon].defaultAction().setEnabled(can)

    @Slot()
    def _show_form(self) -> None:
        path = f"{PATH}[{self.current}]"
        if self.current < 0:
            return
        if self._form is None:
            self._form = SpecForm(self._editor, path, self.tr("Kind"))
            self._form.rebuilt.connect(self.form_changed)
            self._place.addWidget(self._form)
        elif self._form.path != path:
            self._form.show_path(path)

    @property
    def form(self) -> SpecForm:
        """The form of the chosen layer."""
        assert self._form is not None
        return self._form

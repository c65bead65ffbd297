"""The list of layers: add, copy, delete, move, what each costs, and which doesn't fit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run
from ui.models.layer_columns import COST, LAYER, OUTPUT
from ui.panels.experiment.layer_views import LayerView
from ui.panels.experiment.structure import StructurePanel
from ui.window.main_window import MainWindow
from workbench.spec.layers import Layer

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

TOOLTIP = Qt.ItemDataRole.ToolTipRole
PRESET = [
    "conv2d",
    "max_pooling2d",
    "conv2d",
    "max_pooling2d",
    "conv2d",
    "flatten",
    "dense",
    "dense",
]


def kinds(window: MainWindow) -> list[str]:
    return [layer.name() for layer in window.editor.experiment.structure.layers]


def icon(panel: StructurePanel, row: int) -> object:
    return panel.list.model().index(row, LAYER).data(Qt.ItemDataRole.DecorationRole)


@pytest.fixture
def panel(window: MainWindow) -> StructurePanel:
    assert kinds(window) == PRESET
    return window.experiment.structure


def test_the_menu_adds_each_kind_after_the_chosen_layer(
    window: MainWindow, panel: StructurePanel
) -> None:
    actions = panel.add_button.menu().actions()
    assert [action.data() for action in actions] == list(Layer.choices())
    assert all(action.toolTip() for action in actions)
    panel.select(1)
    assert panel.layers.rows == [1]
    next(action for action in actions if action.data() == "dropout").trigger()
    assert kinds(window)[:3] == ["conv2d", "max_pooling2d", "dropout"]
    assert panel.layers.current == 2
    assert panel.form.kind_box is not None
    assert panel.form.kind_box.currentData() == "dropout"
    window.undo_stack.undo()
    assert kinds(window) == PRESET


@pytest.mark.parametrize(
    ("button", "key", "after", "current"),
    [
        ("duplicate", "Ctrl+D", [*PRESET[:3], *PRESET[2:]], 3),
        ("trash", "Del", [*PRESET[:2], *PRESET[3:]], 2),
        ("up", "Alt+Up", ["conv2d", "conv2d", "max_pooling2d", *PRESET[3:]], 1),
        (
            "down",
            "Alt+Down",
            ["conv2d", "max_pooling2d", "max_pooling2d", "conv2d", *PRESET[4:]],
            3,
        ),
    ],
)
@pytest.mark.parametrize("with_keys", [False, True])
def test_buttons_and_keys(
    window: MainWindow,
    panel: StructurePanel,
    qtbot: QtBot,
    button: str,
    key: str,
    after: list[str],
    current: int,
    with_keys: bool,
) -> None:
    panel.select(2)
    if with_keys:
        modifiers = {
            "Ctrl": Qt.KeyboardModifier.ControlModifier,
            "Alt": Qt.KeyboardModifier.AltModifier,
        }
        first, _, last = key.rpartition("+")
        keys = {
            "D": Qt.Key.Key_D,
            "Del": Qt.Key.Key_Delete,
            "Up": Qt.Key.Key_Up,
            "Down": Qt.Key.Key_Down,
        }
        with qtbot.waitActive(window):
            window.activateWindow()
        panel.list.setFocus()
        qtbot.keyClick(panel.list, keys[last], modifiers.get(first, Qt.KeyboardModifier.NoModifier))
    else:
        panel.buttons[button].click()
    assert kinds(window) == after
    assert panel.layers.current == current
    window.undo_stack.undo()
    assert kinds(window) == PRESET


def test_what_would_change_nothing_is_off(window: MainWindow, panel: StructurePanel) -> None:
    panel.select(0)
    assert not panel.buttons["up"].isEnabled()
    assert panel.buttons["down"].isEnabled()
    panel.select(7)
    assert panel.buttons["up"].isEnabled()
    assert not panel.buttons["down"].isEnabled()
    window.editor.set("structure.layers", [{"kind": "flatten"}])
    assert not panel.buttons["trash"].isEnabled()
    panel.layers.delete()
    assert kinds(window) == ["flatten"]


@pytest.mark.parametrize(
    ("rows", "place", "after", "chosen"),
    [
        ([0], 2, ["max_pooling2d", "conv2d", "conv2d", *PRESET[3:]], [1]),
        ([2], 0, ["conv2d", "conv2d", "max_pooling2d", *PRESET[3:]], [0]),
        ([5], -1, [*PRESET[:5], "dense", "dense", "flatten"], [7]),
        (
            [1, 5],
            4,
            ["conv2d", "conv2d", *["max_pooling2d"] * 2, "flatten", "conv2d", *PRESET[6:]],
            [3, 4],
        ),
    ],
)
def test_dragging_rows(
    window: MainWindow,
    panel: StructurePanel,
    rows: list[int],
    place: int,
    after: list[str],
    chosen: list[int],
) -> None:
    panel.layers.select(rows)
    drop(panel.list, panel.layers.table.mimeData(panel.layers.selection.selectedRows()), place)
    assert kinds(window) == after
    assert panel.layers.rows == chosen
    assert panel.list.model().rowCount() == len(PRESET)
    assert window.undo_stack.undoText() in ("moving a layer", "moving 2 layers")
    window.undo_stack.undo()
    assert kinds(window) == PRESET
    assert not window.undo_stack.canUndo()


def drop(view: LayerView, data: QMimeData, place: int) -> None:
    """Drops data on a view above a row, or below the last one, through Qt's own events."""
    view.setFixedHeight(view.height() + 100)
    row = view.model().index(place, 0)
    rect = view.visualRect(row)
    spot = rect.topLeft() if row.isValid() else view.viewport().rect().bottomLeft()
    actions = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    view.dragEnterEvent(QDragEnterEvent(spot, actions, data, buttons, modifiers))
    view.dragMoveEvent(QDragMoveEvent(spot, actions, data, buttons, modifiers))
    event = OwnDrop(QPointF(spot), actions, data, buttons, modifiers)
    event.setDropAction(Qt.DropAction.MoveAction)
    event.view = view
    view.dropEvent(event)


class OwnDrop(QDropEvent):
    """As from a drag that began in a view: only a real drag can tell Qt so."""

    view: LayerView

    def source(self) -> LayerView:
        return self.view


def test_rows_dragged_with_ctrl_are_copied(window: MainWindow, panel: StructurePanel) -> None:
    table = panel.layers.table
    data = table.mimeData([table.index(0), table.index(1)])
    assert table.dropMimeData(data, Qt.DropAction.CopyAction, 5, 0, QModelIndex())
    assert kinds(window) == [*PRESET[:5], "conv2d", "max_pooling2d", *PRESET[5:]]
    assert panel.layers.rows == [5, 6]


def test_a_file_dragged_over_the_list_is_the_windows(panel: StructurePanel) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/mine.toml")])
    data.setText("/tmp/mine.toml")
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, buttons, modifiers)
    panel.list.dragEnterEvent(event)
    assert not event.isAccepted()
    assert not panel.layers.table.canDropMimeData(
        data, Qt.DropAction.CopyAction, 0, 0, QModelIndex()
    )


def test_each_layer_shows_its_shape_and_cost(window: MainWindow, panel: StructurePanel) -> None:
    shown = [c for c in range(panel.list.model().columnCount()) if not panel.list.isColumnHidden(c)]
    rows = [tuple(panel.list.model().index(row, c).data() for c in shown) for row in range(8)]
    assert rows[0] == ("Conv2D   32 · 3x3 · relu", "26x26x32", "320")
    assert rows[4][1:] == ("3x3x64", "36,928")
    assert rows[5][1:] == ("576", "0")


def test_a_layer_that_does_not_fit_says_which_shape_reached_it(
    window: MainWindow, panel: StructurePanel
) -> None:
    window.editor.set("structure.layers[4].kernel_size", [9, 9])
    assert icon(panel, 4) is not None
    assert "9x9 is larger than the 5x5" in panel.list.model().index(4, LAYER).data(TOOLTIP)
    assert panel.list.model().index(4, OUTPUT).data() == "–"
    assert panel.list.model().index(7, COST).data() == "–"
    assert icon(panel, 3) is None
    assert window.experiment.totals.figures["parameters"][0].text() == "–"
    panel.select(4)
    assert "9x9 is larger than the 5x5" in panel.form.problem("kernel_size")
    assert "Layer 5" in window.training["train"].toolTip()
    window.undo_stack.undo()
    assert icon(panel, 4) is None
    assert panel.form.problem("kernel_size") == ""


def test_totals_follow_and_compare_with_the_selected_run(window: MainWindow) -> None:
    run = add_run(window.store)
    window.controller.runs_changed.emit()
    figures = window.experiment.totals.figures
    value, difference = figures["parameters"]
    assert (value.text(), difference.text()) == ("93,322", "")
    window.runs.select(run.run_id)
    assert difference.text() == ""
    window.editor.set("structure.layers[0].filters", 16)
    assert (value.text(), difference.text()) == ("83,946", "−9,376")
    assert difference.property("role") == "good"
    assert run.name in difference.toolTip()
    window.editor.set("structure.layers[0].filters", 64)
    assert difference.text().startswith("+")
    assert difference.property("role") == "problem"


def test_the_form_follows_the_chosen_layer(window: MainWindow, panel: StructurePanel) -> None:
    panel.select(2)
    filters = panel.form.entry("filters")
    panel.select(4)
    assert panel.form.entry("filters") is filters  # the same fields, of another layer
    filters.spin.setValue(48)  # type: ignore[attr-defined]
    assert window.editor.experiment.at("structure.layers[4].filters") == 48
    assert window.editor.experiment.at("structure.layers[2].filters") == 64
    panel.select(6)
    assert panel.form.path == "structure.layers[6]"
    assert panel.form.entry("units").field().isVisible()
    window.editor.set("structure.layers", [{"kind": "flatten"}])
    assert panel.layers.current == 0
    assert panel.form.path == "structure.layers[0]"
    window.undo_stack.undo()
    assert panel.form.path == "structure.layers[0]"
    assert panel.form.entry("filters")

"""Several layers at once, the box that switches one off, cut, copy and paste; keys and menus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QClipboard, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from ui.models.layer_columns import LAYER
from ui.panels.experiment.layer_views import LayerView
from ui.panels.experiment.structure import StructurePanel
from ui.window.main_window import MainWindow
from workbench.levers.layer_text import layers_from_text

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def kinds(window: MainWindow) -> list[str]:
    return [layer.name() for layer in window.editor.experiment.structure.layers]


def click(view: LayerView, row: int, keys: Qt.KeyboardModifier = CONTROL) -> None:
    """On the name of a layer."""
    place = view.visualRect(view.model().index(row, LAYER)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, place)


def box_of(view: LayerView, row: int) -> QPoint:
    """The middle of a layer's box."""
    index = view.model().index(row, LAYER)
    option = QStyleOptionViewItem()
    view.initViewItemOption(option)
    option.rect = view.visualRect(index)  # type: ignore[attr-defined]
    view.itemDelegate().initStyleOption(option, index)
    part = QStyle.SubElement.SE_ItemViewItemCheckIndicator
    return view.style().subElementRect(part, option, view).center()


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> StructurePanel:
    panel = window.experiment.structure
    with qtbot.waitActive(window):
        window.activateWindow()
    panel.list.setFocus()
    return panel


@pytest.fixture
def clipboard() -> Iterator[QClipboard]:
    board = QGuiApplication.clipboard()
    board.clear()
    yield board
    board.clear()


def test_several_are_chosen_and_deleted_as_one_step(
    window: MainWindow, panel: StructurePanel, qtbot: QtBot
) -> None:
    before = kinds(window)
    click(panel.list, 1, Qt.KeyboardModifier.NoModifier)
    click(panel.list, 3)
    click(panel.list, 5)
    assert panel.layers.rows == [1, 3, 5]
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert kinds(window) == ["conv2d", "conv2d", "conv2d", "dense", "dense"]
    assert panel.layers.rows == [1]
    assert window.undo_stack.undoText() == "deleting 3 layers"
    window.undo_stack.undo()
    assert kinds(window) == before
    window.undo_stack.redo()
    assert len(kinds(window)) == 5


def test_an_undone_deletion_chooses_what_came_back(
    window: MainWindow, panel: StructurePanel, qtbot: QtBot
) -> None:
    click(panel.list, 2, Qt.KeyboardModifier.NoModifier)
    click(panel.list, 4, SHIFT)
    assert panel.layers.rows == [2, 3, 4]
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    panel.select(0)
    window.undo_stack.undo()
    assert panel.layers.rows == [2, 3, 4]
    assert panel.form.path == "structure.layers[2]"
    window.undo_stack.redo()
    assert panel.layers.rows
    assert panel.form.path == f"structure.layers[{panel.layers.current}]"


def test_all_chosen_cannot_be_deleted_or_cut(
    window: MainWindow, panel: StructurePanel, qtbot: QtBot, clipboard: QClipboard
) -> None:
    before = kinds(window)
    qtbot.keyClick(panel.list, Qt.Key.Key_A, CONTROL)
    assert panel.layers.rows == list(range(8))
    assert not panel.buttons["trash"].isEnabled()
    assert not panel.commands["cut"].isEnabled()
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    qtbot.keyClick(panel.list, Qt.Key.Key_X, CONTROL)
    panel.layers.cut()
    assert kinds(window) == before
    assert clipboard.text() == ""
    qtbot.keyClick(panel.list, Qt.Key.Key_D, CONTROL)
    assert kinds(window) == before * 2
    assert panel.layers.rows == list(range(8, 16))


def test_several_move_together(window: MainWindow, panel: StructurePanel, qtbot: QtBot) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    panel.layers.select([4, 5])
    qtbot.keyClick(panel.list, Qt.Key.Key_Down, alt)
    assert kinds(window)[4:] == ["dense", "conv2d", "flatten", "dense"]
    assert panel.layers.rows == [5, 6]
    for _ in range(9):
        qtbot.keyClick(panel.list, Qt.Key.Key_Up, alt)
    assert panel.layers.rows == [0, 1]
    assert not panel.buttons["up"].isEnabled()
    assert window.undo_stack.undoText() == "moving 2 layers"


def test_the_box_switches_one_layer_off(window: MainWindow, panel: StructurePanel) -> None:
    panel.layers.select([1, 3])
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=box_of(panel.list, 3))
    layers = window.editor.experiment.structure.layers
    assert [layer.enabled for layer in layers].count(False) == 1
    assert not layers[3].enabled
    assert window.undo_stack.undoText() == "switching off a layer"
    index = panel.list.model().index(3, LAYER)
    assert index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked
    assert "switched off" in index.data()
    window.undo_stack.undo()
    assert all(layer.enabled for layer in window.editor.experiment.structure.layers)
    assert index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked


def test_space_switches_all_chosen(window: MainWindow, panel: StructurePanel, qtbot: QtBot) -> None:
    panel.layers.select([1, 3])
    for on in (False, True):
        qtbot.keyClick(panel.list, Qt.Key.Key_Space)
        layers = window.editor.experiment.structure.layers
        assert [layers[1].enabled, layers[3].enabled, layers[0].enabled] == [on, on, True]
        assert panel.layers.rows == [1, 3]
        assert panel.commands["switch"].text() == ("Switch off" if on else "Switch on")
    assert window.undo_stack.undoText() == "switching on 2 layers"


def test_layers_are_copied_from_one_window_to_another(
    open_window: OpenWindow, qtbot: QtBot, clipboard: QClipboard
) -> None:
    first, second = open_window(), open_window()
    first.editor.set("structure.layers[2].filters", 24)
    source, target = first.experiment.structure, second.experiment.structure
    with qtbot.waitActive(first):
        first.activateWindow()
    source.list.setFocus()
    source.layers.select([2, 3])
    qtbot.keyClick(source.list, Qt.Key.Key_C, CONTROL)
    assert clipboard.text().startswith('[[layers]]\nkind = "conv2d"')
    assert clipboard.mimeData().formats() == ["text/plain"]
    with qtbot.waitActive(second):
        second.activateWindow()
    target.list.setFocus()
    target.select(5)
    before = kinds(second)
    qtbot.keyClick(target.list, Qt.Key.Key_V, CONTROL)
    assert kinds(second) == [*before[:6], "conv2d", "max_pooling2d", *before[6:]]
    assert second.editor.experiment.at("structure.layers[6].filters") == 24
    assert target.layers.rows == [6, 7]
    assert second.undo_stack.undoText() == "pasting 2 layers"
    second.undo_stack.undo()
    assert kinds(second) == before
    assert len(kinds(first)) == 8


def test_layers_are_dragged_from_one_window_to_another(open_window: OpenWindow) -> None:
    first, second = open_window(), open_window()
    ours, theirs = first.layers.table, second.layers.table
    data = ours.mimeData([ours.index(5)])
    assert theirs.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert kinds(second)[0] == "flatten"
    assert len(kinds(first)) == 8


def test_cut_and_paste_bring_layers_elsewhere(
    window: MainWindow, panel: StructurePanel, qtbot: QtBot, clipboard: QClipboard
) -> None:
    panel.layers.select([0, 1])
    qtbot.keyClick(panel.list, Qt.Key.Key_X, CONTROL)
    assert len(kinds(window)) == 6
    assert window.undo_stack.undoText() == "cutting 2 layers"
    assert len(layers_from_text(clipboard.text())) == 2
    panel.select(1)
    qtbot.keyClick(panel.list, Qt.Key.Key_V, CONTROL)
    assert kinds(window)[:4] == ["conv2d", "max_pooling2d", "conv2d", "max_pooling2d"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("see you at 5", "Nothing was pasted: layers are pasted as TOML"),
        (
            '[[layers]]\nkind = "dense"\nunitz = 3',
            "Nothing was pasted: layers[0].unitz: unknown setting; did you mean 'units'?",
        ),
    ],
)
def test_pasting_something_else_says_so_and_changes_nothing(
    window: MainWindow,
    panel: StructurePanel,
    qtbot: QtBot,
    clipboard: QClipboard,
    text: str,
    sentence: str,
) -> None:
    before = window.editor.experiment
    clipboard.setText(text)
    qtbot.keyClick(panel.list, Qt.Key.Key_V, CONTROL)
    assert window.editor.experiment == before
    assert window.banner.words.text().startswith(sentence)
    assert window.training["train"].isEnabled()
    data = QMimeData()
    data.setText(text)
    window.banner.hide()
    panel.layers.table.dropMimeData(data, Qt.DropAction.CopyAction, 0, 0, QModelIndex())
    assert window.banner.words.text().startswith(sentence)
    assert window.editor.experiment == before


def test_more_layers_than_a_network_may_have_are_refused(
    window: MainWindow, panel: StructurePanel
) -> None:
    panel.layers.select_all()
    for _ in range(6):
        panel.layers.duplicate()
        panel.layers.select_all()
    assert len(kinds(window)) == 512
    panel.layers.duplicate()
    assert len(kinds(window)) == 512
    assert "at most 1,000" in window.banner.words.text()


def test_the_keys_are_the_lists_alone(
    window: MainWindow, panel: StructurePanel, qtbot: QtBot, clipboard: QClipboard
) -> None:
    name = window.experiment.name
    name.setFocus()
    name.selectAll()
    qtbot.keyClick(name, Qt.Key.Key_C, CONTROL)
    assert clipboard.text() == name.text()
    qtbot.keyClick(name, Qt.Key.Key_Delete)
    assert len(kinds(window)) == 8


def test_the_menus_offer_the_same(window: MainWindow, panel: StructurePanel) -> None:
    edit = next(a.menu() for a in window.menuBar().actions() if a.text() == "&Edit")
    layers = next(a.menu() for a in edit.actions() if a.text() == "Layers")
    texts = [action.text() for action in layers.actions() if not action.isSeparator()]
    assert texts[:3] == ["Cut layers", "Copy layers", "Paste layers"]
    assert panel.list.actions() == layers.actions()
    assert panel.list.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu
    panel.select(4)
    named(layers.actions(), "Duplicate layers").trigger()
    assert len(kinds(window)) == 9


def named(actions: list[QAction], text: str) -> QAction:
    return next(action for action in actions if action.text() == text)

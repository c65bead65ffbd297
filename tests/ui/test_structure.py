"""The list of layers: add, copy, delete, move, what each costs, and which doesn't fit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run
from ui.main_window import MainWindow
from ui.panels.structure import StructurePanel
from workbench.spec.layers import Layer

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

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
    next(action for action in actions if action.data() == "dropout").trigger()
    assert kinds(window)[:3] == ["conv2d", "max_pooling2d", "dropout"]
    assert panel.current == 2
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
    window: MainWindow, panel: StructurePanel, qtbot: QtBot, button: str, key: str,
    after: list[str], current: int, with_keys: bool,
) -> None:  # fmt: skip
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
    assert panel.current == current
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
    panel.delete()
    assert kinds(window) == ["flatten"]


@pytest.mark.parametrize(
    ("source", "onto", "below", "after"),
    [
        (0, 2, False, ["max_pooling2d", "conv2d", "conv2d", *PRESET[3:]]),
        (0, 2, True, ["max_pooling2d", "conv2d", "conv2d", *PRESET[3:]]),
        (2, 0, False, ["conv2d", "conv2d", "max_pooling2d", *PRESET[3:]]),
        (5, None, False, [*PRESET[:5], "dense", "dense", "flatten"]),
    ],
)
def test_dragging(
    window: MainWindow, panel: StructurePanel, monkeypatch: pytest.MonkeyPatch,
    source: int, onto: int | None, below: bool, after: list[str],
) -> None:  # fmt: skip
    panel.select(source)
    tree = panel.list
    place = (
        tree.visualItemRect(tree.topLevelItem(onto)).center()
        if onto is not None
        else tree.viewport().rect().bottomLeft()
    )
    if onto is None:
        tree.setFixedHeight(tree.height() + 50)
        place = tree.viewport().rect().bottomLeft()
        place.setY(tree.viewport().height() + 40)
    indicator = QAbstractItemView.DropIndicatorPosition
    where = indicator.BelowItem if below else indicator.AboveItem
    monkeypatch.setattr(tree, "dropIndicatorPosition", lambda: where)
    event = QDropEvent(
        QPointF(place), Qt.DropAction.MoveAction, tree.model().mimeData([]) or _no_data(),
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    tree.dropEvent(event)
    assert kinds(window) == after
    assert tree.topLevelItemCount() == len(PRESET)
    window.undo_stack.undo()
    assert kinds(window) == PRESET


def _no_data() -> object:
    from PySide6.QtCore import QMimeData

    return QMimeData()


def test_each_layer_shows_its_shape_and_cost(window: MainWindow, panel: StructurePanel) -> None:
    rows = [
        tuple(panel.list.topLevelItem(row).text(column) for column in range(3)) for row in range(8)
    ]
    assert rows[0] == ("Conv2D   32 · 3x3 · relu", "26x26x32", "320")
    assert rows[4][1:] == ("3x3x64", "36,928")
    assert rows[5][1:] == ("576", "0")


def test_a_layer_that_does_not_fit_says_which_shape_reached_it(
    window: MainWindow, panel: StructurePanel
) -> None:
    window.editor.set("structure.layers[4].kernel_size", [9, 9])
    item = panel.list.topLevelItem(4)
    assert not item.icon(0).isNull()
    assert "9x9 is larger than the 5x5" in item.toolTip(0)
    assert item.text(1) == "–"
    assert panel.list.topLevelItem(7).text(2) == "–"
    assert panel.list.topLevelItem(3).icon(0).isNull()
    assert window.experiment.totals.figures["parameters"][0].text() == "–"
    panel.select(4)
    assert "9x9 is larger than the 5x5" in panel.form.problem("kernel_size")
    assert "Layer 5" in window.commands.train.toolTip()
    window.undo_stack.undo()
    assert panel.list.topLevelItem(4).icon(0).isNull()
    assert panel.form.problem("kernel_size") == ""


def test_totals_follow_and_compare_with_the_selected_run(window: MainWindow) -> None:
    run = add_run(window.store)
    window.conductor.runs_changed.emit()
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
    assert panel.current == 0
    assert panel.form.path == "structure.layers[0]"
    window.undo_stack.undo()
    assert panel.form.path == "structure.layers[0]"
    assert panel.form.entry("filters")

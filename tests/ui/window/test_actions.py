"""The window's actions: no key stands for two things, every key is in the list, all are reached."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.look.test_accessible import pages
from tests.ui.made_up import add_runs
from ui.look.actions import Action, Actions, Menu
from ui.look.side_dialog import SideDialog
from ui.window.main_window import MainWindow
from ui.window.shortcuts import ShortcutList


def keyed(area: Actions) -> list[tuple[str, Action]]:
    return [(a.shortcut.toString(), a) for _, a in area.all() if a.shortcut.toString()]


def test_no_shortcut_stands_for_two_actions(window: MainWindow) -> None:
    """Those of tables and lists hold while these have the focus, so two of them may share keys."""
    found: dict[str, list[tuple[Actions, Action]]] = defaultdict(list)
    for area in window.areas.values():
        for keys, action in keyed(area):
            found[keys].append((area, action))
    assert len(found) > 30
    both = {
        keys: (f"{one.name}.{first.id}", f"{other.name}.{second.id}")
        for keys, actions in found.items()
        for (one, first), (other, second) in combinations(actions, 2)
        if one is other or not (one.in_focus and other.in_focus)
    }
    assert both == {}


def test_no_widget_claims_a_key_of_the_window(window: MainWindow) -> None:
    """Whatever the pages add once they are made, by any means of Qt."""
    for tabs in (window.tabs, window.bottom):
        for _ in pages(tabs):
            pass
    everywhere = {
        keys for area in window.areas.values() if not area.in_focus for keys, _ in keyed(area)
    }
    claimed: dict[str, list[str]] = defaultdict(list)
    for shortcut in window.findChildren(QShortcut):
        if not isinstance(shortcut.parent(), SideDialog):
            claimed[shortcut.key().toString()].append(f"QShortcut of {shortcut.parent()}")
    for button in window.findChildren(QAbstractButton):
        claimed[button.shortcut().toString()].append(button.text())
    ours = {made for area in window.areas.values() for made in area.values()}
    for action in window.findChildren(QAction):
        if action not in ours:
            claimed[action.shortcut().toString()].append(action.text())
    assert {keys: by for keys, by in claimed.items() if keys in everywhere} == {}


def test_columns_are_chosen_by_a_key_of_the_table(window: MainWindow, qtbot: QtBot) -> None:
    (run,) = add_runs(window.store, 1)
    window.show_runs()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    window.runs.select(run.run_id)
    window.runs.table.setFocus()
    qtbot.keyClick(window.runs.table, Qt.Key.Key_C)
    columns = next(d for d in window.findChildren(SideDialog) if d.windowTitle() == "Columns")
    assert columns.isVisible()
    columns.close()


def test_structures_are_compared_while_the_table_has_the_focus(
    window: MainWindow, qtbot: QtBot
) -> None:
    (run,) = add_runs(window.store, 1)
    window.show_runs()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    window.runs.select(run.run_id)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.runs.table.setFocus()
    control_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.runs.table, Qt.Key.Key_C, control_shift)
    network = window.pages["network"]
    assert window.tabs.currentWidget() is network
    assert network.pages.current is network.compare


def test_a_tooltip_says_the_keys_and_why_not(window: MainWindow) -> None:
    delete = window.runs.actions_["delete"].toolTip()
    assert "(Del)" in delete
    assert delete.endswith("Select runs in the table first.")
    assert window.training["train"].toolTip() == "Train this experiment (Ctrl+Return)"


def test_every_shortcut_is_in_the_list(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    (shown,) = window.findChildren(ShortcutList)
    tops = [shown.tree.topLevelItem(number) for number in range(shown.tree.topLevelItemCount())]
    rows = {
        (top.text(0), top.child(number).text(0), top.child(number).text(1))
        for top in tops
        for number in range(top.childCount())
    }
    native = QKeySequence.SequenceFormat.NativeText
    wanted = {
        (area.title, made.text(), made.shortcut().toString(native))
        for area in window.areas.values()
        for made in area.values()
        if not made.shortcut().isEmpty()
    }
    assert rows == wanted
    assert ("Runs table", "Choose columns…", "C") in rows
    assert ("Network", "Compare structures", "Ctrl+Shift+C") in rows
    shown.search.setText("compare str")
    assert shown.tree.topLevelItemCount() == 1
    shown.close()


def test_a_made_up_action_is_in_menu_tooltip_and_toolbar_of_its_table(qtbot: QtBot) -> None:
    done: list[str] = []
    blocked = ["The oven is cold."]
    area = Actions("kitchen", "Kitchen")
    area.add(
        Action(
            "bake",
            lambda: "Bake" if blocked else "Bake now",
            lambda: done.append("bake"),
            "Ctrl+B",
            reason="Make bread",
            obstacle=lambda: blocked[0] if blocked else "",
        ),
        None,
        Menu("more", "More", lambda: [Action(n, n, lambda n=n: done.append(n)) for n in done]),
    )
    widget = QWidget()
    qtbot.addWidget(widget)
    area.attach(widget)
    bake = area["bake"]
    assert bake in widget.actions()
    assert (bake.text(), bake.isEnabled()) == ("Bake", False)
    assert bake.toolTip() == "Make bread (Ctrl+B)\nThe oven is cold."
    blocked.clear()
    area.refresh()
    assert (bake.text(), bake.isEnabled()) == ("Bake now", True)
    assert bake.toolTip() == "Make bread (Ctrl+B)"
    bake.trigger()
    assert done == ["bake"]
    assert [(menu, action.id) for menu, action in area.all()] == [("", "bake"), ("More", "bake")]

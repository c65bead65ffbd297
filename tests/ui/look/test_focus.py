"""A button that disables or hides itself keeps the focus out of its neighbour's reach."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run
from ui.look.focus import FocusKeeper
from ui.window.main_window import MainWindow
from workbench.runs.status import RunStatus


@pytest.fixture
def row(qtbot: QtBot) -> QWidget:
    """Three buttons in a row, of which the first disables itself."""
    place = QWidget()
    layout = QHBoxLayout(place)
    for name in ("apply", "again", "other"):
        button = QPushButton(name)
        button.setObjectName(name)
        layout.addWidget(button)
    qtbot.addWidget(place)
    FocusKeeper(place)
    place.show()
    place.activateWindow()
    qtbot.waitUntil(place.isActiveWindow)
    return place


def button(row: QWidget, name: str) -> QPushButton:
    found = row.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


@pytest.mark.parametrize("leave", [QPushButton.hide, lambda button: button.setEnabled(False)])
def test_space_does_not_press_the_neighbour(row: QWidget, qtbot: QtBot, leave: object) -> None:
    apply, again = button(row, "apply"), button(row, "again")
    pressed: list[str] = []
    again.clicked.connect(lambda: pressed.append("again"))
    apply.clicked.connect(lambda: leave(apply))  # type: ignore[operator]
    apply.setFocus()
    qtbot.keyClick(apply, Qt.Key.Key_Space)
    focus = QApplication.focusWidget()
    assert focus is row
    qtbot.keyClick(focus, Qt.Key.Key_Space)
    assert pressed == []
    qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is again


def test_the_button_gets_it_back_unless_a_person_went_on(row: QWidget, qtbot: QtBot) -> None:
    apply, other = button(row, "apply"), button(row, "other")
    apply.setFocus()
    apply.setEnabled(False)
    apply.setEnabled(True)
    assert QApplication.focusWidget() is apply
    apply.setEnabled(False)
    other.setFocus()
    apply.setEnabled(True)
    assert QApplication.focusWidget() is other


def test_a_lever_applied_by_the_keyboard_is_the_only_one(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    window.tabs.setCurrentWidget(window.pages["network"])
    levers = window.pages["network"].levers
    window.pages["network"].show_page(levers)
    qtbot.waitUntil(lambda: levers.cards["separable"].apply.isEnabled())
    apply = levers.cards["separable"].apply
    apply.setFocus()
    qtbot.keyClick(apply, Qt.Key.Key_Space)
    changed = window.editor.experiment
    qtbot.waitUntil(lambda: not apply.isEnabled())
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Space)
    assert window.editor.experiment == changed


def test_resume_does_not_lead_to_rename(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    run = add_run(window.store, 0)
    window.store.update(run.run_id, status=RunStatus.STOPPED)
    window.show_runs()
    window.runs.select(run.run_id)
    buttons = {b.accessibleName(): b for b in window.runs.bar.findChildren(QWidget)}
    resume = buttons[window.runs.actions_["resume"].text()]
    assert resume.isEnabled()
    resume.setFocus()
    window.runs.actions_["resume"].setEnabled(False)
    assert QApplication.focusWidget() is window.runs.bar

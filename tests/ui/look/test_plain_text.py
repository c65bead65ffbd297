"""Names, paths and messages are shown as the text they are, in every corner of the real window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Signal
from PySide6.QtGui import QAction, QColor, Qt, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsTextItem,
    QGraphicsView,
    QHeaderView,
    QLabel,
    QMenu,
    QMessageBox,
    QTabBar,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.made_up import add_evaluation, add_run
from ui.look.plain import Label, caption, tip
from ui.panels.live.finding_line import finding_line
from ui.plots.live.legend import LegendEntry, LiveLegend
from ui.window.main_window import MainWindow
from workbench.evaluation.diagnosis import Finding
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

EVIL = "<b>x</b><img src=x> & y"
UI = Path(__file__).resolve().parents[3] / "ui"


def is_rendered(text: str) -> bool:
    """Whether Qt, where it guesses, would take the name in it for HTML."""
    return "<b>x" in text and Qt.mightBeRichText(text)


def is_underlined(text: str) -> bool:
    """Whether the ampersand of the name would vanish."""
    return EVIL in text


def texts_of(widget: QWidget) -> Iterator[tuple[str, str]]:
    """What is wrong with a widget's texts, and which."""
    for text in (widget.toolTip(), widget.statusTip(), widget.whatsThis()):
        if is_rendered(text):
            yield "tooltip", text
    if isinstance(widget, QLabel):
        text, kept = widget.text(), widget.textFormat()
        if kept is Qt.TextFormat.AutoText and widget.metaObject().className() != "QTipLabel":
            yield "label that guesses", text
        if kept is Qt.TextFormat.RichText and "<b>x" in text:
            yield "label", text
        if kept is Qt.TextFormat.PlainText and re.search(r"</\w+>", text.replace("</b>", "")):
            yield "HTML of ours shown as text", text
    if isinstance(widget, QAbstractButton) and is_underlined(widget.text()):
        yield "button", widget.text()
    if isinstance(widget, QTabBar):
        for number in range(widget.count()):
            if is_underlined(widget.tabText(number)) or is_rendered(widget.tabToolTip(number)):
                yield "tab", widget.tabText(number)
    if isinstance(widget, QMenu):
        for action in widget.actions():
            if is_underlined(action.text()) or is_rendered(action.toolTip()):
                yield "menu", action.text()
    if isinstance(widget, QComboBox):
        yield from tips_of(widget.model())
    is_view = isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView)
    if is_view and widget.model() is not None:
        yield from tips_of(widget.model())
    if isinstance(widget, QGraphicsView) and widget.scene() is not None:
        for item in widget.scene().items():
            if isinstance(item, QGraphicsTextItem) and "<img" in item.toHtml():
                yield "plot", item.toHtml()


def tips_of(model: QAbstractItemModel) -> Iterator[tuple[str, str]]:
    role = Qt.ItemDataRole.ToolTipRole
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    for column in range(columns):
        head = str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
        if is_rendered(head):
            yield "header", head
        for row in range(min(model.rowCount(), 50)):
            for parent in (QModelIndex(), model.index(row, 0)):
                found = str(model.index(row, column, parent).data(role) or "")
                if is_rendered(found):
                    yield "cell", found


def all_faults(window: MainWindow) -> set[tuple[str, str]]:
    found = {fault for widget in window.findChildren(QWidget) for fault in texts_of(widget)}
    found |= set(texts_of(window))
    for action in window.findChildren(QAction):
        if is_rendered(action.toolTip()) or is_underlined(action.text()):
            found.add(("action", action.text()))
    return found


def names_seen(window: MainWindow) -> set[str]:
    """Labels and tooltips that hold the name: the walk meets some."""
    return {
        text
        for widget in window.findChildren(QWidget)
        for text in (widget.toolTip(), widget.text() if isinstance(widget, QLabel) else "")
        if "<b>x" in text or "&lt;b&gt;x" in text
    }


def visit(window: MainWindow) -> Iterator[str]:
    """Every tab, and every page of it."""
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
        QApplication.processEvents()  # pages are made when they are shown
        page = window.tabs.currentWidget()
        inner = [tabs for tabs in page.findChildren(QTabWidget) if tabs.isVisible()]
        buttons = [
            button
            for button in page.findChildren(QAbstractButton)
            if button.isVisible() and button.isCheckable() and button.autoExclusive()
        ]
        yield window.tabs.tabText(number)
        for tabs in inner:
            for place in range(tabs.count()):
                tabs.setCurrentIndex(place)
                yield tabs.tabText(place)
        for button in buttons:
            button.click()
            yield button.text()


@pytest.fixture
def evil_window(open_window: OpenWindow, store_folder: Path) -> MainWindow:
    """A window on runs, classes and messages with such names."""
    with Store(store_folder) as store:
        first, second = (add_run(store, number, name=f"{EVIL} {number}") for number in range(2))
        add_evaluation(store, first)
        store.update(second.run_id, message=f"{EVIL} is gone", tags=EVIL, notes=EVIL)
        store.finish(second.run_id, RunStatus.FAILED, f"{EVIL} is gone")
    return open_window()


def test_no_corner_of_the_window_reads_a_name_as_html(
    evil_window: MainWindow, qtbot: QtBot
) -> None:
    window = evil_window
    window.editor.set("name", EVIL)
    qtbot.waitUntil(lambda: window.runs.model.rowCount() == 2)
    window.banner.say(f"{EVIL} can't be read", bad=True)
    faults, seen = set(), set()
    for chosen in (None, 0, 1):
        window.runs.table.selectAll() if chosen is None else window.runs.table.selectRow(chosen)
        for _ in visit(window):
            faults |= all_faults(window)
            seen |= names_seen(window)
    assert faults == set()
    assert len(seen) > 5, seen


def test_the_walk_finds_what_is_wrong(qtbot: QtBot) -> None:
    """The test above can fail."""
    label, button, tab = QLabel(EVIL), Label(EVIL), QTabBar()
    button.setToolTip(EVIL)
    tab.addTab(EVIL)
    for widget in (label, button, tab):
        qtbot.addWidget(widget)
        assert list(texts_of(widget))
    button.setToolTip(tip(EVIL))
    tab.setTabText(0, caption(EVIL))
    assert not list(texts_of(button)) + list(texts_of(tab))


def test_a_tip_shows_exactly_its_text(qtbot: QtBot) -> None:
    assert tip("5 < 6 & 7") == "5 < 6 & 7"
    label = QLabel(tip(EVIL))
    qtbot.addWidget(label)
    assert Qt.mightBeRichText(label.text())
    assert "&lt;img src=x&gt; &amp; y" in label.text()


def test_a_right_to_left_mark_in_one_name_turns_nothing_else(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    legend = LiveLegend(parent)
    legend.resize(900, 20)
    blue = QColor("blue")
    legend.show_runs([LegendEntry("\u202efirst \u200f", blue), LegendEntry("second", blue)], blue)
    document = QTextDocument()
    document.setHtml(legend.text())
    assert "\u2068\u202efirst \u200f\u2069" in document.toPlainText()
    assert "\u2068second" not in document.toPlainText()


def test_a_question_holds_a_name_as_text(
    evil_window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def question(*arguments: object) -> QMessageBox.StandardButton:
        asked.append(str(arguments[2]))
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "question", question)
    evil_window.editor.set("name", EVIL)
    assert not evil_window.files.may_discard()
    assert not is_rendered(asked[0].replace("&lt;", "")), asked
    assert "&lt;b&gt;x" in asked[0]
    evil_window.editor.set("name", "as before")


def test_every_label_of_ours_is_plain_by_construction() -> None:
    made = re.compile(r"(?<![\w.])QLabel\(")
    found = [str(p) for p in UI.rglob("*.py") if made.search(p.read_text(encoding="utf-8"))]
    assert found == []
    classes = re.compile(r"class \w+\(QLabel\)")
    own = {p.name for p in UI.rglob("*.py") if classes.search(p.read_text(encoding="utf-8"))}
    assert own == {"plain.py"}


def test_nor_does_one_in_the_line_of_a_finding(qtbot: QtBot) -> None:
    class Parent(QWidget):
        chosen = Signal(str, object)

    parent = Parent()
    qtbot.addWidget(parent)
    run = Run("20260101-000000-0000", "שלום", RunStatus.COMPLETED, "", 0.0)
    parent.setLayout(finding_line(run, Finding("bad", "Diverged", "It rose.", ()), parent.chosen))
    shown = [label.text() for label in parent.findChildren(QLabel)]
    assert "\u2068שלום\u2069: Diverged" in shown

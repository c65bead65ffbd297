"""What a screen reader says: nothing that the Tab key reaches is without a name."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_runs
from ui.look import theme
from ui.look.accessible import give_name
from ui.panels.shared.pages import Pages
from ui.window.main_window import MainWindow


def spoken_name(widget: QWidget) -> str:
    """The name as the system's accessibility interface gives it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    if isinstance(widget, QComboBox):  # its own name is its value; the label's is the name
        labels = [
            other.text(QAccessible.Text.Name)
            for other, kind in interface.relations()
            if kind == QAccessible.RelationFlag.Label
        ]
        return labels[0] if labels else ""
    return interface.text(QAccessible.Text.Name)


def is_inner(widget: QWidget) -> bool:
    """Whether it is a part of another widget that speaks for it: a spin box's line, a view's."""
    parent = widget.parentWidget()
    return isinstance(widget, QLineEdit) and isinstance(parent, QAbstractSpinBox | QComboBox)


def pages(tabs: QTabWidget) -> Iterator[QWidget]:
    """Each page in turn, shown, pages within pages too."""
    for number in range(tabs.count()):
        tabs.setCurrentIndex(number)
        page = tabs.widget(number)
        yield page
        for inner in page.findChildren(Pages):
            if inner.isVisible():
                yield from inner_pages(inner)


def inner_pages(outer: Pages) -> Iterator[QWidget]:
    for number in range(outer.stack.count()):
        page = outer.stack.widget(number)
        outer.show_page(page)
        yield page
        for inner in page.findChildren(Pages):
            if inner.isVisible():
                yield from inner_pages(inner)


def nameless(top: QWidget) -> set[str]:
    found = set()
    for widget in top.findChildren(QWidget):
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        plot = isinstance(widget, QGraphicsView)
        matters = widget.isVisible() and (reached or plot) and not is_inner(widget)
        if matters and not spoken_name(widget).strip():
            parent = widget.parentWidget()
            found.add(f"{type(widget).__name__} in {type(parent).__name__}")
    return found


def test_nothing_that_the_tab_key_reaches_is_nameless(window: MainWindow, qtbot: QtBot) -> None:
    run = add_runs(window.store, 2)[0]
    window.feed.look()
    qtbot.waitUntil(lambda: window.model.rowCount() == 2)
    window.runs.select(run.run_id)
    window.banner.say("Saved.", action="Open", act=lambda: None)
    found = nameless(window)
    for tabs in (window.tabs, window.bottom):
        for page in pages(tabs):
            found |= nameless(page)
    assert found == set()


def test_a_combo_box_is_announced_by_its_name(qapp: object) -> None:
    box = QComboBox()
    box.addItems(["None", "Adam"])
    for name in ("Optimizer", "Regularizer"):  # named again, it has one name
        give_name(box, name)
        assert spoken_name(box) == name
        assert len(QAccessible.queryAccessibleInterface(box).relations()) == 1


def test_the_number_of_a_box_keeps_off_its_edge(window: MainWindow) -> None:
    assert list(pages(window.tabs))  # they are made when they are shown
    boxes = window.findChildren(QAbstractSpinBox)
    tight = [b.accessibleName() for b in boxes if b.lineEdit().textMargins().left() < theme.UNIT]
    assert len(boxes) > 5
    assert tight == []

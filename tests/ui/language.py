"""The window in a language that nobody speaks; prints what is still English, a line of JSON each.

Run by name in an interpreter of its own: `python -m tests.ui.language`. Texts are held at the top
of modules, so the language has to be chosen before they are imported.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from tests.pseudo import Accents, english_in
from workbench.base import text

text.use("xx", Accents())

from PySide6.QtCore import QAbstractItemModel, QEventLoop, Qt  # noqa: E402
from PySide6.QtGui import QAction  # noqa: E402
from PySide6.QtWidgets import (  # noqa: E402
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTableView,
    QTabWidget,
    QTreeView,
    QWidget,
)

from tests.ui.made_up import add_runs  # noqa: E402
from ui.look import theme  # noqa: E402
from ui.window.main_window import MainWindow  # noqa: E402
from workbench import presets  # noqa: E402
from workbench.runs.columns import RUN_COLUMNS  # noqa: E402
from workbench.runs.store import Store  # noqa: E402
from workbench.spec.base import Spec  # noqa: E402

NAMES = (
    "DLOpt Workbench", "TensorFlow", "Keras", "Adam", "AdamW", "Adamax", "Adagrad", "Adadelta",
    "RMSprop", "Nadam", "Lion", "Ftrl", "FTRL", "SGD", "AMSGrad", "Nesterov", "MNIST",
    "Fashion-MNIST", "CIFAR-10", "CIFAR-100", "XLA", "oneDNN", "CPU", "GPU", "TPU", "CUDA", "TOML",
    "CSV", "PNG", "SVG", "PDF", "HTML", "JSON", "MACs", "GFLOP", "FLOP", "ROC", "ReLU",
    "TensorBoard", "Ctrl", "Shift", "Alt", "Down", "Up", "Left", "Right", "Del", "Esc", "Return",
    "Enter", "Space", "Backspace", "Python",
)  # fmt: skip
"""The same in each language."""

OF_QT = ("Scroll Left", "Scroll Right")
"""Said by Qt itself, whose translations come with it."""

CODE = re.compile(r"[\w./-]*[_./][\w./\[\]-]*|\bv?\d[\w.]*\b|\w+=\S+")
"""Paths, settings, versions: what has a dot, a slash or an underscore in it."""


def texts(widget: QWidget) -> Iterator[tuple[str, str]]:
    """(kind, text) of what a widget shows or says."""
    kind = type(widget).__name__
    yield f"{kind}.toolTip", widget.toolTip()
    yield f"{kind}.accessibleName", widget.accessibleName()
    yield f"{kind}.accessibleDescription", widget.accessibleDescription()
    yield f"{kind}.windowTitle", widget.windowTitle()
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield f"{kind}.text", widget.text()
    if isinstance(widget, QGroupBox):
        yield f"{kind}.title", widget.title()
    if isinstance(widget, QLineEdit):
        yield f"{kind}.placeholderText", widget.placeholderText()
    if isinstance(widget, QSpinBox):
        yield f"{kind}.suffix", f"{widget.prefix()} {widget.suffix()} {widget.specialValueText()}"
    if isinstance(widget, QComboBox):
        for row in range(widget.count()):
            yield f"{kind}.item", widget.itemText(row)
            yield f"{kind}.itemTip", str(widget.itemData(row, Qt.ItemDataRole.ToolTipRole) or "")
    if isinstance(widget, QTabWidget):
        for tab in range(widget.count()):
            yield f"{kind}.tab", widget.tabText(tab)
            yield f"{kind}.tabTip", widget.tabToolTip(tab)
    if isinstance(widget, (QTableView, QTreeView)) and widget.model() is not None:
        yield from model_texts(widget.model(), kind)
    for action in widget.actions():
        yield from action_texts(action)


def model_texts(model: QAbstractItemModel, kind: str) -> Iterator[tuple[str, str]]:
    """Headers of a table or tree, and what its cells say."""
    tip, horizontal = Qt.ItemDataRole.ToolTipRole, Qt.Orientation.Horizontal
    for column in range(model.columnCount()):
        yield f"{kind}.header", str(model.headerData(column, horizontal) or "")
        yield f"{kind}.headerTip", str(model.headerData(column, horizontal, tip) or "")


def action_texts(action: QAction) -> Iterator[tuple[str, str]]:
    """What an action says, and those of its menu."""
    yield "QAction.text", action.text()
    if action.toolTip() != action.text().replace("&", "").rstrip("…."):
        yield "QAction.toolTip", action.toolTip()


def shown(window: QWidget) -> Iterator[tuple[str, str]]:
    """Everything in a window."""
    yield from texts(window)
    for widget in window.findChildren(QWidget):
        yield from texts(widget)
    for action in window.findChildren(QAction):
        yield from action_texts(action)


def settle(milliseconds: int = 300) -> None:
    """Lets the window do what it has to."""
    for _ in range(30):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, milliseconds // 30)


def visit(window: MainWindow) -> Iterator[QWidget]:
    """The window with each of its tabs and pages in front."""
    tabs = window.findChildren(QTabWidget)
    yield window
    for bar in tabs:
        for number in range(bar.count()):
            bar.setCurrentIndex(number)
            settle()
            yield window
            for inner in bar.widget(number).findChildren(QTabWidget):
                for page in range(inner.count()):
                    inner.setCurrentIndex(page)
                    settle()
                    yield window


def codes_of(spec: type[Spec]) -> Iterator[str]:
    """Values of settings that are words, as in TOML and in Keras: `same`, `relu`."""
    for part in spec.__subclasses__():
        yield from codes_of(part)
        for field in part.model_fields.values():
            if get_origin(field.annotation) is Literal:
                yield from filter(lambda value: isinstance(value, str), get_args(field.annotation))


def known_names(store: Store) -> re.Pattern[str]:
    """Names that are no text of ours: of products, presets, runs, kinds."""
    runs = (run.name for run in store.runs())
    names = {*NAMES, *OF_QT, *presets.names(), *runs, *RUN_COLUMNS, *codes_of(Spec)}
    parts = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(f"{CODE.pattern}|(?<!\\w)(?:{'|'.join(parts)})(?!\\w)")


def main() -> None:
    """Builds the window, looks at all of it, and prints what is left in English."""
    application = QApplication([])
    application.setStyle("Fusion")
    theme.apply()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        add_runs(store, 6)
        window = MainWindow(store)
        window.show()
        settle()
        known = known_names(store)
        left: dict[tuple[str, str], list[str]] = {}
        for seen in visit(window):
            for kind, said in shown(seen):
                words = english_in(said, known)
                if words:
                    left.setdefault((kind, said), words)
        for (kind, said), words in left.items():
            print(json.dumps({"kind": kind, "text": said, "english": words}, ensure_ascii=False))
        window.files.may_discard = lambda: True  # type: ignore[method-assign]
        window.close()
        window.deleteLater()
        settle()


if __name__ == "__main__":
    main()
    print("walked", flush=True)

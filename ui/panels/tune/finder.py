"""What every page of the Tune tab is: a task on the experiment, what it found, one click to use it.

A page gives the task's name and its texts, and shows what is found; nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.panels.export.button import export_action, export_button
from ui.panels.shared.task_bar import TaskBar
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import tr
from workbench.execution.task import Found, Req, Res, Task
from workbench.experiment import Experiment
from workbench.figures.settings import FigureSpec


@dataclass(frozen=True)
class Texts:
    """What a page says.

    Attributes:
        start: On its button.
        reason: Tooltip of the button.
        empty: Before anything was found: what it does.
    """

    start: str
    reason: str
    empty: str


class FinderPage(QWidget, Generic[Req, Found, Res]):
    """Asks for one task.

    Args:
        editor: Whose experiment is looked at, and takes what is found.
        task_runner: Does the task.
        texts: What the page says.

    Signals:
        failed: A sentence.
        export_requested: Make a figure of this: a `FigureSpec`, and the words of its legend.
    """

    failed = Signal(str)
    export_requested = Signal(object, dict)
    task: ClassVar[Task[Any, Any, Any]]
    measures = False
    path = ""
    """The setting that it finds; the finding stays valid when this changes."""

    def __init__(self, editor: Editor, task_runner: TaskRunner, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor, self._task_runner, self._texts = editor, task_runner, texts
        self._measured: Experiment | None = None
        self._found: Res | None = None
        self._figure: FigureSpec | None = None
        self._task: AskedTask | None = None
        self.start_button = QPushButton(texts.start)
        self.start_button.setToolTip(texts.reason)
        self.start_button.setProperty("primary", True)
        self.start_button.clicked.connect(self.start)
        self.use_button = QPushButton()
        self.use_button.setToolTip(tr("Put it into the form; Undo takes it back"))
        self.use_button.clicked.connect(self.use)
        self.bar = TaskBar()
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.stale = Label(tr("Measured before the experiment was changed."))
        self.stale.setProperty("role", "muted")
        self.empty = Label(texts.empty)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self.export_action = export_action(self, tr("This as SVG, PDF, PNG or CSV, for a paper"))
        self.export_action.triggered.connect(self.export)
        self.export_button = export_button(self.export_action)
        self._lay_out()
        editor.changed.connect(self._show_state)
        editor.problems_changed.connect(self._show_state)
        self._show_state()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=3)
        row.addWidget(self.start_button)
        row.addWidget(self.use_button)
        row.addWidget(self.bar)
        row.addWidget(self.stale)
        row.addStretch(1)
        row.addWidget(self.export_button)
        self.column = QVBoxLayout(self)
        theme.spaced(self.column, 4, 3, 4, 3, spacing=3)
        self.column.addLayout(row)
        self.column.addWidget(self.words)
        self.column.addWidget(self.empty, 1)

    def sizeHint(self) -> QSize:
        return QSize(160 * theme.UNIT, 100 * theme.UNIT)

    # --- for each page to fill in ----------------------------------------------------------------

    def request(self, experiment: Experiment) -> Req:
        """What the task is asked."""
        raise NotImplementedError

    def begin(self) -> None:
        """Clears what was found before."""
        raise NotImplementedError

    def take(self, found: Found) -> None:
        """Shows what was found meanwhile."""
        raise NotImplementedError

    def sentence(self, result: Res) -> str:
        """What the result says."""
        raise NotImplementedError

    def finish(self, result: Res) -> None:
        """Shows the result."""
        raise NotImplementedError

    def finding(self, result: Res) -> float | None:
        """The value that the result has for the setting; None where it has none."""
        raise NotImplementedError

    def settings(self, result: Res) -> Mapping[str, Any]:
        """What the result would have set, by path; nothing where it has nothing to offer."""
        value = self.finding(result)
        return {} if value is None else {self.path: value}

    def offer(self, result: Res) -> str:
        """The finding as the button names it."""
        return f"{self.finding(result) or 0:,g}"

    def figure(self, result: Res) -> FigureSpec | None:
        """What the page shows of the result, as a figure; None where there is nothing to draw."""
        raise NotImplementedError

    def partial(self) -> Res | None:
        """The result of what was measured before the task ended early, or None."""
        return None

    # --- the task ------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Begins, unless it is under way or the experiment can't train."""
        if self.bar.is_busy or self._editor.problems:
            return
        experiment = self._editor.experiment
        self._measured = experiment
        self.hold(None)
        self.words.setText("")
        self.empty.hide()
        self.begin()
        self._task = task = self._task_runner.ask(
            self.task,
            self.request(experiment),
            done=self._done,
            found=self._take,
            measures=self.measures,
        )
        task.failed.connect(self._failed)
        waits = self.measures and self._task_runner.is_training
        self.bar.follow(task, tr("waits until nothing trains, to measure rightly") if waits else "")
        task.ended.connect(self._ended)
        self._show_state()

    def hold(self, found: Res | None) -> None:
        """Keeps what was found, or None, and its figure."""
        self._found = found
        self._figure = self.figure(found) if found is not None else None

    @Slot()
    def use(self) -> None:
        """Puts what was found into the form."""
        if self._found is not None:
            self._editor.set_all(self.settings(self._found), self.path)

    @Slot()
    def export(self) -> None:
        """Asks for the export window on what was found."""
        if self._figure is not None:
            self.export_requested.emit(self._figure, {})

    @Slot(object)
    def _take(self, found: Found) -> None:
        self.take(found)

    @Slot(object)
    def _done(self, result: Res) -> None:
        self.hold(result)
        said = _sentence(self.sentence(result))
        if self._task is not None and self._task.was_disturbed:
            said += tr(". A run began to train meanwhile; measure again.")
        self.words.setText(said)
        self.finish(result)
        if not self.window().isActiveWindow():
            QApplication.alert(self.window())

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.words.setText(_sentence(sentence))
        self.failed.emit(sentence)

    @Slot()
    def _ended(self) -> None:
        found = self.partial() if self._found is None else None
        if found is not None:
            said = self.words.text()
            self._done(found)
            self.words.setText(said or self.words.text())
        self._task = None
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        problems = self._editor.problems
        self.start_button.setVisible(not self.bar.is_busy)
        self.start_button.setEnabled(not problems)
        self.start_button.setToolTip(
            self._editor.sentence(problems[0]) if problems else self._texts.reason
        )
        found = self._found
        settings = self.settings(found) if found is not None else {}
        experiment = self._editor.experiment
        used = all(experiment.at(path) == value for path, value in settings.items())
        self.use_button.setVisible(bool(settings) and not self.bar.is_busy)
        self.use_button.setEnabled(not used)
        offer = self.offer(found) if found is not None else ""
        text = tr("{offer} is in use", offer=offer) if used else tr("Use {offer}", offer=offer)
        self.use_button.setText(text if offer else "")
        self.words.setVisible(bool(self.words.text()))
        self.export_button.setVisible(self._figure is not None)
        self.stale.setVisible(self._found is not None and not self._still_holds())

    def _still_holds(self) -> bool:
        """Whether the finding is of the experiment as it stands, but for name and finding."""
        now, then = self._editor.experiment.values(), self._measured
        before = then.values() if then is not None else {}
        found = self.settings(self._found) if self._found is not None else {}
        for path in ("name", self.path, *found):
            for values in (now, before):
                _drop(values, path.split("."))
        return now == before


def _drop(values: dict[str, Any], keys: list[str]) -> None:
    *parents, last = keys
    for key in parents:
        values = values.get(key, {})
    values.pop(last, None)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

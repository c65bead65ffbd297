"""The experiment being edited: the current spec, undo and redo, its file, and what is wrong with it.

Forms and panels read `experiment` and listen to `changed`; every change goes through `set`,
`replace` or the undo stack, so nothing can be edited that can't be undone.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from workbench.analysis import Analysis
from workbench.experiment import Experiment
from workbench.spec.base import Problem, SpecError
from workbench.spec.data import DataInfo

MERGE_SECONDS = 1.0
"""Typing 1, 10, 100 into a field is one step of undo, not three."""


class _Edit(QUndoCommand):
    """One step from an experiment to another."""

    def __init__(self, editor: Editor, after: Experiment, words: str, path: str) -> None:
        super().__init__(words)
        self._editor, self._path = editor, path
        self._before, self._after = editor.experiment, after
        self._time = time.monotonic()

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or not self._path or other._path != self._path:
            return False
        if other._time - self._time > MERGE_SECONDS:
            return False
        self._after, self._time = other._after, other._time
        return True

    def redo(self) -> None:
        self._editor._show(self._after)

    def undo(self) -> None:
        self._editor._show(self._before)


class Editor(QObject):
    """Holds one immutable experiment at a time.

    Signals:
        changed: The experiment is another one.
        problems_changed: What keeps it from training is something else.
        file_changed: It has another file, or was saved.
    """

    changed = Signal()
    problems_changed = Signal()
    file_changed = Signal()

    def __init__(self, experiment: Experiment, undo_stack: QUndoStack) -> None:
        super().__init__()
        self.experiment = experiment
        self.file: Path | None = None
        self._saved = experiment
        self._undo = undo_stack
        self._info: DataInfo | None = experiment.data.info()
        self._data_problem: Problem | None = None
        self._refused: dict[str, str] = {}
        self._analysis: Analysis | None = None

    # --- reading -------------------------------------------------------------------------------

    @property
    def is_modified(self) -> bool:
        """Whether there is something to save."""
        return self.experiment != self._saved

    @property
    def info(self) -> DataInfo | None:
        """What is known of the data; None while files have to be looked at."""
        return self._info

    @property
    def analysis(self) -> Analysis | None:
        """Costs of the network; None while the data's shape isn't known."""
        if self._analysis is None and self._info is not None:
            self._analysis = self.experiment.analysis(self._info)
        return self._analysis

    @property
    def problems(self) -> list[Problem]:
        """Why it can't train, in the order a person should look at it; empty where it can."""
        found = [Problem(path, message) for path, message in self._refused.items()]
        if self._data_problem is not None:
            found.append(self._data_problem)
        return found + self.experiment.problems(self._info)

    # --- changing ------------------------------------------------------------------------------

    def set(self, path: str, value: Any) -> bool:
        """Sets the setting at a path of the TOML; False where it was refused.

        What was typed then stays in the field with the sentence under it, and the experiment as it
        was.
        """
        return self.set_all({path: value}, path)

    def set_all(self, settings: Mapping[str, Any], path: str) -> bool:
        """Sets several settings as one step of undo; `path` takes the blame for what is refused."""
        try:
            after = self.experiment.with_settings(settings)
        except SpecError as error:
            self.refuse(path, error.problems[0].message)
            return False
        had_problem = self._refused.pop(path, None) is not None
        if after != self.experiment:
            self.replace(after, self.tr("change of {}").format(path), path)
        elif had_problem:
            self.problems_changed.emit()
        return True

    def refuse(self, path: str, message: str) -> None:
        """Notes that what stands in a field can't be accepted."""
        self._refused[path] = message
        self.problems_changed.emit()

    def replace(self, experiment: Experiment, words: str, path: str = "") -> None:
        """Puts another experiment in place, as one step of undo named by `words`."""
        if experiment != self.experiment:
            self._undo.push(_Edit(self, experiment, words, path))

    def open(self, experiment: Experiment, file: Path | None) -> None:
        """Begins with another experiment; what came before can't be undone."""
        self._undo.clear()
        self.file, self._saved = file, experiment
        self._show(experiment)
        self.file_changed.emit()

    def save(self, file: Path) -> None:
        """Writes the experiment to its file.

        Raises:
            OSError: where the file can't be written.
        """
        self.experiment.write(file)
        self.file, self._saved = file, self.experiment
        self.file_changed.emit()

    def set_data_info(self, info: DataInfo | None, problem: str = "") -> None:
        """What looking at the data gave: their shape, or what is wrong with them."""
        self._info = info
        path, colon, message = problem.partition(": ")
        known = colon and " " not in path
        self._data_problem = (
            Problem(path if known else "data", message if known else problem) if problem else None
        )
        self._analysis = None
        self.problems_changed.emit()

    def _show(self, experiment: Experiment) -> None:
        if experiment.data != self.experiment.data:
            self._info, self._data_problem = experiment.data.info(), None
        self.experiment = experiment
        self._analysis = None
        self._refused.clear()
        self.changed.emit()
        self.problems_changed.emit()

"""The experiment being edited: the spec, undo and redo, its file, and what is wrong with it.

Forms and panels read `experiment` and listen to `changed`; every change goes through `set`,
`replace` or the undo stack, so nothing can be edited that can't be undone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from ui.editing.edited import UNREADABLE, Edited
from ui.editing.variations import Variations
from workbench.base.text import tr
from workbench.experiment import CHOICE_KEYS, Experiment
from workbench.network.analysis import Analysis
from workbench.network.output_layer import Fitted
from workbench.spec.base import Facts, Problem, SpecError
from workbench.spec.data import DataInfo
from workbench.spec.machine import Machine

_LAYER = re.compile(r"structure\.layers\[(\d+)\]")

MERGE_SECONDS = 1.0
"""Typing 1, 10, 100 into a field is one step of undo, not three."""


class _Edit(QUndoCommand):
    """One step from an experiment to another."""

    def __init__(self, editor: Editor, after: Experiment, words: str, path: str) -> None:
        super().__init__(words)
        self._editor, self._path = editor, path
        self._before, self._after = editor.experiment, after
        self._time = time.monotonic()

    def amend(self, after: Experiment) -> bool:
        """Goes on to another experiment, where it is this step that chose the data; else False."""
        if self._after is not self._editor.experiment or self._before.data == self._after.data:
            return False
        self._after = after
        return True

    def read(self, path: str, numbers: Collection[float]) -> bool:
        """Whether it set a path to one of some numbers."""
        return self._path == path and self._after.at(path) in numbers

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or not self._path or other._path != self._path:
            return False
        if other._time - self._time > MERGE_SECONDS:
            return False
        self._after, self._time = other._after, other._time
        del other._before, other._after  # PySide keeps the merged command itself for good
        return True

    def redo(self) -> None:
        self._editor._show(self._after)

    def undo(self) -> None:
        self._editor._show(self._before)


@dataclass(frozen=True)
class _Refused:
    """What stands in a field and can't be accepted: why, and the value if it is one."""

    message: str
    value: object


class Editor(Edited):
    """Holds one immutable experiment at a time.

    Signals:
        changed: The experiment has changed.
        problems_changed: What keeps it from training is something else.
        file_changed: It has another file, or was saved.
        output_followed: The output layer was set to the number of classes; the sentence.
        machine_changed: What there is to train on is known now.
        reading_changed: How far the process is that reads the data, in words; "" once it has ended.
    """

    file_changed = Signal()
    output_followed = Signal(str)
    machine_changed = Signal()
    reading_changed = Signal(str)

    variations: Variations

    def __init__(self, experiment: Experiment, undo_stack: QUndoStack) -> None:
        super().__init__()
        self.experiment = experiment
        self.file: Path | None = None
        self._saved = experiment
        self._undo = undo_stack
        self.variations = Variations(undo_stack)
        self._info: DataInfo | None = experiment.data.info()
        self._classes = self._info.classes if self._info is not None else 0
        self._data_problem: Problem | None = None
        self._used_problems: list[Problem] = []
        self.proposed_size: tuple[int, int] | None = None
        """(height, width) to resize images to that differ in size; None where they don't."""

        self.machine: Machine | None = None
        self._refused: dict[str, _Refused] = {}
        self._kept: dict[str, _Refused] = {}
        self._analysis: Analysis | None = None
        self._own_problems: list[Problem] | None = None

    # --- reading -------------------------------------------------------------------------------

    @property
    def is_modified(self) -> bool:
        """Whether there is something to save."""
        return self.experiment != self._saved

    def at(self, path: str) -> Any:
        """What stands at a path of the experiment's TOML.

        Raises:
            SpecError: where there is no such setting.
        """
        return self.experiment.at(path)

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
    def facts(self) -> Facts:
        """What explanations may count on."""
        return self.experiment.facts(self._info)

    @property
    def problems(self) -> list[Problem]:
        """Why it can't train, in the order a person should look at it; empty where it can."""
        found = [Problem(path, refused.message) for path, refused in self._refused.items()]
        if self._data_problem is not None:
            found.append(self._data_problem)
        if self._own_problems is None:
            self._own_problems = self.experiment.problems(self._info)
        missing = self.experiment.hardware.missing(self.machine) if self.machine else ""
        here = [Problem("hardware.target", missing)] if missing else []
        return found + here + self._own_problems + self._used_problems

    @property
    def notes(self) -> Mapping[str, str]:
        """Which settings have no effect on these data, and why."""
        return self.experiment.notes(self._info)

    def first_problem(self) -> str:
        """The sentence on what keeps the experiment from training; "" where nothing does."""
        problems = self.problems
        return self.sentence(problems[0]) if problems else ""

    def sentence(self, problem: Problem) -> str:
        """A problem as a person reads it, with the field's title in place of its path."""
        layer = _LAYER.match(problem.path)
        where = tr("Layer {int}: ", int=int(layer[1]) + 1) if layer else ""
        owner, _, name = problem.path.rpartition(".")
        try:
            group = self.experiment.at(owner) if owner else self.experiment
        except SpecError:
            return str(problem)
        field = type(group).model_fields.get(name)
        if layer is not None and field is None:
            return f"{where}{problem.message}"
        title = (field.title if field is not None else None) or name.capitalize()
        return f"{where}{title} {problem.message}" if owner else f"{title}: {problem.message}"

    # --- changing ------------------------------------------------------------------------------

    def is_refused(self, path: str) -> bool:
        """Whether something stands in the field of this setting that wasn't accepted."""
        return path in self._refused

    def set(self, path: str, value: Any) -> bool:
        """Sets the setting at a path of the TOML; False where it was refused.

        What was typed then stays in the field with the sentence under it, and the experiment as it
        was; it is tried again with each later edit, as the cause may lie in another field.
        """
        return self.set_all({path: value}, path)

    def set_all(self, settings: Mapping[str, Any], path: str) -> bool:
        """Sets several settings as one step of undo; `path` takes the blame for what is refused."""
        others = {p: r for p, r in self._refused.items() if p != path and not _resets(path, p)}
        tried = {p: r.value for p, r in others.items() if r.value is not UNREADABLE}
        after = self._with({**tried, **settings}) if tried else None
        if after is not None:
            others = {p: r for p, r in others.items() if p not in tried}
        else:
            try:
                after = self.experiment.with_settings(settings)
            except SpecError as error:
                self.refuse(path, _told(error.problems[0], path), settings.get(path, UNREADABLE))
                return False
        was_wrong = others != self._refused
        if after != self.experiment:
            self._kept = others
            self.replace(after, tr("change of {path}", path=path), path)
            self._kept = {}
        elif was_wrong:
            self._refused = others
            self.problems_changed.emit()
        return True

    def _with(self, settings: Mapping[str, Any]) -> Experiment | None:
        try:
            return self.experiment.with_settings(settings)
        except SpecError:
            return None

    def refuse(self, path: str, message: str, value: object = UNREADABLE) -> None:
        """Notes that what stands in a field (`value`, where it is one) can't be accepted."""
        self._refused[path] = _Refused(message, value)
        self.problems_changed.emit()

    def replace(self, experiment: Experiment, words: str, path: str = "") -> None:
        """Puts another experiment in place, as one step of undo named by `words`."""
        if experiment == self.experiment:
            return
        info = experiment.data.info() if experiment.data != self.experiment.data else None
        found = None
        if info is not None and info.classes != self._classes:
            experiment, found = experiment.fitted_to(info)
        self._undo.push(_Edit(self, experiment, words, path))
        if found is not None:
            self._say_followed(found)

    def undo(self) -> None:
        """Takes the last step back."""
        self._undo.undo()

    def axis_path(self, path: str) -> str:
        return path

    def vary_some(self, path: str) -> bool:
        from workbench.study.asking.suggestions import (
            usual_values,  # not before something is varied
        )

        if path not in self.variations.texts:
            self.variations.vary(path, usual_values(self.experiment, path))
        return True

    def take_back(self, path: str, read: Collection[float]) -> None:
        while isinstance(step := self._undo.command(self._undo.index() - 1), _Edit):
            if not step.read(path, read):
                break
            self._undo.undo()
        if self._refused.pop(path, None) is not None:
            self.problems_changed.emit()

    def open(self, experiment: Experiment, file: Path | None) -> None:
        """Begins with another experiment; what came before can't be undone."""
        self._undo.clear()
        self.variations.show({})
        self.file, self._saved = file, experiment
        self._classes = 0
        self._show(experiment)
        self.file_changed.emit()
        if self._info is not None:
            self._follow_classes(self._info)

    def saved(self, experiment: Experiment, file: Path) -> None:
        """Notes that this experiment lies in this file now."""
        self.file, self._saved = file, experiment
        self.file_changed.emit()

    def set_data_info(self, info: DataInfo | None, problem: str = "") -> None:
        """What looking at the data gave: their shape, or what is wrong with them."""
        self._info = info
        before = self._classes
        if info is not None:
            self._classes = info.classes
        path, message = split_sentence(problem)
        self._data_problem = Problem(path or "data", message) if problem else None
        self._analysis = self._own_problems = None
        self.problems_changed.emit()
        if info is not None and info.classes != before:
            self._follow_classes(info)

    def _follow_classes(self, info: DataInfo) -> None:
        """Sets the output layer to the classes of other data, in the step that chose these.

        What a person has undone meanwhile can still be done again: nothing is changed then.
        """
        experiment, found = self.experiment.fitted_to(info)
        if found is None or self._undo.canRedo():
            return
        step = self._undo.command(self._undo.index() - 1)
        if isinstance(step, _Edit) and step.amend(experiment):
            self._kept = self._refused
            self._show(experiment)
            self._kept = {}
        else:
            self._kept = self._refused
            self.replace(
                experiment, tr("output layer for {classes} classes", classes=found.classes)
            )
            self._kept = {}
        self._say_followed(found)

    def _say_followed(self, found: Fitted) -> None:
        classes, before = f"{found.classes:,}", f"{found.before:,}"
        self.output_followed.emit(
            tr(
                "Output layer set to {classes} classes (was {before}).",
                classes=classes,
                before=before,
            )
        )

    def set_used_problems(self, problems: list[Problem]) -> None:
        """What is wrong with the runs that the experiment uses, as the store knows them."""
        if problems != self._used_problems:
            self._used_problems = problems
            self.problems_changed.emit()

    def set_machine(self, machine: Machine) -> None:
        """What there is to train on, as the training process found it."""
        self.machine = machine
        self.machine_changed.emit()
        self.problems_changed.emit()

    def _show(self, experiment: Experiment) -> None:
        if experiment.data != self.experiment.data:
            self._info, self._data_problem = experiment.data.info(), None
        if self._info is not None:
            self._classes = self._info.classes
        self.experiment = experiment
        self._analysis = self._own_problems = None
        self._refused = dict(self._kept)
        self.changed.emit()
        self.problems_changed.emit()


def split_sentence(sentence: str) -> tuple[str, str]:
    """`data.path: there is no …` as its path and the rest; the path is "" where there is none."""
    path, colon, rest = sentence.partition(": ")
    return (path, rest) if colon and " " not in path and "/" not in path else ("", sentence)


def _resets(path: str, other: str) -> bool:
    """Whether setting `path` (the key of a choice) puts new fields in the place of `other`."""
    owner, _, key = path.rpartition(".")
    return key in CHOICE_KEYS and other.startswith(f"{owner}.")


def _told(problem: Problem, path: str) -> str:
    """The sentence under the field at `path`, with the place where it lies further inside."""
    inside = problem.path.removeprefix(path).lstrip(".") if problem.path.startswith(path) else ""
    return f"{inside}: {problem.message}" if inside else problem.message

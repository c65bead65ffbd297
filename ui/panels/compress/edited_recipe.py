"""The recipe being edited: its steps, undo and redo, and why they can't follow each other."""

from __future__ import annotations

import json
import re
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from ui.editing.edited import UNREADABLE, Edited
from workbench.base.text import tr
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.steps import CompressionStep, chosen
from workbench.spec.base import Problem, SpecError

_PATH = re.compile(r"steps\[(\d+)\](?:\.(\w+))?")

Steps = tuple[CompressionStep, ...]


class _Edit(QUndoCommand):
    """One change of the steps."""

    def __init__(self, edited: EditedRecipe, after: Steps, words: str) -> None:
        super().__init__(words)
        self._edited, self._before, self._after = edited, edited.steps, after

    def redo(self) -> None:
        self._edited.show_steps(self._after)

    def undo(self) -> None:
        self._edited.show_steps(self._before)


class EditedRecipe(Edited):
    """Steps in order; each one is sound by itself, and together they may not be yet.

    Args:
        recipe: To begin with.
        parent: Keeps it.

    Attributes:
        steps: As they stand; what was refused is not in them.
        undo_stack: All changes.

    Signals:
        steps_changed: There are other steps, or in another order.
    """

    steps_changed = Signal()

    def __init__(self, recipe: CompressionRecipe, parent: QObject | None = None) -> None:
        super().__init__()
        self.setParent(parent)
        self.steps: Steps = recipe.steps
        self.undo_stack = QUndoStack(self)
        self._refused: dict[str, str] = {}

    @staticmethod
    def path(number: int) -> str:
        """Where a form finds a step, counted from 0."""
        return f"steps[{number}]"

    @property
    def recipe(self) -> CompressionRecipe:
        """The steps as a recipe.

        Raises:
            SpecError: where there are none, they can't follow each other, or a value was refused.
        """
        if self._refused:
            raise SpecError(self.problems)
        return CompressionRecipe.parse({"steps": [step.values() for step in self.steps]})

    @property
    def problems(self) -> list[Problem]:
        return [Problem(path, message) for path, message in self._refused.items()]

    def at(self, path: str) -> CompressionStep:
        number, _ = self._place(path)
        if number >= len(self.steps):
            raise SpecError.at(path, tr("there is no such step"))
        return self.steps[number]

    def set(self, path: str, value: Any) -> bool:
        number, name = self._place(path)
        step = self.steps[number]
        try:
            after = _begun(str(value)) if name == step.key else step.changed(**{name: value})
        except SpecError as error:
            self.refuse(path, error.problems[0].message, value)
            return False
        was_wrong = self._refused.pop(path, None) is not None
        if after != step:
            changed = (*self.steps[:number], after, *self.steps[number + 1 :])
            self._push(changed, tr("change of step {number}", number=number + 1))
        elif was_wrong:
            self.problems_changed.emit()
        return True

    def refuse(self, path: str, message: str, value: object = UNREADABLE) -> None:
        self._refused[path] = message
        self.problems_changed.emit()

    def is_refused(self, path: str) -> bool:
        return path in self._refused

    # --- from one start to the next --------------------------------------------------------------

    def state(self) -> str:
        """The steps as they stand, also where they can't follow each other yet, as JSON."""
        return json.dumps([step.values() for step in self.steps])

    def restore_state(self, text: str) -> None:
        """Take what `state` gave; of another version or damaged it is left as it is."""
        try:
            kept = json.loads(text)
            steps = tuple(_of_kind(str(each["kind"])).parse(each) for each in kept)
        except (ValueError, TypeError, KeyError):
            return
        if steps:
            self.show_steps(steps)

    # --- steps ---------------------------------------------------------------------------------

    def add(self, kind: str) -> int:
        """Add a step with its defaults where it makes sense; its place."""
        step = _begun(kind)
        place = sum(1 for each in self.steps if each.phase <= step.phase)
        steps = (*self.steps[:place], step, *self.steps[place:])
        self._push(steps, tr("adding of a step"))
        return place

    def remove(self, number: int) -> None:
        """Remove a step."""
        steps = (*self.steps[:number], *self.steps[number + 1 :])
        self._push(steps, tr("removal of a step"))

    def move(self, number: int, by: int) -> int:
        """Move a step up (-1) or down (1); its new place."""
        place = min(max(0, number + by), len(self.steps) - 1)
        steps = list(self.steps)
        steps.insert(place, steps.pop(number))
        self._push(tuple(steps), tr("moving of a step"))
        return place

    def replace(self, recipe: CompressionRecipe) -> None:
        """Put another recipe in place."""
        self._push(recipe.steps, tr("another recipe"))

    def show_steps(self, steps: Steps) -> None:
        """Take steps without a step of undo."""
        are_others = [step.name() for step in steps] != [step.name() for step in self.steps]
        self.steps, self._refused = steps, {}
        if are_others:
            self.steps_changed.emit()
        self.changed.emit()
        self.problems_changed.emit()

    def _push(self, steps: Steps, words: str) -> None:
        if steps != self.steps:
            self.undo_stack.push(_Edit(self, steps, words))

    @staticmethod
    def _place(path: str) -> tuple[int, str]:
        found = _PATH.fullmatch(path)
        if found is None:
            raise SpecError.at(path, tr("there is no such step"))
        return int(found[1]), found[2] or ""


def _begun(kind: str) -> CompressionStep:
    """A step with its defaults."""
    return _of_kind(kind).model_validate({"kind": kind})


def _of_kind(kind: str) -> type[CompressionStep]:
    """The class of a step.

    Raises:
        KeyError: where there is none.
    """
    found = chosen(kind)
    if found is None:
        raise KeyError(f"there is no step {kind!r}")
    return found

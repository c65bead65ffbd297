"""What a form edits: settings by their paths, and what is wrong with them.

The experiment's editor is one; `EditedSpec` holds a group of settings that is no part of any
experiment, such as those of a lever.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from ui.editing.variations import Variations
from workbench.spec.base import Problem, Spec, SpecError

UNREADABLE = object()
"""Stands for what a person typed that is no value at all."""


class Edited(QObject):
    """Settings behind a form.

    Signals:
        changed: A setting has changed.
        problems_changed: What is wrong is something else.
    """

    changed = Signal()
    problems_changed = Signal()

    variations: Variations | None = None
    """What is to be tried of them; None where that is nothing that a search could try."""

    def axis_path(self, path: str) -> str:
        """The path under which the setting at a path is varied; "" where it can't be."""
        return ""

    def vary(self, axis: str, text: str) -> None:
        """Tries these values, as typed, of what has this path; none of it for ""."""
        if self.variations is not None and text:
            self.variations.vary(axis, text)
        elif self.variations is not None:
            self.variations.leave(axis)

    def vary_some(self, path: str) -> bool:
        """Tries the usual values of the setting at a path; False where it can't be varied."""
        return False

    def take_back(self, path: str, read: Collection[float]) -> None:
        """Takes back what was read of several values while they were typed into a field."""

    @property
    def problems(self) -> list[Problem]:
        """What is wrong, by path."""
        raise NotImplementedError

    @property
    def notes(self) -> Mapping[str, str]:
        """What else is to be said of settings, by path; told with `problems_changed`."""
        return {}

    def at(self, path: str) -> Any:
        """What stands at a path.

        Raises:
            SpecError: where there is no such setting.
        """
        raise NotImplementedError

    def set(self, path: str, value: Any) -> bool:
        """Sets the setting at a path; False where it was refused."""
        raise NotImplementedError

    def refuse(self, path: str, message: str, value: object = UNREADABLE) -> None:
        """Notes that what stands in a field (`value`, where it is one) can't be accepted."""
        raise NotImplementedError

    def is_refused(self, path: str) -> bool:
        """Whether something stands in the field of this setting that wasn't accepted."""
        raise NotImplementedError


class EditedSpec(Edited):
    """One group of settings by itself.

    Args:
        spec: To begin with.
        variations: What is to be tried of it.
        axis: The path under which its first setting is varied, or all of it where it has none;
            "" where it can't be.

    Attributes:
        spec: As it stands; what was refused is not in it.
    """

    PATH = "spec"
    """Where a form finds it."""

    def __init__(self, spec: Spec, variations: Variations | None = None, axis: str = "") -> None:
        super().__init__()
        self.spec = spec
        self.variations, self._axis = variations, axis
        self._refused: dict[str, str] = {}

    def axis_path(self, path: str) -> str:
        first = next(iter(type(self.spec).model_fields), None)
        own = self.PATH if first is None else f"{self.PATH}.{first}"
        return self._axis if path == own else ""

    def vary_some(self, path: str) -> bool:
        axis = self.axis_path(path)
        if self.variations is None or not axis:
            return False
        from workbench.study.asking.suggestions import (
            usual_of_lever,  # not before something is varied
        )

        if axis not in self.variations.texts:
            self.variations.vary(axis, usual_of_lever(axis))
        return True

    @property
    def problems(self) -> list[Problem]:
        return [Problem(path, message) for path, message in self._refused.items()]

    def at(self, path: str) -> Spec:
        return self.spec

    def set(self, path: str, value: Any) -> bool:
        name = path.removeprefix(f"{self.PATH}.")
        try:
            after = self.spec.changed(**{name: value})
        except SpecError as error:
            self.refuse(path, error.problems[0].message, value)
            return False
        was_wrong = self._refused.pop(path, None) is not None
        if after != self.spec:
            self.spec = after
            self.changed.emit()
        if was_wrong:
            self.problems_changed.emit()
        return True

    def refuse(self, path: str, message: str, value: object = UNREADABLE) -> None:
        self._refused[path] = message
        self.problems_changed.emit()

    def is_refused(self, path: str) -> bool:
        return path in self._refused

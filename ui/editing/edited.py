"""What a form edits: settings by their paths, and what is wrong with them.

The experiment's editor is one; `EditedSpec` holds a group of settings that is no part of any
experiment, such as those of a lever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

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

    Attributes:
        spec: As it stands; what was refused is not in it.
    """

    PATH = "spec"
    """Where a form finds it."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec
        self._refused: dict[str, str] = {}

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

"""The settings that a form shows, as a list: for whoever looks for one by its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.base.text import help_of
from workbench.spec.base import Choice, Spec


@dataclass(frozen=True)
class Setting:
    """One field of a form.

    Attributes:
        path: In the TOML: `optimizer.learning_rate`.
        title: Before the field.
        place: The parts of the form that it lies in, from the outermost.
        help: What it does.
    """

    path: str
    title: str
    place: tuple[str, ...]
    help: str


def settings_of(spec: Spec, path: str, title: str, place: tuple[str, ...]) -> Iterator[Setting]:
    """The settings of a group or a choice, in the order of its form.

    Args:
        spec: As it is now.
        path: Of the group.
        title: Of the choice, as before its combo box; "" where it shows none.
        place: The parts of the form that the group lies in.
    """
    key = spec.key if isinstance(spec, Choice) else ""
    if isinstance(spec, Choice) and title:
        yield Setting(f"{path}.{key}", title, place, help_of(type(spec)))
        place = (*place, f"{title}: {spec.label}")
    for name, field in type(spec).model_fields.items():
        if name != key:
            yield Setting(f"{path}.{name}", field.title or name, place, field.description or "")

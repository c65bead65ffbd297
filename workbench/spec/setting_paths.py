"""Paths of settings in the TOML: the keys of `structure.layers[2].filters`, and setting it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.spec.base import SpecError

_STEP = re.compile(r"([^.\[\]]+)|\[(-?\d+)\]")
_INDEX = re.compile(r"-?\d+")


def steps_of(path: str) -> list[str | int]:
    """`structure.layers[2].filters` (or `structure.layers.2.filters`) as its keys.

    An index below zero counts from the end.
    """
    found = [int(i or n) if i or _INDEX.fullmatch(n) else n for n, i in _STEP.findall(path)]
    if not found:
        raise SpecError.at(path, tr("is not the path of a setting"))
    return found


def as_path(steps: Iterable[str | int]) -> str:
    """The keys of a path as one text; what `steps_of` reads."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return "".join(parts).removeprefix(".")


def put(values: dict[str, Any], path: str, value: Any) -> None:
    """Sets the entry at `path` in plain values.

    Raises:
        SpecError: where the group that should hold it is not there.
    """
    *parents, last = steps_of(path)
    container: Any = values
    for key in parents:
        try:
            container = container[key]
        except (KeyError, IndexError, TypeError):
            raise SpecError.at(path, unknown_setting(key, container)) from None
    if not _holds(container, last):
        raise SpecError.at(path, unknown_setting(last, container))
    container[last] = value


def _holds(container: object, key: str | int) -> bool:
    """Whether an entry can be set there: any name in a table, a place that exists in a list."""
    if isinstance(container, dict):
        return isinstance(key, str)
    return isinstance(container, list) and isinstance(key, int) and is_place(key, container)


def is_place(index: int, entries: Sequence[Any]) -> bool:
    """Whether there is an entry at an index, which counts from the end where it is negative."""
    return -len(entries) <= index < len(entries)


def unknown_setting(key: str | int, container: object) -> str:
    """The sentence that there is no such entry, with the name that was probably meant."""
    if isinstance(key, int):
        return tr("there is no entry [{key}]", key=key)
    names = (
        container if isinstance(container, dict) else getattr(type(container), "model_fields", ())
    )
    return near_miss(tr("there is no {name}", name=repr(key)), key, names)

"""Frozen dataclasses as plain values (what JSON has) and back, checked by pydantic on arrival."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


class Malformed(ValueError):
    """Plain values that are not of the type they should be, in one sentence."""


def plain(value: object, *, strict: bool = True) -> Any:
    """A value as JSON has it: tuples as lists, arrays as their type's own text.

    Args:
        value: A dataclass, or a list of some.
        strict: Whether a field that holds something of another type is an error here; else it is
            one on arrival.

    Raises:
        PydanticSerializationError: where a field holds something of another type.
    """
    kind: Any = type(value)
    return _adapter(kind).dump_python(value, mode="json", warnings="error" if strict else "none")


def parsed(of: type[T], values: object, what: str) -> T:
    """The value that plain values stand for.

    Args:
        of: Its type.
        values: As `plain` gives them.
        what: What they are, for the error: "the request of task tune".

    Raises:
        Malformed: where a field is missing, unknown or of another type.
    """
    kind: Any = of
    try:
        found: T = _adapter(kind).validate_python(values, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Malformed(f"{what}: {f'{place}: ' if place else ''}{first['msg']}") from None
    return found


@cache
def _adapter(of: Any) -> TypeAdapter[Any]:
    """Made at the first use, as that takes a millisecond or so."""
    return TypeAdapter(of)

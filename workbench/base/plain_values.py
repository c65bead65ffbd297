"""Frozen dataclasses as plain values (what JSON has) and back, checked by pydantic on arrival."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import (
    PlainSerializer,
    PlainValidator,
    SerializationInfo,
    TypeAdapter,
    ValidationError,
)

from workbench.base.text import english, packed, unpacked

T = TypeVar("T")


class Malformed(ValueError):
    """Plain values that are not of the type they should be, in one sentence."""


def _plain_text(said: str, info: SerializationInfo) -> Any:
    return packed(said) if info.context == PARTS else english(said)


Said = Annotated[str, PlainValidator(unpacked), PlainSerializer(_plain_text)]
"""A field that holds a text for a person: it keeps its parts, and so its English, on the way."""

PARTS = "parts"


def plain(value: object, *, strict: bool = True, by_parts: bool = False) -> Any:
    """A value as JSON has it: tuples as lists, arrays as their type's own text.

    Args:
        value: A dataclass, or a list of some.
        by_parts: Whether texts (`Said`) keep their parts, for another process; else they are
            in English.
        strict: Whether a field that holds something of another type is an error here; else it is
            one on arrival.

    Raises:
        PydanticSerializationError: where a field holds something of another type.
    """
    kind: Any = type(value)
    warnings: Any = "error" if strict else "none"
    context = PARTS if by_parts else None
    return _adapter(kind).dump_python(value, mode="json", warnings=warnings, context=context)


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

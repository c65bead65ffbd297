"""Lines of JSON between processes of ours, in which texts travel by their parts.

So whoever reads a line shows its sentences in their own language, whatever the writer speaks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.base.text import Text, packed, unpacked

PARTS = frozenset({"template", "many", "context", "number", "arguments"})


def as_line(message: Mapping[str, Any]) -> str:
    """Plain values as a line of JSON, without its end."""
    return json.dumps(_with_parts(message))


def from_line(line: str) -> dict[str, Any] | None:
    """What `as_line` was given; None where the line is none, as a library printed it."""
    try:
        values = json.loads(line, object_hook=_text_or_values)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _with_parts(value: Any) -> Any:
    if isinstance(value, Text):
        return packed(value)
    if isinstance(value, Mapping):
        return {name: _with_parts(it) for name, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_parts(it) for it in value]
    return value


def _text_or_values(values: dict[str, Any]) -> Any:
    """A text where these are the parts of one; else the values as they are.

    Raises:
        ValueError: where they look like the parts of a text and aren't.
    """
    is_text = "template" in values and values.keys() <= PARTS
    return unpacked(values) if is_text else values

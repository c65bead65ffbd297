"""What is said about a wrong setting: one sentence that names the field, the fault and the remedy.

Translates pydantic's error list into `Problem`s. Nothing here knows a particular setting.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from workbench.base.errors import BadInput

MOST_NAMES = 12
"""A sentence that lists more is not read."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an experiment.

    Attributes:
        path: Where, as written in the TOML: `structure.layers[2].kernel_size`; "" for the whole.
        message: What, and what would be right, without the path: `must be at least 1, got 0`.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class SpecError(BadInput, ValueError):
    """An experiment that can't be accepted.

    Its text is the first problem, one sentence.

    Attributes:
        problems: All that is wrong, at least one, in the order of the fields.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(str(self.problems[0]))

    @classmethod
    def at(cls, path: str, message: str) -> SpecError:
        """A single problem at `path`."""
        return cls([Problem(path, message)])


def refuse(faults: Mapping[str, str]) -> ValidationError:
    """The error a validator of a whole class raises to blame some of its fields.

    Args:
        faults: Sentence (without the path) by field name, "" for the value as a whole.
    """
    details = [
        InitErrorDetails(
            type=PydanticCustomError("refused", "{message}", {"message": message}),
            loc=(field,) if field else (),
            input=None,
        )
        for field, message in faults.items()
    ]
    return ValidationError.from_exception_data("refused", details)


def path_of(loc: Iterable[int | str]) -> str:
    """`("structure", "layers", 2, "filters")` as `structure.layers[2].filters`."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path


def problems_of(error: ValidationError) -> list[Problem]:
    """Each of pydantic's errors as a sentence."""
    found = error.errors()
    return [Problem(path_of(i["loc"]), _sentence(i)) for i in found if not _is_echo(i, found)]


def _is_echo(item: ErrorDetails, found: Sequence[ErrorDetails]) -> bool:
    """Whether a list is called too short only because pydantic left its refused entries out."""
    loc = item["loc"]
    return item["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in found
    )


def near_miss(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'filters'?` where one of `known` looks like `name`, else their list."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    if len(known) > MOST_NAMES:
        known = [*known[:MOST_NAMES], f"{len(known) - MOST_NAMES} more"]
    return f"; known are {', '.join(known)}" if known else ""


def shown(value: object) -> str:
    """A value as it appears in a sentence: short, and as TOML would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _wants(what: str) -> Callable[[ErrorDetails, dict[str, Any]], str]:
    return lambda item, ctx: f"must be {what}, got {shown(item['input'])}"


def _bound(words: str, key: str) -> Callable[[ErrorDetails, dict[str, Any]], str]:
    return lambda item, ctx: f"must be {words} {_limit(ctx[key])}, got {shown(item['input'])}"


def _limit(value: float) -> str:
    """1000000, not 1e+06: a limit is to be typed by a person."""
    return str(value) if isinstance(value, int) else f"{value:g}"


def _length(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    wanted = ctx.get("min_length", ctx.get("max_length"))
    kind = "at least" if "min_length" in ctx else "at most"
    noun = "entry" if wanted == 1 else "entries"
    return f"must have {kind} {wanted} {noun}, got {ctx['actual_length']}"


SENTENCES: dict[str, Callable[[ErrorDetails, dict[str, Any]], str]] = {
    "missing": lambda item, ctx: "is missing",
    "greater_than_equal": _bound("at least", "ge"),
    "greater_than": _bound("above", "gt"),
    "less_than_equal": _bound("at most", "le"),
    "less_than": _bound("below", "lt"),
    "int_type": _wants("a whole number"),
    "int_from_float": _wants("a whole number"),
    "float_type": _wants("a number"),
    "finite_number": _wants("a finite number"),
    "bool_type": _wants("true or false"),
    "string_type": _wants("a text"),
    "string_too_short": lambda item, ctx: "must not be empty",
    "string_too_long": lambda item, ctx: f"must have at most {ctx['max_length']} characters",
    "tuple_type": _wants("a list"),
    "too_short": _length,
    "too_long": _length,
    "model_type": lambda item, ctx: f"must be a table of settings, got {shown(item['input'])}",
    "model_attributes_type": lambda item, ctx: (
        f"must be a table of settings, got {shown(item['input'])}"
    ),
    "literal_error": lambda item, ctx: f"must be {ctx['expected']}, got {shown(item['input'])}",
    "refused": lambda item, ctx: str(ctx["message"]),
}


def _sentence(item: ErrorDetails) -> str:
    template = SENTENCES.get(item["type"])
    if template is None:
        message = item["msg"].removeprefix("Value error, ")
        return message[:1].lower() + message[1:]
    return template(item, item.get("ctx", {}))

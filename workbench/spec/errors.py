"""What is said about a wrong setting: one sentence that names the field, the fault and the remedy.

Translates pydantic's error list into `Problem`s. Nothing here knows a particular setting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from workbench.base.errors import BadInput
from workbench.base.text import joined, plural, tr


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
        return joined(": ", [self.path, self.message]) if self.path else self.message


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


def shown(value: object) -> str:
    """A value as it appears in a sentence: short, and as TOML would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return tr("a number of thousands of digits")
    return text if len(text) <= 60 else f"{text[:57]}..."


Sentence = Callable[[ErrorDetails, dict[str, Any]], str]


def _got(item: ErrorDetails) -> str:
    return shown(item["input"])


def _limit(value: float) -> str:
    """1000000, not 1e+06: a limit is to be typed by a person."""
    return str(value) if isinstance(value, int) else f"{value:g}"


def _at_least(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return tr("must be at least {limit}, got {value}", limit=_limit(ctx["ge"]), value=_got(item))


def _above(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return tr("must be above {limit}, got {value}", limit=_limit(ctx["gt"]), value=_got(item))


def _at_most(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return tr("must be at most {limit}, got {value}", limit=_limit(ctx["le"]), value=_got(item))


def _below(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return tr("must be below {limit}, got {value}", limit=_limit(ctx["lt"]), value=_got(item))


def _whole(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return tr("must be a whole number, got {value}", value=_got(item))


def _table(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return tr("must be a table of settings, got {value}", value=_got(item))


def _too_short(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return plural(
        "must have at least {count} entry, got {value}",
        "must have at least {count} entries, got {value}",
        ctx["min_length"],
        value=f"{ctx['actual_length']:,}",
    )


def _too_long(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return plural(
        "must have at most {count} entry, got {value}",
        "must have at most {count} entries, got {value}",
        ctx["max_length"],
        value=f"{ctx['actual_length']:,}",
    )


def _too_many_letters(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    return plural(
        "must have at most {count} character",
        "must have at most {count} characters",
        ctx["max_length"],
    )


def _one_of(item: ErrorDetails, ctx: dict[str, Any]) -> str:
    """Of the values of a `Literal`, which pydantic gives as `'a', 'b' or 'c'`."""
    *some, last = re.split(", | or ", ctx["expected"])
    if not some:
        return tr("must be {value}, got {got}", value=last, got=_got(item))
    names = ", ".join(some)
    return tr("must be {names} or {last}, got {got}", names=names, last=last, got=_got(item))


SENTENCES: dict[str, Sentence] = {
    "missing": lambda item, ctx: tr("is missing"),
    "greater_than_equal": _at_least,
    "greater_than": _above,
    "less_than_equal": _at_most,
    "less_than": _below,
    "int_type": _whole,
    "int_from_float": _whole,
    "float_type": lambda item, ctx: tr("must be a number, got {value}", value=_got(item)),
    "finite_number": lambda item, ctx: tr("must be a finite number, got {value}", value=_got(item)),
    "bool_type": lambda item, ctx: tr("must be true or false, got {value}", value=_got(item)),
    "string_type": lambda item, ctx: tr("must be a text, got {value}", value=_got(item)),
    "string_too_short": lambda item, ctx: tr("must not be empty"),
    "string_too_long": _too_many_letters,
    "tuple_type": lambda item, ctx: tr("must be a list, got {value}", value=_got(item)),
    "too_short": _too_short,
    "too_long": _too_long,
    "model_type": _table,
    "model_attributes_type": _table,
    "literal_error": _one_of,
    "refused": lambda item, ctx: str(ctx["message"]),
    "value_error": lambda item, ctx: str(ctx["error"]),
}


def _sentence(item: ErrorDetails) -> str:
    template = SENTENCES.get(item["type"])
    if template is None:  # one of the library's own that no setting of ours has met
        return item["msg"][:1].lower() + item["msg"][1:]
    return template(item, item.get("ctx", {}))

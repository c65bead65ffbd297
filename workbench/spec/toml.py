"""Plain values from TOML text and files, and as TOML text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import tomli_w

from workbench.base.files import open_named
from workbench.base.text import joined, tr
from workbench.spec.base import SpecError

Parsed = TypeVar("Parsed")

_PAIRS = re.compile(r"\[\n(?:    [-+.\w]+,\n)+\]")


def read_toml(text: str) -> dict[str, Any]:
    """The plain values of a TOML text.

    Raises:
        SpecError: naming the line where it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also a number of 5,000 digits, or [[[[...
        detail = str(error)  # in English, as the library says it
        detail = detail[:1].lower() + detail[1:]
        raise SpecError.at("", tr("not valid TOML: {detail}", detail=detail)) from None


def read_file(
    path: Path, most_bytes: int, too_large: str, parse: Callable[[str], Parsed]
) -> Parsed:
    """What a TOML file says.

    Args:
        path: The file.
        most_bytes: A larger one is refused.
        too_large: The sentence for that.
        parse: Makes it of the text.

    Raises:
        SpecError: naming the file, and the setting or line that is wrong.
    """
    try:
        with open_named(path) as file:
            content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise SpecError.at("", too_large)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError.at("", tr("{path}: is not a text file in UTF-8", path=path)) from None
    except OSError as error:
        raise SpecError.at(
            "", tr("{path}: can't be read ({reason})", path=path, reason=error.strerror or "")
        ) from None
    try:
        return parse(text)
    except SpecError as error:
        raise SpecError.at("", joined(": ", [str(path), str(error)])) from None


def as_toml(values: Mapping[str, Any]) -> str:
    """Plain values as TOML, short lists on one line."""
    return _PAIRS.sub(_on_one_line, tomli_w.dumps(values))


def _on_one_line(array: re.Match[str]) -> str:
    return f"[{', '.join(array.group().strip('[]').replace(',', ' ').split())}]"

"""Plain values from TOML text, and as TOML text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import tomli_w

from workbench.base.text import tr
from workbench.spec.base import SpecError

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


def as_toml(values: Mapping[str, Any]) -> str:
    """Plain values as TOML, short lists on one line."""
    return _PAIRS.sub(_on_one_line, tomli_w.dumps(values))


def _on_one_line(array: re.Match[str]) -> str:
    return f"[{', '.join(array.group().strip('[]').replace(',', ' ').split())}]"

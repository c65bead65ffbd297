"""Settings as a person types them on the command line: `--set training.epochs=2`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from workbench.base.text import tr
from workbench.spec.base import SpecError


class Assignments(dict[str, Any]):
    """Plain values by path, as a person typed them.

    Attributes:
        typed: The text of each value that is not text, by path: a file may be called 2024.
    """

    def __init__(self) -> None:
        super().__init__()
        self.typed: dict[str, str] = {}


def parse_settings(assignments: Iterable[str]) -> Assignments:
    """`["training.epochs=2", "optimizer.kind=adam"]` as plain values by path.

    A value is read as TOML where it is TOML (2, 0.1, true, [1, 2], "x"), else as text. A setting
    that is text takes what was typed (`name=2024`).

    Raises:
        SpecError: where an assignment has no `=`.
    """
    settings = Assignments()
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path.strip():
            raise SpecError.at(
                "", tr("--set {assignment}: must be PATH=VALUE", assignment=assignment)
            )
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except (ValueError, RecursionError):
            value = text
        settings[path.strip()] = value
        if not isinstance(value, str):
            settings.typed[path.strip()] = text.strip()
    return settings

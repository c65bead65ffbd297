"""Settings by their paths as a person reads them: "Optimizer: learning rate", "Layer 8: units"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from workbench.spec.base import Spec

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")
MOST_KEPT = 10_000


@lru_cache(MOST_KEPT)
def setting_title(path: str) -> str:
    """The title of the setting at a path of the TOML; the path itself where no spec has it.

    A path alone doesn't say which choice it belongs to. Where several have the setting under
    different titles, its own name stands for them.
    """
    from workbench.experiment import Experiment

    steps = [_STEP.fullmatch(step) for step in path.split(".")]
    owners: list[type[Spec]] = [Experiment]
    words: list[str] = []
    for step in steps:
        fields = [c.model_fields[step[1]] for c in owners if step and step[1] in c.model_fields]
        if step is None or not fields:
            return path
        titles = {field.title for field in fields}
        title = titles.pop() if len(titles) == 1 else None
        words.append(_numbered(title or step[1].replace("_", " "), step[2]))
        owners = list(dict.fromkeys(c for field in fields for c in _specs(field.annotation)))
    first, *rest = words[1:] if path.startswith("structure.layers[") else words
    inside = " ".join(map(_lower, rest))
    return f"{_upper(first)}: {inside}" if inside else _upper(first)


def _numbered(title: str, place: str | None) -> str:
    """Layers [7] as layer 8: they are counted from 1, as in the window."""
    return title if place is None else f"{title.removesuffix('s')} {int(place) + 1}"


def _specs(annotation: Any) -> Iterator[type[Spec]]:
    """The classes of which a field of this type holds one."""
    from workbench.spec.base import Choice, Spec

    if isinstance(annotation, type) and issubclass(annotation, Choice):
        yield from annotation.choices().values()
    elif isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for inner in get_args(annotation):
        yield from _specs(inner)


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lower(words: str) -> str:
    """As in the middle of a sentence; XLA and AMSGrad stay."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]

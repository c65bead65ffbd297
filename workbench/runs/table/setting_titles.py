"""Settings by their paths as a person reads them: "Optimizer: learning rate", "Layer 8: units"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args

from workbench.base.text import as_text, inside, joined, tr

if TYPE_CHECKING:
    from workbench.spec.base import Choice, Spec

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")
MOST_KEPT = 10_000


@lru_cache(MOST_KEPT)
def setting_title(path: str) -> str:
    """The title of the setting at a path of the TOML; the path itself where no spec has it.

    A path alone doesn't say which choice it belongs to. Where several have the setting under
    different titles, its own name stands for them.
    """
    words, _ = _walked(path)
    if not words:
        return path
    first, *rest = words[1:] if path.startswith("structure.layers[") else words
    setting = joined(" ", map(small, rest))
    return joined(": ", [_upper(first), setting]) if rest else _upper(first)


@lru_cache(MOST_KEPT)
def short_title(path: str) -> str:
    """The title without the group, "Learning rate"; that of the group for which of its kinds it is.

    A layer's setting keeps the layer, without which nobody knows what it is of.
    """
    words, _ = _walked(path)
    if len(words) < 2 or "[" in path:
        return setting_title(path)
    return _upper(words[-2] if _last(path) in _choice_keys() else words[-1])


def value_title(path: str, value: object) -> str | None:
    """The name of a kind as a person reads it, as "SGD"; None for a value that is no kind."""
    _, owners = _walked(path)
    if _last(path) not in _choice_keys():
        return None
    found = (str(owner.label) for owner in owners if owner.name() == value)
    return next(found, None)


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _choice_keys() -> set[str]:
    from workbench.experiment import CHOICE_KEYS

    return CHOICE_KEYS


@lru_cache(MOST_KEPT)
def _walked(path: str) -> tuple[tuple[str, ...], tuple[type[Choice], ...]]:
    """What each step of a path is called, and the kinds that the last one stands in.

    Nothing where no spec has it.
    """
    from workbench.experiment import Experiment
    from workbench.spec.base import Choice

    steps = [_STEP.fullmatch(step) for step in path.split(".")]
    owners: list[type[Spec]] = [Experiment]
    words: list[str] = []
    kinds: tuple[type[Choice], ...] = ()
    for step in steps:
        fields = [c.model_fields[step[1]] for c in owners if step and step[1] in c.model_fields]
        if step is None or not fields:
            return (), ()
        titles = {field.title for field in fields}
        title = titles.pop() if len(titles) == 1 else None
        words.append(_of_step(step[1], title, step[2]))
        kinds = tuple(owner for owner in owners if issubclass(owner, Choice))
        owners = list(dict.fromkeys(c for field in fields for c in _specs(field.annotation)))
    return tuple(words), kinds


def _of_step(name: str, title: str | None, place: str | None) -> str:
    """A setting, or one entry of a list: they are counted from 1, as in the window."""
    named = tr("kind") if name == "kind" else name.replace("_", " ")
    words = as_text(title) if title else named
    if place is None:
        return words
    number = int(place) + 1
    if name == "layers":
        return tr("Layer {number}", number=number)
    return tr("{setting} {number}", setting=words, number=number)


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
    return words if words[:1].isupper() else words[:1].upper() + words[1:]


def small(words: str) -> str:
    """As in the middle of a sentence; XLA and AMSGrad stay."""
    return words if words[1:2].isupper() else inside(words)

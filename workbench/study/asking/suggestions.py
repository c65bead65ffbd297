"""Values that are usually worth trying of a setting, to begin with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args, get_origin

from workbench.experiment import Experiment
from workbench.levers.catalog import LEVER, LEVERS
from workbench.spec.base import Choice, SpecError
from workbench.study.sweeps.axes import is_choice, lever_of, owner_of, written

MOST = 3
"""Kinds of a choice that are suggested; few, as each costs a run."""

FIRST = ("adam", "momentum", "rmsprop", "adamw", "fixed", "one_cycle", "cosine_decay")
"""Kinds that are tried before others of their family."""


def usual_values(experiment: Experiment, path: str) -> str:
    """The value that a setting has and some around it, as an axis takes them.

    Args:
        experiment: Which will be varied.
        path: Of the setting, or of the key of a choice.
    """
    group: Any = experiment.at(owner_of(path)) if owner_of(path) else experiment
    name = path.rpartition(".")[2]
    if is_choice(path, experiment):
        return _listed(_kinds(group))
    value = getattr(group, name)
    field = type(group).model_fields[name]
    extra: Any = field.json_schema_extra or {}
    if value is None:
        value = extra.get("begin")
    options = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    found = options or (_around(value) if value is not None else ())
    return _listed(each for each in found if _is_accepted(experiment, path, each))


def usual_of_lever(path: str) -> str:
    """Some settings of a lever, or with and without it, as an axis takes them."""
    made = LEVERS[path.removeprefix(LEVER)]
    first = next(iter(made.model_fields), None)
    if first is None:
        return _listed((False, True))
    usual = getattr(made(), first)
    is_share = isinstance(usual, float) and usual < 1
    values = sorted({usual / 2, usual, 1.0}) if is_share else _around(usual)
    return _listed(each for each in values if _is_pulled(path, each))


def _kinds(chosen: Choice) -> list[str]:
    """The kind that is chosen, and the first others."""
    kinds = [kind for kind in chosen.registry if kind != chosen.name()]
    others = sorted(kinds, key=lambda kind: FIRST.index(kind) if kind in FIRST else len(FIRST))
    return [chosen.name(), *others[: MOST - 1]]


def _around(value: Any) -> Iterator[Any]:
    """A value with its neighbors, from low to high."""
    if isinstance(value, bool):
        yield from (False, True)
    elif isinstance(value, int):
        yield from sorted({value // 2, value, value * 2} if value else {0, 1})
    elif isinstance(value, float):
        yield from _around_number(value)
    elif isinstance(value, (tuple, list)) and all(isinstance(each, int) for each in value):
        yield from (list(value), [each + 2 for each in value])
    else:
        yield value


def _around_number(value: float) -> Iterator[float]:
    """A third, the number, three times as much; of a share near 1, of what is missing to 1."""
    if value <= 0:
        yield from (value, 0.1)
    elif 0.5 < value < 1:
        missing = 1 - value
        yield from (_tidy(1 - 3 * missing), value, _tidy(1 - missing / 3))
    else:
        yield from (_tidy(value / math.sqrt(10)), value, _tidy(value * math.sqrt(10)))


def _tidy(number: float) -> float:
    return float(f"{number:.1g}") if number < 0.5 or number > 1 else round(number, 3)


def _is_accepted(experiment: Experiment, path: str, value: Any) -> bool:
    try:
        experiment.with_settings({path: value})
    except SpecError:
        return False
    return True


def _is_pulled(path: str, value: Any) -> bool:
    try:
        lever_of(path, value)
    except SpecError:
        return False
    return True


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(written(value) for value in values)

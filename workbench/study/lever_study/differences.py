"""What one experiment changes of another, as settings by path and as options of a command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from workbench import presets
from workbench.experiment import Experiment
from workbench.spec.base import Choice

LAYERS = "structure.layers"
MOST_KEPT = 100
"""Experiments whose way from a preset is remembered."""

PASSED_OVER = {"name", "schema_version"}


def changed_settings(before: Experiment, after: Experiment) -> dict[str, Any]:
    """Settings that make one experiment of another, by path; seed and name aside.

    Layers come whole, each without the settings that have their default.
    """
    old, new = before.values(), after.values()
    found: dict[str, Any] = {}
    for part, values in new.items():
        if part in PASSED_OVER or values == old[part]:
            continue
        if part == "structure":
            found[LAYERS] = [_slim(layer) for layer in after.structure.layers]
            continue
        start, group = old[part], after.at(part)
        if isinstance(group, Choice) and values[group.key] != start.get(group.key):
            path = f"{part}.{group.key}"
            found[path] = values[group.key]
            start = before.with_settings({path: values[group.key]}).values()[part]
        for name, value in values.items():
            if value != start.get(name) and (part, name) != ("training", "seed"):
                found[f"{part}.{name}"] = value
    return found


@lru_cache(MOST_KEPT)
def source_of(toml: str) -> str:
    """What a command is told to get an experiment: the nearest preset, and what differs from it.

    Args:
        toml: Of the experiment.
    """
    wanted = Experiment.from_toml(toml)
    known = {name: changed_settings(presets.load(name), wanted) for name in presets.names()}
    nearest = min(known, key=lambda name: len(known[name]))
    seed = wanted.training.seed
    settings = dict(known[nearest])
    if seed != presets.load(nearest).training.seed:
        settings["training.seed"] = seed
    return f"{nearest}{as_options(settings)}"


def exact_options(before: Experiment, after: Experiment) -> str:
    """Options that make one experiment of another on any command line that gives the first.

    A choice of another kind comes whole: its settings would else be kept from whatever the preset
    that is named had in its place.
    """
    settings = changed_settings(before, after)
    for part in [path.partition(".")[0] for path in settings]:
        group = after.at(part)
        if isinstance(group, Choice) and f"{part}.{group.key}" in settings:
            kept = {p: v for p, v in settings.items() if p.partition(".")[0] != part}
            settings = {**kept, part: _slim(group)}
    return as_options(settings)


def as_options(settings: Mapping[str, Any]) -> str:
    """Settings as a command line has them, each after a space; "" without any."""
    parts = (f"{path}={_inline(value)}" for path, value in settings.items())
    return "".join(f" --set {shlex.quote(part)}" for part in parts)


def _slim(layer: Choice) -> dict[str, Any]:
    """A layer without what it has by default."""
    usual = type(layer).default().model_dump(mode="json")
    own = layer.model_dump(mode="json")
    kept = {name: value for name, value in own.items() if value != usual.get(name)}
    inner = {
        name: [_slim(each) for each in getattr(layer, name)] for name in kept if _holds(own[name])
    }
    return {layer.key: layer.name(), **kept, **inner}


def _holds(value: Any) -> bool:
    """Whether a setting of a layer is layers itself."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _inline(value: Any) -> str:
    """A value as TOML writes it within a line; text alone without quotes."""
    return value if isinstance(value, str) else _within(value)


def _within(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{name} = {_within(each)}" for name, each in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_within, value))}]"
    return json.dumps(value)

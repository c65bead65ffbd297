"""Choices as Python source. Every value is written by `repr`, so no text can become code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.base.text import tr
from workbench.spec.base import Choice, SpecError
from workbench.spec.layers import Operation

WIDTH = 96

KERAS_DEFAULTS: dict[str, Any] = {
    "amsgrad": False,
    "depth_multiplier": 1,
    "depthwise_initializer": "glorot_uniform",
    "dilation_rate": (1, 1),
    "ema_momentum": 0.99,
    "epsilon": 0.001,
    "groups": 1,
    "interpolation": "nearest",
    "keepdims": False,
    "kernel_initializer": "glorot_uniform",
    "momentum": 0.99,
    "padding": "valid",
    "pointwise_initializer": "glorot_uniform",
    "strides": (1, 1),
    "use_bias": True,
    "use_ema": False,
}
"""What Keras's classes take where nothing is said. An argument is left out where it, our default
and Keras's are the same; a test asks Keras."""


def written(value: object) -> str:
    """A value as Python source; raises nothing and runs nothing.

    Letters of any language stay as they are; what can't be seen or turns the direction is escaped.
    """
    return repr(value)


def arguments(choice: Choice | Operation) -> dict[str, str]:
    """The arguments of a choice's class as source, without those that Keras takes by itself."""
    fields = type(choice).model_fields if isinstance(choice, Choice) else {}
    return {
        name: written(value)
        for name, value in choice.settings().items()
        if not (value is None or (name in fields and is_default(name, value, fields[name].default)))
    }


def is_default(name: str, value: object, ours: object) -> bool:
    """Whether an argument may be left out."""
    return name in KERAS_DEFAULTS and bool(value == ours == KERAS_DEFAULTS[name])


def class_name(choice: Choice | Operation) -> str:
    """How the script calls a choice's class.

    Raises:
        SpecError: where it has none.
    """
    name = choice.implementation
    if name is None:
        raise SpecError.at(
            "",
            tr("{choice} can't be written as Keras code, as Keras lacks it", choice=choice.label),
        )
    if name.startswith("keras."):
        return name.replace("keras.layers.", "layers.", 1)
    return name.rpartition(".")[2]


def call(name: str, given: Mapping[str, str], start: str = "", end: str = "") -> list[str]:
    """`start`name(arguments)`end`, on one line where it fits, else an argument a line."""
    line = f"{start}{name}({', '.join(f'{n}={v}' for n, v in given.items())}){end}"
    if len(line) <= WIDTH or not given:
        return [line]
    return [f"{start}{name}(", *(f"    {n}={v}," for n, v in given.items()), f"){end}"]


def expression(choice: Choice, **more: str) -> str:
    """A choice as one expression; `more` are further arguments, as source, which win."""
    given = {**arguments(choice), **more}
    return f"{class_name(choice)}({', '.join(f'{n}={v}' for n, v in given.items())})"


def assignment(target: str, choice: Choice, **more: str) -> list[str]:
    """`target = choice`, on as many lines as it takes."""
    return call(class_name(choice), {**arguments(choice), **more}, f"{target} = ")


def listed(name: str, values: Sequence[object]) -> list[str]:
    """`NAME = (values)`, filled into lines."""
    one_line = f"{name} = {written(tuple(values))}"
    if len(one_line) <= WIDTH:
        return [one_line]
    lines = [""]
    for value in values:
        item = f"{written(value)}, "
        if lines[-1] and len(lines[-1]) + len(item) > WIDTH - 4:
            lines.append("")
        lines[-1] += item
    return [f"{name} = (", *(f"    {line.rstrip()}" for line in lines), ")"]

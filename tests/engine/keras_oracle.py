"""Answers questions about Keras in a process of its own, so that the tests never import it.

One line of JSON a question on standard input, one line an answer on standard output.
"""

from __future__ import annotations

import inspect
import json
import operator
import os
import sys
from typing import Any

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # what a library prints is no answer

import keras  # noqa: E402

from workbench.experiment import Experiment  # noqa: E402
from workbench.runtime.build import assemble, build  # noqa: E402
from workbench.spec import Choice  # noqa: E402
from workbench.spec.data import DataInfo  # noqa: E402
from workbench.spec.layers import Layer  # noqa: E402
from workbench.spec.optimizers import Optimizer  # noqa: E402


def signature(name: str) -> list[str]:
    """Names of the arguments of a class of Keras."""
    target = operator.attrgetter(name.removeprefix("keras."))(keras)
    return list(inspect.signature(target).parameters)


def default(name: str, argument: str) -> Any:
    """What a class of Keras takes where an argument is not given."""
    target = operator.attrgetter(name.removeprefix("keras."))(keras)
    return inspect.signature(target).parameters[argument].default


def config(family: str, values: dict[str, Any]) -> dict[str, Any]:
    """What Keras says of the object that the builder makes of a choice."""
    chosen = next(f for f in Choice.__subclasses__() if f.__name__ == family)
    return dict(build(chosen.choices()[values[chosen.key]].parse(values)).get_config())


def model(toml: str, shape: list[int]) -> dict[str, Any]:
    """Shapes and weights of each call of a network's layers."""
    height, width, channels = shape
    info = DataInfo((height, width, channels), ("0", "1"), 1, 1)
    built = assemble(Experiment.from_toml(toml), info)
    count = keras.src.utils.summary_utils.count_params
    seen: set[int] = set()
    weights = []
    for layer in built.layers:
        weights.append(0 if id(layer) in seen else layer.count_params())
        seen.add(id(layer))
    return {
        "shapes": [list(tensor.shape[1:]) for tensor in built.tensors],
        "parameters": built.model.count_params(),
        "trainable": int(count(built.model.trainable_weights)),
        "by_call": weights,
    }


def refuses(layer: dict[str, Any], shape: list[int]) -> bool:
    """Whether Keras's own layer can't be made or called on a shape."""
    try:
        build(Layer.choices()[layer["kind"]].parse(layer))(keras.Input(shape))
    except ValueError:
        return True
    return False


def slots(values: dict[str, Any]) -> int:
    """Values that an optimizer keeps for each weight."""
    optimizer = build(Optimizer.choices()[values["kind"]].parse(values))
    optimizer.build([keras.Variable(keras.ops.zeros((3, 5)))])
    return sum(tuple(variable.shape) == (3, 5) for variable in optimizer.variables)


QUESTIONS = {f.__name__: f for f in (signature, default, config, model, refuses, slots)}

for line in sys.stdin:
    asked = json.loads(line)
    answer = QUESTIONS[asked.pop("ask")](**asked)
    print(json.dumps(answer, default=str), file=answers)

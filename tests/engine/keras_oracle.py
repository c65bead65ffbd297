"""Answers questions about Keras in a process of its own, so that the tests never import it.

One line of JSON a question on standard input, one line an answer on standard output.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import operator
import os
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # what a library prints is no answer

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from workbench.experiment import Experiment  # noqa: E402
from workbench.runtime.network.build import assemble, build  # noqa: E402
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


def support(toml: str, shape: list[int]) -> list[int]:
    """Rows and columns of an image between the first and the last one that an output depends on,
    of those outputs in the middle that depend on most.
    """
    height, width, channels = shape
    info = DataInfo((height, width, channels), ("0", "1"), 1, 1)
    model = assemble(Experiment.from_toml(toml), info).model
    random = np.random.default_rng(0)
    for weight in model.weights:  # positive, so that nothing cancels
        weight.assign(random.uniform(0.5, 1.5, weight.shape))
    image = tf.Variable(random.uniform(0.5, 1.5, (1, *shape)), dtype="float32")
    found = []
    for axis in (1, 2):
        with tf.GradientTape(persistent=True) as tape:
            outputs = model(image, training=False)
            middle = outputs.shape[axis] // 2
            lines = [
                tf.reduce_sum(tf.gather(outputs, middle + away, axis=axis))
                for away in range(-min(8, middle), min(8, middle))
            ]
        spans = []
        for line in lines:
            gradient = np.abs(tape.gradient(line, image).numpy()).sum(axis=(0, 3 - axis, 3))
            seen = np.flatnonzero(gradient)
            spans.append(int(seen[-1] - seen[0] + 1) if len(seen) else 0)
        found.append(max(spans))
    return found


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


def read_by_script(script: str, output: str, fetched: list[str]) -> None:
    """Writes what a generated script reads and how it splits that, as an archive of arrays.

    Args:
        script: Its file.
        output: Where.
        fetched: Files that Keras finds in place of its downloads, in the order it asks for them.
    """
    files = iter(fetched)
    with contextlib.ExitStack() as stack:
        for name in ("mnist", "fashion_mnist", "cifar100"):
            module = f"keras.src.datasets.{name}.get_file"
            stack.enter_context(patch(module, lambda *_, **__: next(files)))
        # This loader knows how many images there are.
        stack.enter_context(patch.object(keras.datasets.cifar10, "load_data", _cifar10(files)))
        made = runpy.run_path(script)
        read = list(made["read"]())
    kept = {"train": read[:2], "test": read[-2:], "validation": read[2:-2]}
    y, seed = read[1], made["SEED"]
    train, aside = np.arange(len(y)), np.arange(0)
    if "FOLDS" in made:
        train, aside = made["held_out"](y, made["FOLDS"], made["FOLD"], seed)
    elif "VALIDATION_SHARE" in made:
        train, aside = made["split"](y, made["VALIDATION_SHARE"], seed)
    parts = {f"{part}_{n}": array for part, both in kept.items() for n, array in enumerate(both)}
    np.savez(output, train=train, aside=aside, **parts)


def _cifar10(files: Iterator[str]) -> Callable[[], Any]:
    def load_data() -> Any:
        with np.load(next(files)) as kept:
            return (kept["x_train"], kept["y_train"]), (kept["x_test"], kept["y_test"])

    return load_data


def trained_by_script(script: str, output: str) -> str:
    """Runs a generated script; what it prints, and its weights when it tests as an archive."""

    def keep(self: Any, *arguments: Any, **named: Any) -> Any:
        np.savez(output, *[weight.numpy() for weight in self.variables])
        return evaluate(self, *arguments, **named)

    evaluate = keras.Model.evaluate
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), patch.object(keras.Model, "evaluate", keep):
        runpy.run_path(script, run_name="__main__")
    keras.utils.clear_session()
    return printed.getvalue()


ASKED = (
    signature,
    default,
    config,
    model,
    support,
    refuses,
    slots,
    read_by_script,
    trained_by_script,
)
QUESTIONS = {f.__name__: f for f in ASKED}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"answer": QUESTIONS[asked.pop("ask")](**asked)}
    except Exception:  # noqa: BLE001  the next question is another test's
        answer = {"failed": traceback.format_exc()}
    print(json.dumps(answer, default=str), file=answers)

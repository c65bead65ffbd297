"""The network as source: one line for each call of a layer, read off the plan."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

from workbench.base.text import english
from workbench.exchange.codegen.expressions import arguments, call, class_name, expression
from workbench.exchange.codegen.expressions import written as written_value
from workbench.experiment import Experiment
from workbench.spec.base import Facts
from workbench.spec.data import DataInfo
from workbench.spec.layers import Block, Limits, Planner, Step, written

WHY = "Strides {}, which would crash TensorFlow on a CPU (oneDNN) with a 1x1 kernel:"
HASHED_IMPORTS_END = "import numpy as np\n"


def model_lines(experiment: Experiment, info: DataInfo) -> list[str]:
    """The function `make_model()`."""
    planner = Planner(info.image_shape)
    blocks = [(layer, planner.add(layer)) for layer in experiment.structure.layers]
    names = _value_names(planner.steps)
    limits = experiment.limits(sum(step.parameters.trainable for step in planner.steps))
    calls = Counter(step.weights for step in planner.steps)
    made: set[int] = set()
    mixed = experiment.hardware.precision != "float32"
    words = experiment.regularization.in_force(Facts(parameters=limits.parameters))
    lines = [f"# All weights: {english(words)}."] if experiment.regularization.counts_all else []
    lines.append(f"inputs = keras.Input({info.image_shape})")
    for layer, steps in blocks:
        if isinstance(layer, Block) and steps:
            shapes = f"{written(steps[0].input_shape)} -> {written(steps[-1].output_shape)}"
            lines.append(f"# {english(layer.label)} {english(layer.summary())}: {shapes}")
        for step in steps:
            is_output = step.weights == planner.steps[-1].weights
            extra = {"dtype": '"float32"'} if is_output and mixed else {}
            shared = calls[step.weights] > 1
            lines += _step_lines(step, names, limits, extra, shared, made)
    lines.append("return keras.Model(inputs, outputs)")
    body = [f"    {line}" for line in lines]
    return ["def make_model():", '    """The network with fresh weights."""', *body]


def needs_hashed(experiment: Experiment, info: DataInfo) -> bool:
    """Whether a layer of ours is in the network."""
    planner = Planner(info.image_shape)
    for layer in experiment.structure.layers:
        planner.add(layer)
    return any((step.layer.implementation or "").startswith("hashed.") for step in planner.steps)


def hashed_source() -> str:
    """The classes of hashed layers, word for word those that the workbench trains."""
    text = (files("workbench.runtime.network") / "hashed.py").read_text(encoding="utf-8")
    return text.partition(HASHED_IMPORTS_END)[2].strip()


def _value_names(steps: list[Step]) -> dict[int, str]:
    """A name for each value: x for what only the next step uses, else one of its own."""
    users: dict[int, list[int]] = {}
    for step in steps:
        for number in step.inputs:
            users.setdefault(number, []).append(step.output)
    names = {
        step.output: "x" if users.get(step.output) == [step.output + 1] else f"x{step.output}"
        for step in steps
    }
    return {**names, 0: "inputs", steps[-1].output: "outputs"}


def _step_lines(
    step: Step,
    names: dict[int, str],
    limits: Limits,
    extra: dict[str, str],
    shared: bool,
    made: set[int],
) -> list[str]:
    """Makes the layer at its first call and calls it."""
    before, given = _on_grid(step, ", ".join(names[number] for number in step.inputs))
    given = f"[{given}]" if len(step.inputs) > 1 else given
    target = names[step.output]
    settings = arguments(step.layer) | extra
    for name, limit in limits.of(step.layer).items():
        more = {argument: written_value(value) for argument, value in limit.arguments.items()}
        settings[name] = expression(limit.choice, **more)
    if not class_name(step.layer).startswith(("layers.", "keras.")):
        settings["hash_seed"] = str(step.weights)
    if not shared:
        return [*before, *call(class_name(step.layer), settings, f"{target} = ", f"({given})")]
    name, lines = f"shared_{step.weights}", []
    if step.weights not in made:
        made.add(step.weights)
        lines = call(class_name(step.layer), settings, f"{name} = ")
    return [*before, *lines, f"{target} = {name}({given})"]


def _on_grid(step: Step, given: str) -> tuple[list[str], str]:
    """Lines that drop rows and columns of an image, or put zeros between them, and the name of what
    comes of it: what `build.on_grid` does.
    """
    grid = step.layer.grid()
    if grid.kept != (1, 1):
        settings = {"pool_size": "(1, 1)", "strides": written_value(grid.kept), "padding": '"same"'}
        pool = call("layers.AveragePooling2D", settings, "kept = ", f"({given})")
        return [f"# {WHY.format(written(grid.kept))}", *pool], "kept"
    rows, columns = grid.spread
    if (rows, columns) == (1, 1):
        return [], given
    height, width, channels = step.input_shape
    wide = (-1, height * rows, width * columns, channels)
    return [
        f"# {WHY.format(written(grid.spread))}",
        f"spread = keras.ops.reshape({given}, {(-1, height, 1, width, 1, channels)})",
        f"spread = keras.ops.pad(spread, {grid.zeros})",
        f"spread = keras.ops.reshape(spread, {wide})",
    ], "spread"

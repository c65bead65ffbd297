"""From layers to calls: which step follows which, on which shapes, with whose weights.

A block describes itself as a small tree (`Chain`, `Branches`, `Tied`); the planner walks it and
writes down one step for every call of a primitive layer. Costs, the Keras model and the generated
code are all read off these steps, so that nothing about a block is written twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import NamedTuple

from workbench.base.text import tr
from workbench.spec.layers.base import (
    Layer,
    LayerError,
    Operation,
    Parameters,
    Reaches,
    Shape,
    written,
)
from workbench.spec.layers.reach import SeenAlong

MAX_STEPS = 10_000
"""Repeats of repeats grow fast; a network of more layers could be neither shown nor built."""


@dataclass(frozen=True)
class Chain:
    """Parts in sequence; an empty one passes its input on.

    Attributes:
        parts: In order.
        setting: Name of the list of layers these are, to blame the right one; "" where they are
            not a person's.
    """

    parts: tuple[Node, ...] = ()
    setting: str = ""


@dataclass(frozen=True)
class Branches:
    """Parts side by side on the same input, merged."""

    parts: tuple[Node, ...]
    merge: Operation


@dataclass(frozen=True)
class Tied:
    """A part called several times in sequence with one set of weights."""

    part: Node
    times: int


Node = Layer | Operation | Chain | Branches | Tied


class Block(Layer):
    """A layer made of others. All it has to give is its body."""

    def body(self, shape: Shape) -> Node:
        """What it is made of when `shape` reaches it.

        Raises:
            LayerError: where `shape` doesn't fit.
        """
        raise NotImplementedError

    def output_shape(self, shape: Shape) -> Shape:
        return planned(self, shape).output_shape

    def parameters(self, shape: Shape) -> Parameters:
        steps = planned(self, shape).steps
        return Parameters(
            sum(s.parameters.trainable for s in steps),
            sum(s.parameters.non_trainable for s in steps),
        )

    def macs(self, shape: Shape) -> int:
        return sum(step.macs for step in planned(self, shape).steps)


class Step(NamedTuple):
    """One call of a layer that is no block.

    Attributes:
        layer: What is called.
        inputs: Numbers of the values it gets: 0 is the network's input, i + 1 what step i gives.
        output: Number of the value it gives.
        input_shape, output_shape: Without the batch.
        weights: Steps with equal numbers share their weights; they are made at the first of them.
        parameters: Weights that this step adds; none where they are shared with one before it.
        macs: Multiply-accumulate operations for one image.
        receptive_field: Height and width, in pixels of the image, that one of its outputs sees.
    """

    layer: Layer | Operation
    inputs: tuple[int, ...]
    output: int
    input_shape: Shape
    output_shape: Shape
    weights: int
    parameters: Parameters
    macs: int
    receptive_field: tuple[int, int]


class Value(NamedTuple):
    """What a step gives: its number, shape and what of the image it has seen.

    Attributes:
        seen: Pixels along (height, width).
    """

    number: int
    shape: Shape
    seen: tuple[SeenAlong, SeenAlong] = (SeenAlong(), SeenAlong())


@dataclass
class Record:
    """What the first pass of tied parts was made of, for the passes after it to follow."""

    steps: list[Step] = field(default_factory=list)
    used: int = 0


class Planner:
    """Walks layers one after the other.

    Attributes:
        steps: All calls so far.
        input_shape: What reaches the first layer.
        value: What leaves the last layer.
    """

    def __init__(self, input_shape: Shape) -> None:
        self.steps: list[Step] = []
        self.input_shape = input_shape
        self.value = Value(0, input_shape)
        self._image = (input_shape[0], input_shape[1 if len(input_shape) > 1 else 0])
        self._weights = 0
        self._followed: list[Record] = []

    @property
    def output_shape(self) -> Shape:
        """The shape that leaves the last layer."""
        return self.value.shape

    def add(self, layer: Layer) -> list[Step]:
        """The steps of the next layer; none for one that is switched off.

        Raises:
            LayerError: where it doesn't fit; nothing is added then.
        """
        first, weights = len(self.steps), self._weights
        try:
            self.value = self._walk(layer, self.value)
        except LayerError:
            del self.steps[first:]
            self._weights, self._followed = weights, []
            raise
        return self.steps[first:]

    def _walk(self, node: Node, value: Value) -> Value:
        if isinstance(node, Layer):
            if not node.enabled:
                return value
            return self._block(node, value) if isinstance(node, Block) else self._call(node, value)
        if isinstance(node, Operation):
            return self._merge(node, [value])
        if isinstance(node, Branches):
            return self._merge(node.merge, [self._walk(part, value) for part in node.parts])
        if isinstance(node, Tied):
            return self._tied(node, value)
        for index, part in enumerate(node.parts):
            try:
                value = self._walk(part, value)
            except LayerError as error:
                raise _within(node, index, part, error) from None
        return value

    def _block(self, block: Block, value: Value) -> Value:
        block.check(value.shape)
        return self._walk(_body(block, value.shape), value)

    def _tied(self, node: Tied, value: Value) -> Value:
        record = Record()
        first = len(self.steps)
        value = self._walk(node.part, value)
        record.steps = self.steps[first:]
        for number in range(2, node.times + 1):
            record.used = 0
            self._followed.append(record)
            try:
                value = self._walk(node.part, value)
                if any(isinstance(step.layer, Layer) for step in record.steps[record.used :]):
                    raise LayerError("", tr("it needs fewer layers than pass 1"))
            except LayerError as error:
                message = tr(
                    "can't share weights, as in pass {number} {fault}",
                    number=number,
                    fault=error.message,
                )
                raise LayerError(error.field, message) from None
            finally:
                self._followed.pop()
        return value

    def _call(self, layer: Layer, value: Value) -> Value:
        shape = value.shape
        output, parameters, macs, reach = _arithmetic(layer, shape)
        first = self._first_pass(layer, shape) if self._followed else None
        if first is None:
            self._weights += 1
        seen = (
            value.seen[0].behind(reach[0], self._image[0]),
            value.seen[1].behind(reach[1], self._image[1]),
        )
        self._write(
            Step(
                layer,
                (value.number,),
                len(self.steps) + 1,
                shape,
                output,
                first.weights if first else self._weights,
                Parameters() if first else parameters,
                macs,
                _pixels(seen),
            )
        )
        return Value(len(self.steps), output, seen)

    def _merge(self, operation: Operation, values: list[Value]) -> Value:
        output = operation.merged_shape([value.shape for value in values])
        self._weights += 1
        seen = (
            reduce(SeenAlong.together, [value.seen[0] for value in values]),
            reduce(SeenAlong.together, [value.seen[1] for value in values]),
        )
        self._write(
            Step(
                operation,
                tuple(v.number for v in values),
                len(self.steps) + 1,
                values[0].shape,
                output,
                self._weights,
                Parameters(),
                0,
                _pixels(seen),
            )
        )
        return Value(len(self.steps), output, seen)

    def _write(self, step: Step) -> None:
        if len(self.steps) == MAX_STEPS:
            raise LayerError(
                "",
                tr(
                    "makes more than {most} layers; repeat less often",
                    most=f"{MAX_STEPS:,}",
                ),
            )
        self.steps.append(step)

    def _first_pass(self, layer: Layer, shape: Shape) -> Step | None:
        """The step of the first pass whose weights this one shares; None outside of tied parts.

        Raises:
            LayerError: where its weights don't suit.
        """
        found = None
        for record in self._followed:
            while True:
                if record.used == len(record.steps):
                    raise LayerError(
                        "", tr("it needs a {label} that pass 1 doesn't have", label=layer.label)
                    )
                found = record.steps[record.used]
                record.used += 1
                if isinstance(found.layer, Layer):
                    break
        if found is None:
            return None
        if found.layer != layer:
            fault = tr(
                "{label} needs other weights than in pass 1, as {shape} reaches it",
                label=layer.label,
                shape=written(shape),
            )
            raise LayerError("", fault)
        before = found.input_shape
        if any(layer.parameters(before)) and (len(before), before[-1]) != (len(shape), shape[-1]):
            raise LayerError(
                "",
                tr(
                    "{shape} reaches {label} but in pass 1 {before}; "
                    "the last layers must give as many channels as the first ones get",
                    shape=written(shape),
                    label=layer.label,
                    before=written(before),
                ),
            )
        return found


@lru_cache(maxsize=1024)
def _body(block: Block, shape: Shape) -> Node:
    """Kept, as making layers takes longer than all arithmetic with them."""
    return block.body(shape)


@lru_cache(maxsize=8192)
def _arithmetic(layer: Layer, shape: Shape) -> tuple[Shape, Parameters, int, Reaches]:
    """Output shape, weights, operations and reach; kept, as most layers stay as they are."""
    output = layer.output_shape(shape)
    return output, layer.parameters(shape), layer.macs(shape), layer.reach(shape)


def planned(layer: Layer, shape: Shape) -> Planner:
    """The plan of a single layer.

    Raises:
        LayerError: where it doesn't fit.
    """
    planner = Planner(shape)
    planner.add(layer)
    return planner


def _within(chain: Chain, index: int, part: Node, error: LayerError) -> LayerError:
    """Blames the layer of a person's list that is at fault, or names the one inside a block."""
    if chain.setting:
        field_path = f".{error.field}" if error.field else ""
        return LayerError(f"{chain.setting}[{index}]{field_path}", error.message)
    if isinstance(part, Layer) and error.field:
        fault = tr(
            "{label} inside: {field} {fault}",
            label=part.label,
            field=error.field,
            fault=error.message,
        )
        return LayerError("", fault)
    return error


def _pixels(seen: tuple[SeenAlong, SeenAlong]) -> tuple[int, int]:
    return seen[0].size, seen[1].size

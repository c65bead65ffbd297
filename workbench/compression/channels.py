"""Which channels of a network belong together, and which of them stay in a narrower one.

A channel is followed through the plan of the network: what one layer makes others normalize, filter
one by one, add to others or read. Channels that are added up are the same one, and stay or go
together. A narrower structure has the same steps and smaller widths; each of its widths says how
many of some channels stay, and the scores say which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.spec.layers import (
    Add,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GroupNormalization,
    Layer,
    LayerError,
    Multiply,
    PadChannels,
    Planner,
    SeparableConv2D,
    Shape,
    Step,
)

MAKES_CHANNELS = (Conv2D, Conv2DTranspose, Dense, SeparableConv2D)
"""Layers whose outputs are channels of their own; all others pass on those that reach them."""

Places = npt.NDArray[np.int64]
"""Indices of the channels that stay, ascending."""

Scores = Mapping[int, npt.NDArray[np.floating[Any]]]
"""By number of a step that makes channels, how much each of them matters."""


class CannotNarrow(BadInput):
    """A structure that can't be made narrower so, in one sentence."""


class Segment(NamedTuple):
    """Channels of which a number stays.

    Attributes:
        channels: Their numbers.
        stay: How many stay.
    """

    channels: tuple[int, ...]
    stay: int


@dataclass
class Channels:
    """The channels of a network's plan, and how many of them a narrower one has.

    Attributes:
        steps: Of the plan.
        values: By number of a value (0 is the image), the channel at each place along its last
            axis.
        segments: Channels of which a number stays.
    """

    steps: Sequence[Step]
    values: list[list[int]] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    _same: list[int] = field(default_factory=list)

    def fresh(self, number: int) -> list[int]:
        """So many new channels."""
        first = len(self._same)
        self._same.extend(range(first, first + number))
        return list(range(first, first + number))

    def root(self, channel: int) -> int:
        """The number by which all channels that are the same as this one are known."""
        while self._same[channel] != channel:
            self._same[channel] = self._same[self._same[channel]]
            channel = self._same[channel]
        return channel

    def unite(self, first: Sequence[int], second: Sequence[int]) -> None:
        """Makes channels the same, pair by pair."""
        for one, other in zip(first, second, strict=True):
            self._same[self.root(other)] = self.root(one)

    def roots(self, channels: Sequence[int]) -> tuple[int, ...]:
        """Of several channels, in order."""
        return tuple(self.root(channel) for channel in channels)


def plan_of(layers: Sequence[Layer], shape: Shape) -> list[Step]:
    """The calls of a network.

    Raises:
        LayerError: where a layer doesn't fit.
    """
    planner = Planner(shape)
    for layer in layers:
        planner.add(layer)
    return planner.steps


def followed(layers: Sequence[Layer], narrower: Sequence[Layer], shape: Shape) -> Channels:
    """The channels of a network, and how many of them stay in a narrower one.

    Args:
        layers: The network.
        narrower: The same with smaller widths.
        shape: Of an image.

    Raises:
        CannotNarrow: where the narrower one isn't made of the same steps.
    """
    old = plan_of(layers, shape)
    try:
        new = plan_of(narrower, shape)
    except LayerError as error:
        raise CannotNarrow(tr("the narrower network has a fault: {fault}", fault=error)) from None
    if [type(step.layer) for step in old] != [type(step.layer) for step in new] or [
        step.inputs for step in old
    ] != [step.inputs for step in new]:
        raise CannotNarrow(tr("the narrower network isn't made of the same layers"))
    channels = Channels(old)
    channels.values.append(channels.fresh(shape[-1]))
    channels.segments.append(Segment(tuple(channels.values[0]), shape[-1]))
    first: dict[int, tuple[int, int]] = {}
    for before, after in zip(old, new, strict=True):
        channels.values.append(_through(channels, before, after))
        known = first.setdefault(before.weights, (before.inputs[0], before.output))
        if known[1] != before.output:  # shared weights: the same channels reach and leave them
            channels.unite(channels.values[known[0]], channels.values[before.inputs[0]])
            channels.unite(channels.values[known[1]], channels.values[before.output])
    return channels


def _through(channels: Channels, step: Step, narrower: Step) -> list[int]:
    """The channels that leave a step."""
    layer = step.layer
    given = [channels.values[number] for number in step.inputs]
    if getattr(layer, "hash_compression", 1) > 1:
        raise CannotNarrow(
            tr("{label} has hashed weights, of which none can be removed", label=layer.label)
        )
    if isinstance(layer, MAKES_CHANNELS):
        made = channels.fresh(step.output_shape[-1])
        channels.segments.append(Segment(tuple(made), narrower.output_shape[-1]))
        groups = getattr(layer, "groups", 1)
        if groups > 1:  # as many stay in each group
            _in_groups(channels, given[0], groups, narrower.input_shape[-1])
            _in_groups(channels, made, groups, narrower.output_shape[-1])
        return made
    if isinstance(layer, GroupNormalization):  # as many stay in each group here too
        _in_groups(channels, given[0], layer.groups, narrower.input_shape[-1])
        return given[0]
    if isinstance(layer, DepthwiseConv2D):
        return [channel for channel in given[0] for _ in range(layer.depth_multiplier)]
    if isinstance(layer, Flatten):
        return given[0] * (step.output_shape[0] // len(given[0]))
    if isinstance(layer, (Add, Multiply)):
        for other in given[1:]:
            channels.unite(given[0], other)
        return given[0]
    if isinstance(layer, Concatenate):
        return [channel for part in given for channel in part]
    if isinstance(layer, PadChannels):
        assert isinstance(narrower.layer, PadChannels)
        ends = []
        for was, stays in (
            (layer.before, narrower.layer.before),
            (layer.behind, narrower.layer.behind),
        ):
            zeros = channels.fresh(was)
            channels.segments.append(Segment(tuple(zeros), stays))
            ends.append(zeros)
        return [*ends[0], *given[0], *ends[1]]
    return given[0]


def _in_groups(channels: Channels, members: Sequence[int], groups: int, stay: int) -> None:
    size = len(members) // groups
    for number in range(groups):
        part = tuple(members[number * size : (number + 1) * size])
        channels.segments.append(Segment(part, stay // groups))


def cells(channels: Channels) -> dict[tuple[int, ...], int]:
    """Sets of channels of which a number stays, none of them in two: each channel counts in the
    smallest segment that it is in.

    Raises:
        CannotNarrow: where more shall stay than there are.
    """
    known: dict[frozenset[int], frozenset[int]] = {}
    sets = []
    for segment in channels.segments:
        made = frozenset(channels.roots(segment.channels))
        sets.append(known.setdefault(made, made))  # equal ones are one object
    smallest: dict[int, frozenset[int]] = {}
    for members in sorted(known, key=len, reverse=True):
        smallest.update(dict.fromkeys(members, members))
    found: dict[tuple[int, ...], int] = {}
    for segment, members in zip(channels.segments, sets, strict=True):
        own = sum(smallest[root] is members for root in members)
        if not own and segment.stay <= len(members):
            continue  # it is made of smaller ones, or of none
        key = tuple(sorted(members))
        if found.setdefault(key, segment.stay) != segment.stay or own != len(members):
            raise CannotNarrow(tr("channels that are added up would differ in number"))
    for cell, stay in found.items():
        if stay > len(cell):
            raise CannotNarrow(
                tr(
                    "{stay} of {there} channels would stay",
                    stay=stay,
                    there=len(cell),
                )
            )
    return found


def scores_of(channels: Channels, scores: Scores) -> dict[int, float]:
    """What each channel matters, by its root: of those that are added up the sum."""
    found: dict[int, float] = {}
    for number, values in scores.items():
        for channel, value in zip(channels.values[number], values, strict=True):
            root = channels.root(channel)
            found[root] = found.get(root, 0.0) + float(value)
    return found


def staying(channels: Channels, scores: Scores) -> list[Places]:
    """For each value, the places of the channels that stay: of each cell those that matter most.

    Raises:
        CannotNarrow: as `cells`.
    """
    matter = scores_of(channels, scores)
    stay: set[int] = set()
    for members, number in cells(channels).items():
        ranked = sorted(members, key=lambda root: (-matter.get(root, 0.0), root))
        stay.update(ranked[:number])
    return [
        np.array([place for place, c in enumerate(value) if channels.root(c) in stay], np.int64)
        for value in channels.values
    ]

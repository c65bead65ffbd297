"""Structures with fewer filters and neurons: which widths can shrink, and by how much each.

Widths that only fit together shrink together: those of the blocks of a residual stage, and with
them those of later stages whose shortcuts pad channels. The next channels go where least is lost
for what is saved (greedy), until the network computes as little as was asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import lcm
from typing import NamedTuple

from workbench.base.text import tr
from workbench.compression.channels import (
    MAKES_CHANNELS,
    CannotNarrow,
    Scores,
    cells,
    followed,
    plan_of,
    scores_of,
)
from workbench.network.analysis import analyze
from workbench.spec.base import SpecError
from workbench.spec.layers import Dense, GroupNormalization, Layer, Shape, Step
from workbench.spec.layers.plan import Block
from workbench.spec.setting_paths import put, steps_of

PART = 16
"""A width shrinks by this part of it at a time, or by one."""

Layers = tuple[Layer, ...]


class ChannelSetting(NamedTuple):
    """A setting that says how many channels a layer makes.

    Attributes:
        layer: Index of the layer in the structure.
        path: Of the setting, within the layer.
    """

    layer: int
    path: str


class Widths(NamedTuple):
    """Settings that shrink together.

    Attributes:
        settings: Which.
        by: They shrink by multiples of this number: that of the groups of a convolution.
    """

    settings: tuple[ChannelSetting, ...]
    by: int = 1

    def words(self, layers: Layers) -> str:
        """As a person knows them: the layers, counted from 1."""
        numbers = sorted({width.layer + 1 for width in self.settings})
        return ", ".join(f"{number} {layers[number - 1].label}" for number in numbers)


def width_of(layers: Layers, width: ChannelSetting) -> int:
    """The value of a width."""
    found: object = layers[width.layer]
    for key in steps_of(width.path):
        found = found[key] if isinstance(key, int) else getattr(found, key)  # type: ignore[index]
    assert isinstance(found, int)
    return found


def shrunk(layers: Layers, widths: Widths, by: int) -> Layers:
    """The layers with some widths smaller by a number.

    Raises:
        CannotNarrow: where a layer can't be so narrow.
    """
    found = list(layers)
    for width in widths.settings:
        values = found[width.layer].values()
        put(values, width.path, width_of(layers, width) - by)
        try:
            found[width.layer] = type(found[width.layer]).parse(values)
        except SpecError as error:
            raise CannotNarrow(str(error)) from None
    return tuple(found)


def all_widths(layers: Layers, shape: Shape) -> list[Widths]:
    """The widths of a network that can shrink, each with those that have to shrink with it.

    That of the output, one a class, stays. Found by trying: a width alone, else with those of the
    layers behind it, one after the other, until the network fits and its channels agree.

    Args:
        layers: The network.
        shape: Of an image.
    """
    single = [
        ChannelSetting(number, path)
        for number, layer in enumerate(layers)
        if layer.enabled
        for path in layer.width_paths()
    ]
    found: dict[frozenset[ChannelSetting], Widths] = {}
    for place in range(len(single)):
        widths = _together(layers, single, place, shape)
        if widths is not None:
            found.setdefault(frozenset(widths.settings), widths)
    return list(found.values())


def _together(
    layers: Layers, single: Sequence[ChannelSetting], place: int, shape: Shape
) -> Widths | None:
    """The smallest set with a width that can shrink, of those that are tried; None without any.

    Blocks in a row of the same width are most often what belongs together. Where a layer normalizes
    channels in groups, only multiples of these can go.
    """
    first = single[place]
    for wanted in dict.fromkeys((1, _normalized_groups(layers, shape))):
        for chosen in _candidates(layers, single, place):
            by = lcm(wanted, *(_groups(layers[width.layer]) for width in (first, *chosen)))
            widths = Widths((first, *chosen), by)
            if can_shrink(layers, widths, by, shape):
                return widths
    return None


def _normalized_groups(layers: Layers, shape: Shape) -> int:
    """A number that the groups of all layers divide which normalize channels in groups."""
    steps = plan_of(layers, shape)
    return lcm(*(s.layer.groups for s in steps if isinstance(s.layer, GroupNormalization)))


def _candidates(
    layers: Layers, single: Sequence[ChannelSetting], place: int
) -> Iterator[tuple[ChannelSetting, ...]]:
    """What may shrink with a width, the least first."""
    first = single[place]
    others = [width for width in single if width != first]
    behind = [width for width in others if width.layer > first.layer]
    equal = [width for width in others if width_of(layers, width) == width_of(layers, first)]
    yield ()
    for end in range(1, len(behind) + 1):
        yield tuple(behind[:end])
    yield tuple(equal)
    for end in range(1, len(behind) + 1):
        yield tuple(dict.fromkeys((*equal, *behind[:end])))
    for start in range(place):
        yield tuple(single[start:place]) + tuple(behind)


def _groups(layer: Layer) -> int:
    return int(getattr(layer, "groups", 1))


def can_shrink(layers: Layers, widths: Widths, by: int, shape: Shape) -> bool:
    """Whether the network with smaller widths is the same but for its channels."""
    try:
        narrower = shrunk(layers, widths, by)
        if plan_of(layers, shape)[-1].output_shape != plan_of(narrower, shape)[-1].output_shape:
            return False
        cells(followed(layers, narrower, shape))
    except (CannotNarrow, ValueError):
        return False
    return True


class Narrowed(NamedTuple):
    """A narrower network.

    Attributes:
        layers: Its structure.
        macs: Multiply-accumulate operations for one image.
    """

    layers: Layers
    macs: int


def narrowed(layers: Layers, shape: Shape, scores: Scores, macs: float, least: int = 2) -> Narrowed:
    """A narrower network that computes as little as was asked, or as little as it can.

    Args:
        layers: The network.
        shape: Of an image.
        scores: How much each channel matters, by number of the step that makes it.
        macs: Share of the multiply-accumulate operations that may stay.
        least: Channels that every width keeps.

    Raises:
        CannotNarrow: where it has no width that can shrink.
    """
    choices = all_widths(layers, shape)
    if not choices:
        raise CannotNarrow(
            tr("no layer of the network can lose channels; choose another way to make it smaller")
        )
    start = analyze(layers, shape).macs
    now, cost = layers, start
    while cost > macs * start:
        gone = lost(layers, now, shape, scores)
        tried = (_move(layers, now, each, shape, scores, cost, gone, least) for each in choices)
        moves = [move for move in tried if move is not None]
        if not moves:
            break
        _, now = min(moves, key=lambda move: move[0])
        cost = analyze(now, shape).macs
    return Narrowed(now, cost)


def _move(
    original: Layers,
    now: Layers,
    widths: Widths,
    shape: Shape,
    scores: Scores,
    cost: int,
    gone: float,
    least: int,
) -> tuple[float, Layers] | None:
    """What is lost by the root of what is saved, and the network; None where it can't be."""
    smallest = min(width_of(now, width) for width in widths.settings)
    by = max(widths.by, smallest // PART // widths.by * widths.by)
    if smallest - by < least:
        return None
    try:
        narrower = shrunk(now, widths, by)
        after = lost(original, narrower, shape, scores)
        saved = cost - analyze(narrower, shape).macs
    except (CannotNarrow, ValueError):
        return None
    if saved <= 0:
        return None
    return float((after - gone) / saved**0.5), narrower


def lost(layers: Layers, narrower: Layers, shape: Shape, scores: Scores) -> float:
    """The sum of the scores of the channels that a narrower network lacks.

    Raises:
        CannotNarrow: where it isn't the same network.
    """
    channels = followed(layers, narrower, shape)
    matter = scores_of(channels, scores)
    return sum(
        sum(sorted(matter.get(root, 0.0) for root in members)[: len(members) - stay])
        for members, stay in cells(channels).items()
    )


def scored_steps(steps: Sequence[Step]) -> list[int]:
    """Numbers of the values whose channels are scored: what makes channels, but for the output."""
    makers = [step for step in steps if isinstance(step.layer, MAKES_CHANNELS)]
    return [step.output for step in makers if step is not makers[-1]]


def scaled_widths(
    layers: Layers, shape: Shape, scale: float, choices: Sequence[Widths] = ()
) -> Layers:
    """The same layers with widths of another size, those that belong together by the same number.

    Args:
        layers: The network.
        shape: Of an image.
        scale: New widths by old ones, rounded; a width keeps two channels at least.
        choices: `all_widths` of them, where they are known.

    Raises:
        CannotNarrow: where no width can shrink.
    """
    choices = choices or all_widths(layers, shape)
    if not choices:
        raise CannotNarrow(tr("no layer of the network can have fewer channels"))
    now = layers
    # Those that draw others along come first: they take all by what the narrowest of them loses,
    # which is the least, and the others go the rest of their way alone.
    for widths in sorted(choices, key=lambda each: -len(each.settings)):
        smallest = min(width_of(layers, width) for width in widths.settings)
        wanted = min(width_of(now, width) for width in widths.settings)
        wanted -= max(2, round(smallest * scale))
        # As far as it goes: two blocks of one width may no longer be told apart, for example.
        steps = range(wanted // widths.by * widths.by, 0, -widths.by)
        by = next((by for by in steps if can_shrink(now, widths, by, shape)), 0)
        now = shrunk(now, widths, by)
    return now


def without_hidden(layers: Layers) -> Layers:
    """The layers without the Dense ones between the convolutions and the output; all of them where
    there is nothing else to see an image with.
    """
    dense = [n for n, layer in enumerate(layers) if layer.enabled and isinstance(layer, Dense)]
    sees = [n for n, layer in enumerate(layers) if layer.enabled and _sees(layer)]
    if not dense or not sees:
        return layers
    hidden = {n for n in dense[:-1] if n > sees[-1]}
    return tuple(layer for n, layer in enumerate(layers) if n not in hidden)


def _sees(layer: Layer) -> bool:
    """Whether it looks at an image: a convolution, or a block of them."""
    return isinstance(layer, Block) or (layer.takes_image and bool(layer.kernels))

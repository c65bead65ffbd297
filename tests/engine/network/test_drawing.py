"""The drawing as data: every call is there, nothing overlaps, lines lead from box to box."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from workbench import presets
from workbench.network.analysis import analyze
from workbench.network.blueprint import Edge, Place, arrange
from workbench.network.drawing import INPUT, PALEST, Drawing, Fill, Rect, draw
from workbench.spec.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    InceptionBlock,
    Layer,
    Parameters,
    Planner,
    Repeat,
    ResidualBlock,
    SqueezeExcitation,
    Step,
)

IMAGE = (32, 32, 3)
PAGE = 1000.0


def drawn(
    *layers: Layer, width: float = PAGE, measure: str = "parameters", inside: bool = True
) -> Drawing:
    return draw(layers, analyze(layers, IMAGE), width, measure=measure, inside=inside)


def arranged(layer: Layer) -> tuple[tuple[Place, ...], tuple[Edge, ...]]:
    return arrange(Planner((8, 8, 16)).add(layer))


def overlap(a: Rect, b: Rect) -> bool:
    return (
        a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    )


def middle(rect: Rect) -> tuple[float, float]:
    return rect.x + rect.width / 2, rect.y + rect.height / 2


@pytest.mark.parametrize("name", presets.names())
@pytest.mark.parametrize("width", [480.0, 1800.0])
def test_every_call_of_every_preset_has_a_place_of_its_own(name: str, width: float) -> None:
    layers = presets.load(name).structure.layers
    analysis = analyze(layers, IMAGE)
    drawing = draw(layers, analysis, width)
    assert len(drawing.boxes) == 1 + sum(len(cost.calls) for cost in analysis.layers)
    assert not [pair for pair in combinations([b.area for b in drawing.boxes], 2) if overlap(*pair)]
    for box in drawing.boxes:
        assert box.area.x >= 0
        assert box.area.x + box.area.width <= drawing.width
        assert box.area.y >= 0
        assert box.area.y + box.area.height <= drawing.height
    for frame in drawing.frames:
        own = [box.area for box in drawing.boxes if box.layer == frame.layer]
        assert all(frame.rect.holds(*middle(area)) for area in own)
        others = [box.area for box in drawing.boxes if box.layer != frame.layer]
        assert not any(overlap(frame.rect, area) for area in others)


def test_a_line_ends_at_each_box_and_begins_where_its_input_is() -> None:
    drawing = drawn(Conv2D(filters=8), Flatten(), Dense(units=10))
    assert len(drawing.lines) == 3
    for (before, after), line in zip(pairwise(drawing.boxes), drawing.lines, strict=True):
        assert line[0] == (before.rect.x + before.rect.width, middle(before.rect)[1])
        assert line[-1] == (after.rect.x, middle(after.rect)[1])


def test_size_and_shade_tell_channels_height_and_share() -> None:
    drawing = drawn(
        Conv2D(filters=4, strides=(2, 2), padding="same"),
        Conv2D(filters=64, strides=(2, 2), padding="same"),
        Flatten(),
        Dense(units=10),
    )
    entry, small, large, flat, last = drawing.boxes
    assert entry.layer == INPUT
    assert small.rect.width < large.rect.width < flat.rect.width
    assert entry.rect.height > small.rect.height > large.rect.height > flat.rect.height
    assert last.shade > large.shade > small.shade > PALEST == flat.shade
    assert [box.look for box in drawing.boxes[1:]] == [
        Fill.WEIGHTS,
        Fill.WEIGHTS,
        Fill.PLAIN,
        Fill.WEIGHTS,
    ]
    assert large.labels == ("2  Conv2D", "64 · 3x3 · relu", "8x8x64")
    assert "Shade: share of the parameters" in drawing.legend[0]
    by_macs = drawn(Conv2D(filters=4), Flatten(), Dense(units=10), measure="macs")
    assert "Shade: share of the MACs" in by_macs.legend[0]


def test_what_is_off_wrong_or_behind_it_is_drawn_apart() -> None:
    drawing = drawn(
        Conv2D(filters=8),
        BatchNormalization(enabled=False),
        Conv2D(kernel_size=(99, 99)),
        Flatten(),
    )
    assert [box.look for box in drawing.boxes[2:]] == [Fill.OFF, Fill.WRONG, Fill.OFF]
    assert drawing.boxes[2].labels[-1] == "switched off"
    assert drawing.boxes[3].labels[-1] == "doesn't fit"
    assert len(drawing.lines) == 2  # none leads to what doesn't fit
    assert any("switched off" in line for line in drawing.legend)


def test_shared_weights_are_marked() -> None:
    drawing = drawn(
        Conv2D(filters=8, padding="same"),
        Repeat(layers=(Conv2D(filters=8, padding="same"),), times=3),
    )
    assert [box.look for box in drawing.boxes[2:]] == [Fill.WEIGHTS, Fill.TIED, Fill.TIED]
    assert any("weights of a call before" in line for line in drawing.legend)


def test_a_shortcut_passes_over_the_calls_it_leaves_out() -> None:
    places, edges = arranged(ResidualBlock(filters=16))
    assert [place.lane for place in places] == [0] * 7
    assert [place.column for place in places] == list(range(7))
    assert [edge for edge in edges if edge.level] == [Edge(None, 5, 1)]
    drawing = drawn(Conv2D(filters=16), ResidualBlock(filters=16))
    shortcut = max(drawing.lines, key=len)
    spanned = [box.rect for box in drawing.boxes[2:7]]
    assert min(point.y for point in shortcut) < min(rect.y for rect in spanned)


def test_branches_stand_below_each_other_and_meet() -> None:
    places, edges = arranged(ResidualBlock(filters=32))
    assert {place.lane for place in places} == {0, 1}
    places, edges = arranged(InceptionBlock())
    assert [place.lane for place in places] == [0, 1, 1, 2, 2, 3, 3, 0]
    assert places[-1] == Place(2, 0)
    assert len([edge for edge in edges if edge.target == 7]) == 4
    places, edges = arranged(SqueezeExcitation())
    assert [edge for edge in edges if edge.level] == [Edge(None, 3, 1)]


def test_shortcuts_side_by_side_share_a_level_and_nested_ones_do_not() -> None:
    inner = SqueezeExcitation()
    _, edges = arranged(Repeat(layers=(inner, inner), times=1, share_weights=False))
    assert [edge.level for edge in edges if edge.level] == [1, 1]
    nested = [call((0,), 1), call((1,), 2), call((2, 1), 3), call((3, 0), 4)]
    _, edges = arrange(nested)
    assert [edge for edge in edges if edge.level] == [Edge(0, 2, 1), Edge(None, 3, 2)]


def call(inputs: tuple[int, ...], output: int) -> Step:
    shape = (8, 8, 4)
    return Step(Flatten(), inputs, output, shape, shape, output, Parameters(), 0, (1, 1))


def test_a_block_can_be_one_box_and_a_huge_one_always_is() -> None:
    block = ResidualBlock(filters=16)
    drawing = drawn(block, inside=False)
    assert len(drawing.boxes) == 2
    assert drawing.boxes[1].labels[-1] == "9 calls inside"
    huge = drawn(Repeat(layers=(Conv2D(filters=3, padding="same"),), times=100))
    assert len(huge.boxes) == 2
    assert huge.boxes[1].labels[-1] == "100 calls inside"


def test_rows_wrap_at_the_width() -> None:
    layers = [Conv2D(filters=8, padding="same")] * 30
    narrow, wide = drawn(*layers, width=500), drawn(*layers, width=2000)
    assert narrow.width <= 500 < wide.width <= 2000
    assert narrow.height > wide.height


def test_a_point_finds_its_layer() -> None:
    drawing = drawn(Conv2D(filters=8), ResidualBlock(filters=16), Flatten())
    for box in drawing.boxes:
        wanted = None if box.layer == INPUT else box.layer
        assert drawing.layer_at(*middle(box.rect)) == wanted
        assert drawing.layer_at(box.area.x + 1, box.area.y + box.area.height - 1) == wanted
    title = drawing.frames[0].rect
    assert drawing.layer_at(title.x + 2, title.y + 2) == 1
    assert drawing.layer_at(-5, -5) is None
    assert drawing.area_of(1) == title
    assert drawing.area_of(99) is None

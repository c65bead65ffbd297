"""Two experiments side by side: each on its own input, in words, as a table and as plain values."""

from __future__ import annotations

from typing import Any

import pytest

from workbench import presets
from workbench.experiment import Experiment, Structure
from workbench.levers.comparison import Comparison, Side, what_differs
from workbench.network.differences import ChangeMark
from workbench.spec.layers import Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D, Repeat

SHAPE = (28, 28, 1)


def side(*layers: Layer, shape: tuple[int, ...] = SHAPE) -> Side:
    return Side(Experiment(structure=Structure(layers=layers)), shape)


def untied(*layers: Layer, times: int = 2) -> Repeat:
    return Repeat(layers=layers, times=times, share_weights=False)


def of_preset(name: str) -> Side:
    experiment = presets.load(name)
    info = experiment.data.info()
    assert info is not None
    return Side(experiment, info.image_shape)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (Conv2D(filters=64), Conv2D(filters=32), ["filters 64 → 32"]),
        (Conv2D(), Conv2D(kernel_size=(5, 3), use_bias=False, padding="same"),
         ["kernel size 3x3 → 5x3", "padding valid → same", "bias on → off"]),
        (Dropout(rate=0.25), Dropout(rate=0.5, enabled=False),
         ["enabled on → off", "rate 0.25 → 0.5"]),
        (MaxPooling2D(), MaxPooling2D(strides=(1, 1)), ["strides off → 1x1"]),
        (untied(Conv2D(filters=64)), untied(Conv2D(filters=32), times=3),
         ["times 2 → 3", "Conv2D: filters 64 → 32"]),
        (untied(Conv2D()), untied(Conv2D(), Dropout()), ["layers Conv2D → Conv2D, Dropout"]),
        (Repeat(layers=(Dropout(),)), Repeat(layers=(Flatten(),)), ["layers Dropout → Flatten"]),
        (Dense(), Dense(), []),
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_a_changed_layer_is_told_in_words(before: Layer, after: Layer, changes: list[str]) -> None:
    (row,) = Comparison(side(before), side(after)).diff.rows
    assert row.changes == changes
    assert row.mark is (ChangeMark.CHANGED if changes else ChangeMark.SAME)
    assert what_differs(row) == ", ".join(changes)


def test_totals_of_networks_on_different_inputs() -> None:
    reference, resnet = of_preset("mnist-cnn"), of_preset("resnet-20")
    comparison = Comparison(reference, resnet)
    totals = {total.name: (total.left, total.right) for total in comparison.totals}
    assert totals["parameters"] == (93_322, resnet.analysis.parameters)
    assert totals["macs"] == (2_794_240, resnet.analysis.macs)
    assert totals["weight_bytes"] == (4 * 93_322, 4 * resnet.analysis.parameters)
    info = resnet.experiment.data.info()
    assert info is not None
    assert totals["training_bytes"][1] == resnet.experiment.training_bytes(info)
    assert sum(row.macs for row in comparison.diff.rows) == totals["macs"][1] - totals["macs"][0]


def test_the_table_has_plain_numbers_and_the_totals() -> None:
    left, right = side(Conv2D(filters=2), Flatten()), side(Conv2D(filters=1), Flatten(), Dropout())
    lines = [line.split("\t") for line in Comparison(left, right).tsv().splitlines()]
    assert lines[0] == ["", "Layer", "What differs", "Output", "Parameters", "MACs"]
    assert lines[1] == [
        "~",
        "Conv2D 1 · 3x3 · relu",
        "filters 2 → 1",
        "26x26x2 → 26x26x1",
        "-10",
        "-6084",
    ]
    assert lines[2][:3] == ["", "Flatten", ""]
    assert lines[3][:4] == ["+", "Dropout 0.5", "added", "676"]
    assert lines[4] == ["", "total", "", "", "-10", "-6084"]
    assert {len(line) for line in lines} == {6}


def test_plain_values() -> None:
    plain: dict[str, Any] = Comparison(side(Dense(units=4)), side(Flatten())).as_json()
    assert [row["mark"] for row in plain["rows"]] == ["removed", "added"]
    assert [(row["left"], row["right"]) for row in plain["rows"]] == [(0, None), (None, 0)]
    assert plain["totals"]["parameters"] == {"left": 8, "right": 0, "difference": -8}


def test_a_side_that_does_not_fit_says_why() -> None:
    fits, does_not = side(Flatten()), side(Flatten(), Conv2D())
    for pair in ((fits, does_not), (does_not, fits)):
        (problem,) = Comparison(*pair).problems
        assert problem.path == "structure.layers[1]"
    assert Comparison(fits, fits).problems == ()

"""Two networks side by side."""

from __future__ import annotations

from workbench import presets
from workbench.experiment import REFERENCE_CNN
from workbench.network.analysis import Analysis, analyze
from workbench.network.differences import ChangeMark, StructureDiff, compare
from workbench.spec.layers import BatchNormalization, Conv2D, Dense, Dropout, Layer


def network(*layers: Layer) -> Analysis:
    return analyze(layers, (28, 28, 1))


def pairs(diff: StructureDiff) -> list[tuple[int | None, int | None]]:
    return [
        (row.left.index if row.left else None, row.right.index if row.right else None)
        for row in diff.rows
    ]


REFERENCE = network(*REFERENCE_CNN)


def test_a_network_against_itself() -> None:
    diff = compare(REFERENCE, REFERENCE)
    assert pairs(diff) == [(i, i) for i in range(8)]
    assert all(row.mark is ChangeMark.SAME and not row.changes for row in diff.rows)
    assert (diff.parameters, diff.macs, diff.activation_bytes) == (0, 0, 0)


def test_layers_are_aligned_by_settings_then_by_kind() -> None:
    changed = list(REFERENCE_CNN)
    changed[2] = Conv2D(filters=16)
    changed.insert(1, BatchNormalization())
    del changed[-2]
    right = network(*changed)
    diff = compare(REFERENCE, right)
    assert pairs(diff) == [
        (0, 0), (None, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, None), (7, 7),
    ]  # fmt: skip
    conv = diff.rows[3]
    assert conv.mark is ChangeMark.CHANGED
    assert conv.changes == ["filters 64 → 16"]
    assert conv.output == "11x11x64 → 11x11x16"
    assert [row.mark.value for row in diff.rows] == [*" + ~   - "]
    assert conv.parameters == 9 * 32 * 16 + 16 - (9 * 32 * 64 + 64)
    assert diff.rows[7].parameters == -(576 * 64 + 64)
    assert diff.parameters == right.parameters - REFERENCE.parameters
    assert sum(row.parameters for row in diff.rows) == diff.parameters
    assert sum(row.macs for row in diff.rows) == diff.macs


def test_every_layer_is_in_exactly_one_row() -> None:
    every = []
    for name in presets.names():
        experiment = presets.load(name)
        info = experiment.data.info()
        assert info is not None
        every.append(experiment.analysis(info))
    for left in every:
        for right in every:
            found = pairs(compare(left, right))
            assert [a for a, _ in found if a is not None] == list(range(len(left.layers)))
            assert [b for _, b in found if b is not None] == list(range(len(right.layers)))


def test_networks_with_nothing_in_common() -> None:
    diff = compare(network(Dropout()), network(Dense(units=2)))
    assert pairs(diff) == [(0, None), (None, 0)]

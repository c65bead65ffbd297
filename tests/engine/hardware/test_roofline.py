"""The arithmetic of the roofline, by hand."""

from __future__ import annotations

import pytest

from workbench.hardware import roofline
from workbench.hardware.roofline import Roof, TimedLayer
from workbench.spec.layers import Conv2D, Dense, Flatten, ResidualBlock

LAYERS = (Conv2D(filters=2, kernel_size=(3, 3)), Flatten(), Dense(units=10, activation="softmax"))


def analysis_of(*layers: object) -> object:
    from workbench.network.analysis import analyze

    return analyze(layers, (8, 8, 1))  # type: ignore[arg-type]


def test_a_step_is_three_passes_of_two_operations_a_multiply_add() -> None:
    assert roofline.training_flops(1000) == 6000


def test_the_work_of_each_layer() -> None:
    conv, flatten, dense = roofline.layer_work(analysis_of(*LAYERS), 4, "float32")  # type: ignore[arg-type]
    assert conv.flops == 6 * 4 * (6 * 6 * 2 * 9)
    assert conv.bytes == 3 * 4 * (4 * (64 + 72) + 20)
    assert conv.intensity == conv.flops / conv.bytes
    assert (flatten.flops, flatten.name, flatten.path) == (0, "2 Flatten", "structure.layers[1]")
    assert dense.flops == 6 * 4 * 720


def test_half_the_bytes_in_a_mixed_precision_but_for_the_weights() -> None:
    full, mixed = (
        roofline.layer_work(analysis_of(*LAYERS), 4, precision)[0]  # type: ignore[arg-type]
        for precision in ("float32", "mixed_bfloat16")
    )
    assert full.flops == mixed.flops
    assert full.bytes - mixed.bytes == 3 * 2 * 4 * (64 + 72)


def test_every_call_inside_a_block_has_its_row() -> None:
    analysis = analysis_of(ResidualBlock(filters=4), *LAYERS[1:])
    works = roofline.layer_work(analysis, 2, "float32")  # type: ignore[arg-type]
    inside = [work for work in works if work.path == "structure.layers[0]"]
    assert len(inside) > 4
    assert len({work.name for work in works}) == len(works)
    assert sum(work.flops for work in works) == 6 * 2 * analysis.macs  # type: ignore[attr-defined]


def test_the_roof_slopes_up_to_the_ridge_and_is_flat_behind() -> None:
    roof = Roof(100.0, 10.0)
    assert roof.ridge == 10.0
    assert [roof.at(x) for x in (1, 10, 1000)] == [10, 100, 100]


def test_what_a_profile_says() -> None:
    rows = [
        TimedLayer("1 Conv2D", "", 6e9, 1e8, 0.002, 0.004),
        TimedLayer("2 Dense", "", 1e9, 1e8, 0.001, 0.001),
    ]
    words = roofline.profile_words(rows, 0.01, Roof(1.4e12, 1e10))
    assert "A step takes 10 ms at 700 GFLOP/s, 50 % of the measured peak." in words
    assert "The slowest layer is 1 Conv2D with 60 % of it" in words
    assert "take the other 20 %" in words
    assert "At 35 operations a byte the limit is memory: the two are even at 140." in words
    assert "limit is arithmetic" in roofline.profile_words(rows, 0.01, Roof(1.4e12, 1e12))
    assert "side by side" in roofline.profile_words(rows, 0.007, None)
    assert roofline.unexplained([0.006, 0.002], 0.01) == pytest.approx(0.2)

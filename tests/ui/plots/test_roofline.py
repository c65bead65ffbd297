"""The numbers of the roofline's dots: none lies on another."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from ui.plots.figures.roofline import Dot, RooflinePlot, neighbours, numbers
from workbench.hardware.roofline import Roof


def dots(*places: tuple[str, float, float]) -> list[Dot]:
    """Labels, operations a byte, GFLOP/s."""
    return [Dot(label, x, 1e9 * y) for label, x, y in places]


def test_dots_whose_numbers_would_cover_each_other_share_one() -> None:
    found = neighbours(
        dots(("1", 10, 10), ("2", 10, 11), ("3", 10, 100), ("4", 100, 10)), (100, 100), (20, 20)
    )
    assert [[dot.label for dot in group] for group in found] == [["3"], ["2", "1"], ["4"]]


@pytest.mark.parametrize(
    ("labels", "shown"),
    [("4", "4"), ("44", "4"), ("54", "4, 5"), ("4658", "4–6, 8"), ("1357", "1, 3, 5, 7")],
)
def test_numbers_in_a_row_are_told_by_their_ends(labels: str, shown: str) -> None:
    assert numbers(dots(*((label, 1, 1) for label in labels))) == shown


def test_a_zoom_parts_what_shared_a_number(qtbot: QtBot) -> None:
    plot = RooflinePlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    plot.show_layers(dots(("1", 10, 10), ("2", 10, 10.5)), Roof(400e9, 10e9))
    qtbot.waitUntil(lambda: [label.toPlainText() for label in plot._labels] == ["1, 2"])
    plot.view.set_y_range((0.99, 1.03))
    assert sorted(label.toPlainText() for label in plot._labels) == ["1", "2"]

"""The drawing as SVG, PDF and PNG: real files of their kind, with text that stays text."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.lines import Line2D
from PIL import Image

from workbench import presets
from workbench.figures.axes import (
    ROW,
    blank,
    columns_of,
    finish,
    lay_out,
    legend_below,
    legend_size,
    wrapped,
)
from workbench.figures.network.drawing import write_drawing
from workbench.figures.settings import FigureLook
from workbench.network.analysis import analyze
from workbench.network.drawing import Drawing, draw

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    layers = presets.load("shared-cnn").structure.layers
    return draw(layers, analyze(layers, (28, 28, 1)), 1000.0)


def test_the_svg_holds_every_label_as_text(drawing: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "net.svg"
    write_drawing(drawing, path)
    root = ElementTree.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    texts = ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]
    wanted = [label for box in drawing.boxes for label in box.labels]
    wanted += [frame.label for frame in drawing.frames] + list(drawing.legend)
    assert sorted(texts) == sorted(wanted)


def test_the_pdf_embeds_its_font_as_text(drawing: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "net.PDF"
    write_drawing(drawing, path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in content  # TrueType, not shapes of its letters


def test_the_png_is_as_large_as_the_drawing(drawing: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "net.png"
    write_drawing(drawing, path)
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert abs(image.width - 2 * drawing.width) <= 2
        colours = image.convert("RGB").getcolors(1_000_000)
    assert colours is not None
    assert len(colours) > 20


def test_what_cannot_be_written_says_so(drawing: Drawing, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"net\.gif: must end in \.svg, \.pdf or \.png"):
        write_drawing(drawing, tmp_path / "net.gif")
    with pytest.raises(OSError, match="No such file"):
        write_drawing(drawing, tmp_path / "nowhere" / "net.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_legend_cuts_no_name_off() -> None:
    look = FigureLook()
    long = "mobilenet-v2-small with a rather long name, width 0.25, cosine with restarts"
    labels = ["<b>&x", long, "o" * 70]
    figure = blank(look, 400)
    handles = [Line2D([], []) for _ in labels]
    legend_below(figure, handles, labels, look, columns_of(labels, look))
    lay_out(figure)
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
    shown = [text.get_text() for text in legend.get_texts()]
    assert shown[:2] == [labels[0], wrapped(long, 42)]
    assert shown[2].replace("\n", "") == labels[2]
    assert legend_size(labels, look)[1] == 5 * ROW * look.font_size


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        ((0.2, 1.0), ["0.2", "0.5", "1"]),
        ((2000.0, 7000.0), ["2,000", "3,000", "5,000", "7,000"]),
        ((0.2, 8.0), ["0.2", "0.5", "1", "2", "5"]),
        ((0.25, 7500.0), ["1", "10", "100", "1,000"]),
        ((1e-9, 1e-5), [rf"$\mathdefault{{10^{{{power}}}}}$" for power in range(-9, -4)]),
    ],
)  # fmt: skip
def test_a_logarithmic_axis_names_what_does_not_overlap(
    ends: tuple[float, float], names: list[str]
) -> None:
    figure = blank(FigureLook(), 200)
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.set_xlim(*ends)
    finish(axes, FigureLook(x_from=ends[0], x_to=ends[1]), log_x=True, log_y=False)
    lay_out(figure)
    ticks = [
        (tick.get_loc(), tick.label1.get_text())
        for tick in (*axes.xaxis.get_major_ticks(), *axes.xaxis.get_minor_ticks())
        if ends[0] <= tick.get_loc() <= ends[1] and tick.label1.get_text()
    ]
    assert [text for _, text in sorted(ticks)] == names

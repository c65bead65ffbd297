"""The drawing as SVG, PDF and PNG: real files of their kind, with text that stays text."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from workbench import presets
from workbench.analysis import analyze
from workbench.drawing import Drawing, draw
from workbench.figures.network import write_drawing

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

"""What tests read in the figures that the workbench writes as SVG."""

from __future__ import annotations

from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(content: bytes) -> list[str]:
    """Every text of an SVG, in its order."""
    root = ElementTree.fromstring(content)
    return ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]

"""Reads back what a figure file says about itself: no file is run, drawn or believed.

`workbench.figures.saving` writes it: the description of an SVG, the keywords of a PDF, a text of a
PNG.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from workbench.base.files import open_named
from workbench.base.text import tr

LARGEST_BYTES = 64_000_000
_DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"
_KEYWORDS = re.compile(rb"/Keywords \(((?:[^\\()]|\\.)*)\)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def about(path: Path) -> str:
    """What the figure says about itself.

    Raises:
        ValueError: one sentence, where it says nothing or is no figure.
        OSError: where it can't be read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ValueError(
            tr("{name}: must be a figure that ends in .svg, .pdf or .png", name=path.name)
        )
    with open_named(path) as file:
        content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValueError(tr("{name}: is too large for a figure of the workbench", name=path.name))
    text = reader(path.name, content)
    if not text:
        raise ValueError(
            tr("{name}: holds no settings of a figure of the workbench", name=path.name)
        )
    return text


def _svg(name: str, content: bytes) -> str:
    if b"<!ENTITY" in content:  # ours have none, and they can be made to grow without end
        raise ValueError(tr("{name}: is no figure of the workbench", name=name))
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - no entities, bounded in size
    except ElementTree.ParseError as error:
        raise ValueError(tr("{name}: is no sound SVG ({error})", name=name, error=error)) from None
    found = root.find(f".//{_DESCRIPTION}")
    return (found.text or "") if found is not None else ""


def _pdf(name: str, content: bytes) -> str:
    found = _KEYWORDS.search(content)
    if found is None:
        return ""
    return _ESCAPED.sub(r"\1", found.group(1).decode("latin-1"))


def _png(name: str, content: bytes) -> str:
    from PIL import Image, UnidentifiedImageError  # here: it takes a moment to load

    try:
        with Image.open(BytesIO(content), formats=["PNG"]) as image:
            return str(image.info.get("Description", ""))
    except (UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise ValueError(tr("{name}: is no sound PNG ({error})", name=name, error=error)) from None


_READERS: dict[str, Callable[[str, bytes], str]] = {".svg": _svg, ".pdf": _pdf, ".png": _png}

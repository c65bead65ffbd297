"""The LiteRT file that a compressed run leaves, as an artifact of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from workbench.base.files import LinkError, open_inside
from workbench.base.text import tr
from workbench.compression import progress
from workbench.compression.progress import QUANTIZED
from workbench.deployment import litert_file
from workbench.runs.artifacts import Artifact


class ModelFile(Artifact):
    """The network as a LiteRT file; what runs it opens it with care, as it may be anybody's."""

    name = "model.tflite"
    most_bytes = litert_file.MOST_BYTES

    def fault(self, folder: Path) -> str:
        """That it doesn't begin as a LiteRT file."""
        with open_inside(folder / self.name) as file:
            head = file.read(litert_file.MAGIC_AT + len(litert_file.MAGIC))
        if head[litert_file.MAGIC_AT :] == litert_file.MAGIC:
            return ""
        return tr("is no LiteRT file")

    def answering(self, folder: Path) -> str:
        """Its digest where a step quantized it: the weights beside it give other answers."""
        known = progress.read(folder)
        if known is None or QUANTIZED not in known.facts:
            return ""
        try:
            return hashlib.sha256(self.read(folder)).hexdigest()[:16]
        except (OSError, LinkError):
            return ""

    def read(self, folder: Path) -> bytes:
        """Its content.

        Raises:
            OSError: where it can't be read.
        """
        with open_inside(folder / self.name) as file:
            return file.read(self.most_bytes)


MODEL_FILE = ModelFile()

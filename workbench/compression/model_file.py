"""The LiteRT file that a compressed run leaves, as an artifact of it, and how it is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from workbench.base.files import LinkError, open_inside
from workbench.base.text import tr
from workbench.compression import layer_modes, progress
from workbench.compression.progress import BARE, LAYERS, PER_TENSOR, QUANTIZED, RANGES
from workbench.deployment import litert_file
from workbench.deployment.quantization import Quantization
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


def quantization_of(facts: Mapping[str, str]) -> Quantization | None:
    """What the steps have asked for; None where none quantizes.

    Raises:
        ValueError, TypeError, AttributeError: where the facts are damaged.
    """
    scheme = facts.get(QUANTIZED)
    if scheme is None:
        return None
    ranges = json.loads(facts.get(RANGES, "{}"))
    return Quantization(
        scheme,
        per_tensor=PER_TENSOR in facts,
        layers=layer_modes.read(facts.get(LAYERS, "")),
        ranges={name: (float(low), float(high)) for name, (low, high) in ranges.items()},
    )


def is_bare(facts: Mapping[str, str]) -> bool:
    """Whether the file takes one image per call and holds no names."""
    return BARE in facts


class OwnForm(NamedTuple):
    """How a run's own file was written.

    Attributes:
        quantization: None for float32.
        is_bare: Whether it takes one image per call and holds no names.
    """

    quantization: Quantization | None = None
    is_bare: bool = False


def own_form(folder: Path) -> OwnForm:
    """How the file in a run's folder was written; in float32 where there is none, or its notes are
    damaged.
    """
    kept = progress.read(folder)
    facts = kept.facts if kept is not None else {}
    try:
        return OwnForm(quantization_of(facts), is_bare(facts))
    except (ValueError, TypeError, AttributeError):
        return OwnForm()

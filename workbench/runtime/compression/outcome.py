"""What a compressed run leaves: its LiteRT file, judged by the interpreter, and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.base.text import tr
from workbench.data import Part
from workbench.deployment import litert_file
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.quantization import CALIBRATION_IMAGES, Quantization, quantize
from workbench.evaluation.answerer import Shares, answers, scaled, timed
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.workspace import Workspace
from workbench.runtime.export.litert import litert_bytes
from workbench.runtime.export.network import float_network

TIMED_SECONDS = 0.5
TIMED_IMAGES = 8
"""Different ones that take turns."""

LEAST = 1e-7
"""Of the right class's share, before its logarithm is taken, as Keras has it."""


@dataclass(frozen=True)
class WrittenFile:
    """A network as a LiteRT file.

    Attributes:
        content: Of the file.
        warnings: A sentence for each layer that gives nothing.
    """

    content: bytes
    warnings: tuple[str, ...]


def written(network: Network, space: Workspace) -> WrittenFile:
    """The file, quantized where a step asked for that.

    Raises:
        ModelFileError: where it can't be quantized, or gives no numbers.
    """
    model = float_network(network.experiment, space.info, network.variables)
    content, warnings = litert_bytes(model), tuple[str, ...]()
    scheme = network.facts.get("quantize")
    if scheme is not None:
        asked = Quantization(scheme, per_tensor="per_tensor" in network.facts)
        images = space.training_batch(CALIBRATION_IMAGES)[0] if asked.is_calibrated else None
        made = quantize(content, asked, images, check=space.check)
        content, warnings = made.content, made.report.warnings
    return WrittenFile(content, warnings)


def judged(content: bytes, space: Workspace) -> dict[str, Any]:
    """The file's figures, and how right it is on the test part, by the LiteRT interpreter.

    Raises:
        ModelFileError: where it can't be run, or gives no numbers.
    """
    answerer = LiteRTAnswerer(content, threads=1)
    test = space.dataset.test
    loss, accuracy = _rightness(answerer, test, space)
    images = scaled(test.images.read(np.arange(min(TIMED_IMAGES, len(test.labels)))))
    took = timed(answerer, [image[None] for image in images], 1, TIMED_SECONDS, space.check)
    return {
        "test_loss": loss,
        "test_accuracy": accuracy,
        "litert_bytes": len(content),
        "gzip_bytes": litert_file.gzip_bytes(content),
        "litert_ms": took.median,
    }


def _rightness(answerer: LiteRTAnswerer, part: Part, space: Workspace) -> tuple[float, float]:
    rows = np.arange(len(part.labels))
    shares: Shares = answers(answerer, part.images, rows, lambda done: space.check())
    if not np.isfinite(shares).all():
        fault = tr("the LiteRT file gives no numbers; the network's training diverged")
        raise litert_file.ModelFileError(fault)
    right = shares[rows, part.labels]
    loss = -np.log(np.maximum(right, LEAST)).mean()
    return float(loss), float((shares.argmax(axis=1) == part.labels).mean())

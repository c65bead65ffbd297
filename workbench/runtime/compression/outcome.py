"""What a compressed run leaves: its LiteRT file, judged by the interpreter, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.base.text import tr
from workbench.data import Part
from workbench.deployment import litert_file
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.quantization import CALIBRATION_IMAGES, Quantization, quantize
from workbench.evaluation.answerer import Shares, answers, clocked, scaled
from workbench.evaluation.latency import Latency
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.step_context import StepContext
from workbench.runtime.export.litert import litert_bytes
from workbench.runtime.export.network import float_network

TIMED_SECONDS = 0.5
"""For each file and batch size."""

ROUNDS = 3
TIMED_IMAGES = 64
TIMED_TURNS = 8
"""Batches of them that take turns."""

TIMED_BATCHES = {
    1: {"litert_ms": "median", "litert_p95_ms": "p95", "litert_p99_ms": "p99"},
    64: {"litert_batch_ms": "median"},
}
"""Images to a call, and which quantity is which of its latencies."""

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


def written(network: Network, context: StepContext) -> WrittenFile:
    """The file, quantized where a step asked for that.

    Raises:
        ModelFileError: where it can't be quantized, or gives no numbers.
    """
    model = float_network(network.experiment, context.info, network.variables)
    content, warnings = litert_bytes(model), tuple[str, ...]()
    scheme = network.facts.get("quantize")
    if scheme is not None:
        asked = Quantization(scheme, per_tensor="per_tensor" in network.facts)
        images = context.training_batch(CALIBRATION_IMAGES)[0] if asked.is_calibrated else None
        made = quantize(content, asked, images, check=context.check)
        content, warnings = made.content, made.report.warnings
    return WrittenFile(content, warnings)


def judged(content: bytes, context: StepContext) -> dict[str, Any]:
    """How right a file is on the test part, by the LiteRT interpreter, and its sizes.

    Raises:
        ModelFileError: where it can't be run, or gives no numbers.
    """
    loss, accuracy = _rightness(LiteRTAnswerer(content, threads=1), context.dataset.test, context)
    return {"test_loss": loss, "test_accuracy": accuracy, **sizes(content)}


def sizes(content: bytes) -> dict[str, int]:
    """What a file takes, as it is and coded."""
    return {"litert_bytes": len(content), "gzip_bytes": litert_file.gzip_bytes(content)}


def latencies(files: Sequence[bytes], context: StepContext) -> list[dict[str, float]]:
    """What each file takes with one thread, in milliseconds, by the keys of the quantities.

    They take turns, so that a machine that is busy for a while slows all of them down.
    """
    test = context.dataset.test
    images = scaled(test.images.read(np.arange(min(TIMED_IMAGES, len(test.labels)))))
    answerers = [LiteRTAnswerer(content, threads=1) for content in files]
    found: list[dict[str, float]] = [{} for _ in files]
    for size, keys in TIMED_BATCHES.items():
        places = np.arange(size)
        batches = [images[(places + turn) % len(images)] for turn in range(TIMED_TURNS)]
        took: list[list[float]] = [[] for _ in files]
        for _ in range(ROUNDS):
            for calls, answerer in zip(took, answerers, strict=True):
                calls += clocked(answerer, batches, TIMED_SECONDS / ROUNDS, context.check)
        for figures, calls in zip(found, took, strict=True):
            point = Latency.of(1, size, calls)
            figures |= {key: getattr(point, name) for key, name in keys.items()}
    return found


def _rightness(answerer: LiteRTAnswerer, part: Part, context: StepContext) -> tuple[float, float]:
    rows = np.arange(len(part.labels))
    shares: Shares = answers(answerer, part.images, rows, lambda done: context.check())
    if not np.isfinite(shares).all():
        fault = tr("the LiteRT file gives no numbers; the network's training diverged")
        raise litert_file.ModelFileError(fault)
    right = shares[rows, part.labels]
    loss = -np.log(np.maximum(right, LEAST)).mean()
    return float(loss), float((shares.argmax(axis=1) == part.labels).mean())

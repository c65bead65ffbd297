"""What a compressed run leaves: its LiteRT file, judged by the interpreter, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.compression.model_file import is_bare, quantization_of
from workbench.data import Part
from workbench.deployment import litert_file
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.quantization import CALIBRATION_IMAGES, TensorError, quantize
from workbench.evaluation.answerer import Shares, answers, clocked
from workbench.evaluation.latency import Latency
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.step_context import StepContext
from workbench.runtime.export.litert import litert_bytes
from workbench.runtime.export.network import float_network, unfolded

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
        warnings: A sentence for each layer that gives nothing, and on what LiteRT doesn't know.
        errors: Of tensors by quantization, where they were measured.
    """

    content: bytes
    warnings: tuple[str, ...]
    errors: tuple[TensorError, ...] = ()


def written(network: Network, context: StepContext, *, is_measured: bool = False) -> WrittenFile:
    """The file, quantized where a step asked for that.

    Args:
        network: What it holds.
        context: With images to calibrate on.
        is_measured: Whether the errors of tensors are wanted.

    Raises:
        ModelFileError: where it can't be quantized, or gives no numbers.
    """
    model = float_network(network.experiment, context.info, network.variables)
    bare = is_bare(network.facts)
    file = WrittenFile(litert_bytes(model, 1 if bare else None), ())
    asked = quantization_of(network.facts)
    if asked is not None:
        needs_images = asked.is_calibrated or is_measured
        images = context.training_batch(CALIBRATION_IMAGES)[0] if needs_images else None
        made = quantize(file.content, asked, images, is_measured=is_measured, check=context.check)
        file = WrittenFile(made.content, made.report.warnings, made.report.errors)
    content = litert_file.stripped(file.content) if bare else file.content
    unknown = unfolded(network.experiment, "litert")
    return replace(file, content=content, warnings=(*file.warnings, *unknown))


def judged(content: bytes, context: StepContext, *, is_tested: bool = True) -> dict[str, Any]:
    """How right a file is, by the LiteRT interpreter, and its sizes.

    Args:
        content: Of the file.
        context: Knows the images.
        is_tested: Whether the test part is looked at beside the validation images.

    Raises:
        ModelFileError: where it can't be run, or gives no numbers.
    """
    answerer, found = LiteRTAnswerer(content, threads=1), dict[str, Any](sizes(content))
    part, rows = context.validation
    if len(rows):
        right = rightness(answerer, part, rows, context.check)
        found |= {"val_loss": right.loss, "val_accuracy": right.accuracy}
    if is_tested:
        part = context.dataset.test
        right = rightness(answerer, part, np.arange(len(part.labels)), context.check)
        found |= {"test_loss": right.loss, "test_accuracy": right.accuracy}
    return found


def sizes(content: bytes) -> dict[str, int]:
    """What a file takes, as it is and coded."""
    return {"litert_bytes": len(content), "gzip_bytes": litert_file.gzip_bytes(content)}


def latencies(files: Sequence[bytes], context: StepContext) -> list[dict[str, float]]:
    """What each file takes with one thread, in milliseconds, by the keys of the quantities.

    They take turns, so that a machine that is busy for a while slows all of them down.
    """
    images = context.training_batch(TIMED_IMAGES)[0]
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


class Rightness(NamedTuple):
    """How right a file is on some images.

    Attributes:
        loss: Mean cross-entropy.
        is_right: (n,), whether it has the class of each.
    """

    loss: float
    is_right: npt.NDArray[np.bool_]

    @property
    def accuracy(self) -> float:
        """Share of the images that it has right."""
        return float(self.is_right.mean())


def rightness(
    answerer: LiteRTAnswerer,
    part: Part,
    rows: npt.NDArray[np.int64],
    check: Callable[[], None],
) -> Rightness:
    """How right a file is on images of a part.

    Args:
        answerer: The file.
        part: Of the data.
        rows: Which images of it.
        check: Called between batches; may raise, to end it.

    Raises:
        ModelFileError: where it gives no numbers.
    """
    shares: Shares = answers(answerer, part.images, rows, lambda done: check())
    if not np.isfinite(shares).all():
        fault = tr("the LiteRT file gives no numbers; the network's training diverged")
        raise litert_file.ModelFileError(fault)
    labels = part.labels[rows]
    loss = -np.log(np.maximum(shares[np.arange(len(rows)), labels], LEAST)).mean()
    return Rightness(float(loss), shares.argmax(axis=1) == labels)

"""Whether a file that was written answers as the network that it was made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.base.errors import Failed
from workbench.base.text import tr
from workbench.base.units import percent
from workbench.evaluation.answerer import Shares

EXACT = 1e-3
"""By so much may shares of classes differ in float32 without a loss that matters."""

ROUNDED = 0.03
"""The same on average, between a network in 16 bits and its weights in float32."""

POOR_AGREEMENT = 0.97
"""Below that a person is warned; what it costs in accuracy stands beside it."""


class ExportError(Failed, RuntimeError):
    """A file that could not be written, or isn't right; one sentence."""


@dataclass(frozen=True)
class Agreement:
    """Two networks on the same images.

    Attributes:
        images: How many.
        same: Share of them that both take for the same class.
        largest: Difference of a share of a class.
        accuracy, original_accuracy: Of the file, and of the network.
    """

    images: int
    same: float
    largest: float
    accuracy: float
    original_accuracy: float

    @classmethod
    def of(cls, original: Shares, found: Shares, labels: npt.NDArray[np.int32]) -> Agreement:
        """From the answers of both.

        Raises:
            ExportError: where the file's are no numbers, or of another number of classes.
        """
        if original.shape != found.shape:
            raise ExportError(
                tr(
                    "the file gives {found} answers, and the network {wanted}; it is not kept",
                    found=str(found.shape),
                    wanted=str(original.shape),
                )
            )
        if not np.isfinite(found).all():
            raise ExportError(tr("the file's answers are no numbers; it is not kept"))
        mine, theirs = original.argmax(axis=1), found.argmax(axis=1)
        return cls(
            len(original),
            float((mine == theirs).mean()),
            float(np.abs(original - found).max()),
            float((theirs == labels).mean()),
            float((mine == labels).mean()),
        )

    def require_exact(self) -> None:
        """Refuses a float32 file that doesn't answer as the network does in float32.

        Raises:
            ExportError: one sentence.
        """
        if self.largest <= EXACT:
            return
        raise ExportError(
            tr(
                "the file answers otherwise than the network: the same class for {same} of the "
                "images, shares that differ by up to {largest}; it is not kept",
                same=percent(self.same),
                largest=f"{self.largest:.2g}",
            )
        )

    @property
    def warning(self) -> str:
        """A sentence where quantization changed many answers; else ""."""
        if self.same >= POOR_AGREEMENT:
            return ""
        return tr(
            "the file takes {share} of the images for another class than the network; its accuracy "
            "is {accuracy} against {original}",
            share=percent(1 - self.same),
            accuracy=percent(self.accuracy),
            original=percent(self.original_accuracy),
        )


def require_same_network(original: Shares, in_float32: Shares) -> None:
    """Refuses weights in float32 that aren't those of the network.

    Args:
        original: Its answers in the precision that the run computed in.
        in_float32: Of the network that is written.

    Raises:
        ExportError: one sentence.
    """
    mean = float(np.abs(original - in_float32).mean())
    if not mean <= ROUNDED:  # which is so for NaN as well
        raise ExportError(
            tr(
                "in float32 the network answers otherwise than in the run's precision: shares "
                "differ by {mean} on average; nothing is written",
                mean=f"{mean:.2g}",
            )
        )

"""Quantized forms of a float32 LiteRT file: which there are, and what is asked of one.

The work itself is done by LiteRT's quantizer in a process of its own (`quantize` here, `quantizer`
there), as it prints, warns and takes a second to load.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.deployment import apart
from workbench.deployment.litert_file import ModelFileError
from workbench.evaluation.answerer import Images

FLOAT32 = "float32"
CALIBRATION_IMAGES = 200
"""Of the training part; more gained nothing (1, 10, 100 and 1,000 images: within 0.03 points)."""

RANGE_SLACK = 1e-3


@dataclass(frozen=True)
class Scheme:
    """One way to quantize.

    Attributes:
        name: On the command line.
        weight_bits, activation_bits: Of integers; 16 and 0 for float16.
        is_static: Whether activations are integers by ranges that are calibrated.
        words: What it does, in a few words.
        remark: What is to be known of its speed.
    """

    name: str
    weight_bits: int
    activation_bits: int
    is_static: bool
    words: str
    remark: str = ""

    @property
    def runs_on_microcontrollers(self) -> bool:
        """Whether TensorFlow Lite Micro takes it: full int8 alone."""
        return self.is_static and self.weight_bits == 8 and self.activation_bits == 8


_NO_FASTER = tr("smaller, but no faster than float32")
_SLOWER = tr("smaller, but slower than float32 on PCs")

SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("float16", 16, 0, False, tr("weights in float16"), _NO_FASTER),
        Scheme("dynamic", 8, 8, False, tr("int8 weights; activations quantized as it runs")),
        Scheme("int8", 8, 8, True, tr("int8 weights and activations")),
        Scheme("int8-weights", 8, 0, False, tr("int8 weights alone"), _NO_FASTER),
        Scheme("int4", 4, 8, True, tr("int4 weights and int8 activations"), _SLOWER),
        Scheme("int16x8", 8, 16, True, tr("int8 weights and int16 activations"), _SLOWER),
    )
}
"""By name."""


@dataclass(frozen=True)
class Quantization:
    """How a file is to be quantized.

    Attributes:
        scheme: One of `SCHEMES`.
        per_tensor: One scale for all the weights of a layer, where there would be one for each
            output channel: shared values of a clustered layer stay shared.
        layers: Other schemes of single layers, by their number in the structure from 1; `FLOAT32`
            leaves one as it is.
        ranges: Smallest and largest value of activations, by tensor or by layer ("layer3"), that
            replace the calibrated ones: those that quantization-aware training has learned.
    """

    scheme: str = "int8"
    per_tensor: bool = False
    layers: dict[int, str] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def is_calibrated(self) -> bool:
        """Whether it needs images to calibrate the ranges of activations."""
        return any(SCHEMES[name].is_static for name in self._named)

    @property
    def runs_on_microcontrollers(self) -> bool:
        """Whether it is int8 throughout."""
        return all(
            name in SCHEMES and SCHEMES[name].runs_on_microcontrollers
            for name in (self.scheme, *self.layers.values())
        )

    @property
    def _named(self) -> list[str]:
        return [name for name in (self.scheme, *self.layers.values()) if name != FLOAT32]

    def require(self) -> None:
        """Refuses schemes that there aren't.

        Raises:
            ModelFileError: one sentence.
        """
        for name in (self.scheme, *self.layers.values()):
            if name not in SCHEMES and name != FLOAT32:
                raise ModelFileError(
                    tr(
                        "there is no quantization {name}; choose {known}",
                        name=repr(name),
                        known=", ".join(SCHEMES),
                    )
                )
        if self.scheme == FLOAT32 and not self._named:
            raise ModelFileError(tr("nothing is to be quantized: all layers stay float32"))


@dataclass(frozen=True)
class TensorError:
    """How far a tensor of the quantized network is from that of the float32 one.

    Attributes:
        tensor: Its name.
        mse: Mean of the squared differences.
        snr: Power of the signal over that of the error; the higher, the better.
    """

    tensor: str
    mse: float
    snr: float


@dataclass(frozen=True)
class QuantizationReport:
    """What is to be known of a quantized file.

    Attributes:
        ranges: Smallest and largest value of each activation.
        dead: Activations that were always the same; their ranges were widened, as LiteRT refuses
            empty ones.
        errors: Of each tensor, on images that it was calibrated on; empty where not asked for.
    """

    ranges: dict[str, tuple[float, float]]
    dead: tuple[str, ...]
    errors: tuple[TensorError, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for each layer that gives nothing."""
        said = (
            tr(
                "{tensor} is always zero on the calibration images: that layer is dead, and the "
                "network would do as well without it",
                tensor=tensor,
            )
            for tensor in self.dead
        )
        return tuple(said)


@dataclass(frozen=True, eq=False)
class Quantized:
    """A quantized file.

    Attributes:
        content: Of the file.
        report: What is to be known of it.
    """

    content: bytes
    report: QuantizationReport


@dataclass(frozen=True)
class QuantizeRequest:
    """What the process that quantizes is asked, beside the file and the images.

    Attributes:
        quantization: How.
        is_measured: Whether the error of each tensor is wanted.
    """

    quantization: Quantization
    is_measured: bool


QUANTIZE = apart.ApartJob(
    "quantize", QuantizeRequest, QuantizationReport, "workbench.deployment.quantizer:quantize_file"
)


def quantize(
    content: bytes,
    quantization: Quantization,
    images: Images | None = None,
    *,
    is_measured: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Quantized:
    """Quantizes a float32 file, in a process of its own and without a word.

    Args:
        content: A float32 LiteRT file with names and signature (not stripped), without entries.
        quantization: How.
        images: To calibrate on, as the network takes them, where `quantization.is_calibrated`.
        is_measured: Whether the error of each tensor is wanted; needs images.
        check: Called several times a second; may raise, to end it.

    Raises:
        ModelFileError: where there is no such scheme, the images aren't those of the network, or
            the file can't be quantized.
        ApartError: where the process ends before its time.
    """
    quantization.require()
    given: dict[str, npt.NDArray[Any]] = {"content": np.frombuffer(content, np.uint8)}
    if quantization.is_calibrated or is_measured:
        require_images(images)
        assert images is not None
        given["images"] = images
    report, made = apart.do(
        QUANTIZE, QuantizeRequest(quantization, is_measured), given, check=check
    )
    return Quantized(made["content"].tobytes(), report)


def require_images(images: Images | None) -> None:
    """Refuses images to calibrate on that can't be what the network was trained on.

    Raises:
        ModelFileError: one sentence.
    """
    if images is None or not len(images):
        raise ModelFileError(
            tr("int8 and int16 activations need images to calibrate on; give about 200")
        )
    low, high = float(np.min(images)), float(np.max(images))
    if not np.isfinite([low, high]).all() or low < -RANGE_SLACK or high > 1 + RANGE_SLACK:
        raise ModelFileError(
            tr(
                "the images to calibrate on reach from {low} to {high}, and the network takes 0 to "
                "1; divide them by 255",
                low=f"{low:g}",
                high=f"{high:g}",
            )
        )
    if high - low < RANGE_SLACK:
        raise ModelFileError(
            tr("the images to calibrate on are all of one plain color; give images of the data set")
        )

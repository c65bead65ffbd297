"""What white and transparent mean: the rules by which stored numbers become pixels."""

from __future__ import annotations

import numpy as np

from workbench.base.text import tr
from workbench.data.dataset import Array
from workbench.spec.data import Ground

DARK = 2 / 255

TOLERANCE = 1e-6

WHITEST = 65535

NEARLY_WHITE = 0.75
"""From this mean shade on, what is drawn would be lost on a white ground."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def white_of(high: float) -> int:
    """The white of whole numbers up to `high`: the largest number of as many bits, 8 at least.

    Cameras and scanners use 10, 12 or 14 of 16 bits; what uses all 16 keeps 65,535 as white.
    """
    return int((1 << max(8, int(high).bit_length())) - 1)


def ground_of(asked: Ground, drawn: float, shade: float) -> str:
    """What transparent images are laid on.

    Args:
        asked: The setting.
        drawn: Mean opacity of the transparent training images, 0 to 1.
        shade: Mean shade of what is drawn in them, weighted by its opacity, 0 (black) to 1.

    Returns:
        "" where nothing at all is drawn: then the alpha channel says nothing and is left out.
    """
    if drawn <= 0:
        return ""
    if asked != "auto":
        return asked
    return "black" if shade > NEARLY_WHITE else "white"


def laid(pixels: Array, opacity: Array, ground: str) -> Array:
    """Pixels laid on a ground; opaque ones stay as they are, to the bit.

    Args:
        pixels: (..., channels), uint8, or float32 within 0..1.
        opacity: (..., 1), of the same type and scale.
        ground: "white" or "black".
    """
    if pixels.dtype == np.uint8:
        seen = opacity.astype(np.uint32)
        behind = 255 * (255 - seen) * np.uint32(ground == "white")
        return ((pixels * seen + behind + 127) // 255).astype(np.uint8)
    clear = np.float32(ground == "white") * (1 - opacity)
    result: Array = np.clip(pixels * opacity + clear, 0.0, 1.0)
    return result


def opacity_and_shade(pixels: Array, opacity: Array) -> tuple[float, float]:
    """Mean opacity, and mean shade weighted by it, both 0 to 1, of `laid`'s arguments."""
    top = 255.0 if pixels.dtype == np.uint8 else 1.0
    seen = opacity[..., 0].astype(np.float64)
    total = float(seen.sum())
    if not total:
        return 0.0, 0.0
    gray = pixels[..., 0] if pixels.shape[-1] == 1 else pixels @ LUMA
    return total / (seen.size * top), float((gray * seen).sum()) / (total * top)


def brighter_than_white(high: float, white: float, name: str) -> str:
    """What is said where pixels lie above the range of the training images; else ""."""
    if high <= white + TOLERANCE:
        return ""
    return tr(
        "{name} reaches {high}, beyond the {white} that is white by the training images; "
        "what is brighter is shown as white",
        name=name,
        high=f"{high:g}",
        white=f"{white:g}",
    )

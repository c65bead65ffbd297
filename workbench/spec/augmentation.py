"""How training images are varied at random, so that a network sees no image twice.

Only what is varied and how much; `warp` has the arithmetic, the training process does it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic.fields import FieldInfo

from workbench.base.text import inside, joined, tr
from workbench.spec.base import Spec, setting


class Augmentation(Spec):
    """Random changes of the training images, new at each step; all are off at the beginning."""

    shift: float = setting(
        0.0,
        "Shift",
        "Largest shift along each side, as a share of it; 0.1 is usual. 0 is off.",
        ge=0.0,
        le=1.0,
    )
    rotation: float = setting(
        0.0,
        "Rotation",
        "Largest angle, either way; 10 to 15 is usual. 0 is off.",
        unit="degrees",
        ge=0.0,
        le=180.0,
    )
    zoom: float = setting(
        0.0,
        "Zoom",
        "Largest share by which things become larger or smaller; 0.1 is usual. 0 is off.",
        ge=0.0,
        le=0.9,
    )
    horizontal_flip: bool = setting(
        False, "Flip left to right", "Mirror half of the images; wrong for digits and letters."
    )
    vertical_flip: bool = setting(
        False, "Flip upside down", "Mirror half of the images; right for images from above."
    )
    fill_mode: Literal["constant", "reflect", "nearest"] = setting(
        "constant",
        "Fill",
        "What is shown where an image has been moved away: black (constant), the image mirrored "
        "(reflect) or its last pixels drawn out (nearest).",
    )
    contrast: float = setting(
        0.0,
        "Contrast",
        "Largest change of each pixel's distance from the image's mean, as a share; 0.2 is usual. "
        "0 is off.",
        ge=0.0,
        le=1.0,
    )
    cutout: float = setting(
        0.0,
        "Cutout",
        "Side of a black rectangle at a random place, as a share of the image's side; a quarter to "
        "a half is usual (DeVries and Taylor 2017). 0 is off.",
        ge=0.0,
        le=1.0,
    )
    mixup: float = setting(
        0.0,
        "Mixup",
        "Alpha of the share by which two images and their labels are mixed: 0.1 to 0.4 is usual, "
        "larger mixes more evenly (Zhang et al. 2018). 0 is off.",
        ge=0.0,
        le=100.0,
    )

    def settings(self) -> dict[str, Any]:
        """What is switched on, by its name; how to fill goes with what moves pixels."""
        fields = type(self).model_fields
        changed = {n: getattr(self, n) for n in fields if getattr(self, n) != fields[n].default}
        fill = changed.pop("fill_mode", None)
        return {**changed, "fill_mode": fill} if fill and self.moves else changed

    @property
    def is_on(self) -> bool:
        """Whether anything is varied."""
        return bool(self.settings())

    @property
    def moves(self) -> bool:
        """Whether pixels change their places."""
        return bool(
            self.shift or self.rotation or self.zoom or self.horizontal_flip or self.vertical_flip
        )

    def summary(self) -> str:
        """What is switched on in a few words; "" where nothing is."""
        on = [item for item in self.settings().items() if item[0] != "fill_mode"]
        return joined(", ", (_words(type(self).model_fields[name], value) for name, value in on))


def _words(field: FieldInfo, value: Any) -> str:
    title, extra = inside(str(field.title)), field.json_schema_extra
    if value is True:
        return title
    if isinstance(extra, dict) and "unit" in extra:
        unit = str(extra["unit"])
        return tr("{title} {value} {unit}", title=title, value=f"{value:g}", unit=unit)
    return tr("{title} {value}", title=title, value=f"{value:g}")

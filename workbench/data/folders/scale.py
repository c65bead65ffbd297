"""One scale and one ground for all images of a folder, by the training images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.base.text import plural, tr
from workbench.data.folders.found import PARTS, Found, Rows
from workbench.data.folders.index import Checked
from workbench.data.folders.part_names import TRAIN
from workbench.data.images.rules import DARK, TOLERANCE, brighter_than_white, ground_of, white_of
from workbench.spec.data import ImageFolder, Reading


def reading_of(
    found: Found, parts: Mapping[str, Rows], spec: ImageFolder, kept: Reading | None
) -> Reading:
    """One scale and one ground, by the training images, or as a run has kept them."""
    patterns = tuple((part, found.patterns[part]) for part in PARTS if part in found.patterns)
    if kept is not None and kept.version == 1:
        return Reading(parts=patterns, version=1)
    train = [found.known[file.path] for file in parts[TRAIN][0]]
    every = [found.known[file.path] for file, _ in found.everything]
    white, ground = _white(train), _ground(train, every, spec)
    if kept is not None:
        white, ground = white and (kept.white or white), ground and (kept.ground or ground)
    _say_reading(found, every, white, ground)
    brightest = max((one.high for one in train if not one.wide), default=255.0)
    if not white and brightest <= 255 * DARK and not ground and not any(one.wide for one in every):
        found.warnings.append(
            tr(
                "the brightest pixel is next to black, so training will see hardly anything; check "
                "the scale of the pixels"
            )
        )
    return Reading(white=white, ground=ground, parts=patterns)


def _white(train: Sequence[Checked]) -> float:
    """The stored number that is white, in images of more than 8 bits; 0 where there are none."""
    wide = [one for one in train if one.wide]
    if not wide:
        return 0.0
    high = max(one.high for one in wide)
    if all(one.real for one in wide) and high <= 1 + TOLERANCE:
        return 1.0
    return float(white_of(int(np.ceil(high - TOLERANCE))))


def _ground(train: Sequence[Checked], every: Sequence[Checked], spec: ImageFolder) -> str:
    transparent = [one for one in train if one.transparent]
    transparent = transparent or [one for one in every if one.transparent]
    areas = [one.height * one.width for one in transparent]
    drawn = sum(one.drawn * area for one, area in zip(transparent, areas, strict=True))
    if not drawn:
        return ""
    shade = sum(o.shade * o.drawn * area for o, area in zip(transparent, areas, strict=True))
    return ground_of(spec.ground, drawn / sum(areas), shade / drawn)


def _say_reading(found: Found, every: Sequence[Checked], white: float, ground: str) -> None:
    transparent = sum(one.transparent for one in every)
    if transparent:
        found.warnings.append(
            plural(
                "{count} image has transparent pixels, which are laid on {ground} (data.ground)",
                "{count} images have transparent pixels, which are laid on {ground} (data.ground)",
                transparent,
                ground=ground,
            )
            if ground
            else plural(
                "{count} image has transparent pixels alone, so the alpha channel is left out",
                "{count} images have transparent pixels alone, so the alpha channel is left out",
                transparent,
            )
        )
    frames = sum(one.frames for one in every)
    if frames:
        found.warnings.append(
            plural(
                "{count} file holds several frames, of which the first is read",
                "{count} files hold several frames, of which the first is read",
                frames,
            )
        )
    if white:
        high = max(one.high for one in every if one.wide)
        said = brighter_than_white(high, white, tr("another part"))
        found.warnings += [said] if said else []

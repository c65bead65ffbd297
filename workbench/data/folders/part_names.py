"""What the names of folders say: the part of a set, images without labels, masks beside images."""

from __future__ import annotations

import re

TRAIN, VALIDATION, TEST = "train", "validation", "test"

_BODY = r"(?:s|set|sets|data|dataset|images|imgs|img|pics|part|split|folder|daten|bilder)?"
_WORDS = {
    TRAIN: re.compile(rf"(?:train|training|trainings|trn|trainval){_BODY}$"),
    VALIDATION: re.compile(
        rf"(?:val|vals|vali|valid|validate|validation|validierungs?|dev){_BODY}$"
    ),
    TEST: re.compile(rf"(?:test|testing|tst){_BODY}$"),
}
_JUDGED = re.compile(r"(?:eval|evaluation|holdout|heldout)$")
"""Names that stand for a test part where none is called `test`."""

_UNLABELLED = re.compile(r"(?:pred|predict|prediction|predictions|unlabell?ed|unsup|submission)$")
_MASKS = re.compile(
    r"(?:masks?|segmentations?|seg|annotations?|annots?|labels?|groundtruths?|gt|trimaps?|bbox(?:es)?)$"
)


_PICTURES = re.compile(r"(?:images?|imgs?|jpe?gimages|pics?|pictures?|photos?|originals?|inputs?)$")


def part_of(name: str) -> tuple[str, int] | None:
    """The part that a folder's name speaks of, and how loosely: 0 where it says nothing else."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    found = {part for part, known in _WORDS.items() for word in words if known.match(word)}
    if found == {TRAIN, VALIDATION}:  # "trainval", written apart
        found = {TRAIN}
    if len(found) == 1:
        return found.pop(), int(len(words) > 1 or not name.isalpha())
    if not found and any(_JUDGED.match(word) for word in words):
        return TEST, 2
    return None


def part_named(name: str) -> str:
    """The part that a folder's name speaks of; "" for none."""
    found = part_of(name)
    return found[0] if found else ""


def is_unlabelled(name: str) -> bool:
    """Whether a folder holds images to be named by a contest's network."""
    return any(_UNLABELLED.match(word) for word in re.findall("[a-z]+", name.lower()))


def is_of_pictures(name: str) -> bool:
    """Whether a folder's name says that there are images in it, and nothing else."""
    return bool(_PICTURES.match(name.lower()))


def is_of_masks(name: str) -> bool:
    """Whether a folder holds things that belong to images but no images of its own."""
    return bool(_MASKS.match(name.lower()))

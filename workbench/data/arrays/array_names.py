"""Which array is which, by the names that people give them: `x_train`, `trainX`, `test_labels`.

A name is cut into words; one says the role (images or labels), one the part (training, validation
or test; training where none does). Names and shapes only: nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.base.text import tr
from workbench.data.errors import plain, refused

IMAGES, LABELS = "images", "labels"
TRAIN, TEST, VALIDATION = "training", "test", "validation"
_SAID = {
    IMAGES: tr("images"),
    LABELS: tr("labels"),
    TRAIN: tr("training"),
    TEST: tr("test"),
    VALIDATION: tr("validation"),
}

ROLES = {
    **dict.fromkeys(
        ("x", "xs", "images", "image", "imgs", "img", "data", "features", "feature", "inputs",
         "input", "pixels", "pics", "pictures", "samples"), IMAGES),
    **dict.fromkeys(
        ("y", "ys", "labels", "label", "lbls", "lbl", "target", "targets", "outputs", "output",
         "class", "classes", "category", "categories", "annotations"), LABELS),
}  # fmt: skip
PARTS = {
    **dict.fromkeys(("train", "training", "trn", "tr", "learn"), TRAIN),
    **dict.fromkeys(("test", "testing", "tst", "te", "t10k", "evaluation", "holdout"), TEST),
    **dict.fromkeys(("val", "valid", "validation", "validate", "dev", "vl"), VALIDATION),
}
FILLERS = {"set", "part", "split", "arr", "array", "orig", "all", "the", "ubyte", "npy", "raw"}
"""Words that say nothing."""

NAMES = ("class_names", "label_names", "target_names", "classes", "categories", "names")
"""What class names are called; the last but one and two also are what labels are called."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*[a-z]*|[A-Z]+|\d+")
_GLUED = re.compile(
    rf"^(?:(?P<part>{'|'.join(PARTS)})(?P<role>{'|'.join(ROLES)})"
    rf"|(?P<role2>{'|'.join(ROLES)})(?P<part2>{'|'.join(PARTS)}))$"
)
_UNNAMED = re.compile(r"^arr_\d+$")

Slot = tuple[str, str]
"""(part, role)."""


@dataclass(frozen=True)
class Shape:
    """What of an array decides between two readings: its axes and whether it holds texts."""

    shape: tuple[int, ...]
    is_text: bool = False

    @property
    def could_be_images(self) -> bool:
        """Images have three or four axes; rows of pixels two."""
        return len(self.shape) in (3, 4) and not self.is_text

    @property
    def could_be_labels(self) -> bool:
        """Labels are a row, a column, or a row for each image."""
        return len(self.shape) in (1, 2)


def slot_of(name: str, *, is_file: bool = False) -> Slot | None:
    """The part and role that a name says; None where it says none.

    Args:
        name: Of an array, or of a file without its ending.
        is_file: Words that say nothing are allowed then: `kmnist-train-imgs`.
    """
    role = part = None
    for word in _WORD.findall(name):
        word = word.lower()
        glued = _GLUED.match(word)
        if word in ROLES or word in PARTS:
            found = ROLES.get(word), PARTS.get(word)
        elif glued is not None:
            found = (ROLES[glued["role"] or glued["role2"]], PARTS[glued["part"] or glued["part2"]])
        elif word in FILLERS or is_file:
            continue
        else:
            return None
        if (found[0] and role) or (found[1] and part):
            return None
        role, part = found[0] or role, found[1] or part
    return (part or TRAIN, role) if role is not None else None


def part_of(name: str) -> tuple[str | None, str]:
    """The part that a file's name says, and its other words, which files of one set share.

    None where it says none: `emnist-letters-train` is the training part of `emnist-letters`.
    """
    words = [word.lower() for word in re.split(r"[-_. ]+", name) if word]
    parts = [word for word in words if word in PARTS]
    if len(parts) != 1:
        return None, "-".join(words)
    return PARTS[parts[0]], "-".join(word for word in words if word != parts[0])


def found_slots(
    arrays: Mapping[str, Shape],
    chosen: Mapping[Slot, str],
    where: str,
    *,
    are_files: bool = False,
) -> dict[Slot, str]:
    """The name of the array for each part and role.

    Args:
        arrays: Shapes by name.
        chosen: Names given by hand.
        where: The file or folder.
        are_files: Whether the names are those of files.

    Raises:
        DataError: where an array is missing, or two names can be read alike.
    """
    for slot, name in chosen.items():
        if name not in arrays:
            raise refused(
                where,
                tr(
                    "holds no array {name}, but {arrays}",
                    name=repr(plain(name)),
                    arrays=listed(arrays),
                ),
                field(slot),
            )
    slots = _unnamed(arrays, where) if _all_unnamed(arrays) and not chosen else None
    if slots is None:
        slots = {**_by_name(arrays, chosen, where, are_files), **chosen}
    _refuse_halves(slots, arrays, where)
    return slots


def field(slot: Slot) -> str:
    """The setting that names an array by hand."""
    part, role = slot
    return f"data.{role}" if part == TRAIN else f"data.{part}_{role}"


def listed(names: Iterable[str]) -> str:
    """The names as a sentence has them."""
    return ", ".join(plain(name)[:40] for name in sorted(names)[:12]) or tr("no array")


def _by_name(
    arrays: Mapping[str, Shape], chosen: Mapping[Slot, str], where: str, are_files: bool
) -> dict[Slot, str]:
    readings: dict[Slot, list[str]] = {}
    for name in arrays:
        slot = slot_of(name, is_file=are_files)
        if slot is not None and slot not in chosen and name not in chosen.values():
            readings.setdefault(slot, []).append(name)
    _part_goes_first(readings)
    for names in readings.values():
        if len(names) > 1:  # beside other labels, these are the names of the classes
            names[:] = [name for name in names if name.lower() not in NAMES] or names
    return {slot: _only(names, slot, arrays, where) for slot, names in readings.items()}


def _part_goes_first(readings: dict[Slot, list[str]]) -> None:
    """`x_train` beside `x`: the one that names its part is meant."""
    for names in readings.values():
        said = [name for name in names if any(part in name.lower() for part in PARTS)]
        if said:
            names[:] = said


def _only(names: list[str], slot: Slot, arrays: Mapping[str, Shape], where: str) -> str:
    """The one array for a slot: by the most usual name, else by its shape."""
    if len(names) == 1:
        return names[0]
    usual = {IMAGES: ("x_{}", "images"), LABELS: ("y_{}", "labels")}[slot[1]]
    short = {TRAIN: "train", TEST: "test", VALIDATION: "val"}[slot[0]]
    for name in usual:
        if name.format(short) in names:
            return name.format(short)
    fits = [
        name
        for name in names
        if (arrays[name].could_be_images if slot[1] == IMAGES else arrays[name].could_be_labels)
    ]
    if len(fits) == 1:
        return fits[0]
    both = " and ".join(plain(name)[:40] for name in (fits or names)[:2])
    raise refused(
        where,
        tr(
            "{both} can both be the {part} {role}; must be named by hand",
            both=both,
            part=_SAID[slot[0]],
            role=_SAID[slot[1]],
        ),
        field(slot),
    )


def _all_unnamed(arrays: Mapping[str, Shape]) -> bool:
    return bool(arrays) and all(_UNNAMED.match(name) for name in arrays)


def _unnamed(arrays: Mapping[str, Shape], where: str) -> dict[Slot, str] | None:
    """`numpy.savez(file, x, y)` and `(x, y, x_test, y_test)`, in either order of the four."""
    names = sorted(arrays, key=lambda name: int(name[4:]))
    images = [name for name in names if len(arrays[name].shape) >= 3]
    labels = [name for name in names if name not in images]
    if len(images) != len(labels) or len(images) not in (1, 2):
        raise refused(
            where,
            tr(
                "holds {names}, whose names say nothing; must be saved with names, as in "
                "numpy.savez(file, x_train=..., y_train=...), or named by hand",
                names=listed(names),
            ),
            field((TRAIN, IMAGES)),
        )
    parts = (TRAIN, TEST)
    return {
        (part, role): name
        for role, found in ((IMAGES, images), (LABELS, labels))
        for part, name in zip(parts, found, strict=False)
    }


def _refuse_halves(slots: Mapping[Slot, str], arrays: Mapping[str, Shape], where: str) -> None:
    """Every part needs images and labels, and the training part must be there."""
    for part in (TRAIN, TEST, VALIDATION):
        there = {role: slots[part, role] for role in (IMAGES, LABELS) if (part, role) in slots}
        if len(there) == 1:
            ((role, name),) = there.items()
            other = LABELS if role == IMAGES else IMAGES
            likely = _likely(name, role)
            given = {
                "part": _SAID[part],
                "role": _SAID[role],
                "other": _SAID[other],
                "name": plain(name)[:40],
                "arrays": listed(arrays),
            }
            if likely:
                fault = tr(
                    "holds the {part} {role} {name} but no {part} {other} ({likely}); must hold "
                    "both, holds {arrays}",
                    likely=likely,
                    **given,
                )
            else:
                fault = tr(
                    "holds the {part} {role} {name} but no {part} {other}; must hold both, holds "
                    "{arrays}",
                    **given,
                )
            raise refused(where, fault)
        if part == TRAIN and not there:
            raise refused(
                where,
                tr(
                    "holds no arrays whose names are known; must hold x_train, y_train and, to be "
                    "tested on, x_test, y_test, or images, labels; holds {arrays}, which "
                    "data.images and data.labels can name",
                    arrays=listed(arrays),
                ),
            )


def _likely(name: str, role: str) -> str:
    """`y_train` for `x_train`: what the missing one would be called."""
    pairs = {"x": "y", "X": "y", "images": "labels", "imgs": "labels", "data": "target"}
    for images, labels in pairs.items():
        one, other = (images, labels) if role == IMAGES else (labels, images)
        found = re.sub(rf"(?<![A-Za-z]){one}(?![a-z])", other, name)
        if found != name:
            return found
    return ""

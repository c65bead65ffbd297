"""What a folder means: its classes, and the files of each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.base.text import tr
from workbench.data.folders.part_names import TEST, TRAIN, VALIDATION
from workbench.data.folders.tree import File, Folder


@dataclass
class FolderLayout:
    """What a folder means.

    Attributes:
        names: Classes, in label order.
        parts: (file, label) of each part that is there; "train" is everything where it is alone.
        patterns: Where each part's images lie, `{}` standing for the class: "Training/{}".
        warnings: Sentences, without the folder they are about.
    """

    names: list[str]
    parts: dict[str, list[tuple[File, int]]]
    patterns: dict[str, str]
    warnings: list[str] = field(default_factory=list)


def unwrapped(folder: Folder) -> Folder:
    """The folder itself, or the only one in it that holds folders of images."""
    while not folder.files and len(folder.filled) == 1 and folder.filled[0].filled:
        folder = folder.filled[0]
    return folder


def labelled(folders: Sequence[Folder], names: Sequence[str]) -> list[tuple[File, int]]:
    """(file, label), by label and path."""
    number = {name: label for label, name in enumerate(names)}
    ordered = sorted(folders, key=lambda one: number[one.name])
    return [(file, number[one.name]) for one in ordered for file in one.all_files]


def pattern_of(folder: Folder) -> str:
    """Where the images of the classes in a folder lie, `{}` standing for the class."""
    return f"{folder.path}/{{}}" if folder.path else "{}"


def pattern_above(one: Folder) -> str:
    """The pattern of a class folder and those beside it."""
    above = one.path.rpartition("/")[0]
    return f"{above}/{{}}" if above else "{}"


def called(part: str) -> str:
    """A part within a sentence: "the training part"."""
    names = {TRAIN: tr("training"), VALIDATION: tr("validation"), TEST: tr("test")}
    return names[part]

"""What reading a folder has found so far, and its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.data.dataset import Labels
from workbench.data.folders.index import Checked
from workbench.data.folders.part_names import TEST, TRAIN, VALIDATION
from workbench.data.folders.tree import File

PARTS = (TRAIN, VALIDATION, TEST)

Items = list[tuple[File, int]]

Rows = tuple[list[File], Labels]


@dataclass
class Found:
    """What the folder holds.

    Attributes:
        where: The folder or archive that was chosen, for sentences.
        root: The folder.
        names: Classes, in label order.
        parts: (file, label) of each part that is there.
        patterns: Where the images of each part lie.
        unreadable: Images left out because they can't be decoded.
        known: What checking showed, by path.
        warnings: Sentences, without the folder.
    """

    where: Path
    root: Path
    names: list[str]
    parts: dict[str, Items]
    patterns: dict[str, str]
    unreadable: int = 0
    known: Mapping[str, Checked] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def everything(self) -> Items:
        """(file, label) of all parts."""
        return [item for part in PARTS for item in self.parts.get(part, ())]


def present(parts: Mapping[str, Rows]) -> list[str]:
    """Training and test part first, as digests had them before there was a third."""
    return [part for part in (TRAIN, TEST, VALIDATION) if part in parts]

"""Which subfolders are parts (training, validation, test) and which are classes.

Published sets name and nest them in many ways; what a folder means is decided here, from names
alone, and where two readings are possible the sentence names both.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.data.folders.divided import with_parts, with_parts_inside
from workbench.data.folders.layout import FolderLayout, labelled, pattern_of, unwrapped
from workbench.data.folders.part_names import TEST, TRAIN, VALIDATION
from workbench.data.folders.remarks import left_out, no_classes, parts_beside
from workbench.data.folders.tree import Folder
from workbench.data.folders.undivided import classes_alone, parts_within_classes, without_copies


def layout_of(root: Path, tree: Folder) -> FolderLayout:
    """What the folder means.

    Raises:
        DataError: where it holds no classes, or can be read in two ways.
    """
    warnings: list[str] = []
    folder = with_parts_inside(root, unwrapped(tree), warnings)
    if not folder.filled:
        raise no_classes(root, folder)
    kept = without_copies(folder, warnings)
    layout = (
        with_parts(root, folder, kept, warnings)
        or parts_within_classes(kept)
        or classes_alone(root, folder, kept, warnings)
    )
    layout.warnings = [*warnings, *layout.warnings, *left_out(tree, folder, layout)]
    if TEST not in layout.parts and VALIDATION not in layout.parts:
        layout.warnings += parts_beside(root, folder)
    return layout


def by_the_first_rules(root: Path, tree: Folder) -> FolderLayout:
    """As every folder was read before these rules: `train`, and the first of four names as test."""
    by_lower = {folder.name.lower(): folder for folder in reversed(tree.folders)}
    train = by_lower.get(TRAIN)
    if train is None or not train.folders:
        train, rest = tree, None
    else:
        rest = next(
            (by_lower[name] for name in (TEST, "val", "valid", VALIDATION) if name in by_lower),
            None,
        )
    names = sorted(folder.name for folder in train.folders)
    if not names:
        raise no_classes(root, tree)
    found = FolderLayout(names, {TRAIN: labelled(train.folders, names)}, {TRAIN: pattern_of(train)})
    if rest is not None:
        found.parts[TEST] = labelled([f for f in rest.folders if f.name in names], names)
        found.patterns[TEST] = pattern_of(rest)
    return found


def as_kept(layout: FolderLayout, patterns: Sequence[tuple[str, str]]) -> FolderLayout:
    """The layout as a run has read it: until there was one rule for all kinds of data, the
    validation part of a folder without a test part was the test part.
    """
    kept = dict(patterns)
    if TEST not in layout.parts and kept.get(TEST, "") == layout.patterns.get(VALIDATION):
        layout.parts[TEST] = layout.parts.pop(VALIDATION)
        layout.patterns[TEST] = layout.patterns.pop(VALIDATION)
    return layout

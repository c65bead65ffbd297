"""Classes that hold parts (cat/train), or images alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from workbench.base.text import tr
from workbench.base.units import listing
from workbench.data.errors import plain, refused
from workbench.data.folders.layout import FolderLayout, pattern_above, pattern_of
from workbench.data.folders.part_names import TRAIN, is_of_masks, part_named
from workbench.data.folders.remarks import one_class, refuse_masks, shown
from workbench.data.folders.tree import Folder
from workbench.data.labels import in_order


def parts_within_classes(kept: Sequence[Folder]) -> FolderLayout | None:
    """Classes that hold parts, "cat/train"; None where they don't."""
    if len(kept) < 2 or any(one.files for one in kept):
        return None
    inner = sorted({below.name for one in kept for below in one.filled})
    parts = {name: part_named(name) for name in inner}
    has_train = all(any(parts[b.name] == TRAIN for b in one.filled) for one in kept)
    if not all(parts.values()) or not has_train or len(set(parts.values())) < len(inner):
        return None
    if any(below.filled for one in kept for below in one.filled):
        return None
    names = in_order([one.name for one in kept])
    found = FolderLayout(names, {}, {})
    for name, part in parts.items():
        found.patterns[part] = f"{pattern_above(kept[0])}/{name}"
        found.parts[part] = [
            (file, names.index(one.name))
            for one in sorted(kept, key=lambda one: names.index(one.name))
            for below in one.filled
            if below.name == name
            for file in below.all_files
        ]
    return found


def classes_alone(
    root: Path, folder: Folder, kept: Sequence[Folder], warnings: list[str]
) -> FolderLayout:
    """Classes without parts: everything is the training part."""
    names = in_order([one.name for one in kept])
    pattern = pattern_of(folder)
    shared = _shared_below(kept)
    pictures = [name for name in shared if not is_of_masks(name)]
    if len(shared) > 1 and len(pictures) != 1:
        kinds = listing(map(shown, kept))
        inner = listing(plain(name) for name in shared)
        raise refused(
            root,
            tr(
                "{kinds} all hold the same subfolders ({inner}): if those are the classes, choose "
                "one folder, as {path}; if {kinds} are the classes, put their "
                "images directly into them",
                kinds=kinds,
                inner=inner,
                path=plain(root / kept[0].path),
            ),
        )
    inside = {one.path: one for one in kept}
    if len(shared) > 1:
        inside = {one.path: next(b for b in one.filled if b.name == pictures[0]) for one in kept}
        pattern = f"{pattern}/{pictures[0]}"
        masks = listing(plain(name) for name in shared if name != pictures[0])
        warnings.append(
            tr(
                "{masks} of each class left out: only {pictures} is read",
                masks=masks,
                pictures=plain(pictures[0]),
            )
        )
    items = [
        (file, names.index(one.name))
        for one in sorted(kept, key=lambda one: names.index(one.name))
        for file in inside[one.path].all_files
    ]
    if len(names) == 1:
        raise one_class(root, names[0])
    refuse_masks(root / folder.path, names)
    return FolderLayout(names, {TRAIN: items}, {TRAIN: pattern})


def _shared_below(kept: Sequence[Folder]) -> list[str]:
    """Names of subfolders that (nearly) all of several folders have in common."""
    if len(kept) < 2 or any(one.files for one in kept):
        return []
    counts = Counter(below.name for one in kept for below in one.filled)
    shared = [name for name, count in counts.items() if count == len(kept)]
    return in_order(shared) if 2 * len(shared) >= len(counts) else []


def without_copies(folder: Folder, warnings: list[str]) -> list[Folder]:
    """The subfolders with images, but none that holds its siblings once more."""
    kept = folder.filled
    names = {one.name for one in kept}
    for one in list(kept):
        rest = names - {one.name}
        if len(rest) > 1 and rest <= {below.name for below in one.filled}:
            kept.remove(one)
            warnings.append(
                tr(
                    "{name} left out: it holds the folders beside it once more",
                    name=plain(one.name),
                )
            )
            break
    return kept

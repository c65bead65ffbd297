"""Parts that hold classes: train/cat, test/cat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.base.text import tr
from workbench.base.units import listing
from workbench.data.errors import plain, refused
from workbench.data.folders.layout import FolderLayout, called, labelled, pattern_of, unwrapped
from workbench.data.folders.part_names import (
    TEST,
    TRAIN,
    VALIDATION,
    is_unlabelled,
    part_named,
    part_of,
)
from workbench.data.folders.remarks import (
    none_classed,
    number_of_images,
    one_class,
    refuse_masks,
    shown,
)
from workbench.data.folders.tree import Folder
from workbench.data.labels import in_order


def with_parts(
    root: Path, folder: Folder, kept: Sequence[Folder], warnings: list[str]
) -> FolderLayout | None:
    """Parts that hold classes, "train/cat"; None where there is no training part."""
    named = {one.path: part_of(one.name) for one in kept}
    trains = [one for one in kept if (named[one.path] or ("",))[0] == TRAIN]
    divided = [one for one in trains if unwrapped(one).filled]
    others = [one for one in kept if named[one.path] is None]
    if not divided:
        if trains and all(named[one.path] or is_unlabelled(one.name) for one in kept):
            raise refused(
                root,
                none_classed(listing(map(shown, kept)), len(kept)),
            )
        return None
    chosen = {}
    for part in (TRAIN, VALIDATION, TEST):
        candidates = [
            one
            for one in (divided if part == TRAIN else kept)
            if (named[one.path] or ("",))[0] == part
        ]
        if candidates:
            chosen[part] = _best(root, part, candidates, warnings)
    rivals = [one for one in others if not is_unlabelled(one.name)]
    if len(chosen) == 1 and rivals:
        train = plain(chosen[TRAIN].name)
        raise refused(
            root,
            tr(
                "{train} may be the training part or a class beside {folders}; "
                "choose {path} if it is the training part, or put the "
                "images of the class {train} directly into it",
                train=train,
                folders=listing(map(shown, rivals)),
                path=plain(root / chosen[TRAIN].path),
            ),
        )
    found = _of_parts(root, chosen, warnings)
    left = [one for one in others if one.images]
    if left:
        warnings.append(
            tr(
                "{folders} left out, being none of the parts {train}, {validation} and {test}",
                folders=listing(map(shown, left)),
                train=TRAIN,
                validation=VALIDATION,
                test=TEST,
            )
        )
    return found


def with_parts_inside(root: Path, folder: Folder, warnings: list[str]) -> Folder:
    """The folder itself, or the one in it that has the parts, beside loose images of a contest."""
    kept = folder.filled
    if any(part_named(one.name) == TRAIN for one in kept):
        return folder
    inside = [one for one in kept if _is_divided(unwrapped(one))]
    if not inside:
        return folder
    rest = [one for one in kept if one is not inside[0]]
    if len(inside) > 1 or not all(part_of(one.name) or is_unlabelled(one.name) for one in rest):
        given = {"folders": listing(map(shown, inside)), "one": plain(root / inside[0].path)}
        raise refused(
            root,
            tr("{folders} each hold parts of their own; choose that folder, as {one}", **given)
            if len(inside) > 1
            else tr("{folders} holds parts of its own; choose that folder, as {one}", **given),
        )
    if rest:
        warnings.append(
            tr(
                "{folders} left out: {inside} has the parts",
                folders=listing(map(shown, rest)),
                inside=shown(inside[0]),
            )
        )
    return unwrapped(inside[0])


def _is_divided(folder: Folder) -> bool:
    """Whether it holds a training part with class folders, beside another part."""
    parts = [part_named(one.name) for one in folder.filled]
    return len(set(parts) - {""}) > 1 and any(
        part == TRAIN and unwrapped(one).filled
        for part, one in zip(parts, folder.filled, strict=True)
    )


def _best(root: Path, part: str, candidates: list[Folder], warnings: list[str]) -> Folder:
    """Of several folders for one part, the one whose name says nothing else."""
    ranks = [(part_of(one.name) or ("", 9))[1] for one in candidates]
    best = [one for one, rank in zip(candidates, ranks, strict=True) if rank == min(ranks)]
    if len(best) > 1:
        classes = [{each.name for each in unwrapped(one).filled} for one in best]
        if any(some != classes[0] for some in classes) or len({b.name.lower() for b in best}) > 1:
            raise refused(
                root,
                tr(
                    "{folders} may each be the {part} part; leave one of "
                    "them there, or choose a folder that holds one",
                    folders=listing(map(shown, best)),
                    part=called(part),
                ),
            )
    left = [one for one in candidates if one is not best[0]]
    if left:
        warnings.append(
            tr(
                "{folders} left out: {best} is the {part} part",
                folders=listing(map(shown, left)),
                best=shown(best[0]),
                part=called(part),
            )
        )
    return best[0]


def _of_parts(root: Path, chosen: dict[str, Folder], warnings: list[str]) -> FolderLayout:
    train = unwrapped(chosen[TRAIN])
    names = in_order([one.name for one in train.filled])
    if len(names) == 1:
        raise one_class(root, names[0])
    refuse_masks(root / train.path, names)
    found = FolderLayout(names, {TRAIN: labelled(train.filled, names)}, {TRAIN: pattern_of(train)})
    for part in (VALIDATION, TEST):
        if part not in chosen:
            continue
        inside = unwrapped(chosen[part])
        classes = inside.filled
        if not any(one.name in names for one in classes) and not _has_folders_below(classes):
            warnings.append(
                tr(
                    "{name} holds {images} without class "
                    "folders, so nothing says what they show, and is left out",
                    name=plain(chosen[part].name),
                    images=number_of_images(chosen[part].images),
                )
            )
            continue
        unknown = in_order([one.name for one in classes if one.name not in names])
        if unknown:
            raise refused(
                root / inside.path,
                tr(
                    "class {unknown} has no image in {path}; every class must have training images",
                    unknown=repr(plain(unknown[0])),
                    path=plain(root / train.path),
                ),
            )
        found.parts[part] = labelled(classes, names)
        found.patterns[part] = pattern_of(inside)
    return found


def _has_folders_below(classes: Sequence[Folder]) -> bool:
    """Whether these are more than one folder of loose images: then they are classes, if wrong."""
    return len(classes) > 1

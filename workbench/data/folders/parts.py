"""Which subfolders are parts (training, validation, test) and which are classes.

Published sets name and nest them in many ways; what a folder means is decided here, from names
alone, and where two readings are possible the sentence names both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.base.units import listing
from workbench.data.errors import DataError, plain, refused
from workbench.data.folders.part_names import (
    TEST,
    TRAIN,
    VALIDATION,
    is_of_masks,
    is_of_pictures,
    is_unlabelled,
    part_named,
    part_of,
)
from workbench.data.folders.tree import File, Folder, folders_with_images, subfolders
from workbench.data.labels import in_order

SHOWN = 5


@dataclass
class Layout:
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


def layout_of(root: Path, tree: Folder) -> Layout:
    """What the folder means.

    Raises:
        DataError: where it holds no classes, or can be read in two ways.
    """
    warnings: list[str] = []
    folder = _with_parts_inside(root, _unwrapped(tree), warnings)
    if not folder.filled:
        raise _no_classes(root, folder)
    kept = _without_copies(folder, warnings)
    layout = (
        _with_parts(root, folder, kept, warnings)
        or _parts_within_classes(kept)
        or _classes_alone(root, folder, kept, warnings)
    )
    layout.warnings = [*warnings, *layout.warnings, *_left_out(tree, folder, layout)]
    if TEST not in layout.parts and VALIDATION not in layout.parts:
        layout.warnings += _parts_beside(root, folder)
    return layout


def by_the_first_rules(root: Path, tree: Folder) -> Layout:
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
        raise _no_classes(root, tree)
    found = Layout(names, {TRAIN: _labelled(train.folders, names)}, {TRAIN: _pattern(train)})
    if rest is not None:
        found.parts[TEST] = _labelled([f for f in rest.folders if f.name in names], names)
        found.patterns[TEST] = _pattern(rest)
    return found


def as_kept(layout: Layout, patterns: Sequence[tuple[str, str]]) -> Layout:
    """The layout as a run has read it: until there was one rule for all kinds of data, the
    validation part of a folder without a test part was the test part.
    """
    kept = dict(patterns)
    if TEST not in layout.parts and kept.get(TEST, "") == layout.patterns.get(VALIDATION):
        layout.parts[TEST] = layout.parts.pop(VALIDATION)
        layout.patterns[TEST] = layout.patterns.pop(VALIDATION)
    return layout


# --- parts with classes in them ------------------------------------------------------------------


def _with_parts(
    root: Path, folder: Folder, kept: Sequence[Folder], warnings: list[str]
) -> Layout | None:
    """Parts that hold classes, "train/cat"; None where there is no training part."""
    named = {one.path: part_of(one.name) for one in kept}
    trains = [one for one in kept if (named[one.path] or ("",))[0] == TRAIN]
    divided = [one for one in trains if _unwrapped(one).filled]
    others = [one for one in kept if named[one.path] is None]
    if not divided:
        if trains and all(named[one.path] or is_unlabelled(one.name) for one in kept):
            raise refused(
                root,
                f"{listing(map(_shown, kept))} {'hold' if len(kept) > 1 else 'holds'} images but "
                "no class folders, so nothing says what they show; must hold one subfolder of "
                "images for each class",
            )
        return None
    chosen = {}
    for part in (TRAIN, VALIDATION, TEST):
        candidates = [one for one in (divided if part == TRAIN else kept)
                      if (named[one.path] or ("",))[0] == part]  # fmt: skip
        if candidates:
            chosen[part] = _best(root, part, candidates, warnings)
    rivals = [one for one in others if not is_unlabelled(one.name)]
    if len(chosen) == 1 and rivals:
        train = plain(chosen[TRAIN].name)
        raise refused(
            root,
            f"{train} may be the training part or a class beside {listing(map(_shown, rivals))}; "
            f"choose {plain(root / chosen[TRAIN].path)} if it is the training part, or put the "
            f"images of the class {train} directly into it",
        )
    found = _of_parts(root, chosen, warnings)
    left = [one for one in others if one.images]
    if left:
        warnings.append(
            f"{listing(map(_shown, left))} left out, being none of the parts {TRAIN}, {VALIDATION} "
            f"and {TEST}"
        )
    return found


def _with_parts_inside(root: Path, folder: Folder, warnings: list[str]) -> Folder:
    """The folder itself, or the one in it that has the parts, beside loose images of a contest."""
    kept = folder.filled
    if any(part_named(one.name) == TRAIN for one in kept):
        return folder
    inside = [one for one in kept if _is_divided(_unwrapped(one))]
    if not inside:
        return folder
    rest = [one for one in kept if one is not inside[0]]
    if len(inside) > 1 or not all(part_of(one.name) or is_unlabelled(one.name) for one in rest):
        hold = "each hold parts of their own" if len(inside) > 1 else "holds parts of its own"
        raise refused(
            root,
            f"{listing(map(_shown, inside))} {hold}; choose that folder, as "
            f"{plain(root / inside[0].path)}",
        )
    if rest:
        warnings.append(f"{listing(map(_shown, rest))} left out: {_shown(inside[0])} has the parts")
    return _unwrapped(inside[0])


def _is_divided(folder: Folder) -> bool:
    """Whether it holds a training part with class folders, beside another part."""
    parts = [part_named(one.name) for one in folder.filled]
    return len(set(parts) - {""}) > 1 and any(
        part == TRAIN and _unwrapped(one).filled
        for part, one in zip(parts, folder.filled, strict=True)
    )


def _best(root: Path, part: str, candidates: list[Folder], warnings: list[str]) -> Folder:
    """Of several folders for one part, the one whose name says nothing else."""
    ranks = [(part_of(one.name) or ("", 9))[1] for one in candidates]
    best = [one for one, rank in zip(candidates, ranks, strict=True) if rank == min(ranks)]
    if len(best) > 1:
        classes = [{each.name for each in _unwrapped(one).filled} for one in best]
        if any(some != classes[0] for some in classes) or len({b.name.lower() for b in best}) > 1:
            raise refused(
                root,
                f"{listing(map(_shown, best))} may each be the {_called(part)} part; leave one of "
                "them there, or choose a folder that holds one",
            )
    left = [one for one in candidates if one is not best[0]]
    if left:
        warnings.append(
            f"{listing(map(_shown, left))} left out: {_shown(best[0])} is the {_called(part)} part"
        )
    return best[0]


def _of_parts(root: Path, chosen: dict[str, Folder], warnings: list[str]) -> Layout:
    train = _unwrapped(chosen[TRAIN])
    names = in_order([one.name for one in train.filled])
    if len(names) == 1:
        raise _one_class(root, names[0])
    _refuse_masks(root / train.path, names)
    found = Layout(names, {TRAIN: _labelled(train.filled, names)}, {TRAIN: _pattern(train)})
    for part in (VALIDATION, TEST):
        if part not in chosen:
            continue
        inside = _unwrapped(chosen[part])
        classes = inside.filled
        if not any(one.name in names for one in classes) and not _has_folders_below(classes):
            warnings.append(
                f"{plain(chosen[part].name)} holds {_images(chosen[part].images)} without class "
                "folders, so nothing says what they show, and is left out"
            )
            continue
        unknown = in_order([one.name for one in classes if one.name not in names])
        if unknown:
            raise refused(
                root / inside.path,
                f"class {plain(unknown[0])!r} has no image in {plain(root / train.path)}; every "
                "class must have training images",
            )
        found.parts[part] = _labelled(classes, names)
        found.patterns[part] = _pattern(inside)
    return found


def _has_folders_below(classes: Sequence[Folder]) -> bool:
    """Whether these are more than one folder of loose images: then they are classes, if wrong."""
    return len(classes) > 1


# --- classes with parts in them, or alone --------------------------------------------------------


def _parts_within_classes(kept: Sequence[Folder]) -> Layout | None:
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
    found = Layout(names, {}, {})
    for name, part in parts.items():
        found.patterns[part] = f"{_pattern_above(kept[0])}/{name}"
        found.parts[part] = [
            (file, names.index(one.name))
            for one in sorted(kept, key=lambda one: names.index(one.name))
            for below in one.filled
            if below.name == name
            for file in below.all_files
        ]
    return found


def _classes_alone(
    root: Path, folder: Folder, kept: Sequence[Folder], warnings: list[str]
) -> Layout:
    names = in_order([one.name for one in kept])
    pattern = _pattern(folder)
    shared = _shared_below(kept)
    pictures = [name for name in shared if not is_of_masks(name)]
    if len(shared) > 1 and len(pictures) != 1:
        kinds = listing(map(_shown, kept))
        inner = listing(plain(name) for name in shared)
        raise refused(
            root,
            f"{kinds} all hold the same subfolders ({inner}): if those are the classes, choose "
            f"one folder, as {plain(root / kept[0].path)}; if {kinds} are the classes, put their "
            "images directly into them",
        )
    inside = {one.path: one for one in kept}
    if len(shared) > 1:
        inside = {one.path: next(b for b in one.filled if b.name == pictures[0]) for one in kept}
        pattern = f"{pattern}/{pictures[0]}"
        masks = listing(plain(name) for name in shared if name != pictures[0])
        warnings.append(f"{masks} of each class left out: only {plain(pictures[0])} is read")
    items = [
        (file, names.index(one.name))
        for one in sorted(kept, key=lambda one: names.index(one.name))
        for file in inside[one.path].all_files
    ]
    if len(names) == 1:
        raise _one_class(root, names[0])
    _refuse_masks(root / folder.path, names)
    return Layout(names, {TRAIN: items}, {TRAIN: pattern})


def _shared_below(kept: Sequence[Folder]) -> list[str]:
    """Names of subfolders that (nearly) all of several folders have in common."""
    if len(kept) < 2 or any(one.files for one in kept):
        return []
    counts = Counter(below.name for one in kept for below in one.filled)
    shared = [name for name, count in counts.items() if count == len(kept)]
    return in_order(shared) if 2 * len(shared) >= len(counts) else []


def _without_copies(folder: Folder, warnings: list[str]) -> list[Folder]:
    """The subfolders with images, but none that holds its siblings once more."""
    kept = folder.filled
    names = {one.name for one in kept}
    for one in list(kept):
        rest = names - {one.name}
        if len(rest) > 1 and rest <= {below.name for below in one.filled}:
            kept.remove(one)
            warnings.append(f"{plain(one.name)} left out: it holds the folders beside it once more")
            break
    return kept


# --- what is said --------------------------------------------------------------------------------


def _unwrapped(folder: Folder) -> Folder:
    """The folder itself, or the only one in it that holds folders of images."""
    while not folder.files and len(folder.filled) == 1 and folder.filled[0].filled:
        folder = folder.filled[0]
    return folder


def _no_classes(root: Path, folder: Folder) -> DataError:
    loose = ", not images on their own" if folder.files else ""
    kinds = folder.all_others
    if not folder.images and kinds:
        loose = f"; holds {_endings(kinds)}, which can't be read as images{_other_kind(kinds)}"
    return refused(
        root, f"must hold one subfolder of images for each class{loose}{_meant(root, folder)}"
    )


def _other_kind(kinds: Counter[str]) -> str:
    """The kind of data that was meant, where a folder holds no images but other data."""
    if kinds[".npz"]:
        return "; for a NumPy archive, choose that kind of data and the .npz file"
    if any("idx" in ending or ending.endswith("-ubyte") for ending in kinds) or kinds[".gz"]:
        return "; for IDX files, choose that kind of data"
    return ""


def _refuse_masks(where: Path, names: Sequence[str]) -> None:
    """Refuses `images` beside `masks`: a set for segmentation or detection has no classes."""
    masks = [name for name in names if is_of_masks(name)]
    if masks and all(is_of_pictures(name) for name in names if name not in masks):
        raise refused(
            where,
            f"{listing(map(plain, names))} are images and what belongs to them, not classes; must "
            "hold one subfolder of images for each class",
        )


def _one_class(root: Path, name: str) -> DataError:
    return refused(
        root, f"holds images of one class alone, {plain(name)}; must hold two class folders or more"
    )


def _meant(root: Path, folder: Folder) -> str:
    """The folder that was meant, where one too low was chosen."""
    if folder.path or not folder.images or root.is_file():
        return ""
    above = root.resolve().parent
    if len(folders_with_images(above)) < 2:
        return ""
    if part_of(above.name) and len([n for n in subfolders(above.parent) if part_of(n)]) > 1:
        above = above.parent
    return f"; did you mean {plain(above)}?"


def _parts_beside(root: Path, folder: Folder) -> list[str]:
    """What is said where the training part alone was chosen, and a test part lies beside it."""
    here = root.resolve()
    if folder.path or root.is_file() or part_named(here.name) != TRAIN:
        return []
    beside = [n for n in subfolders(here.parent) if part_named(n) in (TEST, VALIDATION)]
    if not beside:
        return []
    return [
        f"{listing(map(plain, beside))} beside it left out; choose {plain(here.parent)} to use "
        "the parts as they are"
    ]


def _left_out(tree: Folder, folder: Folder, layout: Layout) -> list[str]:
    """One sentence each on loose images, empty folders, and files of other kinds."""
    said = []
    loose = folder.files if folder.path == "" else [*tree.files, *folder.files]
    if loose:
        said.append(f"{_images(len(loose))} outside the class folders left out")
    empty = [one for one in folder.folders if not one.images]
    if empty:
        hold = "hold" if len(empty) > 1 else "holds"
        said.append(f"{listing(map(_shown, empty))} left out: {hold} no image")
    kinds = tree.all_others
    if kinds:
        total = sum(kinds.values())
        said.append(
            f"{total:,} files left out because they can't be read as images ({_endings(kinds)})"
            if total > 1
            else f"1 file left out because it can't be read as an image ({_endings(kinds)})"
        )
    return said


def _endings(kinds: Counter[str]) -> str:
    most = [f"{count:,} {plain(ending) or 'without ending'}" for ending, count in
            sorted(kinds.items(), key=lambda item: (-item[1], item[0]))]  # fmt: skip
    more = [f"{len(most) - SHOWN} other kinds"] if len(most) > SHOWN else []
    return listing([*most[:SHOWN], *more])


def _labelled(folders: Sequence[Folder], names: Sequence[str]) -> list[tuple[File, int]]:
    """(file, label), by label and path."""
    number = {name: label for label, name in enumerate(names)}
    ordered = sorted(folders, key=lambda one: number[one.name])
    return [(file, number[one.name]) for one in ordered for file in one.all_files]


def _pattern(folder: Folder) -> str:
    return f"{folder.path}/{{}}" if folder.path else "{}"


def _pattern_above(one: Folder) -> str:
    above = one.path.rpartition("/")[0]
    return f"{above}/{{}}" if above else "{}"


def _shown(folder: Folder) -> str:
    return plain(folder.name)


def _called(part: str) -> str:
    return "training" if part == TRAIN else part


def _images(count: int) -> str:
    return f"{count:,} images" if count != 1 else "1 image"

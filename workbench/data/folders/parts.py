"""Which subfolders are parts (training, validation, test) and which are classes.

Published sets name and nest them in many ways; what a folder means is decided here, from names
alone, and where two readings are possible the sentence names both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.base.text import joined, plural, tr
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
                _none_classed(listing(map(_shown, kept)), len(kept)),
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
                folders=listing(map(_shown, rivals)),
                path=plain(root / chosen[TRAIN].path),
            ),
        )
    found = _of_parts(root, chosen, warnings)
    left = [one for one in others if one.images]
    if left:
        warnings.append(
            tr(
                "{folders} left out, being none of the parts {train}, {validation} and {test}",
                folders=listing(map(_shown, left)),
                train=TRAIN,
                validation=VALIDATION,
                test=TEST,
            )
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
        given = {"folders": listing(map(_shown, inside)), "one": plain(root / inside[0].path)}
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
                folders=listing(map(_shown, rest)),
                inside=_shown(inside[0]),
            )
        )
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
                tr(
                    "{folders} may each be the {part} part; leave one of "
                    "them there, or choose a folder that holds one",
                    folders=listing(map(_shown, best)),
                    part=_called(part),
                ),
            )
    left = [one for one in candidates if one is not best[0]]
    if left:
        warnings.append(
            tr(
                "{folders} left out: {best} is the {part} part",
                folders=listing(map(_shown, left)),
                best=_shown(best[0]),
                part=_called(part),
            )
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
                tr(
                    "{name} holds {images} without class "
                    "folders, so nothing says what they show, and is left out",
                    name=plain(chosen[part].name),
                    images=_images(chosen[part].images),
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
            warnings.append(
                tr(
                    "{name} left out: it holds the folders beside it once more",
                    name=plain(one.name),
                )
            )
            break
    return kept


# --- what is said --------------------------------------------------------------------------------


def _unwrapped(folder: Folder) -> Folder:
    """The folder itself, or the only one in it that holds folders of images."""
    while not folder.files and len(folder.filled) == 1 and folder.filled[0].filled:
        folder = folder.filled[0]
    return folder


def _no_classes(root: Path, folder: Folder) -> DataError:
    said = [tr("must hold one subfolder of images for each class")]
    if folder.files:
        said = [tr("must hold one subfolder of images for each class, not images on their own")]
    kinds = folder.all_others
    if not folder.images and kinds:
        said = [
            tr("must hold one subfolder of images for each class"),
            tr("holds {kinds}, which can't be read as images", kinds=_endings(kinds)),
            _other_kind(kinds),
        ]
    return refused(root, joined("; ", filter(None, [*said, _meant(root, folder)])))


def _none_classed(names: str, count: int) -> str:
    if count > 1:
        return tr(
            "{folders} hold images but no class folders, so nothing says what they show; must "
            "hold one subfolder of images for each class",
            folders=names,
        )
    return tr(
        "{folder} holds images but no class folders, so nothing says what they show; must hold "
        "one subfolder of images for each class",
        folder=names,
    )


def _other_kind(kinds: Counter[str]) -> str:
    """The kind of data that was meant, where a folder holds no images but other data."""
    if kinds[".npz"]:
        return tr("for a NumPy archive, choose that kind of data and the .npz file")
    if any("idx" in ending or ending.endswith("-ubyte") for ending in kinds) or kinds[".gz"]:
        return tr("for IDX files, choose that kind of data")
    return ""


def _refuse_masks(where: Path, names: Sequence[str]) -> None:
    """Refuses `images` beside `masks`: a set for segmentation or detection has no classes."""
    masks = [name for name in names if is_of_masks(name)]
    if masks and all(is_of_pictures(name) for name in names if name not in masks):
        raise refused(
            where,
            tr(
                "{folders} are images and what belongs to them, not classes; must "
                "hold one subfolder of images for each class",
                folders=listing(map(plain, names)),
            ),
        )


def _one_class(root: Path, name: str) -> DataError:
    return refused(
        root,
        tr(
            "holds images of one class alone, {name}; must hold two class folders or more",
            name=plain(name),
        ),
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
    return tr("did you mean {above}?", above=plain(above))


def _parts_beside(root: Path, folder: Folder) -> list[str]:
    """What is said where the training part alone was chosen, and a test part lies beside it."""
    here = root.resolve()
    if folder.path or root.is_file() or part_named(here.name) != TRAIN:
        return []
    beside = [n for n in subfolders(here.parent) if part_named(n) in (TEST, VALIDATION)]
    if not beside:
        return []
    return [
        tr(
            "{parts} beside it left out; choose {parent} to use the parts as they are",
            parts=listing(map(plain, beside)),
            parent=plain(here.parent),
        )
    ]


def _left_out(tree: Folder, folder: Folder, layout: Layout) -> list[str]:
    """One sentence each on loose images, empty folders, and files of other kinds."""
    said = []
    loose = folder.files if folder.path == "" else [*tree.files, *folder.files]
    if loose:
        said.append(tr("{images} outside the class folders left out", images=_images(len(loose))))
    empty = [one for one in folder.folders if not one.images]
    if empty:
        names = listing(map(_shown, empty))
        said.append(
            tr("{folders} left out: hold no image", folders=names)
            if len(empty) > 1
            else tr("{folder} left out: holds no image", folder=names)
        )
    kinds = tree.all_others
    if kinds:
        total = sum(kinds.values())
        said.append(
            plural(
                "{count} file left out because it can't be read as an image ({kinds})",
                "{count} files left out because they can't be read as images ({kinds})",
                total,
                kinds=_endings(kinds),
            )
        )
    return said


def _endings(kinds: Counter[str]) -> str:
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    most = [
        f"{count:,} {plain(ending)}"
        if ending
        else tr("{number} without ending", number=f"{count:,}")
        for ending, count in ordered
    ]
    rest = len(most) - SHOWN
    more = [plural("{count} other kind", "{count} other kinds", rest)] if rest > 0 else []
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
    return plural("{count} image", "{count} images", count)

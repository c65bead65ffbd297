"""What is said of a folder: why it can't be read, and what of it is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from workbench.base.text import joined, plural, tr
from workbench.base.units import listing
from workbench.data.errors import DataError, plain, refused
from workbench.data.folders.layout import FolderLayout
from workbench.data.folders.part_names import (
    TEST,
    TRAIN,
    VALIDATION,
    is_of_masks,
    is_of_pictures,
    part_named,
    part_of,
)
from workbench.data.folders.tree import Folder, folders_with_images, subfolders

SHOWN = 5


def no_classes(root: Path, folder: Folder) -> DataError:
    """Says that a folder holds no class folders, and what it holds instead."""
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


def none_classed(names: str, count: int) -> str:
    """Says that the images of these parts (how many) belong to no class."""
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


def refuse_masks(where: Path, names: Sequence[str]) -> None:
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


def one_class(root: Path, name: str) -> DataError:
    """Says that one class alone can't be learned."""
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


def parts_beside(root: Path, folder: Folder) -> list[str]:
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


def left_out(tree: Folder, folder: Folder, layout: FolderLayout) -> list[str]:
    """One sentence each on loose images, empty folders, and files of other kinds."""
    said = []
    loose = folder.files if folder.path == "" else [*tree.files, *folder.files]
    if loose:
        said.append(
            tr("{images} outside the class folders left out", images=number_of_images(len(loose)))
        )
    empty = [one for one in folder.folders if not one.images]
    if empty:
        names = listing(map(shown, empty))
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


def shown(folder: Folder) -> str:
    """A folder's name within a sentence."""
    return plain(folder.name)


def number_of_images(count: int) -> str:
    """As in "1,437 images"."""
    return plural("{count} image", "{count} images", count)

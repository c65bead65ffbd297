"""A folder with one subfolder of image files a class: checks, one reading, memory or stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from workbench.base.text import english, joined, plural, tr
from workbench.base.units import listing
from workbench.data import fingerprint, paths
from workbench.data.dataset import ArrayImages, Dataset, Images, Part, Shape
from workbench.data.errors import SizesDiffer, plain, refused
from workbench.data.folders import index, unpacked
from workbench.data.folders.digests import source_digest, stream_fingerprint
from workbench.data.folders.found import PARTS, Found, Items, Rows, present
from workbench.data.folders.image_files import FileImages
from workbench.data.folders.index import Held
from workbench.data.folders.layout import called
from workbench.data.folders.part_names import TEST, TRAIN, VALIDATION
from workbench.data.folders.parts import as_kept, by_the_first_rules, layout_of
from workbench.data.folders.scale import reading_of
from workbench.data.folders.tree import File, listed
from workbench.data.images.fitting import common_size
from workbench.data.images.formats import EXTENSIONS
from workbench.data.images.pixels import refuse_flat
from workbench.data.labels import as_names, classes_of, counts_of
from workbench.data.request import ReadRequest, Reporter
from workbench.data.split import NO_TEST_PART, split_test
from workbench.spec.data import DataInfo, ImageFolder, Reading
from workbench.spec.recipe import Recipe, StoredPart

FIRST_EXTENSIONS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
"""What was read before a run's reading was kept."""

REASONS = 3


def read(spec: ImageFolder, request: ReadRequest) -> Dataset:
    """Reads the folder: into memory where it fits, else as a stream.

    Raises:
        DataError: for anything wrong with the folder. Single images that can't be read are left
            out with a warning.
    """
    path = paths.existing(spec)
    root = path if path.is_dir() else _unpacked(path, request)
    found = _listed(path, root, request)
    files = [file for file, _ in found.everything]
    held = Held(spec, request.memory_budget // 2)
    if request.is_glance:
        found.known = index.glanced(root, files, request)
    else:
        found.known = index.checked(root, files, request, held)
    _leave_out_unreadable(found)
    source_shape = _common_shape(found, spec)
    height, width = spec.resize or source_shape[:2]
    shape = (height, width, spec.channels or source_shape[2])
    parts = _parts(found, spec)
    classes_of({called(part): rows[1] for part, rows in parts.items()}, str(path))
    # Headers show nothing of pixels.
    reading = Reading() if request.is_glance else reading_of(found, parts, spec, request.kept)
    return _dataset(found, parts, (shape, source_shape), reading, spec, request, held)


def _unpacked(path: Path, request: ReadRequest) -> Path:
    """The folder that a chosen file holds."""
    if path.suffix.lower() == ".npz" or not unpacked.is_archive(path):
        raise refused(path, unpacked.not_a_folder(path))
    return unpacked.unpacked(path, request)


def _listed(path: Path, root: Path, request: ReadRequest) -> Found:
    if request.kept is not None and request.kept.version == 1:
        tree = listed(root, request, FIRST_EXTENSIONS)
        layout = by_the_first_rules(path, tree)
    else:
        tree = listed(root, request, EXTENSIONS)
        layout = layout_of(path, tree)
        if request.kept is not None:
            layout = as_kept(layout, request.kept.parts)
    return Found(path, root, layout.names, layout.parts, layout.patterns, warnings=layout.warnings)


def _leave_out_unreadable(found: Found) -> None:
    """Keeps what can be decoded; says what is left out, and refuses a class that is all gone."""

    def good(item: tuple[File, int]) -> bool:
        return not found.known[item[0].path].problem

    bad = [item for item in found.everything if not good(item)]
    if not bad:
        return
    first = bad[0][0].path
    reason = found.known[first].problem
    left = {part: [item for item in items if good(item)] for part, items in found.parts.items()}
    lost = {label for _, label in bad} - {label for _, label in left[TRAIN]}
    if lost:
        raise refused(
            found.where,
            tr(
                "no training image of class {names} can be read "
                "({first} {reason}); replace its files",
                names=repr(plain(found.names[min(lost)])),
                first=plain(first),
                reason=reason,
            ),
        )
    for part, items in left.items():
        if not items:
            raise refused(
                found.where,
                tr(
                    "no {part} image can be read ({first} {reason}); replace them",
                    part=called(part),
                    first=plain(first),
                    reason=reason,
                ),
            )
    found.parts, found.unreadable = left, len(bad)
    reasons = Counter(found.known[file.path].problem for file, _ in bad).most_common()
    others = listing(
        (joined(" ", [f"{number:,}", words]) for words, number in reasons[:REASONS]), REASONS
    )
    said = plural(
        "{count} image left out because unreadable, the first is {first} ({reason})",
        "{count} images left out because unreadable, the first is {first} ({reason})",
        len(bad),
        first=plain(first),
        reason=reason,
    )
    found.warnings.append(joined("; ", [said, others]) if len(reasons) > 1 else said)


def _common_shape(found: Found, spec: ImageFolder) -> Shape:
    """The shape as stored; where sizes differ, that of the first image, if `resize` allows it."""
    items = [(file, found.known[file.path]) for file, _ in found.everything]
    first_file, first = items[0]
    for file, other in items:
        differs = (other.height, other.width) != (first.height, first.width)
        if differs and spec.resize is None:
            sentence = refused(
                found.where,
                tr(
                    "images differ in size ({path} is {width}x{height}, "
                    "{path2} is {width2}x{height2}); must be set to one size",
                    path=plain(first_file.path),
                    width=first.width,
                    height=first.height,
                    path2=plain(file.path),
                    width2=other.width,
                    height2=other.height,
                ),
                "data.resize",
            )
            sizes = [(checked.height, checked.width) for _, checked in items]
            raise SizesDiffer(str(sentence), common_size(sizes))
    gray = all(checked.gray for _, checked in items)
    return first.height, first.width, 1 if gray else 3


def _parts(found: Found, spec: ImageFolder) -> dict[str, Rows]:
    """(files, labels) of each part; a test part is split off where there is none."""
    rows = {part: _rows(found.parts[part]) for part in PARTS if part in found.parts}
    if TEST not in rows:
        if VALIDATION in rows:
            found.warnings.append(NO_TEST_PART)
        files, labels = rows[TRAIN]
        classes_of({"training": labels}, str(found.where))
        train, test = split_test(labels, spec.test_split, as_names(found.names))
        rows[TRAIN] = [files[row] for row in train], labels[train]
        rows[TEST] = [files[row] for row in test], labels[test]
    return rows


def _rows(items: Items) -> Rows:
    return [file for file, _ in items], np.array([label for _, label in items], np.int32)


def _dataset(
    found: Found,
    parts: dict[str, Rows],
    shapes: tuple[Shape, Shape],
    reading: Reading,
    spec: ImageFolder,
    request: ReadRequest,
    held: Held,
) -> Dataset:
    shape, source_shape = shapes
    streams = {
        part: FileImages(
            found.root,
            [file.path for file in files],
            shape,
            resize=spec.resize is not None,
            reading=reading,
        )
        for part, (files, _) in parts.items()
    }
    total = sum(len(stream) for stream in streams.values())
    needed = total * int(np.prod(shape)) * streams[TRAIN].dtype.itemsize
    images: dict[str, Images] = dict(streams)
    if needed <= request.memory_budget and not request.is_glance:
        in_memory = _in_memory(streams, parts, request.reporter(tr("decoding"), total), held)
        refuse_flat(in_memory[TRAIN].pixels, tr("the training images"), str(found.where))
        digest = fingerprint.of_arrays(
            array for part in present(parts) for array in (parts[part][1], in_memory[part].pixels)
        )
        images = dict(in_memory)
    else:
        if not request.is_glance:
            _refuse_flat_stream(found, parts[TRAIN][0])
        digest = stream_fingerprint(parts, shape, reading)
    info = DataInfo(
        shape,
        as_names(found.names),
        len(parts[TRAIN][0]),
        len(parts[TEST][0]),
        len(parts[VALIDATION][0]) if VALIDATION in parts else 0,
        counts_of(parts[TRAIN][1], len(found.names)),
        has_own_test=TEST in found.parts,
        recipe=_recipe(found),
        reading=reading,
    )
    return Dataset(
        train=Part(images[TRAIN], parts[TRAIN][1]),
        test=Part(images[TEST], parts[TEST][1]),
        validation=Part(images[VALIDATION], parts[VALIDATION][1]) if VALIDATION in parts else None,
        info=info,
        fingerprint=digest,
        warnings=tuple(
            tr("{where}: {said}.", where=plain(found.where), said=said) for said in found.warnings
        ),
        source_shape=source_shape,
        source_digest=source_digest(parts),
    )


def _recipe(found: Found) -> Recipe:
    """Where the images lie, for a script."""
    parts = []
    for part in PARTS:
        if part in found.patterns:
            above, _, below = found.patterns[part].partition("{}")
            name = english(called(part))
            parts.append(StoredPart(name, above.strip("/"), below=below.strip("/")))
    return Recipe(
        tuple(parts),
        classes=tuple(found.names),
        unreadable=found.unreadable,
        has_wide=any(one.wide and one.gray for one in found.known.values()),
        has_deep_colors=any(one.wide and not one.gray for one in found.known.values()),
        is_archive=found.where != found.root,
    )


def _in_memory(
    streams: Mapping[str, FileImages],
    parts: Mapping[str, Rows],
    reporter: Reporter,
    held: Held,
) -> dict[str, ArrayImages]:
    """All images decoded; those that were decoded to be checked are not decoded once more."""
    result = {}
    for part, stream in streams.items():
        pixels = np.empty((len(stream), *stream.shape), stream.dtype)
        missing = []
        for row, file in enumerate(parts[part][0]):
            image = held.take(file.path)
            if image is None:
                missing.append(row)
            else:
                pixels[row] = stream.pixels_of(image)
                reporter.step()
        if missing:
            pixels[missing] = stream.read(np.array(missing), reporter.step)
        result[part] = ArrayImages(pixels)
    return result


def _refuse_flat_stream(found: Found, train: Sequence[File]) -> None:
    """As `refuse_flat`, by what checking showed."""
    known = [found.known[file.path] for file in train]
    shades = {one.low for one in known} | {one.high for one in known}
    plainly = not any(one.transparent for one in known)
    if len(shades) == 1 and plainly:
        raise refused(
            found.where,
            tr(
                "all pixels of the training images have one value ({pop}), so nothing can "
                "be learned from them; must hold pictures",
                pop=f"{shades.pop():g}",
            ),
        )

"""Tables of pixels: files of one set, read in blocks of lines with progress and within limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np

from workbench.base.text import joined, tr
from workbench.data import paths
from workbench.data.arrays import emnist
from workbench.data.arrays.array_names import TEST, TRAIN, VALIDATION, part_of
from workbench.data.arrays.gzipped import maybe_gzipped
from workbench.data.arrays.kinds_of_file import hint_for_folder, refuse_other_kind
from workbench.data.arrays.published import published
from workbench.data.arrays.rows import shape_of_rows
from workbench.data.assembly import ReadSource, Stored, assembled
from workbench.data.dataset import Array, Dataset
from workbench.data.errors import plain, refused, unreadable
from workbench.data.request import ReadRequest
from workbench.data.tables.layout import TableLayout, layout_of, part_said
from workbench.data.tables.lines import MAX_LINE, Lines
from workbench.data.tables.numbers import parsed
from workbench.data.tables.packed import Packed, packed_layout
from workbench.spec.data import Csv
from workbench.spec.recipe import PixelTable

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
LOOKED_AT = 500
"""Lines by which the layout is decided."""


def read(spec: Csv, request: ReadRequest) -> Dataset:
    """Reads the table, and those of its test and validation part beside it.

    Raises:
        DataError: for anything wrong with them, naming the line and column.
    """
    path = paths.existing(spec)
    warnings: list[str] = []
    stored: dict[str, Stored] = {}
    files = _files(path)
    for part, file in files.items():
        found = _stored(file, spec, request, is_all=len(files) == 1)
        if found:
            stored |= found if len(files) == 1 else {part: found[TRAIN]}
        elif part == TRAIN:
            raise refused(
                file,
                tr(
                    "has no column of labels, only pixels; must have one, called label for instance"
                ),
                "data.label_column",
            )
        else:
            warnings.append(
                tr("{file}: has no column of labels, so it is left out.", file=plain(file))
            )
    # Whole numbers of one part may fit in fewer bits than those of another.
    dtype = np.result_type(*(part.images for part in stored.values()))
    alike = {
        part: replace(table, images=table.images.astype(dtype, copy=False))
        for part, table in stored.items()
    }
    prefix = part_of(_stem(files[TRAIN]))[1]
    source = ReadSource(
        str(path),
        alike[TRAIN],
        alike.get(TEST),
        alike.get(VALIDATION),
        emnist.names_beside(files[TRAIN].parent, prefix),
        warnings,
    )
    return assembled(emnist.with_transposed(source, spec.transpose), spec, request)


def _stem(path: Path) -> str:
    return path.name.lower().removesuffix(".gz").rpartition(".")[0]


def _files(path: Path) -> dict[str, Path]:
    """The file of each part; what stands alone is the training part."""
    folder = path if path.is_dir() else path.parent
    try:
        tables = [f for f in sorted(folder.iterdir()) if f.name.lower().endswith(ENDINGS)]
    except OSError as error:
        raise unreadable(folder, error) from None
    if path.is_dir():
        tables = [table for table in tables if not table.name.lower().endswith(emnist.ENDING)]
        if len(tables) == 1:
            return {TRAIN: tables[0]}
        sets = sorted({part_of(_stem(table))[1] for table in tables if part_of(_stem(table))[0]})
        if len(sets) != 1:
            hint = "" if tables else hint_for_folder(path)
            there = ", ".join(plain(table.name) for table in tables[:6]) or tr("none")
            fault = tr(
                "must hold one table, or one for training and one for test, holds "
                "{there}; name one of them",
                there=there,
            )
            raise refused(
                path,
                joined("; ", filter(None, [fault, hint])),
            )
        key = sets[0]
    else:
        part, key = part_of(_stem(path))
        if part is None:
            return {TRAIN: path}
    found: dict[str, Path] = {}
    for table in tables:
        part, other = part_of(_stem(table))
        if part is not None and other == key:
            found.setdefault(part, table)
    if not path.is_dir():
        part = part_of(_stem(path))[0]
        assert part is not None, "checked above"
        found[part] = path
    if TRAIN not in found:  # a test part by itself is all there is
        return {TRAIN: path if not path.is_dir() else next(iter(found.values()))}
    return found


@dataclass
class _Rows:
    """What is read of a table so far."""

    pixels: list[Array]
    labels: list[Array]
    parts: list[str]
    images: int = 0


def _stored(path: Path, spec: Csv, request: ReadRequest, *, is_all: bool) -> dict[str, Stored]:
    """The table's images and labels; empty where it has no labels.

    By part where the table is all there is and its rows name their part; else all as training part.
    """
    with maybe_gzipped(path) as (file, raw):
        if file is raw or published(path.name):
            refuse_other_kind(path, tr("a table of numbers with commas"), is_text=True)
        return _from(file, raw, path, spec, request, is_all)


def _from(
    file: IO[bytes], raw: IO[bytes], path: Path, spec: Csv, request: ReadRequest, is_all: bool
) -> dict[str, Stored]:
    """Reads a table block by block.

    Args:
        file: Its text.
        raw: The same file as it lies on disk, for the progress.
        path: Of the file.
        spec: Which column is the label, and how rows become images.
        request: Whom to tell, and the memory there is.
        is_all: Whether no other file belongs to it.
    """
    where, total = str(path), path.stat().st_size
    layout: TableLayout | Packed | None = None
    found, reporter, lines = _Rows([], [], []), None, Lines(file, where)
    for block in lines.blocks():
        if layout is None:
            layout, number = _layout(block, spec.label_column, where), lines.skipped + 1
            pixels_each = layout.count if isinstance(layout, Packed) else len(layout.pixels)
            shape = shape_of_rows(pixels_each, spec.image_height, spec.image_channels)
            if layout.label is None:
                return {}
            if isinstance(shape, str):
                raise refused(where, shape, "data.image_height")
            for _ in range(layout.header_lines):
                block = block[block.index(b"\n") + 1 :]
                number += 1
        if not block.strip():
            number += block.count(b"\n")
            continue
        rows = _take(block, layout, number, where, found)
        number += block.count(b"\n")
        if reporter is None:
            reporter = request.reporter(tr("reading"), round(rows * total / max(1, raw.tell())))
        reporter.step(rows)
        pixels = sum(part.nbytes for part in found.pixels)
        request.afford(pixels, where, tr("its first {images} images", images=f"{found.images:,}"))
    if layout is None or not found.images:
        raise refused(where, tr("holds no row; must have one row an image"))
    images = np.concatenate([np.asarray(part) for part in found.pixels])
    labels = np.concatenate(found.labels)
    assert not isinstance(shape, str), "checked above"
    assert layout.label is not None, "checked above"
    table = PixelTable(
        layout.separator,
        lines.skipped + layout.header_lines,
        layout.label,
        (layout.pixels,) if isinstance(layout, Packed) else layout.pixels,
        lines.encoding,
        layout.part if is_all else None,
        is_packed=isinstance(layout, Packed),
    )
    whole = Stored(
        images.reshape(len(images), *shape),
        labels,
        path.name,
        tr("the label column of {name}", name=path.name),
        (path.name, path.name),
        is_rows=True,
        table=table,
    )
    return {TRAIN: whole} if table.part is None else _by_part(whole, found.parts, where)


def _layout(block: bytes, asked: str, where: str) -> TableLayout | Packed:
    """How a table is laid out whose first lines these are."""
    lines = block[: 4 * MAX_LINE].decode("utf-8", "replace").splitlines()[:LOOKED_AT]
    lines = [line for line in lines if line.strip()]
    return packed_layout(lines, asked, where) or layout_of(lines, asked, where)


def _by_part(whole: Stored, said: list[str], where: str) -> dict[str, Stored]:
    """The rows of each part, and what they say to be of it."""
    assert whole.table is not None, "read from a table"
    words: dict[str, list[str]] = {}
    for word in dict.fromkeys(said):
        part = part_said(word)
        if part is None:
            raise refused(
                where,
                tr(
                    "a row is of the part {word}; must be Training, Validation or Test",
                    word=repr(plain(word)),
                ),
            )
        words.setdefault(part, []).append(word)
    if TRAIN not in words:
        raise refused(where, tr("has no row of the training part"))
    of = np.array(said)
    return {
        part: replace(
            whole,
            images=whole.images[rows],
            labels=whole.labels[rows],
            table=replace(whole.table, part_words=tuple(names)),
        )
        for part, names in words.items()
        for rows in (np.flatnonzero(np.isin(of, names)),)
    }


def _take(block: bytes, layout: TableLayout | Packed, number: int, where: str, found: _Rows) -> int:
    """Adds a block's rows to what was found; returns how many."""
    if isinstance(layout, Packed):
        pixels, labels, parts = layout.take(block, number, where)
        return _add(found, pixels, labels, parts)
    numbers, texts = parsed(block, layout, number, where)
    kept = [column for column in range(layout.columns) if column not in layout.texts]
    place = {column: i for i, column in enumerate(kept)}
    first, last = place[layout.pixels[0]], place[layout.pixels[-1]]
    if last - first + 1 == len(layout.pixels):
        pixels = numbers[:, first : last + 1]
    else:
        pixels = numbers[:, [place[column] for column in layout.pixels]]
    assert layout.label is not None, "tables without labels are not read"
    is_text = layout.label in texts
    labels = np.array(texts[layout.label]) if is_text else numbers[:, place[layout.label]].copy()
    return _add(found, pixels, labels, texts[layout.part] if layout.part is not None else [])


def _add(found: _Rows, pixels: Array, labels: Array, parts: list[str]) -> int:
    found.pixels.append(_small(pixels))
    found.labels.append(labels)
    found.parts += parts
    found.images += len(pixels)
    return len(pixels)


def _small(pixels: Array) -> Array:
    """In as few bytes as hold the numbers."""
    if pixels.dtype == np.float64 or pixels.min() < 0:
        return pixels.astype(np.float32)
    for dtype in (np.uint8, np.uint16):
        if pixels.max() <= np.iinfo(dtype).max:
            return pixels.astype(dtype)
    return np.ascontiguousarray(pixels)

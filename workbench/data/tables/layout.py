"""How a table of pixels is laid out: its separator, header, label column and pixel columns.

Decided on the first lines alone. Opens no file.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.base.text import tr
from workbench.base.units import listing
from workbench.data.arrays.array_names import LABELS, ROLES, TEST, VALIDATION, part_of
from workbench.data.arrays.rows import shape_of_rows
from workbench.data.errors import plain, refused

SEPARATORS = (",", ";", "\t")
MAX_COLUMNS = 3 * 4096 * 4096 + 10
INDEX_NAMES = {
    *("", "id", "index", "unnamed: 0", "usage"),
    *("file", "filename", "file_name", "img_name", "image_name"),
}
"""Columns that are neither label nor pixel."""

PART_NAMES = {"usage", "split", "subset", "partition"}
"""Columns that may say which part a row is of."""

PARTS = {"publictest": VALIDATION, "privatetest": TEST}
"""What FER2013 calls them, besides the usual names."""

FEWER = 4
"""The ratio by which a label has fewer distinct values than a pixel at the other end of the row."""


@dataclass(frozen=True)
class TableLayout:
    """What stands where in a row.

    Attributes:
        separator: Between two cells.
        header_lines: Lines before the first row, 0 or 1.
        columns: Cells of a row.
        names: Of the columns; empty without a header.
        label: The column of the labels; None where there is none.
        pixels: The columns of the pixels.
        texts: Columns that hold texts.
        part: The column that says which part a row is of, one of `texts`; None where none does.
    """

    separator: str
    header_lines: int
    columns: int
    names: tuple[str, ...]
    label: int | None
    pixels: tuple[int, ...]
    texts: frozenset[int]
    part: int | None = None

    def column(self, index: int) -> str:
        """A column as a sentence names it."""
        name = self.names[index] if self.names else ""
        if not name:
            return tr("column {number}", number=index + 1)
        return tr("column {number} ({name})", number=index + 1, name=plain(name)[:40])


def layout_of(lines: Sequence[str], asked: str, where: str) -> TableLayout:
    """The layout of a table.

    Args:
        lines: Its first ones.
        asked: The label column as it was set; "" to find it.
        where: The file.

    Raises:
        DataError: where it is no such table, or two columns can be the label.
    """
    first = lines[0]
    separator = max(SEPARATORS, key=first.count)
    rows = list(csv.reader(lines, delimiter=separator))
    head = [cell.strip() for cell in rows[0]]
    if len(head) < 3:
        raise refused(
            where,
            tr(
                "begins with {strip}, which is no row of pixels; must have a "
                "column of labels and one for each pixel, with commas between them",
                strip=repr(plain(first.strip()[:60])),
            ),
        )
    has_header = _is_header(head, rows[1:])
    body = [[cell.strip() for cell in row] for row in rows[has_header:]]
    if not body:
        raise refused(where, tr("has a header but no row; must have one row an image"))
    names = tuple(head) if has_header else ()
    part = part_column(names, body)
    label = _label(names, body, asked, where)
    others = [
        column
        for column in range(len(head))
        if column not in (label, part) and not (names and names[column].lower() in INDEX_NAMES)
    ]
    pixels = set(others)
    texts = frozenset(
        column
        for row in body
        for column, cell in enumerate(row[: len(head)])
        if column not in pixels and not is_number(cell)
    )
    return TableLayout(
        separator, int(has_header), len(head), names, label, tuple(others), texts, part
    )


def part_column(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The column that says which part a row is of; None where none does."""
    for column, name in enumerate(names):
        if name.lower() in PART_NAMES:
            said = {row[column].strip() for row in rows if column < len(row)}
            if said and all(map(part_said, said)):
                return column
    return None


def part_said(cell: str) -> str | None:
    """The part that a cell names; None where it names none."""
    return PARTS.get(cell.lower()) or part_of(cell)[0]


def is_number(cell: str) -> bool:
    """Whether a cell is a finite number."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _is_header(head: list[str], rows: list[list[str]]) -> bool:
    """Whether the first line names the columns: a row with one bad cell is a row, and refused."""
    if _counts(head):
        return True
    numbers = [cell for cell in head if is_number(cell)]
    if len(numbers) == len(head) or _is_row(head, rows):
        return False
    others = len(head) - len(numbers)
    return others >= len(numbers) or _are_numbered(numbers)


def _are_numbered(cells: list[str]) -> bool:
    """Whether these are names such as 0, 1, 2, ...: each one more than the one before."""
    values = list(map(float, cells))
    return all(after == before + 1 for before, after in pairwise(values))


def _is_row(head: list[str], rows: list[list[str]]) -> bool:
    """Whether the first line is a row already: texts stand where the second line has them too,
    and nowhere else.
    """
    if not rows:
        return False
    texts = [not is_number(cell) for cell in head]
    return texts == [not is_number(cell.strip()) for cell in rows[0]] and sum(texts) == 1


def _counts(head: list[str]) -> bool:
    """Whether the first line numbers the columns, as a table without names is often saved."""
    return len(head) > 8 and head in (
        [str(n) for n in range(len(head))],
        [str(n) for n in range(1, len(head) + 1)],
    )


def _label(names: tuple[str, ...], rows: list[list[str]], asked: str, where: str) -> int | None:
    last = len(rows[0]) - 1
    if asked:
        if asked in names:
            return names.index(asked)
        if asked.lower() in ("first", "last"):
            return 0 if asked.lower() == "first" else last
        known = (
            tr("has no column {asked}", asked=repr(plain(asked))) if names else tr("has no header")
        )
        fault = tr("{known}; must be a name of the header, first or last", known=known)
        raise refused(where, fault, "data.label_column")
    named = [i for i, name in enumerate(names) if ROLES.get(name.lower()) == LABELS]
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        both = listing(plain(names[i]) for i in named[:2])
        raise refused(
            where, tr("{both} can both be the label; must be set", both=both), "data.label_column"
        )
    if names and all(_is_pixel(name) for name in names if name.lower() not in INDEX_NAMES):
        return None
    return _at_an_end(rows, last, where)


def _is_pixel(name: str) -> bool:
    return name.lower().startswith(("pixel", "px", "p_", "pix"))


def _at_an_end(rows: list[list[str]], last: int, where: str) -> int | None:
    """The first or the last column: the one that is a text, or has fewer values, but not one."""
    if isinstance(shape_of_rows(last, 0, 0), str) and not isinstance(
        shape_of_rows(last + 1, 0, 0), str
    ):
        return None
    whole = [row for row in rows if len(row) == last + 1]
    kinds = [{row[column] for row in whole} for column in (0, last)]
    texts = [any(not is_number(cell) for cell in values) for values in kinds]
    if texts[0] != texts[1]:
        return 0 if texts[0] else last
    first, end = map(len, kinds)
    if end == 1 or 1 < first * FEWER <= end:
        return 0
    if first == 1 or 1 < end * FEWER <= first:
        return last
    raise refused(
        where,
        tr("the first and the last column can both be the labels; must be set to first or last"),
        "data.label_column",
    )

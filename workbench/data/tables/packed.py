"""Tables with all pixels of an image in one cell, as FER2013 is published: `emotion,pixels,Usage`.

The cell is a text of numbers with blanks between them. Opens no file.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.base.text import tr
from workbench.base.units import listing
from workbench.data.arrays.array_names import LABELS, ROLES
from workbench.data.dataset import Array
from workbench.data.errors import plain, refused
from workbench.data.tables.layout import INDEX_NAMES, SEPARATORS, is_number, part_column
from workbench.data.tables.numbers import any_numbers, whole_numbers

LEAST_NUMBERS = 16
"""A cell of fewer numbers is no image."""


@dataclass(frozen=True)
class Packed:
    """What stands where in a row.

    Attributes:
        separator: Between two cells.
        header_lines: Lines before the first row, 0 or 1.
        label: The column of the labels; None where there is none.
        pixels: The column whose cells hold all pixels.
        count: How many each of them holds.
        part: The column that says which part a row is of; None where none does.
    """

    separator: str
    header_lines: int
    label: int | None
    pixels: int
    count: int
    part: int | None

    def take(self, block: bytes, first_line: int, where: str) -> tuple[Array, Array, list[str]]:
        """Pixels (n, count), labels, and what the rows say of their part.

        Args:
            block: Lines of UTF-8 that end in a line feed.
            first_line: Number of the first line in the file, from 1.
            where: The file.

        Raises:
            DataError: naming the line, where its pixels are not as many numbers as in the others.
        """
        pixels, labels, parts = [], [], []
        reader = csv.reader(block.decode("utf-8").splitlines(), delimiter=self.separator)
        needed = max(self.pixels, self.label or 0, self.part or 0)
        for line, row in enumerate(reader, first_line):
            if not row:
                continue
            cells = row[self.pixels].split() if len(row) > needed else []
            if len(cells) != self.count or not is_number(cells[0]):
                self._refuse(line, len(cells), where)
            pixels.append(",".join(cells))
            labels.append(row[self.label].strip() if self.label is not None else "")
            parts.append(row[self.part].strip() if self.part is not None else "")
        text = ("\n".join(pixels) + "\n").encode()
        numbers = whole_numbers(text, self.count)
        if numbers is None:
            numbers = any_numbers(text, self.count)
        if numbers is None:
            fault = tr("has pixels that are no numbers from line {line} on", line=first_line)
            raise refused(where, fault)
        are_numbers = all(map(is_number, labels))
        found = np.array(labels, np.float64) if are_numbers else np.array(labels)
        return numbers, found, parts

    def _refuse(self, line: int, count: int, where: str) -> None:
        raise refused(
            where,
            tr(
                "line {line} has {count} pixels but the first row {first}; all must have as many",
                line=line,
                count=f"{count:,}",
                first=f"{self.count:,}",
            ),
        )


def packed_layout(lines: Sequence[str], asked: str, where: str) -> Packed | None:
    """The layout of such a table; None where it is none.

    Args:
        lines: Its first ones.
        asked: The label column as it was set; "" to find it.
        where: The file.

    Raises:
        DataError: where several columns can be the label, or the one that was set isn't there.
    """
    separator = max(SEPARATORS, key=lines[0].count)
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    second = rows[min(1, len(rows) - 1)]
    pixels = next((i for i, cell in enumerate(second) if _count(cell)), None)
    if pixels is None:
        return None
    has_header = not (pixels < len(rows[0]) and _count(rows[0][pixels]))
    names = rows[0] if has_header else []
    part = part_column(names, rows[1:])
    label = _label(names, len(second), {pixels, part}, asked, where)
    return Packed(separator, int(has_header), label, pixels, _count(second[pixels]), part)


def _count(cell: str) -> int:
    """How many numbers a cell holds, with nothing but blanks between; 0 where it is no image."""
    cells = cell.split()
    return len(cells) if len(cells) >= LEAST_NUMBERS and all(map(is_number, cells)) else 0


def _label(
    names: list[str], columns: int, others: set[int | None], asked: str, where: str
) -> int | None:
    if asked:
        if asked in names:
            return names.index(asked)
        raise refused(
            where,
            tr("has no column {asked}; must be a name of the header", asked=repr(plain(asked))),
            "data.label_column",
        )
    free = [
        column
        for column in range(columns)
        if column not in others and not (names and names[column].lower() in INDEX_NAMES)
    ]
    named = [column for column in free if names and ROLES.get(names[column].lower()) == LABELS]
    found = named or free
    if len(found) > 1:
        which = listing(plain(names[column] if names else str(column + 1)) for column in found)
        fault = tr("{which} can each be the label; must be set", which=which)
        raise refused(where, fault, "data.label_column")
    return found[0] if found else None

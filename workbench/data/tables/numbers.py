"""Rows of numbers from text, fast: whole numbers by array arithmetic, others by NumPy's parser.

A cell that is not a number is named by its row and column. Opens no file.
"""

from __future__ import annotations

import csv
import io

import numpy as np

from workbench.base.text import tr
from workbench.data.dataset import Array
from workbench.data.errors import plain, refused
from workbench.data.tables.layout import TableLayout, is_number

ZERO, NINE, COMMA, END, MINUS = b"09,\n-"
LONGEST = 9
"""Digits of a whole number that fits in int32."""


def parsed(
    block: bytes, layout: TableLayout, first_line: int, where: str
) -> tuple[Array, dict[int, list[str]]]:
    """The numbers of whole lines, and the texts of the columns that hold texts.

    Args:
        block: Lines that end in a line feed.
        layout: Of the table.
        first_line: Number of the first line in the file, from 1.
        where: The file.

    Returns:
        (rows, columns without those of texts), int32 or float64; lists of texts by column.

    Raises:
        DataError: naming the row and the column, where a cell is not a number.
    """
    columns = layout.columns - len(layout.texts)
    texts: dict[int, list[str]] = {}
    plain_block = block
    if layout.texts or b'"' in block or layout.separator != "," or b"\r" in block:
        plain_block, texts = _plain(block, layout, first_line, where)
    numbers = whole_numbers(plain_block, columns)
    if numbers is None:
        numbers = any_numbers(plain_block, columns)
    if numbers is None:
        _blame(block, layout, first_line, where)
        raise refused(where, tr("can't be read from line {first_line} on", first_line=first_line))
    return numbers, texts


def whole_numbers(block: bytes, columns: int) -> Array | None:
    """(rows, columns) int32 of a block of whole numbers; None where it holds others."""
    content = np.frombuffer(block, np.uint8)
    minus = np.flatnonzero(content == MINUS)
    if minus.size:  # as where two classes are -1 and 1
        if (content[minus[minus > 0] - 1] >= MINUS).any():
            return None
        negative = np.searchsorted(np.flatnonzero(content < MINUS), minus)
        content = np.delete(content, minus)
    ends = np.flatnonzero(content < ZERO)
    kinds = content[ends]
    if content.size == 0 or content.max() > NINE or len(ends) % columns:
        return None
    if ((kinds == END).reshape(-1, columns) != (np.arange(columns) == columns - 1)).any():
        return None
    if not ((kinds == END) | (kinds == COMMA)).all():
        return None
    lengths = np.diff(ends, prepend=-1) - 1
    longest = int(lengths.max())
    if lengths.min() < 1 or longest > LONGEST:
        return None
    numbers = content[ends - 1].astype(np.int32) - ZERO
    for place in range(1, longest):
        further = np.flatnonzero(lengths > place)
        digits = content[ends[further] - 1 - place].astype(np.int32) - ZERO
        numbers[further] += np.int32(10**place) * digits
    if minus.size:
        numbers[negative] *= -1
    return numbers.reshape(-1, columns)


def any_numbers(block: bytes, columns: int) -> Array | None:
    """(rows, columns) float64 of a block of finite numbers; None where it holds others."""
    try:
        numbers = np.loadtxt(io.BytesIO(block), delimiter=",", comments=None, ndmin=2)
    except ValueError:
        return None
    return numbers if numbers.shape[1:] == (columns,) and np.isfinite(numbers).all() else None


def _plain(
    block: bytes, layout: TableLayout, first_line: int, where: str
) -> tuple[bytes, dict[int, list[str]]]:
    """Numbers alone with commas between them, and the texts by column."""
    texts: dict[int, list[str]] = {column: [] for column in sorted(layout.texts)}
    lines = []
    rows = csv.reader(_decoded(block).splitlines(), delimiter=layout.separator)
    for number, row in enumerate(rows, first_line):
        if not row:
            continue
        _refuse_length(row, number, layout, where)
        for column, found in texts.items():
            found.append(row[column].strip())
        cells = (cell.strip() for i, cell in enumerate(row) if i not in layout.texts)
        lines.append(",".join(cells))
    return ("\n".join(lines) + "\n").encode(), texts


def _blame(block: bytes, layout: TableLayout, first_line: int, where: str) -> None:
    """Finds the cell at fault and names it."""
    rows = csv.reader(_decoded(block).splitlines(), delimiter=layout.separator)
    for number, row in enumerate(rows, first_line):
        if not row:
            continue
        _refuse_length(row, number, layout, where)
        for column, cell in enumerate(row):
            if column in layout.texts or is_number(cell):
                continue
            text = plain(cell.strip()[:40])
            what = tr("holds {text}", text=repr(text)) if cell.strip() else tr("is empty")
            raise refused(
                where,
                tr(
                    "line {number}, {column} {what}; must be a number",
                    number=number,
                    column=layout.column(column),
                    what=what,
                ),
            )


def _refuse_length(row: list[str], number: int, layout: TableLayout, where: str) -> None:
    if len(row) != layout.columns:
        raise refused(
            where,
            tr(
                "line {number} has {count} cells but the first one {columns}; all must "
                "have as many",
                number=number,
                count=f"{len(row):,}",
                columns=f"{layout.columns:,}",
            ),
        )


def _decoded(block: bytes) -> str:
    return block.decode("utf-8", "replace")

"""Runs as CSV and as lines to paste into a spreadsheet.

Numbers are written in full, so that they can be computed with. A text that a spreadsheet would run
as a formula gets an apostrophe in front: a run's name may come from anywhere.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from workbench.runs.columns import Value
from workbench.runs.table.frame import Snapshot, plain

UNSEEN = "\ufeff\u200b\u200e\u200f\u2060"
"""Letters without width that are no blanks."""

RUN_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cells(runs: Snapshot, places: Iterable[int], keys: Sequence[str]) -> list[list[str]]:
    """The keys, and then a row a run."""
    columns = [runs.column(key) for key in keys]
    rows = [[as_cell(plain(column[place])) for column in columns] for place in places]
    return [list(keys), *rows]


def as_cell(value: Value) -> str:
    """One value: empty where it is missing, a number in full, a text that nothing runs."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if is_formula(value) else value
    return str(int(value)) if float(value).is_integer() else repr(value)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run it, which strips blanks and knows full-width signs."""
    bare = unicodedata.normalize("NFKC", text.lstrip(UNSEEN)).lstrip().lstrip(UNSEEN)
    return text.startswith(RUN_AS_FORMULA) or bare.startswith(RUN_AS_FORMULA)


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as RFC 4180 has them, but with line feeds alone, as other tools in a pipe want them."""
    return "".join(map(_line, rows))


def _line(row: Sequence[str]) -> str:
    text = io.StringIO()
    # Python before 3.13 puts a carriage return in quotes only where it ends lines.
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return f"{text.getvalue()[:-2]}\n"


def as_tsv(rows: Iterable[Sequence[str]]) -> str:
    """Rows for the clipboard; line breaks and tabs in texts become blanks."""
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)

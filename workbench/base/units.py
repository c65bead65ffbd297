"""Figures as a person reads them: thousands separated, units always, four digits at most."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from workbench.base.text import joined, tr

NONE = "–"
MINUS = "−"

_KEPT = "\n\t"
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNSEEN = {
    ord(letter): ascii(letter)[1:-1]
    for letter in [
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        *_DIRECTIONS,
        "\u2028",
        "\u2029",
        "\ufeff",
        *map(chr, range(0xFFF9, 0xFFFC)),
    ]
    if letter not in _KEPT
}
"""What a terminal obeys, or turns the direction of what follows, as it is written in Python."""

_LINES = {ord(letter): ascii(letter)[1:-1] for letter in _KEPT}


def visible(text: str) -> str:
    """With control and direction characters written out; line ends and tabs stay."""
    return text if text.isascii() and text.isprintable() else text.translate(_UNSEEN)


def in_one_line(text: str) -> str:
    """As `visible`, with line ends and tabs written out too."""
    return visible(text).translate(_LINES)


def wide(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese letters take two, accents none."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Cf")
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def count(value: float | None) -> str:
    """93,322."""
    return NONE if value is None else f"{value:,.0f}"


def big(value: float | None) -> str:
    """2.79 M: a number of operations or weights, in three digits from a million on."""
    if value is None:
        return NONE
    return count(value) if value < 1e6 else _scaled(value, ((1e6, "M"), (1e9, "G"), (1e12, "T")))


def size(value: float | None) -> str:
    """1.1 MB; decimal units, as disks are sold."""
    units = ((1, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB"))
    return NONE if value is None else _scaled(value, units)


def energy(joules: float | None) -> str:
    """340 J, 12.5 kJ."""
    units = ((1, "J"), (1e3, "kJ"), (1e6, "MJ"), (1e9, "GJ"))
    return NONE if joules is None else _scaled(joules, units)


def milliseconds(value: float) -> str:
    """0.0312, 1.25, 340: without unit, in three digits, never an exponent."""
    digits = 4 if value < 0.1 else 3 if value < 1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"


def _scaled(value: float, units: tuple[tuple[float, str], ...]) -> str:
    """Three digits in the largest unit that leaves at least 1, never an exponent."""
    factor, unit = next((u for u in reversed(units) if value >= 0.9995 * u[0]), units[0])
    number = value / factor
    digits = 0 if number >= 99.95 or factor == 1 else 1 if number >= 9.995 else 2
    text = f"{number:,.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}"


def signed(value: float, amount: Callable[[float], str] = count) -> str:
    """+1,234, −53,184 or 0: a difference."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{amount(abs(value))}"


def relative(before: float, after: float) -> str:
    """−57 %, +0.4 % or ±0 %: a difference as a share of what was before; – where it was nothing."""
    if before == after:
        return "±0 %"
    if not before:
        return NONE
    share = 100 * (after - before) / before
    digits = 0 if abs(share) >= 9.95 else 1
    return f"{signed(share, lambda number: f'{number:,.{digits}f}')} %"


def percent(share: float | None, decimals: int = 2) -> str:
    """97.78 %."""
    return NONE if share is None else f"{100 * share:.{decimals}f} %"


def decimal(value: float | None) -> str:
    """0.0812: a loss."""
    return NONE if value is None else f"{value:.4g}"


def duration(seconds: float | None) -> str:
    """6 s, 2 min 10 s, 3 h 5 min."""
    if seconds is None or not math.isfinite(seconds):
        return NONE
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def listing(names: Iterable[str], most: int = 5) -> str:
    """`a, b and c`; of more than `most` names the first, and how many more there are."""
    names = list(names)
    if len(names) > most + 1:
        more = len(names) - most
        return tr("{names} and {more} more", names=joined(", ", names[:most]), more=f"{more:,}")
    if len(names) < 2:
        return names[0] if names else ""
    return tr("{names} and {last}", names=joined(", ", names[:-1]), last=names[-1])


def either(names: Sequence[str]) -> str:
    """Names to choose from, within a sentence: "a, b or c"."""
    *first, last = names
    return tr("{first} or {last}", first=", ".join(first), last=last) if first else last


def aligned(rows: Sequence[Sequence[str]], sides: str) -> list[str]:
    """Cells as lines of text, each column as wide as its longest cell.

    Args:
        rows: Of equal length; a line end in a cell is written out.
        sides: By column "<" for flush left or ">" for flush right.
    """
    cells = [[in_one_line(cell) for cell in row] for row in rows]
    widths = [max(map(wide, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(_padded, row, sides, widths)).rstrip() for row in cells]


def _padded(cell: str, side: str, columns: int) -> str:
    blanks = " " * (columns - wide(cell))
    return f"{blanks}{cell}" if side == ">" else f"{cell}{blanks}"

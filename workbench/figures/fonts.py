"""Letters that the chosen font lacks: which installed fonts have them, and which letters none has.

Looked up when a figure is drawn that holds such letters, and then known; Matplotlib takes each
letter from the first font of a text's list that has it, in every format, and sets right-to-left and
joined scripts itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from workbench.base.text import tr

REGULAR = 400
MOST_NAMED = 12
"""Letters that a warning names."""

NO_WIDTH = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
"""Kinds of letters that no font needs to have."""

KANA, HANGUL = ("\u3040", "\u30ff"), ("\uac00", "\ud7a3")


def fall_back(figure: Figure) -> str:
    """Gives each text that needs them more fonts; the letters that no installed one has."""
    lost: set[str] = set()
    for text in figure.findobj(Text):
        letters = _visible(text.get_text())
        family = str(text.get_fontfamily()[0])
        missing = frozenset(letters - _covered(family, letters))
        if missing:
            more, unknown = fallbacks(family, missing)
            text.set_fontfamily([family, *more])
            lost |= unknown
    return "".join(sorted(lost))


def warning(lost: str) -> str:
    """One sentence on letters that no font has; "" where there are none."""
    if not lost:
        return ""
    named = f"{lost[:MOST_NAMED]}…" if len(lost) > MOST_NAMED else lost
    return tr(
        "no installed font has {named}: drawn as boxes; install a font for this script, as those "
        "of Noto",
        named=named,
    )


@cache
def fallbacks(family: str, missing: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Fonts that together have most of the letters, the best first; and what none has.

    Args:
        family: The chosen font; those of its kind, with or without serifs, come first.
        missing: Letters that it lacks.
    """
    left, found = set(missing), []
    known = {entry: _has(*entry, missing) for entry in _faces()}
    while left:
        best = max(known, key=lambda e: (len(known[e] & left), _rank(e[2], family, missing)))
        if not known[best] & left:
            break
        found.append(best[2])
        left -= known[best]
    return tuple(found), frozenset(left)


def _rank(name: str, family: str, missing: frozenset[str]) -> tuple[bool, bool, bool, str]:
    """Of fonts that have as many letters, the greatest is taken."""
    serif = "Serif" in family or family.startswith("STIX")
    region = " SC"
    for (first, last), of in ((KANA, " JP"), (HANGUL, " KR")):
        if any(first <= letter <= last for letter in missing):
            region = of
    return ("Mono" not in name, ("Serif" in name) == serif, name.endswith(region), name)


def _visible(text: str) -> set[str]:
    return {
        letter
        for letter in set(text)
        if letter > "~" and unicodedata.category(letter) not in NO_WIDTH
    }


@cache
def _faces() -> tuple[tuple[str, int, str], ...]:
    """File, number of the face in it, and family of every upright font of usual weight."""
    found = {
        (entry.fname, getattr(entry, "index", 0), entry.name)
        for entry in font_manager.fontManager.ttflist
        if entry.style == "normal"
        and entry.weight in (REGULAR, "normal", "regular")
        and not entry.name.startswith("Last Resort")
    }
    return tuple(sorted(found))


def _has(path: str, face: int, name: str, letters: Iterable[str]) -> frozenset[str]:
    try:
        font = FT2Font(path, face_index=face) if face else FT2Font(path)
        return frozenset(letter for letter in letters if font.get_char_index(ord(letter)))
    except (OSError, RuntimeError):  # it was removed, or is damaged: another one has to do
        return frozenset()


def _covered(family: str, letters: set[str]) -> frozenset[str]:
    if not letters:
        return frozenset()
    found = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return _has(str(found), 0, family, letters)

"""A language that nobody speaks: each template in accented letters, to see what is left."""

from __future__ import annotations

import re

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ODD = "åƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
_LETTERS = str.maketrans(_PLAIN, _ODD)
_KEPT = re.compile(r"(\{\w*\}|<[^<>]+>|&\w+;)")
"""Fields, tags and entities of a template."""

_WORD = re.compile(r"[A-Za-z]{3,}")


def accented(template: str) -> str:
    """A template in the language."""
    parts = _KEPT.split(template)
    return "".join(part if n % 2 else part.translate(_LETTERS) for n, part in enumerate(parts))


class Accents:
    """The catalog of the language: it has every template."""

    def gettext(self, message: str, /) -> str:
        """The translation."""
        return accented(message)

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """The form for a number."""
        return accented(one if count == 1 else many)

    def pgettext(self, context: str, message: str, /) -> str:
        """The translation in a context."""
        return accented(message)


def english_in(text: str, known: re.Pattern[str]) -> list[str]:
    """Words of a text that are in no template.

    Args:
        text: As it is shown; tags and what is code are left out.
        known: Names that are the same in each language.
    """
    bare = known.sub(" ", re.sub(r"<code>.*?</code>|<[^<>]+>|&\w+;", " ", text))
    return _WORD.findall(bare)

"""Names that a person typed: which of the known ones was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from workbench.base.text import tr

MOST_NAMES = 12
"""A sentence that lists more is not read."""


def near_miss(said: str, name: str, known: Iterable[str]) -> str:
    """What is said, with `; did you mean 'filters'?` where one of `known` looks like `name`.

    Else with the list of what is known.
    """
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return tr("{said}; did you mean {name}?", said=said, name=repr(close[0]))
    if not known:
        return said
    if len(known) > MOST_NAMES:
        names, more = ", ".join(known[:MOST_NAMES]), len(known) - MOST_NAMES
        return tr("{said}; known are {names}, {more} more", said=said, names=names, more=more)
    return tr("{said}; known are {names}", said=said, names=", ".join(known))

"""How the curve of a run looks everywhere: one colour-blind-safe cycle, then line styles.

After Okabe and Ito (2008). Names and numbers only; widgets and figures turn them into their own.
"""

from __future__ import annotations

from workbench.base.text import tr

CYCLE: tuple[str | None, ...] = (
    "#0A7BBD",  # blue
    "#D55E00",  # vermillion
    "#009573",  # bluish green
    "#C06A9B",  # reddish purple
    "#BC8400",  # orange
    "#3E9AD0",  # sky blue
    None,  # the colour of text: black on light, near white on dark
    "#9C9200",  # yellow
)
"""Their hues; orange, sky blue and yellow are darkened until they reach 3:1 on white. All reach it
on a dark grey too."""

DASHES = ("solid", "dashed", "dashdot", "dotted")
"""After all colours, the next line style."""

GREYS = ("#000000", "#555555", "#8f8f8f")
"""For black and white: after all line styles, the next grey."""


def look(number: int) -> tuple[str | None, str]:
    """Colour (None for that of text) and line style of the run with this running number."""
    return CYCLE[number % len(CYCLE)], DASHES[number // len(CYCLE) % len(DASHES)]


def alike(count: int, different: int) -> str:
    """A sentence where so many curves have fewer looks; "" where each has its own."""
    if different >= count:
        return ""
    return tr(
        "{count} curves have only {different} looks, so some can't be told apart; group them "
        "(by name, or the seeds of one experiment), or draw fewer",
        count=f"{count:,}",
        different=f"{different:,}",
    )


def grey_look(number: int) -> tuple[str, str]:
    """Grey and line style of the curve with this number, for print without colours."""
    return GREYS[number // len(DASHES) % len(GREYS)], DASHES[number % len(DASHES)]

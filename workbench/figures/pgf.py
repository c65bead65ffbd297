"""Pictures for pgfplots, the TeX package: what every one of them has, whatever it shows."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.figures.settings import FigureSpec

TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
        "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
        "\n": " ", "\r": " ",
    }
)  # fmt: skip
BEYOND_PDFLATEX = re.compile(r"[^\x00-\u024f\u2000-\u22ff]")
"""Letters of scripts that pdfLaTeX knows nothing of."""

HEAD = r"""\documentclass[border=2mm]{standalone}
\usepackage{pgfplots}
\pgfplotsset{compat=1.18}
\usepgfplotslibrary{fillbetween}
\begin{document}
"""
TAIL = r"""\end{document}
"""

DASHES = {"solid": "solid", "dashed": "dashed", "dashdot": "dash dot", "dotted": "dotted"}


def remarks(picture: str) -> list[str]:
    """What has to be known to set a picture, a sentence each; none where any TeX can."""
    found = "".join(dict.fromkeys(BEYOND_PDFLATEX.findall(picture)))
    if not found:
        return []
    return [
        tr(
            "pdfLaTeX can't set {letters}: use LuaLaTeX or XeLaTeX, and a font that has them",
            letters=found[:12],
        )
    ]


class PgfPicture:
    """One picture that lines are added to, in the order of its legend.

    Args:
        figure: Its look; its settings are kept in a comment.
        x_title, y_title: Of the axes.
        log_x, log_y: Whether they are logarithmic.
    """

    def __init__(
        self,
        figure: FigureSpec,
        x_title: str,
        y_title: str,
        *,
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        self._figure = figure
        self._titles = x_title.translate(TEX), y_title.translate(TEX)
        self._modes = ["log" if is_log else "linear" for is_log in (log_x, log_y)]
        self._colours: list[str] = []
        self._parts: list[str] = []

    def colour(self, colour: str) -> str:
        """The name by which this colour, as #rrggbb, is known in the picture."""
        name = f"run{len(self._colours)}"
        code = colour.removeprefix("#").upper()
        self._colours.append(rf"\definecolor{{{name}}}{{HTML}}{{{code}}}")
        return name

    def add(
        self,
        options: str,
        x: npt.NDArray[np.float64],
        y: npt.NDArray[np.float64],
        label: str | None = None,
    ) -> None:
        """Draws a line; with a label it has an entry in the legend."""
        rows = (rf"{a:.7g} {b:.7g}\\" for a, b in zip(x.tolist(), y.tolist(), strict=True))
        self._parts += [rf"\addplot[{options}] table[row sep=\\] {{", *rows, "};"]
        if label is not None:
            self._parts.append(rf"\addlegendentry{{{label.translate(TEX)}}}")

    def fill(self, colour: str, low: str, high: str) -> None:
        """Fills what lies between two lines that have these names as paths."""
        self._parts.append(
            rf"\addplot[{colour}, opacity=0.18, forget plot] fill between[of={low} and {high}];"
        )

    def text(self, *, stand_alone: bool) -> str:
        """The picture; with a document around it, or for one that has its own."""
        parts = [
            f"% {self._figure.to_json()}",
            *self._colours,
            r"\begin{tikzpicture}",
            rf"\begin{{axis}}[{self._options()}]",
            *self._parts,
            r"\end{axis}",
            r"\end{tikzpicture}",
            "",
        ]
        picture = "\n".join(parts)
        return f"{HEAD}{picture}{TAIL}" if stand_alone else picture

    def _options(self) -> str:
        (x_title, y_title), (x_mode, y_mode), look = self._titles, self._modes, self._figure.look
        ends = {"xmin": look.x_from, "xmax": look.x_to, "ymin": look.y_from, "ymax": look.y_to}
        options = [
            f"width={look.width:g}mm",
            f"height={look.height:g}mm",
            f"xlabel={{{x_title}}}",
            f"ylabel={{{y_title}}}",
            f"xmode={x_mode}",
            f"ymode={y_mode}",
            "legend style={font=\\footnotesize}",
            "legend pos=outer north east",
            "mark size=1pt",
            *(f"{name}={value:.9g}" for name, value in ends.items() if value is not None),
        ]
        if look.title:
            options.append(f"title={{{look.title.translate(TEX)}}}")
        if look.grid:
            options.append("grid=major")
        return ", ".join(options)

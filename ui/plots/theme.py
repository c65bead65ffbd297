"""The colours of plots: those of runs as Qt's, and the rest from the palette.

Widgets never live here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from workbench.curves.looks import look

_STYLES = {
    "solid": Qt.PenStyle.SolidLine,
    "dashed": Qt.PenStyle.DashLine,
    "dashdot": Qt.PenStyle.DashDotLine,
    "dotted": Qt.PenStyle.DotLine,
}
LEGIBLE = 3.0
"""The least contrast of a line or a swatch against its background (WCAG 2.2, 1.4.11)."""


def run_style(index: int, text: QColor | None = None) -> tuple[QColor, Qt.PenStyle]:
    """The colour and the line style of the run with this running number, everywhere.

    Args:
        index: 0 for the first run; after 8 colours the line style changes.
        text: the text colour of the palette; the application's if left out.
    """
    name, dashes = look(index)
    style = _STYLES[dashes]
    if name is not None:
        return QColor(name), style
    return QColor(text or QGuiApplication.palette().color(QPalette.ColorRole.Text)), style


def mix(colour: QColor, other: QColor, share: float) -> QColor:
    """`colour` with `share` (0 to 1) of `other` in it; opaque, as alpha costs time to draw."""
    keep = 1.0 - share
    return QColor(
        round(colour.red() * keep + other.red() * share),
        round(colour.green() * keep + other.green() * share),
        round(colour.blue() * keep + other.blue() * share),
    )


def _luminance(colour: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours by WCAG, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1024)
def _legible(colour: int, foreground: int, background: int) -> QColor:
    """See `PlotTheme.legible`; every frame asks it for every curve."""
    for share in (0.0, 0.2, 0.4, 0.6, 0.8):
        candidate = mix(QColor(colour), QColor(foreground), share)
        if contrast(candidate, QColor(background)) >= LEGIBLE:
            return candidate
    return QColor(foreground)


@dataclass(frozen=True)
class PlotTheme:
    """The colours of a plot but for those of runs."""

    background: QColor
    foreground: QColor
    muted: QColor
    grid: QColor
    frame: QColor
    accent: QColor

    @classmethod
    def from_palette(cls, palette: QPalette) -> PlotTheme:
        """Take the colours that a plot has in `palette`."""
        background = QColor(palette.color(QPalette.ColorRole.Base))
        foreground = QColor(palette.color(QPalette.ColorRole.Text))
        muted = mix(foreground, background, 0.35)
        return cls(
            background=background,
            foreground=foreground,
            muted=muted if contrast(muted, background) >= 4.5 else foreground,
            grid=mix(foreground, background, 0.91),
            frame=mix(foreground, background, 0.80),
            accent=QColor(palette.color(QPalette.ColorRole.Highlight)),
        )

    def legible(self, colour: QColor) -> QColor:
        """`colour`, or its nearest mix with the foreground that can be seen on the background."""
        return QColor(_legible(colour.rgb(), self.foreground.rgb(), self.background.rgb()))

    def faint(self, colour: QColor) -> QColor:
        """For the raw values behind a smoothed curve."""
        return mix(colour, self.background, 0.72)

    def band(self, colour: QColor) -> QColor:
        """For how far the runs of a group lie apart; what is behind shines through."""
        shade = QColor(colour)
        shade.setAlphaF(0.22)
        return shade

    def faded(self, colour: QColor) -> QColor:
        """For the runs that are not the highlighted one."""
        return mix(colour, self.background, 0.62)

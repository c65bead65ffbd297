"""Figures as a person reads them: thousands separated, units always, four digits at most."""

from __future__ import annotations

NONE = "–"


def count(value: float | None) -> str:
    """93,322."""
    return NONE if value is None else f"{value:,.0f}"


def big(value: float | None) -> str:
    """2.79 M: a number of operations or weights in four digits at most."""
    if value is None:
        return NONE
    for limit, factor, unit in ((1e9, 1e9, " G"), (1e6, 1e6, " M")):
        if value >= limit:
            return f"{value / factor:.3g}{unit}"
    return f"{value:,.0f}"


def size(value: float | None) -> str:
    """1.1 MB; decimal units, as disks are sold."""
    if value is None:
        return NONE
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= limit:
            return f"{value / limit:.3g} {unit}"
    return f"{value:.0f} B"


def percent(share: float | None) -> str:
    """97.78 %."""
    return NONE if share is None else f"{100 * share:.2f} %"


def decimal(value: float | None) -> str:
    """0.0812: a loss."""
    return NONE if value is None else f"{value:.4g}"


def duration(seconds: float | None) -> str:
    """6 s, 2 min 10 s, 3 h 5 min."""
    if seconds is None:
        return NONE
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"

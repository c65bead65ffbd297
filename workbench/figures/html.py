"""Pages of one HTML file that needs nothing: no script, no network, nothing from another file.

Whatever a person (or another machine) named is escaped, and a page forbids itself to load or run
anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from workbench import __version__
from workbench.base.text import language

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; margin: 0 auto; max-width: 1080px;
  padding: 32px 24px; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin-top: 40px; }
h1, h2 { font-weight: 600; } table { border-collapse: collapse; font-size: 14px; }
.wide { overflow-x: auto; } th, td { padding: 4px 16px 4px 0; text-align: right;
  border-bottom: 1px solid #dde1e6; font-variant-numeric: tabular-nums; white-space: nowrap; }
th { color: #5a636e; font-weight: 400; } th:first-child, td:first-child, .left { text-align: left; }
.muted { color: #5a636e; } .swatch { display: inline-block; width: 12px; height: 12px;
  margin-right: 8px; } pre { background: #f3f4f6; padding: 12px; overflow-x: auto; }
summary { cursor: pointer; } svg { max-width: 100%; height: auto; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_HEAD = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
_IDS = re.compile(r'(\bid="|href="#|url\(#)')


def page(title: str, parts: Iterable[str], style: str = "") -> str:
    """A whole page.

    Args:
        title: Plain text.
        parts: Of its body, HTML.
        style: Rules besides those that all pages have.
    """
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body>\n{body}\n"
        f'<p class="muted">DLOpt Workbench {escape(__version__)}</p></body></html>\n'
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already; the heads are plain text."""
    head = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def inline(svg: str, prefix: str) -> str:
    """A figure as a part of the page: without its head, and with ids that are its own."""
    svg = _METADATA.sub("", _HEAD.sub("", svg, count=1))
    return _IDS.sub(rf"\g<1>{prefix}", svg)

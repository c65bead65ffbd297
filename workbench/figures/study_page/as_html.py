"""The answer of a study as one HTML file; it prints on white paper too."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from workbench.base.text import tr
from workbench.figures import html
from workbench.figures.measured.drawing import lines_figure_of
from workbench.figures.saving import content
from workbench.figures.settings import FigureLook, FigureSpec
from workbench.figures.study_page.settings import (
    VERDICT_WORDS,
    PageCell,
    PageRow,
    StudyPage,
    Verdict,
    with_sign,
)
from workbench.figures.waterfall.drawing import waterfall_of

WATERFALL = FigureLook(width=170.0, height=60.0, font_size=9.0)
FRONT = FigureLook(width=120.0, height=85.0, font_size=9.0)
SHOWN = 2
"""Waterfalls that are seen at once; the others are unfolded by a click."""

STYLE = """
.lead { font-size: 20px; line-height: 1.4; max-width: 900px; margin: 8px 0 4px; }
h1 { font-size: 15px; color: #5a636e; font-weight: 400; margin: 0; }
td.why { white-space: normal; min-width: 220px; text-align: left; color: #3b434d; }
td.verdict { text-align: left; } tr.group td { color: #5a636e; padding-top: 12px; }
.real { color: #0a5f91; font-weight: 600; } .harmful { color: #a84700; font-weight: 600; }
.none { color: #5a636e; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 24px; margin: 0; }
dt { color: #5a636e; } dd { margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 14px; font-weight: 600; margin: 16px 0 4px; }
pre { margin: 0; font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0 0 16px; }
@media print { body { font-size: 11px; padding: 0; max-width: none; } .lead { font-size: 15px; }
  h2 { margin-top: 20px; font-size: 14px; } table, dl { font-size: 10px; }
  .wide { overflow: visible; } th, td { padding-right: 8px; } td.why { min-width: 120px; }
  pre { font-size: 9px; padding: 4px 0;
  background: none; } figure, tr, pre { break-inside: avoid; } h2, h3 { break-after: avoid; }
  @page { size: A4; margin: 12mm; } }
"""
_CLASSES: dict[Verdict, str] = {"real": "real", "harmful": "harmful"}


def page_html(page: StudyPage, data: None) -> str:
    """The page as text."""
    return html.page(page.title, _parts(page), STYLE)


def _parts(page: StudyPage) -> Iterator[str]:
    yield f"<h1>{_joined(page.title, page.date)}</h1>"
    yield f'<p class="lead">{escape(page.sentence)}</p>'
    if page.lead:
        yield f'<p class="muted">{escape(page.lead)}</p>'
    for number, waterfall in enumerate(page.waterfalls):
        drawn = waterfall.changed(look=_look(page, WATERFALL).values())
        figure = _figure(waterfall_of(drawn, None), drawn, f"waterfall{number}-")
        title = escape(waterfall.title)
        if number < SHOWN:
            yield f"<h2>{title}</h2>{figure}"
        else:
            yield f"<details><summary>{title}</summary>{figure}</details>"
    if page.rows:
        yield f"<h2>{escape(tr('Every lever'))}</h2>"
        yield _table(page)
    if page.front is not None:
        yield f"<h2>{escape(tr('What it costs against what it gives'))}</h2>"
        drawn_front = page.front.changed(look=_look(page, FRONT).values())
        yield _figure(lines_figure_of(drawn_front, None), drawn_front, "front-")
    if page.facts:
        yield f"<h2>{escape(tr('What it rests on'))}</h2>"
        facts = "".join(
            f"<dt>{escape(fact.title)}</dt><dd>{escape(fact.text)}</dd>" for fact in page.facts
        )
        yield f"<dl>{facts}</dl>"
    if page.commands:
        yield f"<h2>{escape(tr('Reproduce it'))}</h2>"
        for row in page.commands:
            yield f"<h3>{escape(row.label)}</h3><pre>{escape(row.command)}</pre>"


def _joined(title: str, date: str) -> str:
    return " · ".join(escape(part) for part in (title, date) if part)


def _look(page: StudyPage, look: FigureLook) -> FigureLook:
    return look.changed(font=page.look.font, monochrome=page.look.monochrome)


def _figure(drawn: object, figure: FigureSpec, prefix: str) -> str:
    svg = content(drawn, "svg").decode()  # type: ignore[arg-type]
    return f"<figure>{html.inline(svg, prefix)}</figure>"


def _table(page: StudyPage) -> str:
    heads = [tr("Lever"), *page.columns]
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    last = "".join(f'<th class="left">{escape(name)}</th>' for name in (tr("Verdict"), tr("Why")))
    body = []
    for group, rows in groupby(page.rows, lambda row: row.group):
        if group:
            span = len(page.columns) + 3
            body.append(f'<tr class="group"><td colspan="{span}">{escape(group)}</td></tr>')
        body += [_row(page, row) for row in rows]
    return (
        f'<div class="wide"><table><thead><tr>{head}{last}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _row(page: StudyPage, row: PageRow) -> str:
    cells = [*row.cells, *(PageCell() for _ in range(len(page.columns) - len(row.cells)))]
    kind = _CLASSES.get(row.verdict, "none")
    return (
        f"<tr><td>{escape(row.label)}</td>{''.join(map(_cell, cells))}"
        f'<td class="verdict {kind}">{escape(VERDICT_WORDS[row.verdict])}</td>'
        f'<td class="why">{escape(row.reason)}</td></tr>'
    )


def _cell(cell: PageCell) -> str:
    kind = f' class="{_CLASSES.get(cell.verdict, "none")}"' if cell.verdict else ""
    reason = f' title="{escape(cell.reason)}"' if cell.reason else ""
    return f"<td{kind}{reason}>{escape(with_sign(cell))}</td>"

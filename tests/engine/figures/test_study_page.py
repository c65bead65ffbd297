"""The page that a study ends in: what stands in the HTML and on the paper, and that it is one."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.svg import texts_of
from workbench.figures.embedded import about
from workbench.figures.families import figure_from
from workbench.figures.study_page.drawing import page_of
from workbench.figures.study_page.paper import Pen, lines_of, width_of
from workbench.figures.study_page.settings import StudyPage
from workbench.figures.writing import write

EVIL = '<script src="http://a.b/c.js">alert(1)</script> & "x" \'y\''
COMMAND = "dlopt-workbench run mnist-cnn --set schedule.kind=one_cycle"
SERIES = {"name": "Tried", "x": [10.0, 80.0], "y": [99.2, 99.1], "kind": "dots"}


def row(label: str, verdict: str, **more: Any) -> dict[str, Any]:
    cells = [{"text": "+0.02 points", "verdict": verdict}, {"text": "÷3.3"}]
    return {"label": label, "verdict": verdict, "cells": cells, "group": "algorithm", **more}


VERDICTS = ("real", "nothing shown", "harmful", "does not apply", "not tried")


def page(**changes: Any) -> StudyPage:
    """A small page; fields by name replace its own."""
    steps = [{"label": "One cycle", "amount": 0.3, "words": "÷3.3"}]
    waterfall = {
        "what": "waterfall-seconds", "title": "Training time (s)", "start": 80.0,
        "start_label": "Baseline", "end_label": "All together", "multiplies": True, "steps": steps,
    }  # fmt: skip
    front = {"what": "front", "x_title": "Training time (s)", "y_title": "Validation accuracy (%)",
             "series": [SERIES]}  # fmt: skip
    rows = [row(f"Lever {n}", verdict, reason=f"reason {n}") for n, verdict in enumerate(VERDICTS)]
    return StudyPage.parse(
        {
            "what": "study",
            "title": "Lever study: mnist-cnn",
            "date": "2026-03-01 14:05",
            "sentence": "99.24 % as before, 12 times sooner.",
            "lead": "Confirmed on five fresh seeds.",
            "waterfalls": [waterfall],
            "front": front,
            "columns": ["Accuracy", "Training time"],
            "rows": [row("Baseline", "", command=COMMAND, group=""), *rows],
            "facts": [{"title": "Noise", "text": "0.07 points"}],
            **changes,
        }
    )


class Read(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def html_of(made: StudyPage, folder: Path) -> Read:
    write(made, None, folder / "page.html")
    return Read((folder / "page.html").read_text("utf-8"))


def test_the_html_holds_every_word_and_both_figures(tmp_path: Path) -> None:
    read = html_of(page(), tmp_path)
    wanted = {
        "Lever study: mnist-cnn · 2026-03-01 14:05", "99.24 % as before, 12 times sooner.",
        "Confirmed on five fresh seeds.", "Accuracy", "Training time", "Verdict", "Why",
        "✓ +0.02 points", "✗ +0.02 points", "+0.02 points", "÷3.3", "algorithm", "reason 3",
        *VERDICTS, "Noise", "0.07 points", COMMAND, "All together", "Validation accuracy (%)",
    }  # fmt: skip
    assert wanted <= set(read.words)
    assert sum(tag == "svg" for tag, _ in read.tags) == 2
    assert not any(tag == "details" for tag, _ in read.tags)
    several = html_of(page(waterfalls=[page().waterfalls[0].values()] * 4), tmp_path)
    assert sum(tag == "details" for tag, _ in several.tags) == 2
    ids = [attributes["id"] for _, attributes in several.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_names_of_strangers_stay_text_and_nothing_is_loaded(tmp_path: Path) -> None:
    steps = [{"label": EVIL, "amount": 0.3, "words": EVIL[:90]}]
    waterfall = page().waterfalls[0].values() | {"steps": steps, "start_label": EVIL}
    front = page().front
    assert front is not None
    made = page(
        title=EVIL, sentence=EVIL, lead=EVIL, date=EVIL[:90], columns=[EVIL],
        rows=[row(EVIL, "real", reason=EVIL, command=EVIL, group=EVIL,
                  cells=[{"text": EVIL, "reason": EVIL, "verdict": "real"}])],
        facts=[{"title": EVIL, "text": EVIL}], waterfalls=[waterfall],
        front=front.values() | {"series": [SERIES | {"name": EVIL}]},
    )  # fmt: skip
    read = html_of(made, tmp_path)
    assert sum(word == EVIL for word in read.words) >= 9
    assert not {tag for tag, _ in read.tags} & {"script", "img", "link", "iframe", "object", "a"}
    assert not [a for _, a in read.tags if any(n.startswith("on") or n == "src" for n in a)]
    links = [v or "" for _, a in read.tags for n, v in a.items() if n in ("href", "xlink:href")]
    assert all(link.startswith("#") for link in links)
    policy = next(a["content"] for t, a in read.tags if t == "meta" and "http-equiv" in a)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    write(made, None, tmp_path / "page.svg")
    assert EVIL in texts_of((tmp_path / "page.svg").read_bytes())


def test_the_pdf_is_one_page_of_a4_with_its_settings_inside(tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        write(page(), None, tmp_path / name)
    found = (tmp_path / "one.pdf").read_bytes()
    assert found == (tmp_path / "two.pdf").read_bytes()
    assert found.count(b"/Type /Page\n") + found.count(b"/Type /Page ") == 1
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", found)
    assert box is not None
    assert [round(float(side)) for side in box.groups()] == [595, 842]
    assert figure_from(json.loads(about(tmp_path / "one.pdf"))) == page()


def many(count: int) -> StudyPage:
    """A page of long rows and longer commands."""
    sets = "structure.layers=[" + '{kind="conv2d",filters=32},' * 8 + "]"
    rows = [
        row(f"A lever with a long name, number {n}", VERDICTS[n % 5], command=f"{COMMAND} '{sets}'",
            reason="0.02 ± 0.09 points, p = 0.6; differences under 0.2 points can't be shown")
        for n in range(count)
    ]  # fmt: skip
    facts = [{"title": f"Fact {n}", "text": "some words of it " * 6} for n in range(10)]
    return page(rows=rows, facts=facts, sentence="a long answer, " * 20 + "and its end")


@pytest.mark.parametrize("made", [page(), page(waterfalls=[], front=None), many(22), many(40)])
def test_nothing_lies_outside_of_the_page_or_on_other_words(made: StudyPage) -> None:
    drawn = page_of(made, None)
    drawn.draw_without_rendering()
    boxes = [text.get_window_extent() for text in drawn.texts if text.get_text()]
    for box in boxes:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= drawn.bbox.x1
        assert box.y1 <= drawn.bbox.y1
    for axes in drawn.axes:
        box = axes.get_tightbbox()
        assert box is not None
        boxes.append(box)
    over = [
        (a, b)
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 2 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
    ]
    assert over == []


def test_a_page_says_where_its_commands_have_no_room() -> None:
    words = [text.get_text() for text in page_of(many(40), None).texts]
    assert any(word.startswith("The other commands are in the page as HTML") for word in words)
    words = [text.get_text() for text in page_of(page(), None).texts]
    assert COMMAND in words
    assert not any(word.startswith("The other commands") for word in words)


def test_lines_are_no_wider_than_their_room_and_lose_no_letter() -> None:
    pen = Pen(7.0, "DejaVu Sans")
    text = "some words, 中文 too, and" + "a-word-that-has-no-end" * 9
    lines = lines_of(text, 40.0, pen)
    assert all(width_of(line, pen) <= 40.0 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert width_of("mm", Pen(14.0, "DejaVu Sans")) == pytest.approx(
        2 * width_of("mm", pen), rel=0.02
    )


def test_a_page_is_no_docx(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"page.docx: must end in one of .html, .pdf, .svg, .png"):
        write(page(), None, tmp_path / "page.docx")
    assert not (tmp_path / "page.docx").exists()

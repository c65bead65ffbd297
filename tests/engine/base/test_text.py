"""Texts as data: both languages, arguments, numbers, and parts that come from elsewhere."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

import pytest

from workbench.base import text
from workbench.base.text import Text, english, joined, packed, plural, tr, unpacked


class German:
    """A few sentences of another language."""

    sentences: ClassVar[dict[str, str]] = {
        "{name} was renamed": "{name} heißt jetzt anders",
        "the run": "der Lauf",
        "The run": "Der Lauf",
        "{what} has ended": "{what} ist zu Ende",
        "broken {name}": "kaputt {nome}",
    }

    def gettext(self, message: str, /) -> str:
        assert message, "gettext answers the empty message with the catalog's header"
        return self.sentences.get(message, message)

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        return "{count} Lauf" if count == 1 else "{count} Läufe"

    def pgettext(self, context: str, message: str, /) -> str:
        return {"an end": "offen"}.get(context, "öffnen")


@pytest.fixture
def german() -> Iterator[None]:
    text.use("de", German())
    yield
    text.use(text.ENGLISH)


@pytest.mark.usefixtures("german")
def test_a_text_says_it_in_the_language_and_knows_its_english() -> None:
    said = tr("{name} was renamed", name="a{b}")
    assert said == "a{b} heißt jetzt anders"
    assert english(said) == "a{b} was renamed"
    assert (tr("Open", context="an end"), tr("Open", context="a file")) == ("offen", "öffnen")
    assert tr("") == ""
    assert tr("100 {% as it is") == "100 {% as it is"


@pytest.mark.usefixtures("german")
def test_texts_in_texts_are_translated_too() -> None:
    said = tr("{what} has ended", what=tr("the run"))
    assert (said, english(said)) == ("der Lauf ist zu Ende", "the run has ended")
    both = joined("; ", [said, "x", tr("the run")])
    assert (both, english(both)) == (
        "der Lauf ist zu Ende; x; der Lauf",
        "the run has ended; x; the run",
    )
    assert joined(", ", []) == ""
    assert joined("{", ["a", "b"]) == "a{b"


@pytest.mark.usefixtures("german")
def test_a_number_decides_the_form() -> None:
    one, many = (
        plural("{count} run", "{count} runs", 1),
        plural("{count} run", "{count} runs", 1234),
    )
    assert (one, many) == ("1 Lauf", "1,234 Läufe")
    assert (english(one), english(many)) == ("1 run", "1,234 runs")


@pytest.mark.usefixtures("german")
def test_a_translation_that_names_other_arguments_falls_back_to_english() -> None:
    assert tr("broken {name}", name="x") == "broken x"


def test_parts_travel_as_json_and_speak_the_language_of_who_reads_them() -> None:
    sent = json.dumps(packed(tr("{what} has ended", what=plural("{count} run", "{count} runs", 2))))
    assert unpacked(json.loads(sent)) == "2 runs has ended"
    text.use("de", German())
    try:
        assert unpacked(json.loads(sent)) == "2 Läufe ist zu Ende"
        assert pickle.loads(pickle.dumps(tr("the run"))) == "der Lauf"
        assert english(copy.deepcopy(tr("the run"))) == "the run"
    finally:
        text.use(text.ENGLISH)
    assert unpacked("as it is") == "as it is"


HOSTILE = [
    None, 3, [], {}, {"template": 3}, {"template": "x" * (text.LONGEST + 1)},
    {"template": "{a.__class__}", "arguments": {"a": 1}},
    {"template": "{a[0]}", "arguments": {"a": "b"}},
    {"template": "{a:>1000000000}", "arguments": {"a": "b"}},
    {"template": "{a!r}", "arguments": {"a": "b"}},
    {"template": "{", "arguments": {"a": "b"}},
    {"template": "{b}", "arguments": {"a": "b"}},
    {"template": "{a}", "arguments": {"a": []}},
    {"template": "{a}", "arguments": {"a": True}},
    {"template": "{a}", "arguments": ["a"]},
    {"template": "{a}", "many": "{a}", "number": "2", "arguments": {"a": 1}},
    {"template": "x", "arguments": {str(n): 1 for n in range(text.MOST_ARGUMENTS + 1)}},
]  # fmt: skip


@pytest.mark.parametrize("parts", HOSTILE)
def test_parts_that_are_none_are_refused(parts: object) -> None:
    with pytest.raises(ValueError, match="not a text"):
        unpacked(parts)


def test_parts_that_nest_without_end_are_refused() -> None:
    parts: object = "x"
    for _ in range(text.DEEPEST + 1):
        parts = {"template": "{a}", "arguments": {"a": parts}}
    with pytest.raises(ValueError, match="not a text"):
        unpacked(parts)


@pytest.mark.usefixtures("german")
def test_the_sentence_of_an_error_keeps_its_parts() -> None:
    error = ValueError(tr("{name} was renamed", name="x"))
    assert english(str(error)) == "x was renamed"
    assert english(tr("{what} has ended", what=error)) == "x was renamed has ended"
    assert tr("{what} has ended", what=KeyError("k")) == "'k' ist zu Ende"
    assert tr("{what} has ended", what=PurePosixPath("/a")) == "/a ist zu Ende"


@pytest.mark.usefixtures("german")
def test_a_title_within_a_sentence_begins_small_in_english_alone() -> None:
    known, unknown = text.inside(tr("The run")), text.inside("Learning rate")
    assert (known, english(known)) == ("Der Lauf", "the run")
    assert (unknown, english(unknown)) == ("learning rate", "learning rate")
    assert english(unpacked(packed(unknown))) == "learning rate"
    assert english(copy.deepcopy(known)) == "the run"


def test_a_text_stays_one_when_it_is_taken_as_a_str() -> None:
    said = tr("{name} was renamed", name="x")
    assert str(said) is said
    assert packed(str(ValueError(said))) == packed(said)


def test_help_is_the_first_paragraph_of_a_docstring() -> None:
    class Choice:
        """Halves the `rate`
        at once.

        More on it.
        """

    assert text.help_of(Choice) == "Halves the rate at once."


def test_a_template_without_its_argument_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        tr("{name} was renamed", other="x")


def test_english_is_always_there() -> None:
    assert text.languages()[0] == text.ENGLISH
    with pytest.raises(FileNotFoundError):
        text.use("xx")
    assert isinstance(tr("the run"), Text)


HEBREW = "שלום"


def test_a_name_from_right_to_left_does_not_turn_its_sentence() -> None:
    """In a process that draws its texts; what is kept has no marks."""
    text.isolate_names()
    try:
        said = tr("{name}: {count} of {share}", name=HEBREW, count=3, share="30 %")
        assert said == f"\u2068{HEBREW}\u2069: 3 of 30 %"
        assert text.english(said) == f"{HEBREW}: 3 of 30 %"
        assert joined(", ", [HEBREW, "é", tr("more")]) == f"\u2068{HEBREW}\u2069, é, more"
        assert tr("{said}!", said=said) == f"{said}!", "a sentence is no name"
        assert unpacked(packed(said)) == said
        again = tr("{name}.", name=text.isolated(HEBREW))
        assert again == f"\u2068{HEBREW}\u2069."
    finally:
        text.isolate_names(False)
    assert tr("{name}", name=HEBREW) == HEBREW, "a terminal would show the marks"


@pytest.mark.parametrize("name", ["a\u2069b", "\u2069\u202eab", "\u2067\u2067ab"])
def test_a_name_can_not_end_its_own_isolation(name: str) -> None:
    kept = text.isolated(name)
    assert (kept[0], kept[-1]) == ("\u2068", "\u2069")
    assert kept[1:-1].removeprefix("\u202e") == "ab", "what it turns ends with it"

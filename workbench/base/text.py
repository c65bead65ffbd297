"""Text for a person as data: a template, named arguments, and what they say in two languages.

`tr("{name} was renamed", name=run.name)` is a sentence in the language of this process. It is a
`str`, so it goes wherever text goes. It also knows its English, which is what the store, logs and
`--json` keep, and its parts, which travel between processes (`packed`, `unpacked`).

A process speaks the language that `DLOPT_LANGUAGE` names when this module is imported, English
where it names none, until it calls `use`, which has to come before other modules of ours are
imported, as they hold texts at their top. The training process speaks English: what it says travels
by its parts, and what it stores is English. Translations are gettext catalogs in
`resources/locale`. The templates are extracted from the source, so each call names its template as
a literal; whatever depends on a number goes through `plural`. An argument is a value or another
text, never half a sentence.
"""

from __future__ import annotations

import gettext
import os
import re
import string
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any, Protocol

ENGLISH = "en"
LANGUAGE = "DLOPT_LANGUAGE"
"""The variable of the environment that names a process's language."""

DOMAIN = "dlopt"
DEEPEST, LONGEST, MOST_ARGUMENTS = 8, 10_000, 200
"""Limits of a packed text, which may come from a file that somebody else made."""

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_ISOLATES = "\u2066-\u2069"
_TURNS = re.compile(
    f"[\u061c\u200e\u200f\u202a-\u202e{_ISOLATES}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters that are written from right to left, and marks that turn what follows."""

INSIDE = "inside"
"""The context of a title within a sentence."""

Value = str | int | float
Given = Value | PurePath | BaseException
Packed = str | dict[str, Any]
"""A text as JSON: its parts; a string that is no `Text` stays as it is."""


class Catalog(Protocol):
    """Where translations come from, as in gettext."""

    def gettext(self, message: str, /) -> str:
        """The translation; the message itself where there is none."""

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """The translation for a number."""

    def pgettext(self, context: str, message: str, /) -> str:
        """The translation of a message that stands for different things in different places."""


_catalog: Catalog = gettext.NullTranslations()
_isolating = False
_language = ENGLISH


def language() -> str:
    """What this process speaks."""
    return _language


def use(language: str, catalog: Catalog | None = None) -> None:
    """Makes this process speak a language from now on.

    Args:
        language: One of `languages()`.
        catalog: Its translations; None for those that come with the workbench.

    Raises:
        FileNotFoundError: where there are none.
    """
    global _catalog, _language
    if catalog is None and language == ENGLISH:
        catalog = gettext.NullTranslations()
    if catalog is None:
        with (_folder() / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
            catalog = gettext.GNUTranslations(file)
    _catalog, _language = catalog, language


def isolate_names(on: bool = True) -> None:
    """Keeps names that are written from right to left from turning the sentences they stand in.

    For a process that draws its texts: a terminal would show the marks. English, as it is kept,
    has none.
    """
    global _isolating
    _isolating = on


def isolated(name: str) -> str:
    """A name among other words: whichever direction it is written in, theirs stays as it is."""
    if name.isascii() or (name.startswith(FIRST_STRONG_ISOLATE) and name.endswith(POP_ISOLATE)):
        return name
    return f"{FIRST_STRONG_ISOLATE}{re.sub(f'[{_ISOLATES}]', '', name)}{POP_ISOLATE}"


def languages() -> list[str]:
    """Codes of the languages that a process can speak, English first."""
    folder = _folder()
    found = [it.name for it in folder.iterdir() if it.is_dir()] if folder.is_dir() else []
    translated = [
        name for name in found if (folder / name / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file()
    ]
    return [ENGLISH, *sorted(set(translated) - {ENGLISH})]


def _folder() -> Any:
    return files("resources") / "locale"


class Text(str):
    """A sentence, label or figure in the language of this process.

    Attributes:
        english: The same in English.
        template: In English, with its arguments by name; with `many`, the form for one.
        arguments: By name; a text among them is translated too.
        many: The template for every number but 1; "" where no number decides.
        number: The one that decides.
        context: Tells apart what English says in the same words; "" for none.
    """

    english: str
    template: str
    arguments: Mapping[str, Value]
    many: str
    number: int
    context: str

    def __new__(
        cls,
        template: str,
        arguments: Mapping[str, Value],
        *,
        many: str = "",
        number: int = 1,
        context: str = "",
    ) -> Text:
        """Fills the template, in English and in the language of this process."""
        source = many if many and number != 1 else template
        in_english = {name: english(value) for name, value in arguments.items()}
        plain = filled(source, in_english)
        if many:
            local = _catalog.ngettext(template, many, number)
        elif context and context != INSIDE:
            local = _catalog.pgettext(context, template)
        else:
            local = _catalog.gettext(template) if template else ""  # else the catalog's header
        shown = {name: _among_words(value) for name, value in arguments.items()}
        try:
            made = super().__new__(cls, filled(local, shown))
        except KeyError:  # a translation that names an argument that there is not
            made = super().__new__(cls, plain)
        if context == INSIDE:
            small = plain[:1].lower() + plain[1:]
            made, plain = super().__new__(cls, small if made == plain else made), small
        made.english, made.template, made.arguments = plain, template, dict(arguments)
        made.many, made.number, made.context = many, number, context
        return made

    def __str__(self) -> str:
        """Itself: `str` of a text, and of an error that was given one, keeps the parts."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied by its parts, so that it speaks the language of the process that reads it."""
        return unpacked, (packed(self),)


def tr(template: str, /, *, context: str = "", **arguments: Given) -> str:
    """What the workbench says, as a `Text`.

    Args:
        template: In English, a literal; `{name}` stands for an argument. Without arguments it is
            taken as it is.
        context: Tells apart what English says in the same words ("Open" a file, an "Open" end).
        arguments: Values as a person reads them, texts, paths, or errors for their sentence.

    Raises:
        KeyError: where the template names an argument that is not given.
    """
    return Text(template, _values(arguments), context=context)


def plural(one: str, many: str, count: int, /, **arguments: Given) -> str:
    """What the workbench says of a number of things; `{count}` is the number itself.

    Raises:
        KeyError: where a template names an argument that is not given.
    """
    values = {"count": f"{count:,}", **_values(arguments)}
    return Text(one, values, many=many, number=count)


def _values(given: Mapping[str, Given]) -> dict[str, Value]:
    return {
        name: str(it) if isinstance(it, BaseException | PurePath) else it
        for name, it in given.items()
    }


def help_of(described: type) -> str:
    """What a choice or a lever is for: the first paragraph of its docstring."""
    return Text(first_paragraph(described.__doc__ or ""), {})


def first_paragraph(docstring: str) -> str:
    """The help in a docstring: in one line, as plain words."""
    return " ".join(docstring.strip().partition("\n\n")[0].split()).replace("`", "")


def inside(title: str) -> str:
    """A title within a sentence: in English with a small first letter, else as it is."""
    whole = title if isinstance(title, Text) else Text(title, {})
    return Text(
        whole.template, whole.arguments, many=whole.many, number=whole.number, context=INSIDE
    )


def as_text(said: str) -> str:
    """A template that stands as a literal elsewhere, as the title of a setting does."""
    return said if isinstance(said, Text) else Text(said, {})


def joined(by: str, parts: Iterable[str]) -> str:
    """Texts after each other, each of them translated by itself: sentences, entries of a list."""
    named = {f"part{number}": part for number, part in enumerate(parts)}
    return Text(
        by.replace("{", "{{").replace("}", "}}").join(f"{{{name}}}" for name in named), named
    )


def _among_words(value: Value) -> Value:
    """A value as it stands in a sentence: what is no text of ours may be a name."""
    if not _isolating or not isinstance(value, str) or isinstance(value, Text):
        return value
    return isolated(value) if _TURNS.search(value) else value


def english(value: Value) -> Any:
    """A text in English, for what is kept; anything else as it is."""
    return value.english if isinstance(value, Text) else value


def in_english(value: Any) -> Any:
    """Plain values with each text in English, as `--json` prints them."""
    if isinstance(value, Mapping):
        return {english(name): in_english(it) for name, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [in_english(it) for it in value]
    return english(value)


def filled(template: str, arguments: Mapping[str, Value]) -> str:
    """A template with its arguments; as it is where there are none.

    Only names are fields: no attributes, indices or widths, as a template may come from a file.

    Raises:
        KeyError: where an argument is missing or the template has other fields.
    """
    if not arguments:
        return template
    return "".join(
        before + (str(arguments[name]) if name else "") for before, name in _parts(template)
    )


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str], ...]:
    """(what stands before it, name of the field) of each field; the last name may be ""."""
    try:
        parsed = [
            (before, name or "", spec, how)
            for before, name, spec, how in string.Formatter().parse(template)
        ]
    except ValueError as error:  # a brace by itself
        raise KeyError(template) from error
    if any(spec or how or (name and not name.isidentifier()) for _, name, spec, how in parsed):
        raise KeyError(template)
    return tuple((before, name) for before, name, _, _ in parsed)


def packed(value: str) -> Packed:
    """A text as JSON, for another process or for later."""
    if not isinstance(value, Text):
        return value
    parts = {
        "template": value.template,
        "many": value.many,
        "context": value.context,
        "number": value.number if value.many else 1,
        "arguments": {
            name: packed(it) if isinstance(it, str) else it for name, it in value.arguments.items()
        },
    }
    usual = {"many": "", "context": "", "number": 1, "arguments": {}}
    return {name: part for name, part in parts.items() if usual.get(name) != part}


def unpacked(parts: object) -> str:
    """The text, in the language of this process.

    Raises:
        ValueError: where this isn't what `packed` gives.
    """
    return _unpacked(parts, DEEPEST)


def _unpacked(parts: object, deep: int) -> str:
    if isinstance(parts, str):
        return parts
    if not isinstance(parts, dict) or not deep:
        raise ValueError("not a text")
    template, arguments = parts.get("template"), parts.get("arguments", {})
    many, context, number = parts.get("many", ""), parts.get("context", ""), parts.get("number", 1)
    if not all(isinstance(it, str) and len(it) <= LONGEST for it in (template, many, context)):
        raise ValueError("not a text")
    if (
        not isinstance(arguments, dict)
        or len(arguments) > MOST_ARGUMENTS
        or type(number) is not int
    ):
        raise ValueError("not a text")
    values = {
        str(name): it if type(it) in (int, float) else _unpacked(it, deep - 1)
        for name, it in arguments.items()
    }
    try:
        return Text(str(template), values, many=many, number=number, context=context)
    except KeyError as error:
        raise ValueError("not a text") from error


if (_asked := os.environ.get(LANGUAGE, ENGLISH)) != ENGLISH and _asked in languages():
    use(_asked)

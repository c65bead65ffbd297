"""The language of filters: `accuracy > 0.98 and optimizer.kind = adam`, read and written.

A word by itself is looked for in the texts of a run; words side by side must all be there. There is
no `eval`: a filter becomes a small tree of frozen classes, whose `str` reads as the same tree. What
it finds is computed in `matching`.

Grammar::

    filter  = every { "or" every }
    every   = one { ["and"] one }
    one     = "not" one | "(" filter ")" | column compare value | text
    compare = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
    value   = word | number unit | "quoted text" | 'quoted text' | "missing"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.runs.quantities import Kind

DEEPEST = 40
"""Brackets and `not` inside one another."""

MISSING = "missing"
WORDS = ("and", "or", "not")
UNITS = {"%", *(unit for kind in Kind for unit in kind.writing.factors)}
"""As the table writes them: behind a number they belong to it."""


class QueryError(BadInput, ValueError):
    """A filter can't be read, in one sentence with its place.

    Attributes:
        place: Of the fault in the text, from 1; 0 where it lies in no text.
    """

    def __init__(self, sentence: str, place: int = 0) -> None:
        if place:
            sentence = tr("{sentence} (character {place})", sentence=sentence, place=place)
        super().__init__(sentence)
        self.place = place


class Operator(StrEnum):
    """How a column is compared with a value."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = "~"


@dataclass(frozen=True)
class ContainsText:
    """Runs with this text in one of their texts."""

    text: str

    def __str__(self) -> str:
        return quoted(self.text)


@dataclass(frozen=True)
class Compare:
    """Runs whose column stands so to a value; `value` is None for a missing one."""

    column: str
    operator: Operator
    value: str | None
    place: int = field(default=1, compare=False)
    value_place: int = field(default=1, compare=False)

    def __str__(self) -> str:
        value = MISSING if self.value is None else quoted(self.value)
        return f"{quoted(self.column)} {self.operator} {value}"


@dataclass(frozen=True)
class Not:
    """Runs that don't."""

    term: Term

    def __str__(self) -> str:
        return f"not {_bracketed(self.term, And, Or)}"


@dataclass(frozen=True)
class And:
    """Runs that match all terms."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " and ".join(_bracketed(term, And, Or) for term in self.terms)


@dataclass(frozen=True)
class Or:
    """Runs that match one term or more."""

    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return " or ".join(_bracketed(term, Or) for term in self.terms)


Term = ContainsText | Compare | Not | And | Or


def parse(text: str) -> Term | None:
    """What a filter says; None where it says nothing.

    Raises:
        QueryError: where it can't be read.
    """
    tokens = list(_tokens(text))
    if len(tokens) == 1:
        return None
    reader = _Parser(tokens)
    found = reader.filter(0)
    reader.expect_end()
    return found


def quoted(text: str) -> str:
    """A text as a filter has it: in quotation marks where it would read as something else."""
    plain = _WORD.fullmatch(text) and text.lower() not in (*WORDS, MISSING)
    if plain:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def columns_of(term: Term | None) -> Iterator[Compare]:
    """Every comparison in a filter."""
    if isinstance(term, Compare):
        yield term
    elif isinstance(term, Not):
        yield from columns_of(term.term)
    elif isinstance(term, (And, Or)):
        for inner in term.terms:
            yield from columns_of(inner)


def has_text(term: Term | None) -> bool:
    """Whether a filter looks for a text in any column."""
    if isinstance(term, Not):
        return has_text(term.term)
    if isinstance(term, (And, Or)):
        return any(has_text(inner) for inner in term.terms)
    return isinstance(term, ContainsText)


def _bracketed(term: Term, *kinds: type) -> str:
    return f"({term})" if isinstance(term, kinds) else str(term)


# --- reading -------------------------------------------------------------------------------------

_WORD = re.compile(r"(?!')[^\s()\"=!<>~\\]+")  # it's is a word, 'it is' a text
_TOKEN = re.compile(
    rf"""(?P<space>\s+)|(?P<bracket>[()])|(?P<operator>!=|<=|>=|[=<>~])
    |"(?P<quoted>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'
    |(?P<word>{_WORD.pattern})|(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?", re.ASCII)


class _Token(NamedTuple):
    kind: str
    text: str
    place: int

    def says(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind, found, place = match.lastgroup or "", match[match.lastgroup or 0], match.start() + 1
        if kind == "other":
            if found in "\"'":
                raise QueryError(tr("the quotation mark is not closed"), place)
            said = (
                tr("{found} can't stand here; 'is not' is written !=", found=repr(found))
                if found == "!"
                else tr("{found} can't stand here; put it in quotation marks", found=repr(found))
            )
            raise QueryError(said, place)
        if kind in ("quoted", "single"):
            kind, found = "quoted", re.sub(r"\\(.)", r"\1", found, flags=re.DOTALL)
        if kind != "space":
            yield _Token(kind, found, place)
    yield _Token("end", "", len(text) + 1)


class _Parser:
    """Reads tokens by the grammar above, each rule a method."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def expect_end(self) -> None:
        if self._next.kind != "end":
            raise QueryError(tr("')' closes no bracket"), self._next.place)

    def filter(self, depth: int) -> Term:
        terms = [self._every(depth)]
        while self._next.says("or"):
            self._take()
            terms.append(self._every(depth))
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _every(self, depth: int) -> Term:
        terms = [self._one(depth)]
        while self._next.kind != "end" and self._next.text != ")" and not self._next.says("or"):
            if self._next.says("and"):
                self._take()
            terms.append(self._one(depth))
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _one(self, depth: int) -> Term:
        token = self._take()
        if depth > DEEPEST:
            raise QueryError(tr("too many brackets or 'not' inside one another"), token.place)
        if token.says("not"):
            return Not(self._one(depth + 1))
        if token == ("bracket", "(", token.place):
            inside = self.filter(depth + 1)
            closing = self._take()
            if closing.kind == "end":
                raise QueryError(tr("a closing bracket is missing"), closing.place)
            return inside
        if token.kind not in ("word", "quoted") or token.says(*WORDS):
            raise QueryError(
                tr("a column or a text is missing before {token}", token=_named(token)), token.place
            )
        if self._next.kind == "operator":
            return self._comparison(token)
        return ContainsText(token.text)

    def _comparison(self, column: _Token) -> Compare:
        operator, value = self._take(), self._take()
        if value.kind not in ("word", "quoted") or value.says(*WORDS):
            raise QueryError(
                tr("a value is missing after {text}", text=repr(operator.text)), value.place
            )
        missing = value.says(MISSING)
        found = Operator(operator.text)
        if missing and found not in (Operator.EQUAL, Operator.UNEQUAL):
            raise QueryError(tr("'missing' goes with = and != only"), value.place)
        text = None if missing else value.text
        if _NUMBER.fullmatch(value.text) and self._next.kind == "word" and self._next.text in UNITS:
            text = f"{value.text} {self._take().text}"
        return Compare(column.text, found, text, column.place, value.place)


def _named(token: _Token) -> str:
    return tr("the end") if token.kind == "end" else repr(token.text)

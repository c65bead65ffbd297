"""What a filter finds: each comparison on a whole column at once, with NumPy."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.runs.columns import EXAMPLES, RUN_COLUMNS, Column
from workbench.runs.quantities import Kind
from workbench.runs.table.frame import RunFrame, Snapshot
from workbench.runs.table.query import (
    And,
    Compare,
    ContainsText,
    Not,
    Operator,
    QueryError,
    Term,
    columns_of,
    has_text,
)

Mask = npt.NDArray[np.bool_]

SEARCHED = ("name", "status", "tags", "notes", "message", "run_id")
"""The texts in which a word by itself is looked for, besides the columns that are shown."""

_COMPARED: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.UNEQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.CONTAINS: operator.contains,
}


class Filter:
    """A filter whose columns and values were checked against a frame.

    Args:
        term: From `query.parse`; None lets every run through.
        frame: Whose columns it may name.
        shown: Keys of the columns that are shown; a word by itself is looked for in their texts.

    Raises:
        QueryError: where it names no column, or compares one with what it can't hold.
    """

    def __init__(self, term: Term | None, frame: RunFrame, shown: Iterable[str] = ()) -> None:
        self._term = term
        self._about: dict[str, Column] = {}
        for compare in columns_of(term):
            self._check(compare, frame)
        texts = [key for key in shown if frame.about(key).kind.is_text]
        self._searched = tuple(dict.fromkeys((*SEARCHED, *texts))) if has_text(term) else ()

    @property
    def keys(self) -> set[str]:
        """The columns that it looks at."""
        return {*self._about, *self._searched}

    def mask(self, runs: Snapshot) -> Mask:
        """Which rows match it."""
        if self._term is None:
            return np.ones(runs.count, np.bool_)
        return self._mask(self._term, runs)

    def _check(self, compare: Compare, frame: RunFrame) -> None:
        if not frame.has(compare.column):
            fault = tr("there is no column {name}", name=repr(compare.column))
            known = known_columns(frame)
            raise QueryError(near_miss(fault, compare.column, known), compare.place)
        column = frame.about(compare.column)
        self._about[compare.column] = column
        if column.kind.is_text or compare.value is None or compare.operator is Operator.CONTAINS:
            return
        if as_number(compare.value, column.kind) is None:
            wanted = column.kind.writing.wanted
            raise QueryError(
                tr(
                    "{column} is compared with {wanted}, got {value}",
                    column=compare.column,
                    wanted=wanted,
                    value=repr(compare.value),
                ),
                compare.value_place,
            )

    def _mask(self, term: Term, runs: Snapshot) -> Mask:
        if isinstance(term, ContainsText):
            return self._with_text(term.text.casefold(), runs)
        if isinstance(term, Compare):
            return self._compared(term, runs)
        if isinstance(term, Not):
            return ~self._mask(term.term, runs)
        masks = [self._mask(inner, runs) for inner in term.terms]
        together = np.logical_and if isinstance(term, And) else np.logical_or
        return np.asarray(together.reduce(masks), np.bool_)

    def _with_text(self, wanted: str, runs: Snapshot) -> Mask:
        found = np.zeros(runs.count, np.bool_)
        for key in self._searched:
            values = runs.column(key)
            found |= _each(values, lambda value: value is not None and wanted in value.casefold())
        return found

    def _compared(self, term: Compare, runs: Snapshot) -> Mask:
        column, values = self._about[term.column], runs.column(term.column)
        missing = _missing(values)
        if term.value is None:
            return missing if term.operator is Operator.EQUAL else ~missing
        if column.kind.is_text or term.operator is Operator.CONTAINS:
            wanted = term.value.casefold()
            compared = _COMPARED[term.operator]
            found = _each(values, lambda v: compared(_written(v, column).casefold(), wanted))
        else:
            number = as_number(term.value, column.kind)
            found = np.asarray(_COMPARED[term.operator](values, number), np.bool_)
        # What is missing is unequal to everything, and nothing else.
        return (found & ~missing) | (missing & (term.operator is Operator.UNEQUAL))


_UNIT = re.compile(r"\s*([a-zA-Z]+|%)$")
_FLAGS = {"true": 1.0, "yes": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "0": 0.0}


def as_number(text: str, kind: Kind) -> float | None:
    """What a value in a filter means to a column of numbers; None where it means nothing."""
    if kind is Kind.FLAG:
        return _FLAGS.get(text.lower())
    try:
        if kind is Kind.DATE:
            return datetime.fromisoformat(text).timestamp()
        found = _UNIT.search(text)
        unit = found[1] if found is not None else ""
        if unit == "%":
            return _float(text.removesuffix("%")) / 100
        factor = kind.writing.factors.get(unit)
        return _float(text) if factor is None else _float(text.removesuffix(unit)) * factor
    except (ValueError, OverflowError, OSError):
        return None


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def known_columns(frame: RunFrame) -> list[str]:
    """Every column that can be named, those that take a choice by their examples."""
    return [*RUN_COLUMNS, *EXAMPLES, *frame.settings()]


def _written(value: Any, column: Column) -> str:
    return "" if value is None else value if isinstance(value, str) else column.text(float(value))


def _missing(values: npt.NDArray[Any]) -> Mask:
    if values.dtype != np.object_:
        return np.asarray(np.isnan(values), np.bool_)
    return _each(values, lambda value: value is None or value == "")


def _each(values: npt.NDArray[Any], test: Callable[[Any], bool]) -> Mask:
    return np.fromiter(map(test, values), np.bool_, len(values))

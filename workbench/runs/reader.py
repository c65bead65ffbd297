"""Reading runs by the thousand: what changed since the last look, as columns.

Every change of a run gives it the next number of the store's feed, so a look costs what is new,
not what there is. Values come as arrays for `RunFrame`; nothing is written here.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.runs.columns import BEST_OF, RUN_COLUMNS, Column
from workbench.runs.database import Database
from workbench.runs.packing.spec_pieces import Field
from workbench.runs.rows import FIGURES, UNSOUND, figures_of, sound, unsound

CHUNK = 1000
"""Runs to a batch: small enough for the window's thread to take one in under 10 ms."""

PIECES = 3
"""Different pieces of specs to a run, at most in one batch."""

_NAME = "(SELECT name FROM run_groups WHERE run_groups.group_id = runs.{}_id)"
_SPECIAL = {
    "epochs": "CASE WHEN steps_per_epoch > 0 THEN step / steps_per_epoch ELSE 0 END",
    "group": _NAME.format("group"),
    "study": _NAME.format("study"),
    "unsound": UNSOUND,
}
NUMBERS = (
    *(key for key, column in RUN_COLUMNS.items() if not column.kind.is_text),
    "colour",
    "steps_per_epoch",
    *(f"{metric}@best" for metric in BEST_OF),
)
TEXTS = tuple(k for k, column in RUN_COLUMNS.items() if column.kind.is_text and k != "run_id")


class FeedPosition(NamedTuple):
    """How far a reader is: the last number of the feed, of a removal and of a piece of a spec."""

    number: int = 0
    gone: int = 0
    part: int = 0


class Pieces(NamedTuple):
    """Pieces of one section of the specs: their numbers, and each setting as a list of values."""

    section: str
    numbers: list[int]
    values: dict[str, list[Field | None]]


@dataclass(frozen=True)
class Batch:
    """Runs that changed.

    Attributes:
        ids: Their ids, in the order of the change.
        numbers, texts: Columns by name, as long as `ids`.
        parts: The numbers of each run's pieces of spec, see `fields.keep`; None where they have
            yet to be made.
        new_parts: The pieces of specs that came since.
        deleted: Which of `ids` are deleted.
        gone: Ids of runs that were removed for good.
        left_out: Rows that are no sound ones, see `rows.refusal`.
        mark: To go on from.
        is_whole: Whether nothing more is to be read.
    """

    ids: list[str]
    numbers: dict[str, npt.NDArray[np.float64]]
    texts: dict[str, npt.NDArray[np.object_]]
    parts: list[bytes | None]
    new_parts: list[Pieces]
    deleted: npt.NDArray[np.bool_]
    gone: list[str]
    left_out: list[sqlite3.Row]
    mark: FeedPosition
    is_whole: bool


class Reader:
    """Asks an open store for many runs at once.

    Args:
        db: Of the thread that reads.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def is_much(self, since: FeedPosition, many: int) -> bool:
        """Whether more than `many` runs (or pieces of specs) are to be read since then."""
        runs = "SELECT COUNT(*) FROM (SELECT 1 FROM runs WHERE changed > ? LIMIT ?)"
        pieces = "SELECT COUNT(*) FROM (SELECT 1 FROM spec_parts WHERE part_id > ? LIMIT ?)"
        found = ((runs, since.number), (pieces, since.part))
        counts = [self._db.row(query, (value, many + 1)) for query, value in found]
        return any(row is not None and row[0] > many for row in counts)

    def _has_pieces(self, since: FeedPosition, many: int) -> bool:
        """Whether so many pieces of specs have come since then."""
        query = "SELECT 1 FROM spec_parts WHERE part_id > ? LIMIT 1 OFFSET ?"
        return self._db.row(query, (since.part, many - 1)) is not None

    @property
    def is_unfilled(self) -> bool:
        """Whether runs of an older schema wait for their columns, see `Store.fill_in`."""
        return self._db.row("SELECT 1 FROM runs WHERE parts IS NULL LIMIT 1") is not None

    def changes(self, since: FeedPosition = FeedPosition(), limit: int = CHUNK) -> Batch:  # noqa: B008
        """The next runs that changed after `since`, at most `limit`."""
        own = (name for name in (*TEXTS, *NUMBERS) if name not in FIGURES)
        columns = ("run_id", "changed", "deleted", "parts", "unsound", "figures", *own)
        asked = ", ".join(f'{_expression(name)} AS "{name}"' for name in columns)
        # Pieces come after the rows, as a piece is there before a run that refers to it; where they
        # are too many for one batch, the runs wait for the next.
        most = limit * PIECES
        found = (
            []
            if self._has_pieces(since, most)
            else self._db.rows(
                f"SELECT {asked} FROM runs WHERE changed > ? ORDER BY changed LIMIT ?",
                (since.number, limit),
            )
        )
        pieces = self._db.rows(
            "SELECT part_id, section, content FROM spec_parts WHERE part_id > ? LIMIT ?",
            (since.part, most),
        )
        is_whole = len(pieces) < most and len(found) < limit
        if len(pieces) == most:
            found = []
        mark = found[-1]["changed"] if found else since.number
        rows = sound(found)
        by_column = zip(*map(tuple, rows), strict=True)
        values = dict(zip(columns, by_column, strict=True)) if rows else {}
        empty: tuple[Any, ...] = ()
        gone = self._db.rows("SELECT number, run_id FROM gone WHERE number > ?", (since.gone,))
        return Batch(
            ids=list(values.get("run_id", empty)),
            numbers=_numbers(values),
            texts={k: _texts(values.get(k, empty)) for k in TEXTS},
            parts=list(values.get("parts", empty)),
            new_parts=_by_section(pieces),
            deleted=np.array([d is not None for d in values.get("deleted", empty)], np.bool_),
            gone=[row["run_id"] for row in gone],
            left_out=unsound(found) if len(rows) < len(found) else [],
            mark=FeedPosition(
                mark,
                gone[-1]["number"] if gone else since.gone,
                pieces[-1]["part_id"] if pieces else since.part,
            ),
            is_whole=is_whole,
        )

    def all(self, since: FeedPosition = FeedPosition()) -> Iterator[Batch]:  # noqa: B008
        """Everything that changed after `since`, batch by batch."""
        while True:
            batch = self.changes(since)
            yield batch
            if batch.is_whole:
                return
            since = batch.mark

    def of_epochs(self, column: Column, run_ids: Iterable[str] | None = None) -> dict[str, float]:
        """A column that is read from the epochs, by run id; runs without a value are left out.

        Args:
            column: One that `is_of_epochs`.
            run_ids: Only these; all where left out.
        """
        value: float = column.goal or column.at
        query = (
            f"SELECT run_id, MIN({column.metric}) FROM epochs"
            " WHERE val_accuracy >= ?{} GROUP BY run_id"
            if column.goal
            else f"SELECT run_id, {column.metric} FROM epochs WHERE epoch = ?{{}}"
        )
        if run_ids is None:
            rows = self._db.rows(query.format(""), (value,))
        else:
            one = query.format(" AND run_id = ?")
            rows = [row for i in run_ids for row in self._db.rows(one, (value, i))]
        return {row[0]: row[1] for row in rows if row[1] is not None}


def _by_section(rows: list[sqlite3.Row]) -> list[Pieces]:
    """Pieces with their settings side by side; parsed all at once, as there may be very many."""
    sections: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        sections.setdefault(row["section"], []).append(row)
    found = []
    for name, pieces in sections.items():
        parsed = _parsed([piece["content"] for piece in pieces])
        found.append(Pieces(name, [piece["part_id"] for piece in pieces], _by_path(parsed)))
    return found


def _by_path(pieces: list[dict[str, Field]]) -> dict[str, list[Field | None]]:
    """Each setting as a list of values, None where a piece has none; equal texts are one object."""
    kinds = list(dict.fromkeys(map(tuple, pieces)))
    paths = dict.fromkeys(chain.from_iterable(kinds))
    columns: Iterable[Sequence[Field | None]] = (
        zip(*map(dict.values, pieces), strict=True)
        if len(kinds) == 1
        else ([settings.get(path) for settings in pieces] for path in paths)
    )
    return {
        path: (
            [sys.intern(value) if type(value) is str else value for value in column]
            if str in {*map(type, column)}
            else list(column)
        )
        for path, column in zip(paths, columns, strict=True)
    }


def _parsed(contents: list[str]) -> list[dict[str, Field]]:
    """The settings of each piece; none of a damaged one."""
    try:
        found: list[dict[str, Field]] = json.loads(f"[{','.join(contents)}]")
    except (ValueError, TypeError, RecursionError):
        found = []
    if len(found) == len(contents) and {*map(type, found)} <= {dict}:
        return found
    return [{}] if len(contents) == 1 else [p for one in contents for p in _parsed([one])]


def _numbers(values: dict[str, tuple[Any, ...]]) -> dict[str, npt.NDArray[np.float64]]:
    """The columns of numbers, also of those that are kept together."""
    texts = values.get("figures", ())
    known = {text: figures_of(text) for text in set(texts)}
    if any(known.values()):
        kept = {key: [known[text].get(key) for text in texts] for key in FIGURES}
    else:
        kept = dict.fromkeys(FIGURES, [None] * len(texts))
    return {key: np.array(kept.get(key, values.get(key, ())), np.float64) for key in NUMBERS}


def _expression(name: str) -> str:
    """What SQL calls a column."""
    metric, at, _ = name.partition("@")
    return _SPECIAL.get(name, f"best_{metric}" if at else name)


def _texts(values: tuple[str, ...]) -> npt.NDArray[np.object_]:
    """As an array in which equal texts are one object: a status is that of thousands."""
    known = {value: value for value in values}
    made = np.empty(len(values), np.object_)
    made[:] = list(map(known.__getitem__, values))
    return made

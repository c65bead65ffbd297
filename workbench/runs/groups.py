"""Groups of runs that were made together: seeds, folds, the trials of a study.

A group is a row of the store, and so is who is in it: no tag that a person edits changes it.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from dataclasses import dataclass
from enum import StrEnum

from workbench.runs import free_names


class GroupKind(StrEnum):
    """What the runs of a group differ in."""

    SEEDS = "seeds"
    FOLDS = "folds"
    ABLATION = "ablation"
    """The techniques that an experiment is without, one at a time, and the seed."""
    STUDY = "study"
    """The settings that the study varies; its runs have numbers, see `Run.trial`."""

    SEARCH = "search"
    """The steps that compress one network. Its runs are judged on the validation images; the test
    part is read for the one that is chosen, alone.
    """


@dataclass(frozen=True)
class GroupRecord:
    """A group as the store holds it.

    Attributes:
        group_id: Sorts by time of creation; the same in every store that has some of its runs.
        kind: A code of `GroupKind`, or one that a newer version knows.
        name: For a person; no other group of the store has it.
        created: Seconds since 1970.
    """

    group_id: str
    kind: str
    name: str
    created: float


def add(db: sqlite3.Connection, kind: str, name: str) -> GroupRecord:
    """A new group, with a number behind its name where another group, or a tag, has it."""
    now = time.time()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    group_id = free_names.group_id(db, stamp)
    made = GroupRecord(group_id, kind, _free_name(db, name, is_tag=True), now)
    _insert(db, made)
    return made


def adopt(db: sqlite3.Connection, group: GroupRecord) -> GroupRecord:
    """The group of this id as the store has it; taken in where it doesn't."""
    known = read(db.execute("SELECT * FROM run_groups WHERE group_id = ?", (group.group_id,)))
    if known:
        return known[0]
    name = _free_name(db, group.name)
    made = GroupRecord(group.group_id, group.kind, name, group.created)
    _insert(db, made)
    return made


def read(rows: sqlite3.Cursor | list[sqlite3.Row]) -> list[GroupRecord]:
    """Rows of the table as values."""
    return [GroupRecord(*(row[n] for n in ("group_id", "kind", "name", "created"))) for row in rows]


def _insert(db: sqlite3.Connection, group: GroupRecord) -> None:
    values = (group.group_id, group.kind, group.name, group.created)
    db.execute("INSERT INTO run_groups (group_id, kind, name, created) VALUES (?, ?, ?, ?)", values)


def remove_empty(db: sqlite3.Connection) -> None:
    """Removes the groups whose runs were all removed for good."""
    db.execute(
        "DELETE FROM run_groups WHERE NOT EXISTS"
        " (SELECT 1 FROM runs WHERE runs.group_id = run_groups.group_id)"
        " AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.study_id = run_groups.group_id)"
    )


def _free_name(db: sqlite3.Connection, wanted: str, *, is_tag: bool = False) -> str:
    names = itertools.chain([wanted], (f"{wanted} {n}" for n in itertools.count(2)))
    queries = (_NAMED, _TAGGED) if is_tag else (_NAMED,)
    return next(
        name
        for name in names
        if not any(db.execute(query, (name,)).fetchone()[0] for query in queries)
    )


_NAMED = "SELECT EXISTS (SELECT 1 FROM run_groups WHERE name = ?)"
_TAGGED = (
    "SELECT EXISTS (SELECT 1 FROM runs WHERE deleted IS NULL"
    " AND instr(', ' || tags || ', ', ', ' || ? || ', ') > 0)"
)

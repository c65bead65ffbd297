"""Names and ids that no run of the store has yet."""

from __future__ import annotations

import itertools
import secrets
import sqlite3


def run_id(db: sqlite3.Connection, stamp: str) -> str:
    """An id that no run has.

    Four digits tell runs of a second apart; in a hundred of them two are often the same.
    """
    return _free(db, stamp, "SELECT 1 FROM runs WHERE run_id = ?")


def group_id(db: sqlite3.Connection, stamp: str) -> str:
    """An id that no group has."""
    return _free(db, stamp, "SELECT 1 FROM run_groups WHERE group_id = ?")


def _free(db: sqlite3.Connection, stamp: str, taken: str) -> str:
    ids = (f"{stamp}-{secrets.token_hex(2)}" for _ in itertools.count())
    return next(i for i in ids if db.execute(taken, (i,)).fetchone() is None)


def name(db: sqlite3.Connection, wanted: str) -> str:
    """The name, with a number where another run has it.

    Looks at few of the names that are taken: a sweep gives one to a thousand runs.
    """

    def numbered(number: int) -> str:
        return wanted if number == 1 else f"{wanted} {number}"

    def taken(number: int) -> bool:
        found = db.execute("SELECT 1 FROM runs WHERE name = ?", (numbered(number),))
        return found.fetchone() is not None

    low, high = 0, 1  # low is taken (or no name); doubled until one is free, then halved
    while taken(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if taken(middle) else (low, middle)
    return numbered(high)

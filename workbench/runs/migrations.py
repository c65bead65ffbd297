"""The store's schema, and the way from every older one to it.

`MIGRATIONS[n]` leads from version n to n + 1. A landed migration is never edited; tests keep a
store file of every version.
"""

from __future__ import annotations

import sqlite3

FIRST = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO settings VALUES ('queue_held', '0');
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    experiment_toml TEXT NOT NULL,
    created REAL NOT NULL,
    started REAL,
    finished REAL,
    position REAL NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    step INTEGER NOT NULL DEFAULT 0,
    total_steps INTEGER,
    steps_per_epoch INTEGER,
    seconds REAL,
    loss REAL,
    accuracy REAL,
    val_loss REAL,
    val_accuracy REAL,
    test_loss REAL,
    test_accuracy REAL,
    images_per_second REAL,
    parameters INTEGER,
    macs INTEGER,
    fingerprint TEXT NOT NULL DEFAULT '',
    colour INTEGER NOT NULL DEFAULT 0,
    hidden INTEGER NOT NULL DEFAULT 0,
    deleted REAL,
    environment TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX runs_by_status ON runs (status);
CREATE TABLE epochs (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    step INTEGER NOT NULL,
    seconds REAL NOT NULL,
    loss REAL NOT NULL,
    accuracy REAL NOT NULL,
    images_per_second REAL NOT NULL,
    learning_rate REAL NOT NULL,
    val_loss REAL,
    val_accuracy REAL,
    PRIMARY KEY (run_id, epoch)
) WITHOUT ROWID;
CREATE TABLE steps (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    first_step INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (run_id, first_step)
);
"""

MIGRATIONS: tuple[str, ...] = (FIRST,)


class TooNew(Exception):
    """The store was written by a later version of the workbench."""


def migrate(db: sqlite3.Connection) -> None:
    """Brings the open database to the newest version, each step whole or not at all.

    Raises:
        TooNew: where it already is of a later one.
        sqlite3.Error: where it can't be written.
    """
    version = _version(db)
    if version > len(MIGRATIONS):
        raise TooNew(
            f"was written by a later version of the workbench (schema {version}, known up to "
            f"{len(MIGRATIONS)}); update the workbench"
        )
    for number in range(version, len(MIGRATIONS)):
        db.execute("BEGIN IMMEDIATE")
        try:
            if _version(db) == number:  # another process may have been faster
                for statement in MIGRATIONS[number].split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA user_version = {number + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])

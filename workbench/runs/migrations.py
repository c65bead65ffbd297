"""The store's schema, and the way from every older one to it.

`MIGRATIONS[n]` leads from version n to n + 1. A landed migration is never edited; tests keep a
store file of every version.
"""

from __future__ import annotations

import sqlite3

from workbench.base.versions import made_by_newer
from workbench.runs import older_runs

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

THOUSANDS_OF_RUNS = """
ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN best_loss REAL;
ALTER TABLE runs ADD COLUMN best_accuracy REAL;
ALTER TABLE runs ADD COLUMN best_val_loss REAL;
ALTER TABLE runs ADD COLUMN best_val_accuracy REAL;
ALTER TABLE runs ADD COLUMN changed INTEGER;
ALTER TABLE runs ADD COLUMN parts BLOB;
UPDATE runs SET changed = rowid, (best_loss, best_accuracy, best_val_loss, best_val_accuracy) =
    (SELECT MIN(loss), MAX(accuracy), MIN(val_loss), MAX(val_accuracy)
     FROM epochs WHERE epochs.run_id = runs.run_id);
CREATE TABLE spec_parts (
    part_id INTEGER PRIMARY KEY,
    section TEXT NOT NULL,
    content TEXT NOT NULL,
    UNIQUE (section, content)
);
CREATE TABLE gone (number INTEGER PRIMARY KEY, run_id TEXT NOT NULL);
CREATE TABLE feed (number INTEGER NOT NULL);
INSERT INTO feed SELECT COALESCE(MAX(changed), 0) FROM runs;
CREATE UNIQUE INDEX runs_by_change ON runs (changed);
CREATE INDEX runs_by_name ON runs (name);
CREATE INDEX runs_by_colour ON runs (colour);
CREATE INDEX runs_without_parts ON runs (run_id) WHERE parts IS NULL;
CREATE TRIGGER run_added AFTER INSERT ON runs BEGIN\
 UPDATE feed SET number = number + 1;\
 UPDATE runs SET changed = (SELECT number FROM feed) WHERE run_id = NEW.run_id; END;
CREATE TRIGGER run_changed AFTER UPDATE ON runs WHEN NEW.changed IS OLD.changed BEGIN\
 UPDATE feed SET number = number + 1;\
 UPDATE runs SET changed = (SELECT number FROM feed) WHERE run_id = NEW.run_id; END;
CREATE TRIGGER run_gone AFTER DELETE ON runs BEGIN\
 UPDATE feed SET number = number + 1;\
 INSERT INTO gone SELECT number, OLD.run_id FROM feed; END;
"""
"""What a person notes of a run; the best of its metrics; the spec in pieces that runs share (see
`fields`); and a running number of every change, so that a reader asks for what is new alone."""

PROBES = """
CREATE TABLE probes (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    first_step INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (run_id, first_step)
);
"""
"""What a run that asks for it records of each step besides its metrics."""

COSTS_OF_USE = """
ALTER TABLE runs ADD COLUMN latency_ms REAL;
ALTER TABLE runs ADD COLUMN file_bytes INTEGER;
ALTER TABLE runs ADD COLUMN joules REAL;
UPDATE runs SET file_bytes = 4 * parameters WHERE parameters IS NOT NULL;
"""
"""How fast a run's network answers, how large its weights are (all in float32 until now), and the
energy that its training took."""

LIKE_WITH_LIKE = """
ALTER TABLE runs RENAME COLUMN seconds TO elapsed;
ALTER TABLE runs ADD COLUMN seconds REAL;
ALTER TABLE runs ADD COLUMN penalty REAL;
ALTER TABLE epochs RENAME COLUMN seconds TO elapsed;
ALTER TABLE epochs ADD COLUMN seconds REAL;
ALTER TABLE epochs ADD COLUMN penalty REAL;
"""
"""Training time apart from the time that passed, and the penalty apart from the loss. What was kept
as seconds held compiling and validation, so it is what passed; rows of steps tell by their size
whether they have the two."""

MAKERS = """
ALTER TABLE runs ADD COLUMN maker TEXT NOT NULL DEFAULT '';
"""
"""Which command is about to train a run that waits."""

KINDS_AND_GROUPS = """
CREATE TABLE run_groups (
    group_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    created REAL NOT NULL
);
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'training';
ALTER TABLE runs ADD COLUMN parent_id TEXT;
ALTER TABLE runs ADD COLUMN group_id TEXT;
ALTER TABLE runs ADD COLUMN study_id TEXT;
ALTER TABLE runs ADD COLUMN trial INTEGER;
ALTER TABLE runs ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN figures TEXT NOT NULL DEFAULT '{}';
INSERT INTO run_groups
    SELECT older_group_id(tag, MIN(created)), older_group_kind(tag), tag, MIN(created)
    FROM (SELECT older_group(tags) AS tag, created FROM runs WHERE tags <> '')
    WHERE tag IS NOT NULL GROUP BY tag;
UPDATE runs SET outcome = older_outcome(status, message), group_id =
    (SELECT group_id FROM run_groups WHERE tags <> '' AND name = older_group(runs.tags));
CREATE INDEX runs_by_group ON runs (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX runs_by_study ON runs (study_id) WHERE study_id IS NOT NULL;
CREATE INDEX runs_by_parent ON runs (parent_id) WHERE parent_id IS NOT NULL;
"""
"""What a run is and what it was made from; how it ended as a code; groups that no tag makes (older
ones are known by their tags, which stay); and the quantities that have no column of their own."""

RECIPES = """
ALTER TABLE runs ADD COLUMN recipe TEXT NOT NULL DEFAULT '';
"""
"""The steps that compressed a run."""

STUDIES = """
CREATE TABLE studies (
    study_id TEXT PRIMARY KEY REFERENCES run_groups (group_id) ON DELETE CASCADE,
    plan TEXT NOT NULL,
    choices TEXT NOT NULL DEFAULT '[]',
    worker TEXT NOT NULL DEFAULT ''
);
CREATE TABLE trials (
    study_id TEXT NOT NULL REFERENCES studies (study_id) ON DELETE CASCADE,
    trial INTEGER NOT NULL,
    settings TEXT NOT NULL,
    refused TEXT NOT NULL DEFAULT '',
    about TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (study_id, trial)
) WITHOUT ROWID;
"""
"""What a study is after and what was chosen; its trials, those too that were refused and have no
runs; and which process works on it."""

STUDY_NOTES = """
CREATE TABLE study_notes (
    study_id TEXT NOT NULL REFERENCES studies (study_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (study_id, name)
);
"""
"""What a study found out or decided that is no trial, so that it goes on the same way later."""

MIGRATIONS: tuple[str, ...] = (
    FIRST,
    THOUSANDS_OF_RUNS,
    PROBES,
    COSTS_OF_USE,
    LIKE_WITH_LIKE,
    MAKERS,
    KINDS_AND_GROUPS,
    RECIPES,
    STUDIES,
    STUDY_NOTES,
)


class TooNew(Exception):
    """The store was written by a later version of the workbench."""


def is_old(db: sqlite3.Connection) -> bool:
    """Whether the open database is of an older version than the newest.

    Raises:
        TooNew: where it is of a later one.
    """
    version = _version(db)
    if version > len(MIGRATIONS):
        raise TooNew(f"was {made_by_newer('schema', version, len(MIGRATIONS))}")
    return version < len(MIGRATIONS)


def migrate(db: sqlite3.Connection) -> None:
    """Brings the open database to the newest version, each step whole or not at all.

    Raises:
        TooNew: where it already is of a later one.
        sqlite3.Error: where it can't be written.
    """
    if not is_old(db):
        return
    older_runs.add_functions(db)
    for number in range(_version(db), len(MIGRATIONS)):
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

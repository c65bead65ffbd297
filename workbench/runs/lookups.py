"""Runs by what a person calls them: an id, the end of one, a name, a tag, a group."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.base.text import tr
from workbench.runs import groups, rows
from workbench.runs.claims import Claims
from workbench.runs.database import StoreError
from workbench.runs.groups import GroupRecord
from workbench.runs.record import Run


class UnknownRun(StoreError):
    """No run is called so, or several are, in one sentence."""

    listed_by = "runs"


class Lookups(Claims):
    """The part of a store that finds runs."""

    @property
    def folder(self) -> Path:
        """Where the store lies."""
        return self._db.folder

    def group(self, group_id: str | None) -> GroupRecord | None:
        """The group of this id; None where there is none."""
        query = "SELECT * FROM run_groups WHERE group_id = ?"
        return next(iter(groups.read(self._db.rows(query, (group_id,)))), None)

    def groups_of(self, run: Run) -> list[GroupRecord]:
        """The groups that a run is in."""
        found = map(self.group, (run.group_id, run.study_id))
        return [group for group in found if group is not None]

    def groups(self) -> list[GroupRecord]:
        """Every group, oldest first."""
        return groups.read(self._db.rows("SELECT * FROM run_groups ORDER BY created, rowid"))

    def grouped(self, name: str) -> list[Run]:
        """The runs that are not deleted of the group of this name, oldest first."""
        known = self._db.row("SELECT group_id FROM run_groups WHERE name = ?", (name,))
        if known is None:
            return []
        return self._where("(group_id = ?1 OR study_id = ?1)", known["group_id"])

    def children(self, run_id: str) -> list[Run]:
        """The runs that are not deleted and were made from this one, oldest first."""
        return self._where("parent_id = ?", run_id)

    def newest_tested(self, limit: int) -> list[Run]:
        """The newest runs that are not deleted and were tested, at most so many, newest first."""
        query = f"{rows.ALL} WHERE deleted IS NULL AND test_accuracy IS NOT NULL"
        return self._runs(f"{query} ORDER BY created DESC, rowid DESC LIMIT ?", limit)

    def tagged(self, tag: str) -> list[Run]:
        """The runs that are not deleted and have this tag, oldest first."""
        return self._where("instr(', ' || tags || ', ', ?) > 0", f", {tag}, ")

    def named(self, name: str) -> list[Run]:
        """The runs that are not deleted and have this name, also with a number behind it."""
        runs = self._where("substr(name, 1, ?) = ?", len(name), name)
        return [run for run in runs if re.fullmatch(r"(| \d+)", run.name[len(name) :])]

    def find(self, start: str) -> Run:
        """The run whose id starts (or ends) with this text; "last" is the newest.

        Raises:
            UnknownRun: where none or several do.
        """
        alive = f"SELECT run_id, {rows.UNSOUND} AS unsound FROM runs WHERE deleted IS NULL"  # noqa: S608
        if start == "last":
            found = rows.sound(self._db.rows(f"{alive} ORDER BY created DESC, rowid DESC"))[:1]
        else:
            ends = (start, len(start), start, -max(1, len(start)), start)
            query = f"{alive} AND ? <> '' AND (substr(run_id, 1, ?) = ? OR substr(run_id, ?) = ?)"
            found = rows.sound(self._db.rows(query, ends))
        if len(found) != 1:
            given = {"start": repr(start), "folder": str(self.folder)}
            raise UnknownRun(
                tr("{number} runs match {start} in {folder}", number=len(found), **given)
                if found
                else tr("there is no run {start} in {folder}", **given)
            )
        return self.run(found[0]["run_id"])

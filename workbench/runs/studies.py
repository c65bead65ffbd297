"""Studies as the store holds them: a plan, its trials, and what was chosen.

A study is a group (`groups`) whose plan is kept with it, as plain values that `workbench.study`
knows. A trial is written in the same transaction as its runs, so none is lost and none is there
twice, whenever the process that asks for them dies.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.base.text import english, tr
from workbench.runs import groups
from workbench.runs.database import StoreError
from workbench.runs.groups import GroupKind
from workbench.runs.presence import is_there
from workbench.runs.record import Run
from workbench.runs.recording import BEST, Recording, marks

SWEEP = "sweep"
"""The kind of a study whose plan names none."""


@dataclass(frozen=True)
class StudyRecord:
    """A study that knows what it is after.

    Attributes:
        study_id: Of its group.
        name: For a person; no other group has it.
        created: Seconds since 1970.
        plan: What is searched and how, as `workbench.study` wrote it.
        choices: What was chosen, oldest first, each as it was before the test part was read.
    """

    study_id: str
    name: str
    created: float
    plan: Mapping[str, Any]
    choices: Sequence[Mapping[str, Any]] = ()

    @property
    def kind(self) -> str:
        """What its plan is: a sweep where it says nothing else."""
        return str(self.plan.get("kind", SWEEP))


@dataclass(frozen=True)
class StudyStanding:
    """How far a study is, in numbers.

    Attributes:
        is_worked_on: A process that is there works on it.
        trials: Those that have, or had, runs; without the one of number 0.
        runs: How many of its runs that are not deleted have a status, by its name.
    """

    is_worked_on: bool = False
    trials: int = 0
    runs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TrialRecord:
    """A trial that was asked for.

    Attributes:
        trial: Its number in the study.
        settings: What it has, by path.
        refused: Why it has no runs; "" where it has.
        about: What a search learns from a refusal, or which runs are which of its trainings, as
            `workbench.study` wrote it.
    """

    trial: int
    settings: Mapping[str, Any]
    refused: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)


READ_AT_ONCE = 500


@dataclass
class KnownRuns:
    """The runs of a study as they were read last.

    Attributes:
        runs: By id.
        at: The number of the change after which each was read.
    """

    runs: dict[str, Run] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)


class Studies(Recording):
    """The part of a store that keeps studies and their trials."""

    def add_study(self, name: str, plan: Mapping[str, Any]) -> StudyRecord:
        """A new study, which this store works on; another group's name gets a number."""
        with self._db.change() as db:
            group = groups.add(db, GroupKind.STUDY, name)
            db.execute(
                "INSERT INTO studies (study_id, plan, worker) VALUES (?, ?, ?)",
                (group.group_id, json.dumps(plan), self.token),
            )
        return StudyRecord(group.group_id, group.name, group.created, plan)

    def studies(self) -> list[StudyRecord]:
        """Every study that knows what it is after, oldest first."""
        found = self._db.rows(
            "SELECT group_id, name, created, plan, choices FROM run_groups JOIN studies"
            " ON study_id = group_id ORDER BY created, group_id"
        )
        return [
            StudyRecord(
                row["group_id"],
                row["name"],
                row["created"],
                _read(row["plan"], {}),
                tuple(_read(row["choices"], [])),
            )
            for row in found
        ]

    def abandoned_studies(self) -> list[StudyRecord]:
        """The studies that a process worked on which is gone without having left them."""
        workers = {
            row["study_id"]: row["worker"]
            for row in self._db.rows("SELECT study_id, worker FROM studies WHERE worker <> ''")
        }
        return [
            study
            for study in self.studies()
            if study.study_id in workers and not is_there(self.folder, workers[study.study_id])
        ]

    def study(self, name: str) -> StudyRecord | None:
        """The study of this name; None where there is none that knows what it is after."""
        return next((study for study in self.studies() if study.name == name), None)

    def standings(self) -> dict[str, StudyStanding]:
        """How far every study is, by its id; without reading its runs."""
        workers = self._db.rows("SELECT study_id, worker FROM studies")
        trials = self._db.rows(
            "SELECT study_id, COUNT(*) AS count FROM trials WHERE refused = '' AND trial > 0"
            " GROUP BY study_id"
        )
        runs = self._db.rows(
            "SELECT study_id, status, COUNT(*) AS count FROM runs"
            " WHERE study_id IS NOT NULL AND deleted IS NULL GROUP BY study_id, status"
        )
        asked = {row["study_id"]: row["count"] for row in trials}
        found: dict[str, dict[str, int]] = {}
        for row in runs:
            found.setdefault(row["study_id"], {})[row["status"]] = row["count"]
        return {
            row["study_id"]: StudyStanding(
                bool(row["worker"]) and is_there(self.folder, row["worker"]),
                asked.get(row["study_id"], 0),
                found.get(row["study_id"], {}),
            )
            for row in workers
        }

    def take_study(self, study: StudyRecord) -> None:
        """Makes this store the one that works on a study.

        Raises:
            StoreError: where another process does.
        """
        token = self.token
        with self._db.change() as db:
            row = db.execute(
                "SELECT worker FROM studies WHERE study_id = ?", (study.study_id,)
            ).fetchone()
            worker = row["worker"] if row is not None else ""
            if worker and worker != token and is_there(self.folder, worker):
                raise StoreError(
                    tr("{name} is being worked on by another process", name=repr(study.name))
                )
            db.execute("UPDATE studies SET worker = ? WHERE study_id = ?", (token, study.study_id))

    def leave_study(self, study_id: str) -> None:
        """Lets another process work on a study."""
        with self._db.change() as db:
            db.execute(
                "UPDATE studies SET worker = '' WHERE study_id = ? AND worker = ?",
                (study_id, self.token),
            )

    def replan_study(self, study_id: str, plan: Mapping[str, Any]) -> None:
        """Gives a study another plan: one that goes on for longer."""
        with self._db.change() as db:
            db.execute(
                "UPDATE studies SET plan = ? WHERE study_id = ?", (json.dumps(plan), study_id)
            )

    def add_choice(self, study_id: str, choice: Mapping[str, Any]) -> dict[str, Any]:
        """Writes down what was chosen, with the time; what is kept."""
        kept = {"chosen_at": time.time(), **choice}
        with self._db.change() as db:
            row = db.execute(
                "SELECT choices FROM studies WHERE study_id = ?", (study_id,)
            ).fetchone()
            choices = [*_read(row["choices"], []), kept]
            db.execute(
                "UPDATE studies SET choices = ? WHERE study_id = ?",
                (json.dumps(choices), study_id),
            )
        return kept

    def note_trial(self, study_id: str, trial: TrialRecord) -> None:
        """Adds the row of a trial: of one that is refused, or within the change that adds runs."""
        settings, about = (json.dumps(dict(of)) for of in (trial.settings, trial.about))
        with self._db.change() as db:
            db.execute(
                "INSERT INTO trials (study_id, trial, settings, refused, about)"
                " VALUES (?, ?, ?, ?, ?)",
                (study_id, trial.trial, settings, english(trial.refused), about),
            )

    def keep_note(self, study_id: str, name: str, value: Mapping[str, Any]) -> None:
        """Keeps what a study found out or decided, in place of an earlier note of that name."""
        with self._db.change() as db:
            db.execute(
                "INSERT OR REPLACE INTO study_notes (study_id, name, value) VALUES (?, ?, ?)",
                (study_id, name, json.dumps(value)),
            )

    def study_notes(self, study_id: str) -> dict[str, dict[str, Any]]:
        """All that `keep_note` kept of a study, by name."""
        found = self._db.rows(
            "SELECT name, value FROM study_notes WHERE study_id = ? ORDER BY name", (study_id,)
        )
        return {row["name"]: _read(row["value"], {}) for row in found}

    def retell_trial(self, study_id: str, trial: int, about: Mapping[str, Any]) -> None:
        """Keeps something else about a trial, see `TrialRecord.about`."""
        with self._db.change() as db:
            db.execute(
                "UPDATE trials SET about = ? WHERE study_id = ? AND trial = ?",
                (json.dumps(dict(about)), study_id, trial),
            )

    def trials(self, study_id: str) -> list[TrialRecord]:
        """Every trial of a study that was asked for, by its number."""
        found = self._db.rows(
            "SELECT trial, settings, refused, about FROM trials WHERE study_id = ? ORDER BY trial",
            (study_id,),
        )
        return [
            TrialRecord(
                row["trial"], _read(row["settings"], {}), row["refused"], _read(row["about"], {})
            )
            for row in found
        ]

    def epoch_values(
        self, study_id: str, metric: str, epochs: Sequence[int]
    ) -> dict[str, dict[int, float]]:
        """What the runs of a study reached after these epochs, by run id and epoch.

        Args:
            study_id: Of the study.
            metric: One of `EpochMetrics`; what an epoch has no number of is left out.
            epochs: Which.
        """
        if metric not in BEST:
            raise ValueError(f"no epoch has a {metric}")
        found: dict[str, dict[int, float]] = {}
        for row in self._db.rows(
            f"SELECT run_id, epoch, epochs.{metric} AS value FROM epochs JOIN runs USING (run_id)"  # noqa: S608
            f" WHERE study_id = ? AND deleted IS NULL AND epoch IN ({marks(epochs)})"
            f" AND epochs.{metric} IS NOT NULL",
            (study_id, *epochs),
        ):
            found.setdefault(row["run_id"], {})[row["epoch"]] = row["value"]
        return found

    def trial_runs(self, study_id: str, known: KnownRuns | None = None) -> list[Run]:
        """The runs of a study that are not deleted, oldest first.

        Args:
            study_id: Of the study.
            known: As they were read before: only those that have changed are read again.
        """
        if known is None:
            return self._where("study_id = ?", study_id)
        found = self._db.rows(
            "SELECT run_id, changed FROM runs WHERE study_id = ? AND deleted IS NULL"
            " ORDER BY created, rowid",
            (study_id,),
        )
        now = {row["run_id"]: row["changed"] for row in found}
        changed = [run_id for run_id, at in now.items() if known.at.get(run_id) != at]
        for start in range(0, len(changed), READ_AT_ONCE):
            some = changed[start : start + READ_AT_ONCE]
            for run in self._where(f"run_id IN ({marks(some)})", *some):
                known.runs[run.run_id] = run
        known.at = now
        return [known.runs[run_id] for run_id in now if run_id in known.runs]


def _read(text: str, otherwise: Any) -> Any:
    """What JSON says; something empty where the store is damaged."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return otherwise
    return found if isinstance(found, type(otherwise)) else otherwise


def tidy(name: str) -> str:
    """A name as the store can have it: commas separate the tags that it is looked for among."""
    return " ".join(name.replace(",", " ").split())

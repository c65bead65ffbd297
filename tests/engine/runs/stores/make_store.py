"""Made `schema1.sqlite3` to `schema9.sqlite3`, each with the workbench of that schema.

    python tests/engine/runs/stores/make_store.py

Kept to say what is in them: what a person notes of a run (`noted`) from schema 2 on, probes from
schema 3 on, latency and energy from schema 4 on, both times and the penalty from schema 5 on; in
schema 6 runs that ended in every way (`ended`), and three seeds and two folds that are groups by
their tags (`repeated`); in schema 8 two trials of a study, of which nothing but the group is known
(`searched`), and in schema 9 one that knows its plan, with a trial that was refused and a choice
(`planned`). Not to be run again once the schema has moved on: a store of today would
take the old one's place.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np

from workbench import presets
from workbench.levers.repeats import with_folds, with_seeds
from workbench.runs import claims, groups, migrations
from workbench.runs.database import FILE
from workbench.runs.groups import GroupKind
from workbench.runs.record import PROBE_DTYPE, STEP_DTYPE, EpochMetrics, Origin, Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import TrialRecord

SCHEMA = 9
TARGET = Path(__file__).parent / f"schema{SCHEMA}.sqlite3"
STEPS = 100
ENVIRONMENT = {"python": "3.11.7", "tensorflow": "2.21.0", "device": "CPU, 2 cores"}


def steps(first: int, count: int) -> np.ndarray:
    """Values that tell which step they are of."""
    values = np.zeros(count, STEP_DTYPE)
    number = np.arange(first, first + count)
    values["elapsed"] = number * 0.125
    values["seconds"] = number * 0.0625
    values["loss"] = 2.0 / number
    values["accuracy"] = number / 200
    values["learning_rate"] = 0.001
    values["images_per_second"] = 5000 + number
    return values


def made(store: Store, name: str, number: int) -> Run:
    """A run created at a known time."""
    run = store.create(presets.load("digits-cnn").changed(name=name))
    store.update(run.run_id, created=1_700_000_000.0 + number)
    return run


def completed(store: Store) -> None:
    """A run with all that a run can have."""
    run = made(store, "completed run", 0)
    store.claim(run.run_id)
    store.add_steps(run.run_id, 1, steps(1, 60), step=60)
    store.add_steps(run.run_id, 61, steps(61, 40), np.ones(40, PROBE_DTYPE), step=STEPS)
    store.add_epoch(
        run.run_id, EpochMetrics(1, 50, 3.125, 0.5, 0.75, 5025.0, 1e-3, 0.25, 0.875, 6.25)
    )
    store.add_epoch(
        run.run_id, EpochMetrics(2, 100, 6.25, 0.25, 0.875, 5075.0, 1e-3, None, None, 12.5)
    )
    store.update(
        run.run_id, total_steps=STEPS, steps_per_epoch=50, elapsed=12.5, seconds=6.25,
        penalty=0.0, loss=0.25, accuracy=0.875,
        val_loss=0.25, val_accuracy=0.875, test_loss=0.125, test_accuracy=0.9375,
        images_per_second=5075.0, latency_ms=0.5, file_bytes=373_288, joules=12.5,
        parameters=93_322, macs=2_794_240, fingerprint="abc123",
        environment=ENVIRONMENT, hidden=True,
    )  # fmt: skip
    store.finish(run.run_id, RunStatus.COMPLETED)
    store.update(run.run_id, started=1_700_000_100.0, finished=1_700_000_200.0)


ENDS = {
    "completed": (RunStatus.COMPLETED, ""),
    "stopped early": (RunStatus.COMPLETED, "stopped after epoch 9 of 30: val_loss got no better"),
    "stopped": (RunStatus.STOPPED, ""),
    "interrupted": (RunStatus.INTERRUPTED, ""),
    "diverged": (
        RunStatus.FAILED,
        "the loss became NaN at step 7; the learning rate (10) is probably too high, or the pixels "
        "or labels are wrong",
    ),
    "out of memory": (
        RunStatus.FAILED,
        "the device ran out of memory; lower training.batch_size, the image size or the number of "
        "filters",
    ),
    "disk full": (
        RunStatus.FAILED,
        "the disk that holds the store is full; free some space and resume the run",
    ),
    "crashed": (
        RunStatus.INTERRUPTED,
        "the training process crashed (SIGSEGV); resume goes on from the last checkpoint",
    ),
    "ended": (RunStatus.INTERRUPTED, claims.ENDED),
    "never began": (RunStatus.INTERRUPTED, claims.NEVER_BEGAN),
    "failed": (RunStatus.FAILED, "unexpected RuntimeError: no idea (see the log)"),
}


def ended(store: Store) -> None:
    """A run for each way in which one ends."""
    for number, (name, (status, message)) in enumerate(ENDS.items()):
        store.finish(made(store, name, 10 + number).run_id, status, message)


def repeated(store: Store) -> None:
    """Groups by tags: one as it was made, one to whose tags a person added, and one that was
    taken out of its group by its tags."""
    experiment = presets.load("digits-cnn")
    for number, wanted in enumerate((with_seeds(experiment, 3), with_folds(experiment, 2))):
        for run in store.create_all(wanted.experiments, wanted.tag):
            store.update(run.run_id, created=1_700_000_030.0 + number)
            store.finish(run.run_id, RunStatus.COMPLETED)
    seeds, folds = store.tagged("digits-cnn 3 seeds"), store.tagged("digits-cnn 2 folds")
    store.update(seeds[0].run_id, tags="paper, digits-cnn 3 seeds, best")
    store.update(seeds[2].run_id, tags="paper")
    store.update(folds[1].run_id, notes="the harder one")


def searched(store: Store) -> None:
    """Two trials of a study, as nothing made them yet when the store was of this schema."""
    with store.change() as db:
        study = groups.add(db, GroupKind.STUDY, "a search")
    for trial in (1, 2):
        origin = Origin(study_id=study.group_id, trial=trial)
        run = store.create(presets.load("digits-cnn"), origin=origin)
        store.update(run.run_id, created=1_700_000_040.0 + trial)
        store.finish(run.run_id, RunStatus.COMPLETED)


def planned(store: Store) -> None:
    """A study with its plan, its trials and what was chosen."""
    study = store.add_study("a planned search", {"version": 1, "strategy": "grid"})
    settings = {"training.epochs": 2}
    runs = store.create_trial(
        study.study_id, TrialRecord(1, settings), [presets.load("digits-cnn")]
    )
    store.claim(runs[0].run_id, store.token)
    store.finish(runs[0].run_id, RunStatus.COMPLETED)
    refused = TrialRecord(2, {"training.epochs": 3}, "too large", {"parameters": 1.0})
    store.note_trial(study.study_id, refused)
    store.add_choice(study.study_id, {"best": 1})


def noted(store: Store, run: Run) -> None:
    """What a person wrote about a run."""
    store.update(run.run_id, tags="baseline, digits", notes="the first that held", starred=True)


def main() -> None:
    """Writes the file."""
    assert len(migrations.MIGRATIONS) == SCHEMA, "the schema has moved on; keep the old file"
    with tempfile.TemporaryDirectory() as folder:
        with Store(Path(folder)) as store:
            completed(store)
            failed = made(store, "failed run", 1)
            store.finish(failed.run_id, RunStatus.FAILED, "the loss became NaN at step 7")
            noted(store, failed)
            made(store, "second in the queue", 2)
            first = made(store, "first in the queue", 3)
            store.reorder([first.run_id])
            deleted = made(store, "deleted run", 4)
            store.delete([deleted.run_id])
            store.queue_held = True
            ended(store)
            repeated(store)
            searched(store)
            planned(store)
        shutil.copyfile(Path(folder) / FILE, TARGET)


if __name__ == "__main__":
    main()

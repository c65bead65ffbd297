"""The store: runs, queue, metrics, several processes at once, sudden deaths, and bad disks."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from tests.engine.store_process import child
from tests.pseudo import Accents
from workbench.base import text
from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.runs import database, migrations
from workbench.runs.columns import column_of
from workbench.runs.database import FILE as DATABASE
from workbench.runs.groups import GroupKind
from workbench.runs.record import (
    COMPRESSED,
    PROBE_DTYPE,
    STEP_DTYPE,
    TRAINING,
    EpochMetrics,
    Origin,
)
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError
from workbench.runs.studies import TrialRecord
from workbench.runs.table.frame import RunFrame
from workbench.spec.training import Training

SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4, SCHEMA_5, SCHEMA_6, SCHEMA_7, SCHEMA_8, SCHEMA_9 = (
    Path(__file__).parent / "stores" / f"schema{number}.sqlite3" for number in range(1, 10)
)
EXPERIMENT = Experiment(name="net")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Generator[Store]:
    with Store(folder) as opened:
        yield opened


def metrics(first: int, count: int) -> np.ndarray:
    """Steps whose loss is their own number."""
    values = np.zeros(count, STEP_DTYPE)
    values["loss"] = np.arange(first, first + count)
    values["elapsed"] = values["loss"] / 8
    values["seconds"] = values["loss"] / 16
    values["penalty"] = values["loss"] / 32
    return values


def probes(first: int, count: int) -> np.ndarray:
    """Probes whose norm is the number of their step."""
    values = np.zeros(count, PROBE_DTYPE)
    values["gradient_norm"] = np.arange(first, first + count)
    values["update_ratio"] = values["gradient_norm"] / 8
    return values


def epoch(number: int, step: int) -> EpochMetrics:
    return EpochMetrics(number, step, step / 16, 0.5, 0.25, 1000.0, 0.001, None, None, step / 8)


def names(store: Store) -> list[str]:
    assert store.queue_names() == [(run.run_id, run.name) for run in store.queue()]
    return [run.name for run in store.queue()]


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def said(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")


# --- a run's life --------------------------------------------------------------------------------


def test_a_new_run_waits_with_its_whole_spec(store: Store) -> None:
    experiment = Experiment(name="net", training=Training(epochs=3))
    run = store.create(experiment)
    assert run.status is RunStatus.QUEUED
    assert run.experiment == experiment
    assert run.experiment_toml == experiment.to_toml()
    assert (run.step, run.epochs, run.test_accuracy, run.environment) == (0, 0, None, {})
    assert store.run(run.run_id) == run


def test_a_finished_run_has_no_owner(store: Store) -> None:
    run = store.create(EXPERIMENT)
    store.claim(run.run_id)
    store.finish(run.run_id, RunStatus.FAILED, "why")
    ended = store.run(run.run_id)
    assert (ended.status, ended.message, ended.owner) == (RunStatus.FAILED, "why", "")
    assert ended.finished is not None
    assert ended.started is not None
    assert ended.finished >= ended.started


def test_a_pruned_run_has_ended_and_is_not_resumed(store: Store) -> None:
    run_id = store.create(EXPERIMENT).run_id
    store.claim(run_id)
    store.finish(run_id, RunStatus.PRUNED, "pruned after 1 epoch")
    run = store.run(run_id)
    assert (run.status, run.outcome) == (RunStatus.PRUNED, Outcome.PRUNED)
    assert not store.refused, "no row is left out"
    with pytest.raises(StoreError, match="is pruned; only a stopped, interrupted or failed run"):
        store.requeue(run_id)


def test_the_store_keeps_what_is_said_in_english(store: Store) -> None:
    run = store.create(EXPERIMENT)
    store.claim(run.run_id)
    text.use("xx", Accents())
    try:
        store.update(run.run_id, message=tr("it began"))
        began = store.run(run.run_id).message
        store.finish(run.run_id, RunStatus.FAILED, tr("it failed"))
    finally:
        text.use(text.ENGLISH)
    assert (began, store.run(run.run_id).message) == ("it began", "it failed")


def test_a_resumed_run_keeps_its_first_start(store: Store) -> None:
    run = store.create(EXPERIMENT)
    store.claim(run.run_id)
    store.update(run.run_id, started=5.0)
    store.finish(run.run_id, RunStatus.STOPPED, "stopped")
    store.requeue(run.run_id)
    assert store.claim(run.run_id)
    again = store.run(run.run_id)
    assert (again.started, again.finished, again.message) == (5.0, None, "")


def test_equal_names_get_numbers(store: Store) -> None:
    assert [store.create(EXPERIMENT).name for _ in range(3)] == ["net", "net 2", "net 3"]


def test_many_runs_of_one_second_have_ids_of_their_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = iter(["aaaa", "aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr("secrets.token_hex", lambda n: next(digits))
    monkeypatch.setattr("time.strftime", lambda *_: "20240101-000000")
    ids = [store.create(EXPERIMENT).run_id for _ in range(2)]
    assert ids == ["20240101-000000-aaaa", "20240101-000000-bbbb"]


def test_update_takes_columns_only(store: Store) -> None:
    run = store.create(EXPERIMENT)
    store.update(run.run_id, environment={"keras": "3"}, hidden=True, test_accuracy=0.5)
    changed = store.run(run.run_id)
    assert (changed.environment, changed.hidden, changed.test_accuracy) == (
        {"keras": "3"},
        True,
        0.5,
    )
    with pytest.raises(TypeError, match="a run has no colr"):
        store.update(run.run_id, colr=1)


def test_finding_a_run(store: Store) -> None:
    runs = [store.create(EXPERIMENT) for _ in range(2)]
    assert store.find("last") == runs[1]
    assert store.find(runs[0].run_id) == runs[0]
    assert store.find(runs[0].run_id[-4:]) == runs[0]
    with pytest.raises(StoreError, match=r"^2 runs match '2'"):
        store.find("2")
    with pytest.raises(StoreError, match=r"^there is no run 'zzz'"):
        store.find("zzz")
    with pytest.raises(StoreError, match=r"^there is no run 'zzz'"):
        store.run("zzz")


def test_there_is_no_last_run_in_an_empty_store(store: Store) -> None:
    with pytest.raises(StoreError, match=r"^there is no run 'last'"):
        store.find("last")


def test_deleted_runs_come_back_until_they_are_purged(store: Store) -> None:
    kept, gone = store.create(EXPERIMENT), store.create(EXPERIMENT)
    for run in (kept, gone):
        store.add_steps(run.run_id, 1, metrics(1, 3), probes(1, 3))
        store.add_epoch(run.run_id, epoch(1, 3))
        (store.artifacts(run.run_id) / "checkpoint.npz").write_bytes(b"x")
    store.delete([kept.run_id, gone.run_id])
    assert store.runs() == []
    assert len(store.runs(deleted=True)) == 2
    store.restore([kept.run_id])
    assert store.runs() == [kept]
    assert store.purge() == 1
    assert store.runs(deleted=True) == []
    assert len(store.steps(gone.run_id).steps) == 0
    assert store.epochs(gone.run_id) == []
    assert len(store.steps(kept.run_id).steps) == 3
    assert len(store.probes(gone.run_id).steps) == 0
    assert len(store.probes(kept.run_id).steps) == 3
    assert [f.name for f in (store.folder / "runs").iterdir()] == [kept.run_id]


# --- queue ---------------------------------------------------------------------------------------


def test_the_queue_keeps_its_order_when_reopened(folder: Path) -> None:
    with Store(folder) as store:
        runs = [store.create(Experiment(name=name)) for name in "abcd"]
        store.create(Experiment(name="urgent"), front=True)
        assert names(store) == ["urgent", "a", "b", "c", "d"]
        store.reorder([runs[2].run_id, runs[0].run_id])
        assert names(store) == ["c", "a", "urgent", "b", "d"]
        store.claim(runs[2].run_id)
        store.queue_held = True
    with Store(folder) as store:
        assert names(store) == ["a", "urgent", "b", "d"]
        assert store.queue_held
        store.queue_held = False
    with Store(folder) as store:
        assert not store.queue_held
        store.mark_interrupted()
        store.requeue(runs[2].run_id)
    with Store(folder) as store:
        assert names(store) == ["c", "a", "urgent", "b", "d"]
        store.create(Experiment(name="e"))
        assert names(store)[-1] == "e"


def test_reordering_touches_waiting_runs_only(store: Store) -> None:
    ended, waiting = store.create(EXPERIMENT), store.create(EXPERIMENT)
    store.finish(ended.run_id, RunStatus.COMPLETED)
    before = store.run(ended.run_id)
    store.reorder([waiting.run_id, ended.run_id])
    assert store.run(ended.run_id) == before
    assert [r.run_id for r in store.queue()] == [waiting.run_id]


# --- metrics -------------------------------------------------------------------------------------


def test_steps_come_back_as_they_were(folder: Path) -> None:
    with Store(folder) as store:
        run = store.create(EXPERIMENT)
        for first, count in ((1, 50), (51, 1), (52, 30)):
            store.add_steps(run.run_id, first, metrics(first, count), step=first + count - 1)
    with Store(folder) as store:
        read = store.steps(run.run_id)
        assert read.steps.tolist() == list(range(1, 82))
        np.testing.assert_array_equal(read.values, metrics(1, 81))
        assert store.run(run.run_id).step == 81


def test_no_steps_yet(store: Store) -> None:
    read = store.steps(store.create(EXPERIMENT).run_id)
    assert len(read.steps) == len(read.values) == 0
    assert read.values.dtype == STEP_DTYPE


def test_a_block_written_again_takes_the_place_of_the_first(store: Store) -> None:
    run = store.create(EXPERIMENT)
    store.add_steps(run.run_id, 1, metrics(1, 5))
    store.add_steps(run.run_id, 1, metrics(1, 3))
    assert store.steps(run.run_id).steps.tolist() == [1, 2, 3]


@pytest.mark.parametrize("step", [0, 1, 49, 50, 51, 60, 80, 99])
def test_truncating_anywhere(store: Store, step: int) -> None:
    run, other = store.create(EXPERIMENT), store.create(EXPERIMENT)
    for each in (run, other):
        store.add_steps(each.run_id, 1, metrics(1, 50), probes(1, 50), step=50)
        store.add_epoch(each.run_id, epoch(1, 40))
        store.add_epoch(each.run_id, epoch(2, 80))
        store.add_steps(each.run_id, 51, metrics(51, 30), probes(51, 30), step=80)
    store.truncate(run.run_id, step)
    kept = min(step, 80)
    assert store.steps(run.run_id).steps.tolist() == list(range(1, kept + 1))
    np.testing.assert_array_equal(store.steps(run.run_id).values, metrics(1, kept))
    assert store.probes(run.run_id).steps.tolist() == list(range(1, kept + 1))
    np.testing.assert_array_equal(store.probes(run.run_id).values, probes(1, kept))
    assert [e.epoch for e in store.epochs(run.run_id)] == [1, 2][: (step >= 40) + (step >= 80)]
    assert store.run(run.run_id).step == step
    assert len(store.steps(other.run_id).steps) == len(store.probes(other.run_id).steps) == 80
    store.add_steps(run.run_id, kept + 1, metrics(kept + 1, 5))
    np.testing.assert_array_equal(store.steps(run.run_id).values, metrics(1, kept + 5))


def test_epochs_come_back_as_they_were(store: Store) -> None:
    first, second = store.create(EXPERIMENT), store.create(EXPERIMENT)
    whole = EpochMetrics(1, 10, 1.5, 0.1, 0.2, 300.0, 1e-7, 0.3, 0.4, 2.5, 0.125)
    store.add_epoch(first.run_id, epoch(2, 20), val_loss=0.5)
    store.add_epoch(first.run_id, whole)
    assert store.epochs(first.run_id) == [whole, epoch(2, 20)]
    assert store.run(first.run_id).val_loss == 0.5
    assert store.all_epochs([second.run_id, first.run_id]) == {
        first.run_id: [whole, epoch(2, 20)],
        second.run_id: [],
    }


def test_the_steps_and_the_progress_are_one_change(store: Store) -> None:
    run = store.create(EXPERIMENT)
    with pytest.raises(TypeError):
        store.add_steps(run.run_id, 1, metrics(1, 3), no_column=1)
    assert len(store.steps(run.run_id).steps) == 0
    store.add_steps(run.run_id, 1, metrics(1, 3))
    assert len(store.steps(run.run_id).steps) == 3


def test_metrics_of_no_run_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"^there is no run 'gone'"):
        store.add_steps("gone", 1, metrics(1, 3))


# --- several processes ---------------------------------------------------------------------------

WRITER = """
run_id, count = sys.argv[2], int(sys.argv[3])
say("ready")
heard()
for n in range(count):
    values = np.full(2, n, STEP_DTYPE)
    store.add_steps(run_id, 2 * n + 1, values, step=2 * n + 2)
    if n % 10 == 0:
        store.create(Experiment(name=f"child {n}"))
say("done")
"""


def test_two_processes_write_at_once_and_lose_nothing(store: Store, folder: Path) -> None:
    ours, theirs = store.create(EXPERIMENT), store.create(EXPERIMENT)
    with child(WRITER, folder, theirs.run_id, 100) as process:
        assert heard(process) == "ready"
        said(process)
        for number in range(100):
            store.add_steps(ours.run_id, number + 1, metrics(number + 1, 1), step=number + 1)
            if number % 10 == 0:
                store.create(Experiment(name=f"parent {number}"))
        assert heard(process) == "done"
    np.testing.assert_array_equal(store.steps(ours.run_id).values, metrics(1, 100))
    read = store.steps(theirs.run_id)
    assert read.steps.tolist() == list(range(1, 201))
    assert read.values["loss"].tolist() == [n // 2 for n in range(200)]
    assert {r.step for r in (store.run(ours.run_id), store.run(theirs.run_id))} == {100, 200}
    waiting = store.queue()
    assert len(waiting) == 22
    assert len({run.position for run in waiting}) == 22, "no two runs have one place"


def test_a_change_of_another_process_is_noticed(store: Store, folder: Path) -> None:
    before = store.version()
    store.create(EXPERIMENT)
    assert store.version() == before, "our own change is none"
    with child('store.create(Experiment())\nsay("done")', folder) as process:
        assert heard(process) == "done"
    assert store.version() != before


ENDLESS = """
run_id = store.queue()[0].run_id
store.claim(run_id)
n = 0
while True:
    store.add_steps(run_id, 10 * n + 1, np.full(10, n, STEP_DTYPE), step=10 * n + 10)
    n += 1
    say(10 * n)
"""
INSIDE = """
run_id = store.queue()[0].run_id
store.claim(run_id)
store.add_steps(run_id, 1, np.zeros(10, STEP_DTYPE), step=10)
with store._db.change():
    store.add_steps(run_id, 11, np.zeros(5000, STEP_DTYPE), step=5010)
    say("inside")
    heard()
"""


def assert_sound(folder: Path) -> None:
    db = sqlite3.connect(folder / DATABASE)
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        db.close()


def test_a_process_killed_while_it_writes(store: Store, folder: Path) -> None:
    run = store.create(EXPERIMENT)
    with child(ENDLESS, folder) as process:
        last = [int(heard(process)) for _ in range(30)][-1]
        assert store.mark_interrupted() == []
        process.kill()
        process.wait()
    assert_sound(folder)
    lost = store.mark_interrupted()
    assert [r.run_id for r in lost] == [run.run_id]
    ended = store.run(run.run_id)
    assert ended.status is RunStatus.INTERRUPTED
    assert ended.message.startswith("the training process ended unexpectedly")
    assert ended.status.can_resume
    assert ended.step >= last
    assert len(store.steps(run.run_id).steps) == ended.step, "what was said is kept, whole"
    assert store.mark_interrupted() == []


def test_a_process_killed_inside_a_change_leaves_nothing_of_it(store: Store, folder: Path) -> None:
    run = store.create(EXPERIMENT)
    with child(INSIDE, folder) as process:
        assert heard(process) == "inside"
        assert len(store.steps(run.run_id).steps) == 10, "a reader isn't held up by a writer"
        process.kill()
        process.wait()
    assert_sound(folder)
    assert len(store.steps(run.run_id).steps) == 10
    assert store.run(run.run_id).step == 10
    assert len(store.mark_interrupted()) == 1


def test_predicates_of_a_status() -> None:
    assert {s for s in RunStatus if s.is_active} == {RunStatus.RUNNING, RunStatus.PAUSED}
    assert {s for s in RunStatus if not s.is_finished} == {
        RunStatus.QUEUED,
        RunStatus.RUNNING,
        RunStatus.PAUSED,
    }
    assert all(s.is_finished for s in RunStatus if s.can_resume)
    assert not RunStatus.COMPLETED.can_resume
    assert not RunStatus.PRUNED.can_resume


# --- disks that are bad, files that are not ours -------------------------------------------------


@contextmanager
def refused(start: str) -> Generator[None]:
    """What happens inside must be refused in one sentence that matches."""
    with pytest.raises(StoreError, match=start) as caught:
        yield
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert ";" in sentence, "it must also say what to do"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with refused(r"^the store .*/file can't be made \((Not a directory|File exists)\); choose"):
        Store(tmp_path / "file")
    with refused(r"can't be made \(Not a directory\)"):
        Store(tmp_path / "file" / "below")


@pytest.fixture
def unprivileged() -> Generator[Path]:
    """A folder of a person whom the system refuses what it refuses; root may do all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if os.geteuid() != 0:
            yield folder
            return
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(0)


def test_a_folder_that_is_read_only(unprivileged: Path) -> None:
    unprivileged.chmod(0o555)
    with refused(r"^the store .* can't be made \(Permission denied\); choose another folder$"):
        Store(unprivileged / "store")
    unprivileged.chmod(0o755)


def test_a_disk_that_becomes_read_only_in_use(store: Store) -> None:
    run = store.create(EXPERIMENT)
    store._db._connection.execute("PRAGMA query_only = ON")
    with refused("^the store .* is read-only; choose"):
        store.add_steps(run.run_id, 1, metrics(1, 10))
    assert store.runs() == [run]


def test_a_full_disk(store: Store, folder: Path) -> None:
    run = store.create(EXPERIMENT)
    store.add_steps(run.run_id, 1, metrics(1, 10), step=10)
    pages = store._db._connection.execute("PRAGMA page_count").fetchone()[0]
    store._db._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with refused("^the disk that holds the store .* is full; free some space"):
        store.add_steps(run.run_id, 11, metrics(11, 50_000), step=50_010)
    assert store.run(run.run_id).step == 10, "nothing of the change that failed is kept"
    store._db._connection.execute("PRAGMA max_page_count = 1000000")
    store.add_steps(run.run_id, 11, metrics(11, 10), step=20)
    np.testing.assert_array_equal(store.steps(run.run_id).values, metrics(1, 20))
    assert_sound(folder)


def test_a_file_that_is_no_database(folder: Path) -> None:
    folder.mkdir()
    (folder / DATABASE).write_text("Dear diary, " * 500)
    with refused(r"^.*/runs\.sqlite3 is not a store of the workbench; choose another folder"):
        Store(folder)
    assert (folder / DATABASE).read_text().startswith("Dear diary"), "it is left as it was"


@pytest.mark.parametrize("version", [0, 1])
def test_a_database_of_another_program(folder: Path, version: int) -> None:
    folder.mkdir()
    db = sqlite3.connect(folder / DATABASE)
    db.execute("CREATE TABLE settings (colour TEXT)")
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    with pytest.raises(StoreError, match=r"^the store .* reports: ") as caught:
        Store(folder)
    assert "\n" not in str(caught.value)


def test_a_damaged_database(folder: Path) -> None:
    with Store(folder) as store:
        run = store.create(EXPERIMENT)
        for first in range(1, 2000, 100):
            store.add_steps(run.run_id, first, metrics(first, 100))
    content = bytearray((folder / DATABASE).read_bytes())
    content[4096:] = b"\xab" * (len(content) - 4096)
    (folder / DATABASE).write_bytes(content)
    with (
        refused(r"runs\.sqlite3 is damaged; choose another folder, or restore"),
        Store(folder) as s,
    ):
        s.runs()


def test_a_store_of_a_later_workbench(folder: Path) -> None:
    with Store(folder) as store:
        store.create(EXPERIMENT)
        store._db._connection.execute("PRAGMA user_version = 99")
    with refused(r"was made by a newer version of the workbench \(schema 99, known up to \d+\);"):
        Store(folder)


def test_a_locked_store(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 20)
    run = store.create(EXPERIMENT)
    with Store(folder) as other:
        with store._db.change():
            assert other.runs() == [run], "it can be read all the same"
            with refused("^the store .* is locked by another program; close it"):
                other.create(EXPERIMENT)
        other.create(EXPERIMENT)


def test_a_store_that_could_not_be_opened_is_let_go(folder: Path) -> None:
    folder.mkdir()
    (folder / DATABASE).write_text("Dear diary, " * 500)
    with pytest.raises(StoreError):
        Store(folder)
    (folder / DATABASE).unlink()
    with Store(folder) as store:
        assert store.runs() == []


# --- stores of old schemas -----------------------------------------------------------------------


def test_a_store_of_schema_1(folder: Path) -> None:
    """See `stores/make_store.py` for what is in it."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_1, folder / DATABASE)
    with Store(folder) as store:
        runs = {run.name: run for run in store.runs()}
        assert list(runs) == [
            "completed run",
            "failed run",
            "second in the queue",
            "first in the queue",
        ]
        done = runs["completed run"]
        assert done.status is RunStatus.COMPLETED
        assert done.experiment.name == "completed run"
        assert done.experiment.training == Training(epochs=30, batch_size=32)
        assert (done.created, done.started, done.finished) == (
            1_700_000_000.0,
            1_700_000_100.0,
            1_700_000_200.0,
        )
        assert (done.step, done.total_steps, done.epochs, done.elapsed) == (100, 100, 2, 12.5)
        assert (done.test_accuracy, done.test_loss, done.val_loss) == (0.9375, 0.125, 0.25)
        assert (done.parameters, done.macs, done.fingerprint) == (93_322, 2_794_240, "abc123")
        assert (done.hidden, done.colour, done.environment["device"]) == (True, 0, "CPU, 2 cores")
        steps = store.steps(done.run_id)
        assert steps.steps.tolist() == list(range(1, 101))
        np.testing.assert_array_equal(steps.values["loss"], np.float32(2.0 / steps.steps))
        np.testing.assert_array_equal(steps.values["elapsed"], steps.steps * 0.125)
        assert np.isnan(steps.values["seconds"]).all()
        assert np.isnan(steps.values["penalty"]).all()
        assert (done.seconds, done.penalty) == (None, None)
        assert [astuple(e) for e in store.epochs(done.run_id)] == [
            (1, 50, None, 0.5, 0.75, 5025.0, 1e-3, 0.25, 0.875, 6.25, None),
            (2, 100, None, 0.25, 0.875, 5075.0, 1e-3, None, None, 12.5, None),
        ]
        failed = runs["failed run"]
        assert (failed.status, failed.message) == (
            RunStatus.FAILED,
            "the loss became NaN at step 7",
        )
        assert names(store) == ["first in the queue", "second in the queue"]
        assert [r.name for r in store.runs(deleted=True)] == ["deleted run"]
        assert store.queue_held
        assert store.create(EXPERIMENT).colour == 5, "and it can be written"


def test_a_store_of_schema_2(folder: Path) -> None:
    """As schema 1, with what a person notes of a run; without probes, which it can take now."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_2, folder / DATABASE)
    with Store(folder) as store:
        done, failed = store.runs()[:2]
        assert (done.name, failed.name) == ("completed run", "failed run")
        assert (failed.tags, failed.notes) == ("baseline, digits", "the first that held")
        assert failed.starred
        assert not done.starred
        assert store.steps(done.run_id).steps.tolist() == list(range(1, 101))
        assert not done.experiment.training.probes
        assert len(store.probes(done.run_id).steps) == 0
        store.add_steps(failed.run_id, 1, metrics(1, 3), probes(1, 3))
        np.testing.assert_array_equal(store.probes(failed.run_id).values, probes(1, 3))


def test_a_store_of_schema_3(folder: Path) -> None:
    """As schema 2, with probes of some steps; the size of the weights follows from their number."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_3, folder / DATABASE)
    with Store(folder) as store:
        done, failed = store.runs()[:2]
        assert store.probes(done.run_id).steps.tolist() == list(range(61, 101))
        assert (done.parameters, done.file_bytes) == (93_322, 4 * 93_322)
        assert (done.latency_ms, done.joules) == (None, None)
        assert failed.file_bytes is None
        store.update(done.run_id, latency_ms=0.5, joules=12.5)
        assert (store.run(done.run_id).latency_ms, store.run(done.run_id).joules) == (0.5, 12.5)


def test_a_store_of_schema_4(folder: Path) -> None:
    """As schema 3, with latency and energy; its seconds are what passed, and a run that goes on
    from then keeps what it lacks, beside steps that have it."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_4, folder / DATABASE)
    with Store(folder) as store:
        done = store.runs()[0]
        assert (done.latency_ms, done.joules, done.file_bytes) == (0.5, 12.5, 373_288)
        assert (done.elapsed, done.seconds, done.penalty) == (12.5, None, None)
        assert [e.elapsed for e in store.epochs(done.run_id)] == [6.25, 12.5]
        read = store.reader.of_epochs
        assert read(column_of("elapsed_to@0.8")) == {done.run_id: 6.25}
        assert read(column_of("time_to@0.8")) == {}
        store.truncate(done.run_id, 70)
        store.add_steps(done.run_id, 71, metrics(71, 5))
        values = store.steps(done.run_id).values
        assert values["elapsed"].tolist() == [step / 8 for step in range(1, 76)]
        assert np.isnan(values["penalty"][:70]).all()
        assert values["penalty"][70:].tolist() == [step / 32 for step in range(71, 76)]


def test_a_store_of_schema_5(folder: Path) -> None:
    """Its runs wait in the queue that is on disk, whoever made them."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_5, folder / DATABASE)
    with Store(folder) as store:
        assert names(store) == ["first in the queue", "second in the queue"]
        assert {run.maker for run in store.runs()} == {""}
        assert store.mark_interrupted() == []
        assert store.claim(store.queue()[0].run_id)


ENDS = {
    "completed": "completed", "stopped early": "completed", "stopped": "stopped",
    "interrupted": "interrupted", "diverged": "diverged", "out of memory": "out_of_memory",
    "disk full": "disk_full", "crashed": "crashed", "ended": "crashed",
    "never began": "never_began", "failed": "failed",
}  # fmt: skip


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_schema_8(
    folder: Path, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    """As schema 7; a study is a group without a plan, and a new one has plan and trials."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_8, folder / DATABASE)
    if read_only:
        monkeypatch.setattr(database.Database, "_may_write", lambda self: False)
    with Store(folder) as store:
        assert bool(store.read_only) is read_only
        known = store.grouped("a search")
        assert [run.trial for run in known] == [1, 2]
        study_id = str(known[0].study_id)
        assert (store.studies(), store.trials(study_id)) == ([], [])
        assert store.trial_runs(study_id) == known
        if not read_only:
            made = store.add_study("a search", {"strategy": "grid"})
            assert (made.name, made.plan) == ("a search 2", {"strategy": "grid"})
            store.create_trial(made.study_id, TrialRecord(1, {"name": "x"}), [EXPERIMENT])
            assert store.study("a search 2") == made


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_schema_9(
    folder: Path, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    """A search knows its plan, its trials and what was chosen; it has no notes yet."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_9, folder / DATABASE)
    if read_only:
        monkeypatch.setattr(database.Database, "_may_write", lambda self: False)
    with Store(folder) as store:
        study = store.study("a planned search")
        assert study is not None
        assert study.plan == {"version": 1, "strategy": "grid"}
        assert [choice["best"] for choice in study.choices] == [1]
        trials = store.trials(study.study_id)
        assert [(trial.trial, trial.refused) for trial in trials] == [(1, ""), (2, "too large")]
        assert store.study_notes(study.study_id) == {}
        if not read_only:
            store.keep_note(study.study_id, "ground", {"arm": {}})
            store.keep_note(study.study_id, "ground", {"arm": {"lever.ema": True}})
            known = store.study_notes(study.study_id)
            assert known == {"ground": {"arm": {"lever.ema": True}}}


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_schema_7(
    folder: Path, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    """As schema 6; a run has no recipe, and a new one can have one."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_7, folder / DATABASE)
    if read_only:
        monkeypatch.setattr(database.Database, "_may_write", lambda self: False)
    with Store(folder) as store:
        assert bool(store.read_only) is read_only
        done = store.runs()[0]
        assert (done.name, done.kind, done.recipe) == ("completed run", "training", "")
        if not read_only:
            made = store.create(EXPERIMENT, origin=Origin(COMPRESSED, done.run_id, recipe="steps"))
            assert (store.run(made.run_id).recipe, made.kind) == ("steps", "compressed")
            assert [run.run_id for run in store.children(done.run_id)] == [made.run_id]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_of_schema_6(
    folder: Path, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    """How runs ended is a code, and what were groups by their tags are groups."""
    folder.mkdir()
    shutil.copyfile(SCHEMA_6, folder / DATABASE)
    if read_only:
        monkeypatch.setattr(database.Database, "_may_write", lambda self: False)
    with Store(folder) as store:
        assert bool(store.read_only) is read_only
        runs = {run.name: run for run in store.runs()}
        assert {name: runs[name].outcome for name in ENDS} == ENDS
        assert runs["failed run"].outcome == "diverged"
        assert runs["first in the queue"].outcome == ""
        assert {run.kind for run in runs.values()} == {"training"}
        assert {(run.parent_id, run.study_id, run.trial) for run in runs.values()} == {(None,) * 3}
        seeds, folds = store.groups()
        assert (seeds.kind, seeds.name, seeds.created) == (
            "seeds",
            "digits-cnn 3 seeds",
            1_700_000_030.0,
        )
        assert (folds.kind, folds.name) == ("folds", "digits-cnn 2 folds")
        assert [run.tags for run in store.grouped(seeds.name)] == [
            "paper, digits-cnn 3 seeds, best",
            "digits-cnn 3 seeds",
        ]
        assert len(store.grouped(folds.name)) == 2
        assert sum(run.group_id is not None for run in runs.values()) == 4
        frame = RunFrame()
        for batch in store.reader.all():
            frame.apply(batch)
        place = frame.place(store.grouped(folds.name)[0].run_id)
        assert frame.value("group", place or 0) == "digits-cnn 2 folds"


def test_a_tag_makes_no_group_and_unmakes_none(folder: Path) -> None:
    with Store(folder) as store:
        first = store.create_all([EXPERIMENT] * 2, "net 2 seeds")
        store.update(first[0].run_id, tags="")
        alone = store.create(EXPERIMENT, tags="net 2 folds")
        assert [run.run_id for run in store.grouped("net 2 seeds")] == [r.run_id for r in first]
        assert store.grouped("net 2 folds") == []
        (group,) = store.groups_of(first[0])
        assert (group.kind, group.name) == ("seeds", "net 2 seeds")
        second = store.create_all([EXPERIMENT] * 2, "net 2 folds", GroupKind.FOLDS)
        (group,) = store.groups_of(second[0])
        assert (group.kind, group.name) == ("folds", "net 2 folds 2"), "a tag has that name"
        assert store.run(alone.run_id).group_id is None
        store.delete([run.run_id for run in first])
        assert store.grouped("net 2 seeds") == []
        assert store.purge() == 2
        assert [group.name for group in store.groups()] == ["net 2 folds 2"]


def test_a_run_knows_its_parent_its_study_and_its_kind(folder: Path) -> None:
    with Store(folder) as store:
        parent = store.create(EXPERIMENT)
        origin = Origin("made_up", parent.run_id, study_id="20260101-000000-0001", trial=7)
        made = store.create(EXPERIMENT, origin=origin)
        assert (made.kind, made.parent_id, made.study_id, made.trial) == (
            "made_up",
            parent.run_id,
            "20260101-000000-0001",
            7,
        )
        assert [run.run_id for run in store.children(parent.run_id)] == [made.run_id]
        assert parent.kind == TRAINING


def test_how_a_run_ended_is_a_code_until_it_begins_again(folder: Path) -> None:
    with Store(folder) as store:
        run = store.create(EXPERIMENT)
        store.finish(run.run_id, RunStatus.FAILED, "no space", Outcome.DISK_FULL)
        assert store.run(run.run_id).outcome == Outcome.DISK_FULL
        assert store.requeue(run.run_id).outcome == Outcome.NONE
        store.finish(run.run_id, RunStatus.STOPPED)
        assert store.run(run.run_id).outcome == Outcome.STOPPED
        store.requeue(run.run_id)
        store.lose(run.run_id, "the training process was killed")
        assert store.run(run.run_id).outcome == Outcome.CRASHED


def test_a_spec_is_parsed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store(folder) as store:
        run_id = store.create(EXPERIMENT.changed(name="parsed once")).run_id
        first = store.run(run_id).experiment
        monkeypatch.setattr(Experiment, "from_toml", None)
        assert store.run(run_id).experiment is first


def test_a_migration_that_is_cut_short_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    shutil.copyfile(SCHEMA_4, folder / DATABASE)
    *others, last = migrations.MIGRATIONS
    monkeypatch.setattr(migrations, "MIGRATIONS", (*others, f"{last}SELECT gone FROM nowhere;\n"))
    with pytest.raises(StoreError, match="nowhere"):
        Store(folder)
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(others),)
        assert not list(db.execute("PRAGMA table_info(study_notes)"))
    monkeypatch.undo()
    with Store(folder) as store:
        assert store.runs()[0].file_bytes == 4 * 93_322


def test_a_store_that_another_process_has_open_is_migrated_beneath_it(folder: Path) -> None:
    folder.mkdir()
    shutil.copyfile(SCHEMA_4, folder / DATABASE)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN")
        known = other.execute(
            "SELECT run_id, parameters FROM runs WHERE deleted IS NULL ORDER BY created"
        ).fetchall()
        with Store(folder) as store:
            run_id = store.runs()[0].run_id
            other.execute("COMMIT")
            other.execute(
                "UPDATE runs SET notes = 'by an earlier version' WHERE run_id = ?", (run_id,)
            )
            assert store.run(run_id).notes == "by an earlier version"
            assert [(run.run_id, run.parameters) for run in store.runs()] == known


def test_a_store_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    mounts = [
        SimpleNamespace(mountpoint="/", fstype="ext4"),
        SimpleNamespace(mountpoint=str(tmp_path), fstype="nfs4"),
    ]
    monkeypatch.setattr(database.psutil, "disk_partitions", lambda **_: mounts)
    with pytest.raises(StoreError, match=r"network file system \(nfs4\).* local disk"):
        Store(tmp_path / "store")
    mounts[1].fstype = "ext4"
    Store(tmp_path / "store").close()

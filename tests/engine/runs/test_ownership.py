"""Who may work on a run: claims, owners that are gone or dispossessed, runs that are reserved."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from tests.engine.store_process import child
from workbench.experiment import Experiment
from workbench.runs import presence
from workbench.runs.claims import ENDED, NEVER_BEGAN, Dispossessed
from workbench.runs.database import FILE
from workbench.runs.presence import FOLDER, is_there
from workbench.runs.record import STEP_DTYPE, EpochMetrics, Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError

STEPS = np.zeros(3, STEP_DTYPE)
EPOCH = EpochMetrics(1, 3, 1.0, 0.5, 0.25, 1000.0, 0.001, None, None, 1.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Generator[Store]:
    with Store(folder) as opened:
        yield opened


@pytest.fixture
def other(folder: Path, store: Store) -> Generator[Store]:
    """As another process has it."""
    with Store(folder) as opened:
        yield opened


@pytest.fixture
def run(store: Store) -> Run:
    return store.create(Experiment(name="net"))


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def said(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")


def raw(folder: Path, statement: str, *values: object) -> None:
    """Written past the store, as an older workbench does."""
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as db:
        db.execute(statement, values)


CLAIM = "assert store.claim(sys.argv[2])\nsay('claimed')\nheard()"

# --- claims --------------------------------------------------------------------------------------


def test_a_run_is_claimed_once(store: Store, other: Store, run: Run) -> None:
    assert store.claim(run.run_id)
    assert not other.claim(run.run_id)
    assert not store.claim(run.run_id)
    running = store.run(run.run_id)
    assert (running.status, running.owner) == (RunStatus.RUNNING, store.token)
    assert running.started is not None
    assert store.queue() == []
    assert not store.claim("gone")
    assert not store.claim("20260101-000000-00ff")


def test_a_deleted_run_is_not_claimed(store: Store, run: Run) -> None:
    store.delete([run.run_id])
    assert not store.claim(run.run_id)


CLAIMER = """
say("ready")
heard()
say(sum(store.claim(run.run_id) for run in store.queue()))
"""


def test_two_processes_never_claim_the_same_run(store: Store, folder: Path) -> None:
    for _ in range(40):
        store.create(Experiment(name="net"))
    with child(CLAIMER, folder) as first, child(CLAIMER, folder) as second:
        assert heard(first) == heard(second) == "ready"
        said(first)
        said(second)
        assert int(heard(first)) + int(heard(second)) == 40


RESUMER = """
say("ready")
heard()
try:
    store.requeue(sys.argv[2], reserved=True)
except StoreError as error:
    say(error)
else:
    say(store.claim(sys.argv[2], store.token))
heard()
"""


def test_of_processes_that_resume_a_run_at_once_one_has_it(store: Store, folder: Path) -> None:
    """Whether one comes between asking and training of the other, or after."""
    for _ in range(5):
        run = store.create(Experiment(name="net"))
        store.finish(run.run_id, RunStatus.STOPPED)
        with child(RESUMER, folder, run.run_id) as a, child(RESUMER, folder, run.run_id) as b:
            assert heard(a) == heard(b) == "ready"
            said(a)
            said(b)
            answers = sorted([heard(a), heard(b)])
            assert answers[0] == "True"
            assert answers[1] in (
                f"run {run.run_id} is queued; another command is about to train it",
                f"run {run.run_id} is running; only a stopped, interrupted or failed run can be "
                "resumed",
            )
            assert run.run_id not in [lost.run_id for lost in store.mark_interrupted()]


def test_of_threads_that_resume_a_run_at_once_one_has_it(folder: Path, run: Run) -> None:
    """As windows do it: back into the queue, and then whoever is first."""
    with Store(folder) as store:
        store.finish(run.run_id, RunStatus.FAILED)
    barrier, won, stays = threading.Barrier(8), [], threading.Barrier(8)

    def resume() -> None:
        with Store(folder) as mine:
            barrier.wait()
            try:
                mine.requeue(run.run_id)
                won.append(mine.claim(run.run_id))
            except StoreError as error:
                won.append("can be resumed" in str(error) and None)
            stays.wait()

    threads = [threading.Thread(target=resume) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 8
    assert won.count(True) == 1


# --- owners that are alive, and those that are gone ----------------------------------------------


def test_an_owner_is_there_until_it_ends(store: Store, folder: Path, run: Run) -> None:
    with child(CLAIM, folder, run.run_id) as process:
        assert heard(process) == "claimed"
        owner = store.run(run.run_id).owner
        assert owner.startswith(f"{process.pid}-")
        assert is_there(folder, owner)
        assert store.mark_interrupted() == []
        assert store.is_worked_on(store.run(run.run_id))
        with pytest.raises(StoreError, match=r"is running; only a stopped, .* can be resumed"):
            store.requeue(run.run_id)
    assert not is_there(folder, owner)
    assert [lost.run_id for lost in store.mark_interrupted()] == [run.run_id]
    ended = store.run(run.run_id)
    assert (ended.status, ended.owner, ended.message) == (RunStatus.INTERRUPTED, "", ENDED)
    assert store.mark_interrupted() == []


@pytest.mark.parametrize("step", [-3600.0, -1.0, 1.0, 1e9])
def test_a_step_of_the_clock_leaves_a_living_owner_alive(
    store: Store, folder: Path, run: Run, step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the system says of when a process began."""
    with child(CLAIM, folder, run.run_id) as process:
        assert heard(process) == "claimed"
        began = psutil.Process.create_time
        monkeypatch.setattr(psutil.Process, "create_time", lambda self: began(self) + step)
        monkeypatch.setattr(psutil, "boot_time", lambda: 1.7e9 + step)
        monkeypatch.setattr("time.time", lambda: 1.8e9 + step)
        assert store.mark_interrupted() == []
        assert store.run(run.run_id).status is RunStatus.RUNNING


def test_a_killed_owner_that_nobody_has_reaped_is_dead(
    store: Store, folder: Path, run: Run
) -> None:
    with child(CLAIM, folder, run.run_id) as process:
        assert heard(process) == "claimed"
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it ended, and stays a zombie
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        assert [lost.run_id for lost in store.mark_interrupted()] == [run.run_id]
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE


def test_an_owner_that_is_stopped_is_alive(store: Store, folder: Path, run: Run) -> None:
    with child(CLAIM, folder, run.run_id) as process:
        assert heard(process) == "claimed"
        psutil.Process(process.pid).suspend()
        assert store.mark_interrupted() == []
        psutil.Process(process.pid).resume()


def test_an_owner_whose_process_number_came_back_is_dead(store: Store, run: Run) -> None:
    store.claim(run.run_id)
    raw(store.folder, "UPDATE runs SET owner = ?", f"{os.getpid()}-{'0' * 16}")
    assert len(store.mark_interrupted()) == 1


def test_a_store_that_is_closed_owns_nothing_more(folder: Path, run: Run) -> None:
    with Store(folder) as store:
        store.claim(run.run_id)
    with Store(folder) as store:
        assert len(store.mark_interrupted()) == 1
        assert os.listdir(folder / FOLDER) == []


def test_only_runs_without_their_process_are_interrupted(store: Store) -> None:
    ours, lost, waiting, done = (store.create(Experiment(name="net")) for _ in range(4))
    store.claim(ours.run_id)
    raw(
        store.folder,
        "UPDATE runs SET status = 'paused', owner = '1:1.00' WHERE run_id = ?",
        lost.run_id,
    )
    store.finish(done.run_id, RunStatus.COMPLETED)
    assert [r.run_id for r in store.mark_interrupted()] == [lost.run_id]
    assert store.run(ours.run_id).status is RunStatus.RUNNING
    assert store.run(waiting.run_id).status is RunStatus.QUEUED
    assert store.run(done.run_id).status is RunStatus.COMPLETED


def test_the_files_of_killed_processes_are_swept(store: Store, folder: Path, run: Run) -> None:
    with child(CLAIM, folder, run.run_id) as process:
        assert heard(process) == "claimed"
    (left,) = os.listdir(folder / FOLDER)
    assert left.startswith(f"{process.pid}-")
    (folder / FOLDER / "notes.txt").write_text("not ours")
    assert store.token
    assert set(os.listdir(folder / FOLDER)) == {store.token, "notes.txt"}


def test_asking_makes_nothing(store: Store, run: Run) -> None:
    assert store.mark_interrupted() == []
    assert store.queue() == [run]
    assert not (store.folder / FOLDER).exists()


@pytest.mark.parametrize("hostile", ["link", "folder"])
def test_owners_are_not_looked_for_elsewhere(
    store: Store, folder: Path, tmp_path: Path, run: Run, hostile: str
) -> None:
    token = f"1-{'0' * 16}"
    aside = tmp_path / "aside"
    aside.mkdir()
    (aside / token).touch()
    if hostile == "folder":
        (folder / FOLDER).symlink_to(aside)
    else:
        (folder / FOLDER).mkdir()
        (folder / FOLDER / token).symlink_to(aside / token)
    with (aside / token).open() as file:
        presence._lock(file.fileno())
        assert not is_there(folder, token)
        assert not is_there(folder, f"../{FOLDER}/{token}")
    if hostile == "folder":
        with pytest.raises(StoreError, match="is a link"):
            store.claim(run.run_id)
        assert os.listdir(aside) == [token]


def test_a_store_whose_files_cannot_be_locked_says_so(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def refuse(*_: object) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(presence, "_lock", refuse)
    with pytest.raises(StoreError, match=r"can't be written \(No locks available\)$"):
        store.claim(run.run_id)
    monkeypatch.undo()
    assert os.listdir(store.folder / FOLDER) == []
    assert store.run(run.run_id) == run


# --- owners of before there were locks -----------------------------------------------------------


@contextmanager
def old_worker() -> Generator[subprocess.Popen[bytes]]:
    """A process that looks like the training process of an older workbench."""
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()", presence.OLD_OWNERS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@pytest.mark.parametrize("step", [0.0, 1.0, -86_400.0])
def test_an_old_owner_is_alive_while_a_training_process_has_its_number(
    store: Store, run: Run, step: float
) -> None:
    """Its start is by the clock, so it says nothing."""
    with old_worker() as process:
        start = psutil.Process(process.pid).create_time() + step
        raw(
            store.folder,
            "UPDATE runs SET status = 'running', owner = ?",
            f"{process.pid}:{start:.2f}",
        )
        assert store.mark_interrupted() == []
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert len(store.mark_interrupted()) == 1


@pytest.mark.parametrize(
    "token",
    ["", "x", "-1:0", f"{os.getpid()}:1.00", "9" * 30 + ":1", "9999999999:1.0", ":", "1:\n"],
    ids=["empty", "word", "negative", "own", "huge", "beyond", "colon", "newline"],
)
def test_what_names_no_training_process_is_dead(folder: Path, token: str) -> None:
    assert not is_there(folder, token)


# --- writes of who doesn't own the run -----------------------------------------------------------

WRITES: dict[str, Any] = {
    "steps": lambda store, run_id: store.add_steps(run_id, 1, STEPS, step=3),
    "epoch": lambda store, run_id: store.add_epoch(run_id, EPOCH, loss=1.0),
    "truncate": lambda store, run_id: store.truncate(run_id, 0),
    "status": lambda store, run_id: store.update(run_id, status=RunStatus.PAUSED),
    "result": lambda store, run_id: store.update(run_id, test_accuracy=0.5),
    "mixed": lambda store, run_id: store.update(run_id, tags="a", loss=0.5),
    "end": lambda store, run_id: store.finish(run_id, RunStatus.COMPLETED),
    "checkpoint": lambda store, run_id: store.require_owner(run_id),
}


def content(folder: Path) -> list[str]:
    """All that the store holds, but for the numbers of changes."""
    with closing(sqlite3.connect(folder / FILE)) as db:
        return list(db.iterdump())


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("by", ["requeued", "claimed again", "interrupted", "completed", "removed"])
def test_a_former_owner_writes_nothing(store: Store, run: Run, write: str, by: str) -> None:
    """However it lost the run: by an older workbench that took it for dead, or by hand."""
    store.claim(run.run_id)
    store.add_steps(run.run_id, 1, STEPS, step=3)
    with Store(store.folder) as other:
        raw(store.folder, "UPDATE runs SET owner = '', status = 'interrupted'")
        if by in ("requeued", "claimed again"):
            other.requeue(run.run_id)
        if by == "claimed again":
            assert other.claim(run.run_id)
        if by == "completed":
            raw(store.folder, "UPDATE runs SET status = 'completed'")
        if by == "removed":
            raw(store.folder, "DELETE FROM runs")
        before = content(store.folder)
        taken = "there is no run" if by == "removed" else "was taken over by another process"
        with pytest.raises(Dispossessed, match=taken):
            WRITES[write](store, run.run_id)
        assert content(store.folder) == before


@pytest.mark.parametrize("write", WRITES)
def test_who_never_had_the_run_writes_nothing(
    store: Store, other: Store, run: Run, write: str
) -> None:
    assert other.claim(run.run_id)
    before = content(store.folder)
    with pytest.raises(Dispossessed, match=r"is being trained by another process$"):
        WRITES[write](store, run.run_id)
    assert content(store.folder) == before
    WRITES[write](other, run.run_id)


def test_what_a_person_notes_of_a_run_can_be_set_by_anybody(
    store: Store, other: Store, run: Run
) -> None:
    other.claim(run.run_id)
    store.update(run.run_id, name="renamed", tags="a", notes="b", hidden=True, starred=True)
    store.delete([run.run_id])
    store.restore([run.run_id])
    other.add_steps(run.run_id, 1, STEPS, step=3)
    changed = store.run(run.run_id)
    assert (changed.name, changed.tags, changed.step) == ("renamed", "a", 3)


def test_a_process_that_lost_its_run_leaves_the_new_owner_alone(
    store: Store, other: Store, run: Run
) -> None:
    """The parent of a process that died marks its run, unless somebody else has it."""
    other.claim(run.run_id)
    before = content(store.folder)
    store.lose(run.run_id, "the training process was killed")
    assert content(store.folder) == before
    other.finish(run.run_id, RunStatus.COMPLETED)
    store.lose(run.run_id, "the training process was killed")
    assert store.run(run.run_id).status is RunStatus.COMPLETED


def test_a_process_that_died_before_its_claim_is_said_of_its_own_run_alone(
    store: Store, other: Store, run: Run
) -> None:
    reserved = other.create(Experiment(name="net"), reserved=True)
    for run_id in (run.run_id, reserved.run_id):
        store.lose(run_id, "crashed")
    assert store.run(run.run_id).status is RunStatus.INTERRUPTED
    assert store.run(run.run_id).message == "crashed"
    assert store.run(reserved.run_id).status is RunStatus.QUEUED
    store.lose(reserved.run_id, "crashed", other.token)
    assert store.run(reserved.run_id).status is RunStatus.INTERRUPTED
    store.lose("20260101-000000-00ff", "there is no such run")


# --- runs that a command reserved ----------------------------------------------------------------


def test_a_reserved_run_is_in_nobodys_queue(store: Store, other: Store, run: Run) -> None:
    mine = store.create(Experiment(name="mine"), reserved=True)
    assert mine.maker == store.token
    for each in (store, other):
        assert [r.run_id for r in each.queue()] == [run.run_id]
        assert each.queue_names() == [(run.run_id, run.name)]
        assert each.mark_interrupted() == []
    assert not other.claim(mine.run_id), "the window's queue doesn't get it"
    assert not other.claim(run.run_id, store.token), "nor does a command get what the queue has"
    assert other.claim(mine.run_id, store.token), "the training process of that command does"
    assert store.run(mine.run_id).maker == ""


RESERVE = "say(store.create(Experiment(name='net'), reserved=True).run_id)\nheard()"


def test_a_run_whose_command_was_killed_is_interrupted_and_can_be_resumed(
    store: Store, folder: Path, run: Run
) -> None:
    with child(RESERVE, folder) as process:
        run_id = heard(process)
        assert store.mark_interrupted() == []
        with pytest.raises(StoreError, match="is queued; another command is about to train it"):
            store.requeue(run_id, reserved=True)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert [lost.run_id for lost in store.mark_interrupted()] == [run_id]
    lost = store.run(run_id)
    assert (lost.status, lost.maker, lost.message) == (RunStatus.INTERRUPTED, "", NEVER_BEGAN)
    assert store.run(run.run_id).status is RunStatus.QUEUED, "the window's queue waits for ever"
    assert store.requeue(run_id, reserved=True).maker == store.token


def test_a_run_that_waits_for_a_window_can_be_begun_by_a_command(
    store: Store, other: Store, run: Run
) -> None:
    assert store.requeue(run.run_id, reserved=True).maker == store.token
    assert other.queue() == []
    assert not other.claim(run.run_id)
    with pytest.raises(StoreError, match="another command is about to train it"):
        other.requeue(run.run_id, reserved=True)
    with pytest.raises(StoreError, match="is queued; only a stopped"):
        other.requeue(run.run_id)
    assert store.claim(run.run_id, store.token)


def test_runs_that_are_released_wait_in_the_queue(store: Store, other: Store) -> None:
    runs = store.create_all([Experiment(name="net")] * 3, "tag", reserved=True)
    assert {run.maker for run in runs} == {store.token}
    assert store.claim(runs[0].run_id, store.token)
    store.release([run.run_id for run in runs])
    other.release([run.run_id for run in runs])
    assert [run.run_id for run in other.queue()] == [run.run_id for run in runs[1:]]
    assert store.run(runs[0].run_id).status is RunStatus.RUNNING


@pytest.mark.parametrize("status", list(RunStatus))
def test_what_can_be_resumed(store: Store, run: Run, status: RunStatus) -> None:
    raw(store.folder, "UPDATE runs SET status = ?", status)
    if status.can_resume:
        assert store.requeue(run.run_id).status is RunStatus.QUEUED
        assert store.queue()[0].run_id == run.run_id
    else:
        with pytest.raises(StoreError, match=f"^run {run.run_id} is {status}; only a stopped"):
            store.requeue(run.run_id)
        assert store.run(run.run_id).status is status


def test_a_run_that_still_has_a_living_owner_is_not_resumed(
    store: Store, other: Store, run: Run
) -> None:
    """Whatever its status says."""
    other.claim(run.run_id)
    raw(store.folder, "UPDATE runs SET status = 'interrupted'")
    with pytest.raises(StoreError, match="is still being trained by another process"):
        store.requeue(run.run_id)


def test_a_run_that_trains_is_not_purged(store: Store, other: Store) -> None:
    busy, gone = (store.create(Experiment(name="net")) for _ in range(2))
    other.claim(busy.run_id)
    folder = store.artifacts(busy.run_id)
    (folder / "checkpoint.npz").write_bytes(b"x")
    store.delete([busy.run_id, gone.run_id])
    with pytest.raises(StoreError, match=r"is still being trained and stays in the trash; stop it"):
        store.purge()
    assert [run.run_id for run in store.runs(deleted=True)] == [busy.run_id]
    assert (folder / "checkpoint.npz").exists()
    other.finish(busy.run_id, RunStatus.STOPPED)
    assert store.purge() == 1
    assert not folder.exists()

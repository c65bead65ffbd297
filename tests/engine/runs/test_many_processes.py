"""Processes that claim, train, resume, delete and rename in one store, and are killed meanwhile.

Whatever they were doing, the store is sound afterwards, and no run was trained twice at once.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.engine.store_process import child
from workbench.runs.database import FILE
from workbench.runs.store import Store

ACTS = """
import fcntl, random
from workbench.runs.claims import Dispossessed
from workbench.runs.record import EpochMetrics
from workbench.runs.status import RunStatus

locks, chance = Path(sys.argv[2]), random.Random(int(sys.argv[3]))
ENDS = (RunStatus.COMPLETED, RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED)

def train(run_id):
    with open(locks / run_id, "a") as lock:  # the system lets go of it when this process dies
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            store.require_owner(run_id)  # raises where the other has lost it meanwhile
            say("trained twice at once:", run_id)
            return
        step = store.run(run_id).step
        store.truncate(run_id, step)
        for _ in range(chance.randint(1, 20)):
            store.add_steps(run_id, step + 1, np.zeros(5, STEP_DTYPE), step=step + 5)
            step += 5
            epoch = EpochMetrics(step // 5, step, 1.0, 0.5, 0.25, 9.0, 0.001, None, None, 1.5)
            store.add_epoch(run_id, epoch)
        store.finish(run_id, chance.choice(ENDS))

def act():
    run_ids = [run.run_id for run in store.runs()]
    chosen = chance.choice(run_ids) if run_ids else ""
    number = chance.randrange(11)
    if number == 0 or not chosen:
        store.create(Experiment(name="net"), front=chance.random() < 0.5)
    elif number == 1:
        store.create_all([Experiment(name="net")] * 3, "group")
    elif number == 2:
        run = store.create(Experiment(name="net"), reserved=True)
        if store.claim(run.run_id, store.token):
            train(run.run_id)
    elif number == 3:
        store.delete([chosen])
        store.restore([run.run_id for run in store.runs(deleted=True)][:1])
    elif number == 4:
        store.update(chosen, name=f"name {chance.randrange(9)}", notes="x", starred=True)
    elif number == 5:
        store.mark_interrupted()
        store.reorder(run_ids[:5])
    elif number == 6:
        run = store.requeue(chosen, reserved=chance.random() < 0.5)
        if store.claim(run.run_id, run.maker):
            train(run.run_id)
    elif number == 7 and chance.random() < 0.3:
        store.purge()
    elif number < 10:  # whatever it is doing
        if store.claim(chosen):
            train(chosen)
    else:
        for run_id, _ in store.queue_names()[:2]:
            if store.claim(run_id):
                train(run_id)

REFUSED = ("is queued; another", "only a stopped", "being trained by another", "there is no run",
           "taken over by another", "stays in the trash")
say("ready")
heard()
for number in range(60):
    try:
        act()
    except StoreError as error:
        if not any(words in str(error) for words in REFUSED):
            say("unexpected:", error)
    if number % 20 == 19:
        say("on", number)
say("done")
"""

PROCESSES = 3


@pytest.mark.parametrize("seed", [1, 2])
def test_the_store_is_sound_whatever_they_did(seed: int, tmp_path: Path) -> None:
    folder, locks = tmp_path / "store", tmp_path / "locks"
    locks.mkdir()
    with Store(folder):
        pass
    chance = random.Random(seed)
    with ExitStack() as stack:
        acting = [
            stack.enter_context(child(ACTS, folder, locks, 10 * seed + number))
            for number in range(PROCESSES)
        ]
        outputs: list[Iterator[str]] = []
        for process in acting:
            assert process.stdout is not None
            assert process.stdin is not None
            assert process.stdout.readline() == "ready\n"
            outputs.append(iter(process.stdout.readline, ""))
            process.stdin.write("\n")
        victim = chance.randrange(PROCESSES)
        said = [next(outputs[victim])]  # it is in the middle of its work
        acting[victim].kill()
        for number, output in enumerate(outputs):
            lines = list(output)
            said += lines
            assert number == victim or lines[-1] == "done\n", lines
    assert {line for line in said if not line.startswith("on ")} == {"done\n"}
    with closing(sqlite3.connect(folder / FILE)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    with Store(folder) as store:
        store.mark_interrupted()
        assert store.refused == ""
        assert not [run for run in store.runs() if run.status.is_active]
        trained = [run for run in store.runs() if run.step]
        assert trained
        for run in trained:
            assert len(store.steps(run.run_id).steps) == run.step
            assert [epoch.step for epoch in store.epochs(run.run_id)] == [
                *range(5, 5 * len(store.epochs(run.run_id)) + 1, 5)
            ]

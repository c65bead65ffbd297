"""An executor over messages alone: a real training process that is never told of the store."""

from __future__ import annotations

import json
import os
import queue
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small
from workbench.base.child_process import Child
from workbench.execution import executor, pieces
from workbench.execution.engine_process import WORKER
from workbench.execution.messages import (
    EpochEnd,
    Interrupt,
    Message,
    Piece,
    Rewind,
    Started,
    StatusChanged,
    Steps,
    Update,
)
from workbench.execution.pieces import Assembly, Damaged, TooLarge, cut
from workbench.execution.record_keeper import NotKept, RecordKeeper
from workbench.execution.remote import Channel, RemoteExecutor
from workbench.execution.scheduler import Scheduler, SharedQueue
from workbench.runs.claims import Dispossessed
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.hardware import Startup

RUN_ID = "20260101-000000-0000"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "driver") as opened:
        yield opened


class Elsewhere(Child):
    """A process of another machine: all that it gets are the lines that are sent to it."""

    sent: list[str]

    def __init__(self, startup: Startup) -> None:
        self.sent = []
        super().__init__(WORKER, "0", json.dumps(startup._asdict()))

    def send(self, line: str) -> bool:
        self.sent.append(line)
        return super().send(line)


class Cluster:
    """Trains the queue of a store on processes elsewhere, one at a time."""

    def __init__(self, store: Store) -> None:
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.processes: list[Elsewhere] = []
        self.executor = RemoteExecutor(store.folder, self._inbox.put, self._connect)
        self.scheduler = Scheduler(SharedQueue(store), self.executor)

    def _connect(self, startup: Startup) -> Channel:
        self.processes.append(Elsewhere(startup))
        return self.processes[-1]

    def train(
        self, on_message: Callable[[Message], object] = lambda message: None
    ) -> list[Message]:
        """Trains all that waits; what is said meanwhile."""
        said = []
        for message in self.scheduler.follow(lambda: self._inbox.get(timeout=120)):
            said.append(message)
            on_message(message)
        return said


@pytest.fixture
def cluster(store: Store) -> Iterator[Cluster]:
    made = Cluster(store)
    yield made
    executor.end(made.executor, patience=30)


TIMES = {"elapsed", "seconds", "images_per_second", "joules", "created", "started", "finished"}
OF_A_RUN = {"run_id", "name", "position", "colour", "environment"}


def what_came_of(run: Run) -> dict[str, Any]:
    """What two runs of one experiment have alike."""
    return {k: v for k, v in vars(run).items() if k not in TIMES | OF_A_RUN}


def test_a_run_trained_over_messages_is_kept_as_one_trained_beside_its_store(
    store: Store, cluster: Cluster, tmp_path: Path
) -> None:
    from tests.engine.small import train

    experiment = small(training__probes=True)
    run_id = store.create(experiment).run_id
    said = cluster.train()
    with Store(tmp_path / "beside") as other:
        beside, _ = train(other, experiment)
        expected, wanted = other.run(beside), other.steps(beside)
        epochs, probes = other.epochs(beside), other.probes(beside)
        checkpoint = dict(np.load(other.artifacts(beside) / "checkpoint.npz"))
    run = store.run(run_id)
    assert run.status is RunStatus.COMPLETED
    assert what_came_of(run) == what_came_of(expected)
    assert run.environment.keys() == expected.environment.keys()
    assert {name for name in TIMES if getattr(run, name) is None} <= {"joules"}
    kept = store.steps(run_id)
    np.testing.assert_array_equal(kept.steps, wanted.steps)
    for name in ("loss", "accuracy", "learning_rate", "penalty"):
        np.testing.assert_array_equal(kept.values[name], wanted.values[name])
    np.testing.assert_array_equal(store.probes(run_id).values, probes.values)
    assert [(e.step, e.loss, e.val_loss) for e in store.epochs(run_id)] == [
        (e.step, e.loss, e.val_loss) for e in epochs
    ]
    came = np.load(store.artifacts(run_id) / "checkpoint.npz")
    weights = [name for name in checkpoint if name != "position"]
    assert len(weights) > 5
    for name in weights:
        np.testing.assert_array_equal(came[name], checkpoint[name])
    assert sum(len(m.loss) for m in said if isinstance(m, Steps)) == run.step
    assert not any(isinstance(m, Piece | Update | Rewind) for m in said), "nobody has to see them"
    (process,) = cluster.processes
    assert not any(str(store.folder) in line for line in process.sent)


def test_a_run_goes_on_elsewhere_from_where_it_was_interrupted_and_killed(
    store: Store, cluster: Cluster
) -> None:
    run_id = store.create(small(training__epochs=100_000)).run_id

    def interrupt(message: Message) -> None:
        if isinstance(message, EpochEnd):
            cluster.executor.control(run_id, Interrupt())

    cluster.train(interrupt)
    first = store.run(run_id)
    assert (first.status, first.owner) == (RunStatus.INTERRUPTED, "")
    assert first.step > 0
    cluster.processes[-1].kill()  # the process that stayed for the next run
    store.requeue(run_id)

    def kill(message: Message) -> None:
        if isinstance(message, EpochEnd):
            os.kill(cluster.processes[-1].pid, signal.SIGKILL)

    said = cluster.train(kill)
    started = next(m for m in said if isinstance(m, Started))
    assert started.step == first.step, "the checkpoint came along"
    run = store.run(run_id)
    assert (run.status, run.owner) == (RunStatus.INTERRUPTED, "")
    assert "was killed" in run.message
    steps = store.steps(run_id).steps
    assert steps.tolist() == list(range(1, len(steps) + 1))
    assert len(steps) > first.step


# --- what is not trusted -------------------------------------------------------------------------


@pytest.fixture
def keeper(store: Store) -> RecordKeeper:
    run_id = store.create(small()).run_id
    assert store.claim(run_id)
    return RecordKeeper(store, run_id)


def run_of(store: Store) -> str:
    return store.runs()[0].run_id


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Update(RUN_ID, {"owner": "", "deleted": 1}), "training sets no deleted, owner"),
        (Steps(RUN_ID, 1, [1.0], [1.0, 2.0], [1.0], [1.0], [1.0]), "can't be kept"),
        (Piece(RUN_ID, "../../runs.sqlite3", 0, 1, "", "AA=="), "training makes no file"),
        (Piece(RUN_ID, "checkpoint.npz", 0, 1 << 40, "", "AA=="), "is larger than"),
        (Piece(RUN_ID, "checkpoint.npz", 7, 10, "", "AA=="), "is missing"),
        (Piece(RUN_ID, "checkpoint.npz", 0, 1, "", "AA=="), "was changed on its way"),
        (Piece(RUN_ID, "checkpoint.npz", 0, 9, "", "&"), "a piece of checkpoint.npz"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    store: Store, keeper: RecordKeeper, message: Any, reason: str
) -> None:
    run_id = run_of(store)
    before = store.run(run_id)
    of_it = replace(message, run_id=run_id)
    with pytest.raises(NotKept, match=reason):
        list(map(keeper.take, (of_it, Update(run_id, {}))))
    with pytest.raises(NotKept, match="spoke of another run"):
        keeper.take(message)
    assert store.run(run_id) == before
    assert not list(store.artifacts(run_id).iterdir())


def test_steps_and_their_columns_are_one_change(store: Store, keeper: RecordKeeper) -> None:
    run_id = run_of(store)

    def steps(first: int) -> Steps:
        return Steps(run_id, first, [1.0], [2.0], [0.5], [0.1], [8.0], [0.9], None)

    keeper.take(steps(1))
    keeper.take(steps(2))
    assert len(store.steps(run_id).steps) == store.run(run_id).step == 0
    keeper.take(Update(run_id, {"step": 2, "elapsed": 1.0}))
    kept = store.steps(run_id)
    assert kept.steps.tolist() == [1, 2]
    assert np.isnan(kept.values["penalty"]).all()
    assert store.run(run_id).step == 2
    keeper.take(steps(3))
    with pytest.raises(NotKept, match="step 4 is missing"):
        keeper.take(steps(5))


def test_a_run_that_was_taken_over_is_written_no_more(store: Store, keeper: RecordKeeper) -> None:
    run_id = run_of(store)
    with store.change() as db:
        db.execute("UPDATE runs SET owner = 'another'")
    for message in (
        Update(run_id, {"step": 9}),
        Rewind(run_id, 0),
        StatusChanged(run_id, RunStatus.COMPLETED),
        *cut(run_id, "checkpoint.npz", b"weights"),
    ):
        with pytest.raises(Dispossessed):
            keeper.take(message)
    assert not list(store.artifacts(run_id).iterdir())


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 50])
def test_a_file_in_pieces_is_whole_again(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 8)
    content, assembly = os.urandom(size), Assembly()
    list(map(assembly.add, [*cut(RUN_ID, "a", b"123456789")][:1]))  # one that never came whole
    *rest, last = cut(RUN_ID, "b", content)
    assert [assembly.add(piece) for piece in rest] == [None] * len(rest)
    assert assembly.add(last) == content
    with pytest.raises(Damaged, match="is missing"):
        assembly.add(replace(last, start=8))
    monkeypatch.setattr(pieces, "MOST_BYTES", 49)
    if size == 50:
        with pytest.raises(TooLarge, match="takes 50 B; at most 49 B are sent"):
            next(cut(RUN_ID, "b", content))

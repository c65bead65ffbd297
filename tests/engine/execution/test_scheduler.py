"""Who trains when: the policy with an executor that trains nothing, and real processes beside each
other.
"""

from __future__ import annotations

import errno
import os
import queue
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.engine.executors import Asked
from tests.engine.small import small
from workbench.execution import executor, local
from workbench.execution.local import LocalExecutor
from workbench.execution.messages import (
    Continue,
    Message,
    Pause,
    Started,
    StatusChanged,
    Steps,
    Stop,
)
from workbench.execution.scheduler import ReservedRuns, Scheduler, SharedQueue
from workbench.experiment import Experiment
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


def add(store: Store, count: int, **of_run: Any) -> list[str]:
    return [store.create(Experiment(), **of_run).run_id for _ in range(count)]


def ended(
    store: Store, run_id: str, status: RunStatus = RunStatus.COMPLETED, maker: str = ""
) -> StatusChanged:
    """What is said of a run that a process claimed and finished."""
    assert store.claim(run_id, maker)
    store.finish(run_id, status)
    return StatusChanged(run_id, status)


# --- policy --------------------------------------------------------------------------------------


def test_as_many_begin_as_there_is_room_for_and_the_next_when_one_ends(store: Store) -> None:
    first, second, third, fourth = add(store, 4)
    asked = Asked(capacity=2)
    scheduler = Scheduler(SharedQueue(store), asked)
    store.reorder([third, first])
    assert scheduler.fill() == [third, first]
    assert scheduler.fill() == []
    assert scheduler.start() == []
    assert scheduler.waiting() == [second, fourth], "it waits in the store until a process has it"
    scheduler.hear(ended(store, first))
    assert scheduler.room == 1
    assert scheduler.fill() == [second]
    assert asked.submitted == [(third, ""), (first, ""), (second, "")]


def test_a_held_queue_starts_nothing_by_itself_but_what_a_person_asks_for(store: Store) -> None:
    first, second = add(store, 2)
    scheduler = Scheduler(SharedQueue(store), Asked(capacity=2))
    scheduler.hold(True)
    assert store.queue_held, "another window sees it too"
    assert scheduler.fill() == []
    assert scheduler.start() == [first]
    scheduler.hold(False)
    assert scheduler.fill() == [second]


def test_a_stop_holds_the_queue_and_other_acts_do_not(store: Store) -> None:
    run_id, _ = add(store, 2)
    asked = Asked()
    scheduler = Scheduler(SharedQueue(store), asked)
    scheduler.fill()
    scheduler.pause(run_id)
    scheduler.continue_run(run_id)
    assert not store.queue_held
    scheduler.stop(run_id)
    assert store.queue_held
    assert asked.commands == [(run_id, Pause()), (run_id, Continue()), (run_id, Stop())]
    scheduler.hear(ended(store, run_id, RunStatus.STOPPED))
    scheduler.pause(run_id)
    assert len(asked.commands) == 3, "it is over"
    assert scheduler.fill() == []


def test_a_command_trains_its_own_runs_in_order_whatever_the_queue_does(store: Store) -> None:
    add(store, 1)
    store.queue_held = True
    mine = add(store, 3, reserved=True)
    asked = Asked()
    scheduler = Scheduler(ReservedRuns(store, mine), asked)
    assert scheduler.fill() == mine[:1]
    store.delete([mine[1]])
    scheduler.hear(ended(store, mine[0], maker=store.token))
    assert scheduler.fill() == mine[2:], "one that a person deleted meanwhile is left out"
    assert asked.submitted == [(mine[0], store.token), (mine[2], store.token)]


def test_how_far_each_run_is_comes_from_its_own_messages(store: Store) -> None:
    first, second = add(store, 2)
    scheduler = Scheduler(SharedQueue(store), Asked(capacity=2))
    scheduler.fill()
    scheduler.hear(Started(first, 0, 100, 10, 8, 1, 1, "CPU"))
    scheduler.hear(Steps(first, 1, [1.0], [2.0], [0.5], [0.1], [8.0]))
    scheduler.hear(StatusChanged(second, RunStatus.RUNNING))
    scheduler.hear(StatusChanged("20260101-000000-0000", RunStatus.FAILED))  # not of ours
    one, two = scheduler.under_way.values()
    assert (one.pace.step, one.has_begun, one.status) == (1, True, None)
    assert (two.pace.step, two.has_begun, two.status) == (0, False, RunStatus.RUNNING)


def test_following_ends_when_all_is_done_or_held(store: Store) -> None:
    mine = add(store, 3, reserved=True)
    asked = Asked()
    scheduler = Scheduler(ReservedRuns(store, mine), asked)
    ends = iter((RunStatus.COMPLETED, RunStatus.INTERRUPTED))

    def receive() -> Message:
        run_id, maker = asked.submitted[-1]
        return ended(store, run_id, next(ends), maker)

    heard = []
    for message in scheduler.follow(receive):
        assert isinstance(message, StatusChanged)
        heard.append((message.run_id, message.state))
        scheduler.hold(message.state is RunStatus.INTERRUPTED)
    assert heard == [(mine[0], RunStatus.COMPLETED), (mine[1], RunStatus.INTERRUPTED)]
    assert scheduler.waiting() == mine[2:]


def test_a_run_that_no_process_could_claim_is_not_tried_without_end(store: Store) -> None:
    full, other = add(store, 2)
    asked = Asked()
    scheduler = Scheduler(SharedQueue(store), asked)
    scheduler.fill()
    scheduler.hear(StatusChanged(full, RunStatus.FAILED, "the disk is full"))
    assert scheduler.fill() == [other]
    scheduler.hear(ended(store, other))
    assert scheduler.fill() == []
    scheduler.hold(False)  # a person presses Run queue
    assert scheduler.fill() == [full]


def test_a_damaged_run_is_never_claimed_and_the_rest_of_the_queue_goes_on(store: Store) -> None:
    damaged, sound = add(store, 2)
    with store.change() as db:
        db.execute("UPDATE runs SET step = 'many' WHERE run_id = ?", (damaged,))
    asked = Asked()
    scheduler = Scheduler(SharedQueue(store), asked)
    assert scheduler.start() == [damaged]
    with pytest.raises(StoreError, match=f"the run '{damaged}', which is left out: its step is"):
        store.claim(damaged)
    with store.change() as db:
        row = db.execute("SELECT status, owner FROM runs WHERE run_id = ?", (damaged,)).fetchone()
    assert tuple(row) == ("queued", "")
    scheduler.hear(StatusChanged(damaged, RunStatus.FAILED, "its step is damaged"))
    assert scheduler.start() == [sound], "what can't be trained is in nobody's way"
    scheduler.hear(ended(store, sound))
    assert scheduler.fill() == []


def test_there_is_at_least_one_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        LocalExecutor(tmp_path, lambda message: None, capacity=0)
    assert LocalExecutor(tmp_path, lambda message: None).capacity == local.CAPACITY == 1


def test_no_run_is_submitted_without_a_place(tmp_path: Path) -> None:
    at_once = LocalExecutor(tmp_path, lambda message: None)
    at_once.close()
    at_once.submit("20260101-000000-0000")  # it takes a place, although nothing starts any more
    with pytest.raises(RuntimeError, match="all 1 places"):
        at_once.submit("20260101-000000-0001")


def test_places_come_and_go_with_a_search(tmp_path: Path) -> None:
    """One that is taken is not closed under its run, and none is left without a place."""
    at_once = LocalExecutor(tmp_path, lambda message: None)
    at_once.provide(3)
    assert at_once.capacity == 3
    taken = at_once._places[2]
    taken.run_id = "20260101-000000-0000"
    at_once.provide(1)
    assert at_once._places == [taken]
    taken.run_id = None
    at_once.provide(2)
    assert at_once.capacity == 2
    executor.end(at_once, patience=10)


def test_a_process_that_cannot_be_started_is_a_sentence_on_its_run(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("workbench.execution.engine_process.Child", refuse)
    runs = add(store, 2)
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    at_once = LocalExecutor(store.folder, inbox.put)
    scheduler = Scheduler(SharedQueue(store), at_once)
    said = list(scheduler.follow(lambda: inbox.get(timeout=10)))
    sentence = "the training process can't be started (Resource temporarily unavailable)"
    assert said == [
        StatusChanged(run_id, RunStatus.INTERRUPTED, sentence, Outcome.CRASHED) for run_id in runs
    ]
    for run_id in runs:
        run = store.run(run_id)
        assert (run.status, run.message) == (RunStatus.INTERRUPTED, sentence)
    executor.end(at_once, patience=10)


# --- real processes ------------------------------------------------------------------------------


def owner(store: Store, run_id: str) -> int:
    """The number of the process that trains a run."""
    return int(store.run(run_id).owner.partition("-")[0])


@pytest.mark.skipif(os.name == "nt", reason="by POSIX signals")
def test_three_runs_two_at_a_time_one_of_them_killed(store: Store) -> None:
    """The killed one can be resumed, the place goes to the third, and no process is left."""
    killed = store.create(small(training__epochs=100_000)).run_id
    others = [store.create(small(training__epochs=30)).run_id for _ in range(2)]
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    at_once = LocalExecutor(store.folder, inbox.put, capacity=2)
    scheduler = Scheduler(SharedQueue(store), at_once)
    most, pids, has_been_killed = 0, set(), False
    try:
        for message in scheduler.follow(lambda: inbox.get(timeout=120)):
            most = max(most, len(scheduler.under_way))
            active = [run for run in store.runs() if run.status.is_active]
            assert len(active) <= 2
            pids |= {owner(store, run.run_id) for run in active}
            trains = isinstance(message, Steps) and {run.run_id for run in active} >= {killed}
            if trains and len(active) == 2 and not has_been_killed:
                has_been_killed = True
                os.kill(owner(store, killed), signal.SIGKILL)
    finally:
        executor.end(at_once, patience=30)
    assert at_once.wait(0)
    assert most == 2
    assert len(pids) in (2, 3)
    assert scheduler.waiting() == []
    run = store.run(killed)
    assert (run.status, run.owner) == (RunStatus.INTERRUPTED, "")
    assert "was killed" in run.message
    for run_id in others:
        run = store.run(run_id)
        assert (run.status, run.step) == (RunStatus.COMPLETED, run.total_steps)
        assert run.test_accuracy is not None
        assert len(store.steps(run_id).steps) == run.step
    assert not any(psutil.pid_exists(pid) for pid in pids)

"""What goes wrong from outside while a run is compressed: a full disk, a killed process."""

from __future__ import annotations

import errno
import os
import queue
import signal
from pathlib import Path

import psutil
import pytest

from tests.engine.compression.compressing import compress, go_on
from tests.engine.small import small, train
from workbench.compression import progress
from workbench.compression.compressed_runs import compressed_run
from workbench.compression.model_file import MODEL_FILE
from workbench.compression.recipe import CompressionRecipe
from workbench.execution import executor
from workbench.execution.local import LocalExecutor
from workbench.execution.messages import Message, Steps
from workbench.execution.scheduler import ReservedRuns, Scheduler
from workbench.runs.record import Run
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store


@pytest.fixture(scope="module")
def parent(store: Store) -> Run:
    run_id, _ = train(store, small(training__epochs=2))
    return store.run(run_id)


def files_of(folder: Path) -> dict[str, bytes]:
    """All of a folder, by their names."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("written", [1, 3])
def test_a_full_disk_leaves_nothing_half_written_and_the_run_goes_on_later(
    store: Store, parent: Run, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full after some files: in the first step, and at the end."""
    from workbench.runtime.training.failures import sentence

    before = files_of(store.artifacts(parent.run_id))
    left = [written]
    force = os.fsync

    def fsync(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        force(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match="No space left") as full:
            compress(store, parent, "prune:0.5:epochs=1,quantize:int8")
    assert sentence(full.value).startswith("the disk that holds the store is full")
    run = store.children(parent.run_id)[-1]
    assert run.status is RunStatus.FAILED
    assert run.outcome == Outcome.DISK_FULL
    assert len(files_of(store.artifacts(run.run_id))) <= written
    assert not [name for name in files_of(store.artifacts(run.run_id)) if name.startswith(".")]
    assert files_of(store.artifacts(parent.run_id)) == before
    run, _ = go_on(store, run.run_id)
    assert run.status is RunStatus.COMPLETED
    assert run.test_accuracy is not None


def done(folder: Path) -> int:
    """Steps that are finished; -1 before the first one was begun."""
    known = progress.read(folder)
    return -1 if known is None else len(known.done) - 1


STEPS = "structured:0.6:epochs=80,prune:0.5:epochs=80,qat:int4:epochs=80,quantize:int4"


@pytest.mark.skipif(os.name == "nt", reason="by POSIX signals")
def test_a_killed_process_loses_no_finished_step(store: Store, parent: Run) -> None:
    """Killed in the middle of the second step, as a third one waits."""
    before = files_of(store.artifacts(parent.run_id))
    recipe = CompressionRecipe.of_text(STEPS)
    run_id = compressed_run(store, parent, recipe, reserved=True).run_id
    folder = store.artifacts(run_id)
    for finished in (1, len(recipe.steps)):
        inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        local = LocalExecutor(store.folder, inbox.put)
        scheduler = Scheduler(ReservedRuns(store, [run_id]), local)
        pids: set[int] = set()
        try:
            for message in scheduler.follow(lambda: inbox.get(timeout=120)):  # noqa: B023
                if isinstance(message, Steps) and not pids and done(folder) == finished:
                    pids.add(int(store.run(run_id).owner.partition("-")[0]))
                    os.kill(min(pids), signal.SIGKILL)
        finally:
            executor.end(local, patience=30)
        assert files_of(store.artifacts(parent.run_id)) == before
        run = store.run(run_id)
        if finished == len(recipe.steps):
            break
        assert (run.status, run.owner) == (RunStatus.INTERRUPTED, "")
        assert "was killed" in run.message
        assert not any(psutil.pid_exists(pid) for pid in pids)
        assert done(folder) >= finished
        assert not [name for name in files_of(folder) if name.startswith(".")]
        store.requeue(run_id, reserved=True)
    assert run.status is RunStatus.COMPLETED
    assert run.step == run.total_steps == 240 * 13
    assert store.steps(run_id).steps.tolist() == list(range(1, 240 * 13 + 1))
    assert (run.macs or 0) < (parent.macs or 0)
    assert run.test_accuracy is not None


def test_a_damaged_file_of_the_parent_is_written_once_more(store: Store, parent: Run) -> None:
    """What is only wanted to compare with must not end a run that is done."""
    first, _ = compress(store, parent, "finetune:1")
    path = store.artifacts(first.run_id) / MODEL_FILE.name
    path.write_bytes(path.read_bytes()[:200] + bytes(200))
    run, _ = compress(store, store.run(first.run_id), "quantize:int8")
    assert run.status is RunStatus.COMPLETED
    assert (run.figure("litert_ratio") or 0) > 0

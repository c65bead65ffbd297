"""A process that dies twice at the same step says so, with the layer where it can be told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.small import small
from workbench.execution import crashes
from workbench.execution.crashes import FILE, Crash, layer_found, remember, remembered, sentence
from workbench.execution.engine_process import Session
from workbench.execution.messages import Message, Steps
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

pytestmark = pytest.mark.skipif(os.name == "nt", reason="by POSIX signals")

SEGV, KILL = -signal.SIGSEGV, -signal.SIGKILL


def unasked() -> str:
    raise AssertionError("looking for the layer takes seconds and isn't wanted here")


@pytest.mark.parametrize(
    ("crash", "before"),
    [
        (Crash(SEGV, 0), None),
        (Crash(KILL, 0), Crash(SEGV, 0)),
        (Crash(SEGV, 90, saved=2), Crash(SEGV, 40, saved=1)),
    ],
)
def test_a_death_that_may_not_come_again_is_resumed_from(
    crash: Crash, before: Crash | None
) -> None:
    assert sentence(crash, before, unasked).endswith("; resume goes on from the last checkpoint")


def test_a_death_behind_the_same_checkpoint_names_the_layer() -> None:
    found = sentence(Crash(SEGV, 0), Crash(-signal.SIGABRT, 0), lambda: "structure.layers[1], ...")
    assert found == (
        "the training process crashed (SIGSEGV) at its first step once more, and would at every "
        "resume: structure.layers[1], ... does it, so change or remove that layer, or start with "
        "the environment variable TF_ENABLE_ONEDNN_OPTS=0"
    )
    later = sentence(Crash(SEGV, 1203, saved=5), Crash(SEGV, 1200, saved=5), lambda: "")
    assert "crashed (SIGSEGV) about step 1,203 once more" in later
    assert "change its layers, or start with" in later


def test_what_is_remembered_is_read_again_and_nothing_else(tmp_path: Path) -> None:
    assert remembered(tmp_path) is None
    remember(tmp_path, Crash(SEGV, 7, 2))
    assert remembered(tmp_path) == Crash(SEGV, 7, 2)
    for damaged in (b"{", b"[]", b'{"code": 1}', b'{"code": 1, "step": 2, "more": 3}'):
        (tmp_path / FILE).write_bytes(damaged)
        assert remembered(tmp_path) is None


class Finder:
    """A process that says a few lines and ends."""

    def __init__(self, code: int, *said: str) -> None:
        self._code, self._said = code, said

    def lines(self) -> Iterator[str]:
        return iter(self._said)

    def end(self) -> int:
        return self._code


def test_the_layer_is_the_last_that_was_tried() -> None:
    said = ('{"trying": "one"}', "noise of a library", '{"trying": "two"}')
    assert layer_found(Finder(SEGV, *said)) == "two"
    assert layer_found(Finder(0, *said)) == ""
    assert layer_found(Finder(KILL, *said)) == "", "by hand or for lack of memory"


DYING = """
import os, signal, sys
from workbench.runtime.worker import find_crash

tried = find_crash._passes

def passes(step, planner, experiment):
    tried(step, planner, experiment)
    if step.layer.kind == "dense":
        os.kill(os.getpid(), signal.SIGSEGV)

find_crash._passes = passes
find_crash.main()
"""


def test_the_finder_tries_every_layer_until_it_dies(tmp_path: Path) -> None:
    """A run that has begun, as its record knows the shape of its images."""
    with Store(tmp_path) as store:
        run = store.create(small())
        store.update(run.run_id, environment={"image_shape": [8, 8, 1]})
    given = [sys.executable, "-c", DYING, str(tmp_path), run.run_id]
    finder = subprocess.Popen(
        given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert finder.stdout is not None
    assert finder.stdin is not None
    said = finder.stdout.read().splitlines()
    finder.stdin.close()
    finder.stdout.close()
    assert layer_found(Finder(finder.wait(), *said)) == (
        "structure.layers[5], the Dense (10 · softmax)"
    )
    assert len(said) == 6, "each of them was tried"
    tried = json.loads(said[0])["trying"]
    assert tried == "structure.layers[0], the Conv2D (4 · 3x3 · relu)"


def killed(session: Session, run_id: str) -> Message:
    """Trains a run whose process dies at its first steps, and says how that ended."""
    session.train(run_id)
    last: Message | None = None
    for message in session.messages():
        if isinstance(message, Steps):
            os.kill(session.pid, signal.SIGSEGV)
        last = message
    assert last is not None
    return last


def test_a_run_that_dies_twice_at_its_first_steps_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def found(finder: crashes.Speaker) -> str:
        asked.extend(finder.lines())
        finder.end()
        return ""

    monkeypatch.setattr(crashes, "layer_found", found)
    with Store(tmp_path) as store:
        run_id = store.create(small(training__epochs=200)).run_id
        sentences = []
        for _ in range(2):
            killed(Session(tmp_path), run_id)
            run = store.run(run_id)
            assert run.status is RunStatus.INTERRUPTED
            sentences.append(run.message)
            store.requeue(run_id)
    assert sentences[0].endswith("crashed (SIGSEGV); resume goes on from the last checkpoint")
    assert "once more, and would at every resume: change its layers" in sentences[1]
    assert len(asked) == 6, "the real finder tried every layer and lived"

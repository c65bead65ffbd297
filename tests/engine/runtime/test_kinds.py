"""A new kind of run is one function and one line."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.engine.small import make, small
from workbench.execution.messages import Message, RemoteRun, StatusChanged, Train, decode
from workbench.runs.record import Origin
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store
from workbench.spec.hardware import Startup


def halve(log: Any, control: Any) -> tuple[RunStatus, str]:
    """Made up: a network with half the weights of the one that it is made from."""
    with Store(log.folder.parents[1]) as store:
        parent = store.run(store.run(log.run_id).parent_id or "")
    log.update(parameters=(parent.parameters or 0) // 2)
    return RunStatus.COMPLETED, "halved"


def made(folder: Path, run_id: str) -> list[Message]:
    """What a training process says that is asked for the run."""
    from workbench.runtime.process.control import Control
    from workbench.runtime.worker.main import Worker

    said: list[Message] = []
    commands: Any = SimpleNamespace(control=Control())
    Worker(commands, said.append, Startup())._train(Train(str(folder), run_id))
    return said


def test_a_new_kind_of_run_is_made_and_ends_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runtime.worker import kinds

    monkeypatch.setitem(kinds.RUNNERS, "halved", f"{__name__}:halve")
    with Store(tmp_path) as store:
        parent = store.create(small())
        store.update(parent.run_id, parameters=1000)
        child = store.create(small(), origin=Origin("halved", parent.run_id))
        last = made(tmp_path, child.run_id)[-1]
        assert last == StatusChanged(child.run_id, "completed", "halved", "completed")
        run = store.run(child.run_id)
        assert (run.status, run.outcome, run.parameters) == ("completed", "completed", 500)
        assert [each.run_id for each in store.children(parent.run_id)] == [child.run_id]


def test_a_kind_that_this_version_does_not_know_is_said(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        run = store.create(small(), origin=Origin("from the future"))
        made(tmp_path, run.run_id)
        run = store.run(run.run_id)
    assert (run.status, run.outcome) == (RunStatus.FAILED, Outcome.BAD_SETTINGS)
    said = "the run is of the kind 'from the future'; this version makes: training, compressed"
    assert run.message == said


def test_another_machine_is_told_the_kind_and_the_parent() -> None:
    from workbench.runtime.training.run_log import log_of_job

    job = RemoteRun(
        "20260101-000000-0001",
        small().to_toml(),
        kind="halved",
        parent_id="a parent",
        study_id="a study",
    )
    heard = decode(job.encode())
    assert isinstance(heard, RemoteRun)
    with log_of_job(heard, {}, print) as log:
        run = log.read()
    assert (run.kind, run.parent_id, run.study_id) == ("halved", "a parent", "a study")


def test_a_trial_of_a_study_leaves_the_test_images_alone(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        study = store.add_study("a search", {})
        origin = Origin(study_id=study.study_id, trial=1)
        trial = store.create(small(training__epochs=1), origin=origin)
        make(store, trial.run_id)
        run = store.run(trial.run_id)
    assert run.status is RunStatus.COMPLETED
    assert run.val_accuracy is not None
    assert (run.test_accuracy, run.test_loss) == (None, None)

"""Typed tasks: a made-up one from request to result, what is refused, who may write to a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.execution.shout import SHOUT, WRITES, Heard, Shout, ShoutRequest
from tests.engine.tasks import do
from tests.ui.made_up import add_run
from workbench.base.plain_values import Malformed, plain
from workbench.cli.main import main
from workbench.execution import engine_process
from workbench.execution.ask import TaskFailed, TaskRefused, _result, do_task
from workbench.execution.messages import Do, TaskEnd, TaskProgress, decode
from workbench.execution.task import Task, asked
from workbench.execution.tasks import TASKS, task_of
from workbench.execution.tasks.evaluate import EVALUATE
from workbench.execution.tasks.judge_file import JUDGE_FILE
from workbench.execution.tasks.measure_inference import MEASURE_INFERENCE
from workbench.execution.tasks.tune import TUNE
from workbench.hardware import autotune
from workbench.hardware.requests import AboutRun, Request
from workbench.presets import load
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.hardware import Startup


def test_a_task_is_its_types_its_job_and_an_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As CONTRIBUTING says, in a real process."""
    monkeypatch.setattr(engine_process, "WORKER", "tests.engine.execution.shout_worker")
    with Store(tmp_path) as store:
        run = add_run(store)
    said: list[TaskProgress] = []
    result = do_task(tmp_path, SHOUT, ShoutRequest(("go", "on")), said.append)
    assert result == Shout("GO ON")
    assert [SHOUT.parse_found(m.found) for m in said] == [Heard("GO"), Heard("ON")]
    assert [(m.done, m.total) for m in said] == [(1, 2), (2, 2)]
    monkeypatch.setitem(TASKS, WRITES.name, "tests.engine.execution.shout")
    do(WRITES.name, tmp_path, run_id=run.run_id)
    assert (tmp_path / "runs" / run.run_id / "shout.txt").read_text(encoding="utf-8") == "HERE"


def test_a_task_that_fails_or_answers_otherwise_is_one_sentence() -> None:
    with pytest.raises(TaskFailed, match=r"^an empty word$"):
        _result(SHOUT, TaskEnd(1, error="an empty word"))
    with pytest.raises(TaskRefused, match=r"^no word at all$"):
        _result(SHOUT, TaskEnd(1, error="no word at all", is_bad_input=True))
    with pytest.raises(TaskFailed, match=r"^the result of task shout: text: Field required$"):
        _result(SHOUT, TaskEnd(1, {}))
    with pytest.raises(TaskFailed, match="cancelled"):
        _result(SHOUT, TaskEnd(1))


def test_a_request_travels_as_one_line_and_comes_back_the_same(tmp_path: Path) -> None:
    request = autotune.request(load("digits-cnn"), batch_sizes=True, seconds=7.5)
    message = decode(asked(3, TUNE, tmp_path, request).encode())
    assert isinstance(message, Do)
    assert TUNE.parse_request(message.request) == request
    assert message.startup is not None
    assert Startup(**message.startup) == request.startup


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "the request of task shout: words: Field required"),
        ({"words": ["a"], "loud": True}, "shout: loud: Unexpected keyword argument"),
        ({"words": ["a", 3]}, "shout: words.1: Input should be a valid string"),
        ({"words": [], "startup": {"cores": 1}}, "shout: startup"),
        ([], "the request of task shout: Input should be a dictionary"),
    ],
)
def test_what_is_no_such_request_is_one_sentence(values: object, sentence: str) -> None:
    with pytest.raises(Malformed) as caught:
        SHOUT.parse_request(values)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_job_that_answers_with_another_type_is_caught_where_it_is_sent() -> None:
    with pytest.raises(Exception, match="str"):
        plain(Shout(3))  # type: ignore[arg-type]


def test_a_task_that_writes_to_a_run_must_be_about_one() -> None:
    with pytest.raises(TypeError, match="shout writes to a run"):
        Task("shout", Request, Heard, Shout, "nowhere", writes_to_run=True)
    writing = {task for task in map(task_of, TASKS) if task.writes_to_run}
    assert writing == {EVALUATE, JUDGE_FILE, MEASURE_INFERENCE}
    assert all(task_of(name).name == name for name in TASKS)


def test_a_run_that_can_not_be_written_to_is_refused_before_any_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(tmp_path) as store:
        run, training = add_run(store), add_run(store, 1, status=RunStatus.RUNNING)
    monkeypatch.setattr("workbench.execution.ask.Session", lambda *_, **__: pytest.fail("started"))
    with pytest.raises(StoreError, match=r"is running; ask again once it has ended"):
        do_task(tmp_path, WRITES, AboutRun(training.run_id), lambda message: None)
    with pytest.raises(StoreError, match="no run"):
        do_task(tmp_path, WRITES, AboutRun("20260101-000000-0000"), lambda message: None)

    def refuse(store: Store) -> None:
        raise StoreError("the store can only be read")

    monkeypatch.setattr(Store, "require_writable", refuse)
    for command in ("latency", "evaluate"):
        assert main([command, run.run_id, "--store", str(tmp_path)]) == 2
        shown = capsys.readouterr()
        assert shown.err == "dlopt-workbench: the store can only be read\n"
        assert shown.out == ""


def test_every_type_of_every_task_is_plain_on_the_wire() -> None:
    """Each makes its adapter, and a request that is given its strings and numbers survives JSON."""
    for task in map(task_of, TASKS):
        for parse in (task.parse_request, task.parse_found, task.parse_result):
            with pytest.raises(Malformed):
                parse(json.loads('"text"'))


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('{"say":"Cancel"}', "Cancel: number: Field required"),
        ('{"say":"Cancel","number":"many"}', "Cancel: number: Input should be a valid integer"),
        ('{"say":"Cancel","number":1,"more":2}', "Cancel: more: Unexpected keyword argument"),
        ('{"say":"Steps","run_id":"a","first_step":1,"loss":3}', "Steps: "),
    ],
)
def test_a_message_with_a_field_that_does_not_fit_is_none(line: str, cause: str) -> None:
    with pytest.raises(ValueError, match="not a message") as caught:
        decode(line)
    assert str(caught.value.__cause__).startswith(cause)

"""Tasks done in this process, for the tests of what they do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.base.plain_values import plain
from workbench.execution.messages import Message, Stop, TaskProgress
from workbench.execution.tasks import task_of
from workbench.experiment import Experiment


def do(
    task: str,
    store: Path,
    experiment: Experiment | None = None,
    *,
    cancel_after: int | None = None,
    **fields: Any,
) -> tuple[Any, list[TaskProgress]]:
    """The result of a task, and what it said meanwhile.

    Args:
        task: Its name.
        store: Folder of a store.
        experiment: Part of the request, where the task wants one.
        cancel_after: Cancels at the message of this number.
        fields: The rest of it.
    """
    from workbench.runtime.process.control import Control
    from workbench.runtime.process.work import TaskWork
    from workbench.runtime.worker.tasks import perform

    if experiment is not None:
        fields["experiment"] = experiment.to_toml()
    kind = task_of(task)
    values = json.loads(json.dumps(plain(kind.request(**fields))))
    said: list[TaskProgress] = []
    control = Control()

    def say(message: Message) -> None:
        assert isinstance(message, TaskProgress)
        assert TaskProgress(**vars(message)) == message
        said.append(message)
        if len(said) == cancel_after:
            control.request(Stop())

    answered = json.dumps(perform(task, values, TaskWork(1, store, say, control)))
    return kind.parse_result(json.loads(answered)), said

"""Tasks done in this process, for the tests of what they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.execution.messages import Message, Stop, TaskProgress
from workbench.experiment import Experiment


def do(
    task: str,
    store: Path,
    experiment: Experiment | None = None,
    *,
    cancel_after: int | None = None,
    **request: Any,
) -> tuple[dict[str, Any], list[TaskProgress]]:
    """The result of a task, and what it said meanwhile.

    Args:
        task: Its name.
        store: Folder of a store.
        experiment: Part of the request, where the task wants one.
        cancel_after: Cancels at the message of this number.
        request: The rest of it.
    """
    from workbench.runtime.process.control import Control
    from workbench.runtime.process.work import Work
    from workbench.runtime.worker.tasks import perform

    if experiment is not None:
        request["experiment"] = experiment.to_toml()
    said: list[TaskProgress] = []
    control = Control()

    def say(message: Message) -> None:
        assert isinstance(message, TaskProgress)
        assert TaskProgress(**vars(message)) == message
        said.append(message)
        if len(said) == cancel_after:
            control.request(Stop())

    return perform(task, request, Work(1, store, say, control)), said

"""A task from its request to its result, by the job that is marked as doing it.

A task works on networks of its own. Whether it also writes into the run that it is asked about is
said in its entry (`writes_to_run` in `workbench.execution.tasks`), and honoured here.
"""

from __future__ import annotations

from typing import Any

import keras

from workbench.base.plain_values import plain
from workbench.execution.tasks import task_of
from workbench.runtime.process.work import TaskWork, job_of


def perform(name: str, values: dict[str, Any], work: TaskWork[Any]) -> dict[str, Any]:
    """Does a task; its result as plain values.

    Args:
        name: Of the task.
        values: The request as plain values.
        work: The task's line.

    Raises:
        Malformed: where the request isn't one of this task.
        StoreError: where it writes to a run that can't be written to.
        Cancelled: where it was ended.
        Exception: whatever goes wrong; `failures.sentence` puts it into words.
    """
    task = task_of(name)
    request = task.parse_request(values)
    task.require_writable(work.store, request)
    work.check()
    job = job_of(task)
    try:
        result: dict[str, Any] = plain(job(request, work), by_parts=True)
        return result
    finally:
        if not task.keeps_network:
            keras.utils.clear_session()  # gives back the networks that it made

"""A small trained parent, and an in-process way to compress it, for the tests of compression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.engine.small import make
from workbench.compression.compressed_runs import compressed_run
from workbench.compression.recipe import CompressionRecipe
from workbench.execution.messages import Message
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

OnMessage = Callable[[Message, Any], None]


def compress(
    store: Store, parent: Run, steps: str, on_message: OnMessage | None = None
) -> tuple[Run, list[Message]]:
    """Makes a compressed run in this process; the run as it ended, and all messages."""
    recipe = CompressionRecipe.of_text(steps)
    run = compressed_run(store, parent, recipe)
    return go_on(store, run.run_id, on_message)


def go_on(
    store: Store, run_id: str, on_message: OnMessage | None = None
) -> tuple[Run, list[Message]]:
    """Makes a run that waits, or goes on with one that was ended.

    Args:
        store: Of the run.
        run_id: Its id.
        on_message: Called with each message and the run's `Control`.
    """
    if store.run(run_id).status is not RunStatus.QUEUED:
        store.requeue(run_id)
    said = make(store, run_id, on_message)
    return store.run(run_id), said

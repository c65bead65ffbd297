"""Small experiments and an in-process way to train them, for the tests of the runtime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from workbench.execution.messages import Message, Steps
from workbench.experiment import Experiment
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

SMALL: dict[str, Any] = {
    "data.resize": 8,
    "structure.layers": [
        {"kind": "conv2d", "filters": 4, "padding": "same"},
        {"kind": "batch_normalization", "momentum": 0.8},
        {"kind": "max_pooling2d"},
        {"kind": "flatten"},
        {"kind": "dropout", "rate": 0.2},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ],
    "training.epochs": 3,
    "training.batch_size": 100,
}


def small(**settings: Any) -> Experiment:
    """A network that trains in a second, with some settings replaced (`__` stands for a dot)."""
    named = {path.replace("__", "."): value for path, value in settings.items()}
    return Experiment(name="small").with_settings(SMALL).with_settings(named)


def train(
    store: Store,
    experiment: Experiment | str,
    on_message: Callable[[Message, Any], None] | None = None,
) -> tuple[str, list[Message]]:
    """Trains (or resumes, given a run id) in this process; the run's id and all messages.

    The steps of each compiled call are told at once, so that a test can act between two calls.

    Args:
        store: Where.
        experiment: What, or the id of a run to go on with.
        on_message: Called with each message and the run's `Control`.
    """
    if isinstance(experiment, str):
        run_id = experiment
        store.requeue(run_id)
    else:
        run_id = store.create(experiment).run_id
    return run_id, make(store, run_id, on_message)


def make(
    store: Store, run_id: str, on_message: Callable[[Message, Any], None] | None = None
) -> list[Message]:
    """Makes a run that waits, of any kind, in this process; all messages.

    Args:
        store: Where.
        run_id: Its id.
        on_message: Called with each message and the run's `Control`.
    """
    from workbench.runtime.process.control import Control
    from workbench.runtime.training.failures import outcome
    from workbench.runtime.training.run_log import StoreLog
    from workbench.runtime.worker.kinds import make_run

    assert store.claim(run_id)
    said: list[Message] = []
    control = Control()

    def say(message: Message) -> None:
        said.append(message)
        if on_message is not None:
            on_message(message, control)

    with patch("workbench.runtime.training.recorder.SAY_SECONDS", 0.0):
        try:
            status, message = make_run(StoreLog(store, run_id, say), control)
        except Exception as error:
            store.finish(run_id, RunStatus.FAILED, str(error), outcome(error))
            raise
    store.finish(run_id, status, message)
    return said


def stop_after(step: int, status: RunStatus = RunStatus.INTERRUPTED) -> Any:
    """An `on_message` that ends the run at the first chance after a step."""
    from workbench.execution.messages import Interrupt, Stop

    command = Interrupt() if status is RunStatus.INTERRUPTED else Stop()

    def watch(message: Message, control: Any) -> None:
        if isinstance(message, Steps) and message.first_step + len(message.loss) > step:
            control.request(command)

    return watch

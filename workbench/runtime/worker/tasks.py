"""What a training process does besides runs: tasks by name, each a function of plain values.

A task never writes to a run: it works on networks of its own and answers with plain values. One
that a person waits for says how far it is and checks often whether it is to end.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import keras

from workbench.runtime.process.work import Work

TASKS: dict[str, str] = {
    "evaluate": "jobs.evaluate:evaluate",
    "find_batch_size": "jobs.find_batch_size:find_batch_size",
    "find_rate": "jobs.find_rate:find_rate",
    "look_inside": "jobs.look_inside:look_inside",
    "devices": "process.probe:devices",
    "measure_inference": "jobs.measure_inference:measure_inference",
    "peak": "jobs.peak:peak",
    "preflight": "jobs.preflight:measure",
    "profile_layers": "jobs.profile:profile_layers",
    "trial": "jobs.trial:trial",
    "try_image": "jobs.try_image:try_image",
    "tune": "jobs.tune:tune",
}
"""Where each task lives: `module:function` in `workbench.runtime`, imported at its first use.

The function takes (request, work) and gives plain values.
"""


KEEPING = frozenset({"try_image"})
"""Tasks whose network stays for the next call: looking for what to give back takes 0.2 s, which one
who draws would wait for at each stroke. They give back themselves what they replace."""


def perform(task: str, request: dict[str, Any], work: Work) -> dict[str, Any]:
    """Does a task.

    Raises:
        Cancelled: where it was ended.
        Exception: whatever goes wrong; `failures.sentence` puts it into words.
    """
    module, _, name = TASKS[task].partition(":")
    work.check()
    function: Callable[[dict[str, Any], Work], dict[str, Any]]
    function = getattr(import_module(f"workbench.runtime.{module}"), name)
    try:
        return function(request, work)
    finally:
        if task not in KEEPING:
            keras.utils.clear_session()  # gives back the networks that it made

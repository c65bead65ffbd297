"""Every task that a training process does besides training, a module each.

The module has the task's name and holds its `Task`, by that name in capitals; its types live beside
what they speak of, its job in `workbench.runtime.jobs`. A module is imported by who asks for its
task or does it: together they know all that is measured, evaluated and exported.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from workbench.execution.task import Task

TASKS = {
    "devices": f"{__name__}.devices",
    "evaluate": f"{__name__}.evaluate",
    "export": f"{__name__}.export",
    "find_batch_size": f"{__name__}.find_batch_size",
    "find_rate": f"{__name__}.find_rate",
    "judge_file": f"{__name__}.judge_file",
    "look_inside": f"{__name__}.look_inside",
    "measure_inference": f"{__name__}.measure_inference",
    "peak": f"{__name__}.peak",
    "preflight": f"{__name__}.preflight",
    "profile_layers": f"{__name__}.profile_layers",
    "trial": f"{__name__}.trial",
    "try_image": f"{__name__}.try_image",
    "tune": f"{__name__}.tune",
}
"""Their modules, by the name that messages carry."""


def task_of(name: str) -> Task[Any, Any, Any]:
    """The task of a name.

    Raises:
        KeyError: where there is none.
    """
    found: Task[Any, Any, Any] = getattr(import_module(TASKS[name]), name.upper())
    return found

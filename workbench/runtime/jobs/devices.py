"""The task `devices`: what this computer has to train with."""

from __future__ import annotations

from workbench.execution.tasks.devices import DEVICES
from workbench.hardware.requests import Request
from workbench.runtime.process.probe import machine_here
from workbench.runtime.process.work import TaskWork, does
from workbench.spec.machine import Machine


@does(DEVICES)
def devices(request: Request, work: TaskWork[None]) -> Machine:
    """The machine as TensorFlow and the system tell of it."""
    return machine_here()

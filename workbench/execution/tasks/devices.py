"""What there is to train on."""

from __future__ import annotations

from types import NoneType

from workbench.execution.task import Task
from workbench.hardware.requests import Request
from workbench.spec.machine import Machine

DEVICES = Task("devices", Request, NoneType, Machine, "workbench.runtime.jobs.devices")

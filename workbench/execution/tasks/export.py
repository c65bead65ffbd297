"""Writes a run's network to a file that runs elsewhere."""

from __future__ import annotations

from types import NoneType

from workbench.deployment.formats import Exported, ExportRequest
from workbench.execution.task import Task

EXPORT = Task("export", ExportRequest, NoneType, Exported, "workbench.runtime.jobs.export")

"""Asks a trained network about one image; the network stays for the next."""

from __future__ import annotations

from types import NoneType

from workbench.evaluation.one_image import Answer, ImageRequest
from workbench.execution.task import Task

TRY_IMAGE = Task(
    "try_image",
    ImageRequest,
    NoneType,
    Answer,
    "workbench.runtime.jobs.try_image",
    keeps_network=True,
)

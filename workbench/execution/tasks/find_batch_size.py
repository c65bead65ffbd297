"""Times training over the batch size."""

from __future__ import annotations

from workbench.execution.task import Task
from workbench.hardware.batch_sizes import BatchSizes, Sizes
from workbench.hardware.requests import AboutExperiment

FIND_BATCH_SIZE = Task(
    "find_batch_size", AboutExperiment, Sizes, BatchSizes, "workbench.runtime.jobs.find_batch_size"
)

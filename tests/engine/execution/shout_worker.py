"""The training process with the made-up tasks in its table."""

from __future__ import annotations

import sys

from tests.engine.execution.shout import SHOUT, WRITES
from workbench.execution.tasks import TASKS
from workbench.runtime.worker.main import main

if __name__ == "__main__":
    TASKS.update({task.name: task for task in (SHOUT, WRITES)})
    sys.exit(main())

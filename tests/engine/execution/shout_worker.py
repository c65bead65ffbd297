"""The training process with the made-up tasks in its table."""

from __future__ import annotations

import sys

from workbench.execution.tasks import TASKS
from workbench.runtime.worker.main import main

if __name__ == "__main__":
    TASKS.update(dict.fromkeys(("shout", "writes"), "tests.engine.execution.shout"))
    sys.exit(main())

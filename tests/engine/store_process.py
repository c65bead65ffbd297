"""A real process that has a store open, and says and hears lines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

PREAMBLE = """
import sys
from pathlib import Path
import numpy as np
from workbench.experiment import Experiment
from workbench.runs.record import STEP_DTYPE
from workbench.runs.store import Store, StoreError
def say(*words): print(*words, flush=True)
def heard(): return sys.stdin.readline()
store = Store(Path(sys.argv[1]))
"""


@contextmanager
def child(code: str, *arguments: object) -> Generator[subprocess.Popen[str]]:
    """A real process with the store open; ended at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()

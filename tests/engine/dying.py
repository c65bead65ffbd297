"""A command of a search that is killed at its n-th touch of the store."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

DYING = """
import os, signal, sys
from workbench.cli import follow, main, tasks
from workbench.cli.training import search_runner
from workbench.runs.store import Store

left = int(sys.argv[1])

def dies(function):
    def wrapped(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        done = function(*arguments, **named)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return wrapped

for name in ("create_trial", "note_trial", "claim", "finish", "add_choice", "keep_note", "update"):
    setattr(Store, name, dies(getattr(Store, name)))
{pretend}
sys.exit(main.main(sys.argv[2:]))
"""


def died(pretend: str, folder: Path, after: int, *arguments: str) -> int:
    """The exit code of a command that is killed before or after a touch of the store.

    Args:
        pretend: Python that puts something quicker in the place of training and tasks.
        folder: Of the store.
        after: At which touch; each has a moment before it and one after it.
        arguments: The command and what it is given.
    """
    code = DYING.format(pretend=pretend)
    command = [sys.executable, "-c", code, str(after), *arguments, "--store", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode

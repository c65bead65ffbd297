"""Nothing that the window shows stays English where a person speaks another language."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_everything_in_the_window_is_translated() -> None:
    """In an interpreter of its own, in a language whose catalog has every template."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.language"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "walked", "it ended before it had seen all"
    assert done.stdout.splitlines()[:-1] == []

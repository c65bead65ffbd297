"""Everything that the engine says is a text that can be translated."""

from __future__ import annotations

import json
import subprocess
import sys


def test_nothing_that_the_engine_says_is_left_in_english() -> None:
    """In a process of its own, as texts at the top of modules are made when these are imported."""
    command = [sys.executable, "-m", "tests.engine.language"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    *left, last = map(json.loads, done.stdout.splitlines())
    assert left == []
    assert last["looked at"] > 500

"""Fixtures of the engine's tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


class Oracle:
    """Keras in a process of its own; see `keras_oracle.py`."""

    def __init__(self, log: Path) -> None:
        self._log = log
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, HERE / "keras_oracle.py"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                bufsize=1,
                cwd=HERE.parents[1],
            )

    def ask(self, question: str, **arguments: Any) -> Any:
        """The answer to `signature`, `config` or `model`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ask": question, **arguments}) + "\n")
        answer = self._process.stdout.readline()
        assert answer, f"the oracle died:\n{self._log.read_text()[-3000:]}"
        said = json.loads(answer)
        assert "failed" not in said, said["failed"]
        return said["answer"]

    def end(self) -> None:
        """Ends the process."""
        self._process.communicate()


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Generator[Oracle]:
    """Keras, to compare with."""
    made = Oracle(tmp_path_factory.mktemp("oracle") / "log.txt")
    yield made
    made.end()

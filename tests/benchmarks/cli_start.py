"""How long quick commands take to answer, against an interpreter that imports what they need.

    python tests/benchmarks/cli_start.py [--rounds 15] [--store DIR]

Prints a line of JSON for each command: the median over the rounds of the ratio of a command's time
to that of `python -c "import numpy, pydantic"` right beside it, and of both times in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE = [sys.executable, "-c", "import numpy, pydantic"]
COMMANDS = {"presets": ["presets"], "runs": ["runs"], "help": ["--help"]}


def seconds(command: list[str]) -> float:
    """Wall time of a process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled once, as where it is installed
    begun = time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=True, cwd=ROOT)
    return time.perf_counter() - begun


def main() -> None:
    """Measures in turn, so that a machine that drifts drifts for both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--store", type=Path, help="whose runs are listed; an empty one by itself")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = str(arguments.store or folder)
        for name, command in COMMANDS.items():
            started = [sys.executable, "-m", "ui.launch", *command]
            if name == "runs":
                started += ["--store", store]
            seconds(started)
            seconds(BASE)
            pairs = [(seconds(started), seconds(BASE)) for _ in range(arguments.rounds)]
            print(
                json.dumps(
                    {
                        "command": name,
                        "ratio": round(statistics.median(own / base for own, base in pairs), 2),
                        "seconds": round(statistics.median(own for own, _ in pairs), 3),
                        "base_seconds": round(statistics.median(base for _, base in pairs), 3),
                    }
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()

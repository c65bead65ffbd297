"""Test accuracy of the presets as shipped.

    python tests/benchmarks/accuracy.py digits --seeds 5
    python tests/benchmarks/accuracy.py mnist --data MNIST.npz --seeds 1

Prints one JSON line: the accuracy of every seed, their median, and the seconds each took.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Trains the preset once a seed and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", choices=["digits", "mnist"])
    parser.add_argument("--data", type=Path, help="MNIST as .npz, where it is not downloaded")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as store:
        for seed in range(arguments.seeds):
            command = [
                sys.executable, "-m", "ui.launch", "run", f"{arguments.preset}-cnn", "--json",
                "--store", store, "--set", f"training.seed={seed}",
            ]  # fmt: skip
            if arguments.data:
                path = arguments.data.absolute()
                command += ["--set", "data.kind=npz", "--set", f"data.path={path}"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            results.append(json.loads(done.stdout))
            print(f"seed {seed}: {results[-1]['test_accuracy']:.4f}", file=sys.stderr)
    accuracies = [round(result["test_accuracy"], 4) for result in results]
    print(
        json.dumps(
            {
                "preset": f"{arguments.preset}-cnn",
                "test_accuracy": accuracies,
                "median": statistics.median(accuracies),
                "seconds": [round(result["seconds"], 1) for result in results],
            }
        )
    )


if __name__ == "__main__":
    main()

"""Test accuracy and epochs to 97 % validation accuracy of six optimizers on the digits.

    python tests/benchmarks/optimizers.py --seeds 5
    python tests/benchmarks/optimizers.py --seeds 1 --only adam --set optimizer.learning_rate=0.003

The preset `digits-cnn` as shipped, each optimizer with a learning rate that suits it. Gradient
descent takes one step an epoch and so is given more epochs. Prints one JSON line for each optimizer
and, at the end, the README's table.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from workbench.runs.store import Store

TARGET = 0.97

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "gradient_descent": {"optimizer.learning_rate": 0.2, "training.epochs": 300},
    "sgd": {"optimizer.learning_rate": 0.1},
    "momentum": {"optimizer.learning_rate": 0.02},
    "adagrad": {"optimizer.learning_rate": 0.05},
    "rmsprop": {"optimizer.learning_rate": 0.001},
    "adam": {"optimizer.learning_rate": 0.001},
}


def main() -> None:
    """Trains every optimizer once a seed and prints what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=OPTIMIZERS, action="append")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    arguments = parser.parse_args()
    lines = []
    for kind in arguments.only or OPTIMIZERS:
        given = [f"{path}={value}" for path, value in OPTIMIZERS[kind].items()] + arguments.set
        with tempfile.TemporaryDirectory() as folder:
            runs = [
                trained([f"optimizer.kind={kind}", *given, f"training.seed={seed}"], Path(folder))
                for seed in range(arguments.seeds)
            ]
        print(json.dumps({"optimizer": kind, "settings": given, "runs": runs}), flush=True)
        lines.append(row(kind, given, runs))
    print("| optimizer | settings | test accuracy | epochs to 97 % validation accuracy |")
    print("| --- | --- | --- | --- |")
    print("\n".join(lines))


def trained(settings: list[str], folder: Path) -> dict[str, Any]:
    """One run's test accuracy, and the epoch after which it first reached the target."""
    command = [
        sys.executable, "-m", "ui.launch", "run", "digits-cnn", "--json", "--store", str(folder),
    ]  # fmt: skip
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result = json.loads(done.stdout)
    with Store(folder) as store:
        epochs = store.epochs(result["run_id"])
    reached = (e.epoch for e in epochs if (e.val_accuracy or 0.0) >= TARGET)
    return {"test_accuracy": result["test_accuracy"], "reached": next(reached, None)}


def row(kind: str, settings: list[str], runs: list[dict[str, Any]]) -> str:
    """A line of the table: mean and standard deviation over the seeds."""
    accuracy = spread([100 * run["test_accuracy"] for run in runs], "{:.2f}")
    reached = [run["reached"] for run in runs if run["reached"] is not None]
    epochs = spread(reached, "{:.1f}") if reached else "not reached"
    short = f" ({len(reached)} of {len(runs)} seeds)" if 0 < len(reached) < len(runs) else ""
    told = dict(setting.split("=") for setting in settings)
    named = ", ".join(f"{path.rpartition('.')[2]} {value}" for path, value in told.items())
    return f"| {kind} | {named} | {accuracy} % | {epochs}{short} |"


def spread(values: list[float], form: str) -> str:
    """Mean ± standard deviation."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{form.format(statistics.mean(values))} ± {form.format(deviation)}"


if __name__ == "__main__":
    main()

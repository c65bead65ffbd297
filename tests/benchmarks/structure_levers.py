"""What a network without convolutions and each lever cost and give, against the reference CNN.

    python tests/benchmarks/structure_levers.py
    python tests/benchmarks/structure_levers.py --data MNIST.npz --seeds 3

Trains each network once a seed with the command line, the seeds in turn, so that a machine that
drifts drifts for all. Prints one JSON line: parameters, MACs, the median and the range of the test
accuracy, and the median training speed as a ratio to the reference CNN's of the same turn.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from workbench import presets  # noqa: E402
from workbench.data import load  # noqa: E402
from workbench.experiment import Experiment  # noqa: E402
from workbench.levers import (  # noqa: E402
    GlobalPooling,
    Lever,
    Resolution,
    Separable,
    WidthMultiplier,
)

REFERENCE = "reference CNN"
LEVERS: dict[str, tuple[Lever, ...]] = {
    "width multiplier 0.5": (WidthMultiplier(),),
    "width multiplier 0.25": (WidthMultiplier(factor=0.25),),
    "global pooling": (GlobalPooling(),),
    "separable convolutions": (Separable(),),
    "resolution 0.75": (Resolution(factor=0.75),),
    "separable convolutions, global pooling": (Separable(), GlobalPooling()),
}


def networks(data: Path | None) -> dict[str, Experiment]:
    """What is trained, by name; all but the structure is that of the reference CNN's preset."""
    reference = presets.load("mnist-cnn" if data else "digits-cnn")
    if data:
        path = str(data.absolute())
        reference = reference.with_settings({"data.kind": "npz", "data.path": path})
    info = load(reference.data).info
    dense = presets.load("dense-only").structure
    found = {
        REFERENCE: reference,
        "dense layers only": reference.model_copy(update={"structure": dense}),
    }
    for name, levers in LEVERS.items():
        experiment = reference
        for lever in levers:
            experiment = lever.apply(experiment, info)
        found[name] = experiment
    return found


def trained(experiment: Experiment, seed: int, folder: Path) -> dict[str, Any]:
    """The result of one run."""
    file = folder / "experiment.toml"
    experiment.write(file)
    command = [
        sys.executable, "-m", "ui.launch", "run", str(file), "--json",
        "--store", str(folder / "store"), "--set", f"training.seed={seed}",
    ]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def summary(results: list[dict[str, Any]], reference: list[dict[str, Any]]) -> dict[str, Any]:
    """One network's figures over the seeds."""
    accuracies = [round(result["test_accuracy"], 4) for result in results]
    speed = "images_per_second"
    ratios = [a[speed] / b[speed] for a, b in zip(results, reference, strict=True)]
    return {
        "parameters": results[0]["parameters"],
        "macs": results[0]["macs"],
        "test_accuracy": accuracies,
        "median": statistics.median(accuracies),
        "images_per_second": [round(result[speed]) for result in results],
        "speed_ratio": round(statistics.median(ratios), 2),
    }


def main() -> None:
    """Trains everything and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="MNIST as .npz; the embedded digits without it")
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    results: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.seeds):
            for name, experiment in networks(arguments.data).items():
                result = trained(experiment, seed, Path(folder))
                results[name].append(result)
                print(
                    f"seed {seed}: {name}: {result['parameters']:,} parameters, test accuracy "
                    f"{result['test_accuracy']:.4f}, {result['images_per_second']:,.0f} images/s",
                    file=sys.stderr,
                )
    rows = {name: summary(found, results[REFERENCE]) for name, found in results.items()}
    print(json.dumps(rows))


if __name__ == "__main__":
    main()

"""Trains one network on MNIST or the digits, once, and says what came of it.

    python tests/benchmarks/trained.py "reference CNN" --seed 0
    python tests/benchmarks/trained.py "global pooling" --data MNIST.npz --seed 0
    python tests/benchmarks/trained.py "reference CNN" --seed 0 --set optimizer.kind=sgd

The network is that of the preset `digits-cnn` (with `--data`: `mnist-cnn`), or what a lever makes
of it; all else is as shipped. Prints one JSON line: test accuracy, the epoch after which the
validation accuracy first reached 97 %, parameters, MACs and images a second.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from workbench import presets  # noqa: E402
from workbench.data import load  # noqa: E402
from workbench.experiment import Experiment  # noqa: E402
from workbench.levers.lever import Lever  # noqa: E402
from workbench.levers.structure import (  # noqa: E402
    GlobalPooling,
    Resolution,
    Separable,
    WidthMultiplier,
)
from workbench.runs.store import Store  # noqa: E402

TARGET = 0.97
REFERENCE, DENSE = "reference CNN", "dense layers only"
LEVERS: dict[str, tuple[Lever, ...]] = {
    "width multiplier 0.25": (WidthMultiplier(factor=0.25),),
    "width multiplier 0.5": (WidthMultiplier(),),
    "resolution 0.75": (Resolution(factor=0.75),),
    "separable convolutions": (Separable(),),
    "global pooling": (GlobalPooling(),),
    "separable convolutions and global pooling": (Separable(), GlobalPooling()),
}
NETWORKS = (REFERENCE, DENSE, *LEVERS)


def experiment_of(network: str, data: Path | None) -> Experiment:
    """The preset with another network in it."""
    experiment = presets.load("mnist-cnn" if data else "digits-cnn")
    if data:
        path = str(data.absolute())
        experiment = experiment.with_settings({"data.kind": "npz", "data.path": path})
    if network == DENSE:
        dense = presets.load("dense-only").structure
        return experiment.model_copy(update={"structure": dense})
    if network in LEVERS:
        info = load(experiment.data).info
        for lever in LEVERS[network]:
            experiment = lever.apply(experiment, info)
    return experiment


def trained(experiment: Experiment, settings: list[str]) -> dict[str, Any]:
    """What the command line says of one run, and when it reached the target."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        experiment.write(folder / "experiment.toml")
        command = [
            sys.executable,
            "-m",
            "ui.launch",
            "run",
            str(folder / "experiment.toml"),
            "--json",
            "--store",
            str(folder / "store"),
            *(p for s in settings for p in ("--set", s)),
        ]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        result = json.loads(done.stdout.splitlines()[-1])
        with Store(folder / "store") as store:
            epochs = store.epochs(result["run_id"])
    reached = (e.epoch for e in epochs if (e.val_accuracy or 0.0) >= TARGET)
    told = ("parameters", "macs", "test_accuracy", "images_per_second", "seconds")
    return {**{key: result[key] for key in told}, "reached": next(reached, None)}


def main() -> None:
    """Trains and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--data", type=Path, help="MNIST as .npz; the embedded digits without it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    experiment = experiment_of(arguments.network, arguments.data)
    settings = [*arguments.set, f"training.seed={arguments.seed}"]
    print(json.dumps({"network": arguments.network, **trained(experiment, settings)}))


if __name__ == "__main__":
    main()

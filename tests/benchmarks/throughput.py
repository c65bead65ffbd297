"""Training speed of the command line against scripts without the workbench, in pairs.

    python tests/benchmarks/throughput.py --baselines BASELINES.py --data MNIST.npz

Each round runs every baseline mode and the workbench once, in a turning order, on the same images,
network and batch size; ratios are taken within a round, since machines drift. A mode that ends in
`-bf16` is that baseline in mixed bfloat16. Prints one JSON line: medians of images a second over
the epochs after the first, and the median ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.common import baseline_rate, write_subset


def workbench(arguments: argparse.Namespace, data: Path, store: Path) -> float:
    """Images a second of `dlopt-workbench run`, metrics, store and checkpoints included."""
    done = subprocess.run(
        [
            sys.executable, "-m", "ui.launch", "run", "mnist-cnn", "--json",
            "--store", str(store), "--set", "data.kind=npz", "--set", f"data.path={data}",
            "--set", f"training.epochs={arguments.epochs}",
            "--set", f"training.batch_size={arguments.batch}",
            "--set", "training.validation_split=0.0",
            *(part for setting in arguments.set for part in ("--set", setting)),
        ],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(json.loads(done.stdout.splitlines()[-1])["images_per_second"])


def main() -> None:
    """Runs the rounds and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baselines", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--images", type=int, default=19200)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--modes", nargs="+", default=["graph", "keras"])
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="a setting of the workbench's side, as hardware.precision=mixed_bfloat16",
    )
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    rates: dict[str, list[float]] = {name: [] for name in (*arguments.modes, "workbench")}
    with tempfile.TemporaryDirectory() as folder:
        subset = Path(folder) / "subset.npz"
        write_subset(arguments.data, arguments.images, subset)
        for number in range(arguments.rounds):
            names = list(rates)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                if name == "workbench":
                    rate = workbench(arguments, subset, Path(folder) / "store")
                else:
                    rate = baseline_rate(
                        arguments.baselines,
                        name.removesuffix("-bf16"),
                        arguments.data,
                        arguments.images,
                        arguments.batch,
                        arguments.epochs,
                        bf16=name.endswith("-bf16"),
                    )
                rates[name].append(rate)
                print(f"round {number + 1}: {name} {rate:,.0f} images/s", file=sys.stderr)
    ratios = {
        name: round(
            statistics.median(a / b for a, b in zip(rates["workbench"], rates[name], strict=True)),
            3,
        )
        for name in arguments.modes
    }
    medians = {name: round(statistics.median(values)) for name, values in rates.items()}
    print(json.dumps({"images_per_second": medians, "workbench_divided_by": ratios}))


if __name__ == "__main__":
    main()

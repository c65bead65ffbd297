"""What a lever study finds on the reference CNN by itself, and what that is worth on fresh seeds.

    python tests/benchmarks/lever_study.py --data MNIST.npz --minutes 60 --target 99.2%
    python tests/benchmarks/lever_study.py --data MNIST.npz --minutes 60 --target 99% \
        --goal min:parameters
    python tests/benchmarks/lever_study.py --data MNIST.npz --minutes 8 --images 12000

The baseline is the reference CNN by Adam with a constant rate, batch 64, 10 epochs, as the plain
script has it. Prints one JSON line: what is recommended, its accuracy on validation and test images
of fresh seeds that were trained in turns with the baseline, and the ratio of every quantity.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.common import write_subset
from workbench.cli.main import main as command

KEPT = ("sentence", "resolution", "bars", "validation_readings", "test_readings", "seconds")


def main() -> None:
    """Prints a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--target", default="", help="as the command takes it")
    parser.add_argument("--goal", default="min:seconds")
    parser.add_argument("--levers", default="all")
    parser.add_argument("--images", type=int, default=0, help="train on so many; 0 for all")
    parser.add_argument("--store", type=Path, help="keep the runs there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = arguments.data.resolve()
        if arguments.images:
            data = Path(folder, "data.npz")
            write_subset(arguments.data, arguments.images, data)
        settings = ["schedule.kind=fixed", "data.kind=npz", f"data.path={data}"]
        asked = ["study", "mnist-cnn", "--json", "--budget", f"{arguments.minutes}m"]
        asked += ["--goal", arguments.goal, "--levers", arguments.levers]
        asked += [part for setting in settings for part in ("--set", setting)]
        asked += ["--target", arguments.target] if arguments.target else []
        store = arguments.store or Path(folder, "store")
        began, said = time.perf_counter(), StringIO()
        with redirect_stdout(said):
            code = command([*asked, "--store", str(store)])
        found = json.loads(said.getvalue())
    best = found["recommended"] or {}
    result = {
        **{name: found[name] for name in KEPT},
        "baseline": {name: found["baseline"][name] for name in ("accuracy", "test_accuracy")},
        "recommended": {
            name: best.get(name)
            for name in ("key", "accuracy", "test_accuracy", "confirmed", "quantities", "command")
        },
        "wall_seconds": time.perf_counter() - began,
        "code": code,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

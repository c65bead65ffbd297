"""How small a file "Smallest within ..." finds on the reference CNN, alone and in time.

    python tests/benchmarks/smallest.py --data MNIST.npz --minutes 20
    python tests/benchmarks/smallest.py --data MNIST.npz --minutes 2 --images 2000

Trains the reference CNN as `compress.py` does, then has the command `smallest` search, which trains
its candidates in a training process and tests the winner alone. Prints a JSON line on the
reference, then one on the search: winner, accuracies on the test part, all candidates, seconds.
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
from tests.benchmarks.compress import made, reference
from workbench.cli.main import main as command
from workbench.runs.store import Store


def main() -> None:
    """Prints JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--within", type=float, default=0.3, help="points of accuracy")
    parser.add_argument("--goal", default="bytes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--images", type=int, default=0, help="train on so many; 0 for all")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = arguments.data.resolve()
        if arguments.images:
            data = Path(folder, "data.npz")
            write_subset(arguments.data, arguments.images, data)
        with Store(Path(folder, "store")) as store:
            wanted = reference(data, arguments.seed, 1.0)
            parent = made(store, store.create(wanted, reserved=True))
        print(json.dumps(parent.summary()), flush=True)
        asked = ["smallest", parent.run_id, "--within", str(arguments.within), "--json"]
        asked += ["--minutes", str(arguments.minutes), "--goal", arguments.goal]
        began, said = time.perf_counter(), StringIO()
        with redirect_stdout(said):
            code = command([*asked, "--store", str(Path(folder, "store"))])
        found = json.loads(said.getvalue())
        print(json.dumps({**found, "code": code, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()

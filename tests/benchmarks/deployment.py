"""The reference CNN as LiteRT files: accuracy by the interpreter, bytes, and interleaved latency.

python tests/benchmarks/deployment.py --data mnist.npz [--epochs 4] [--threads 1]

Trains `mnist-cnn` once, exports it in float32 and by each quantization, with an open batch, and
prints one line of JSON a file: accuracy on the whole test part, bytes raw and gzipped, the median
of calls with 1 and with 64 images (all files taking turns), how many times faster than float32 that
is, and whether the machine was busy. The last line has the goals and whether they are met.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from workbench.deployment.judging import FileToOpen, benched, seen, shares_of
from workbench.deployment.quantization import SCHEMES
from workbench.evaluation.answerer import scaled

FLOAT32, INT8 = "float32", "int8"
BATCHES = (1, 64)
MOST_BYTES = 106_000
LEAST_FASTER = 2.3
MOST_LOST = 0.001


def main() -> int:
    """Prints the lines; 0 where the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="an MNIST archive (.npz)")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder, "store")
        settings = ["data.kind=npz", f"data.path={arguments.data.absolute()}"]
        settings.append(f"training.epochs={arguments.epochs}")
        dlopt(store, "run", "mnist-cnn", *(f"--set={setting}" for setting in settings), "--json")
        files = {name: exported(store, Path(folder), name) for name in (FLOAT32, *SCHEMES)}
        rows = measured(files, arguments.data, arguments.threads)
    for row in rows.values():
        print(json.dumps(row))
    verdict = judged(rows)
    print(json.dumps(verdict))
    return 0 if all(verdict["met"].values()) else 1


def dlopt(store: Path, *arguments: str) -> dict[str, Any]:
    """The JSON that a command prints last."""
    run = "import sys; from workbench.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", run, *arguments, "--store", str(store)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def exported(store: Path, folder: Path, scheme: str) -> Path:
    """The run's file of a scheme."""
    path = folder / f"{scheme}.tflite"
    quantize = [] if scheme == FLOAT32 else ["--quantize", scheme]
    dlopt(store, "export", "last", "--output", str(path), *quantize, "--json")
    return path


def measured(files: dict[str, Path], data: Path, threads: int) -> dict[str, dict[str, Any]]:
    """A row of each file, by the name of its scheme."""
    with np.load(data, allow_pickle=False) as archive:
        images, labels = scaled(archive["x_test"][..., np.newaxis]), archive["y_test"]
    timed = benched(
        [FileToOpen(str(path), threads=threads) for path in files.values()], BATCHES, images=images
    )
    rows: dict[str, dict[str, Any]] = {}
    for (name, path), points in zip(files.items(), timed.points, strict=True):
        contents = seen(path).contents
        assert contents is not None
        shares = shares_of(path, images, threads=0)
        rows[name] = {
            "scheme": name,
            "accuracy": float((shares.argmax(axis=1) == labels).mean()),
            "bytes": contents.bytes,
            "gzip_bytes": contents.gzip_bytes,
            **{f"us_{point.batch_size}": round(1000 * point.median, 1) for point in points},
        }
        reference = rows[FLOAT32]
        for size in BATCHES:
            faster = reference[f"us_{size}"] / rows[name][f"us_{size}"]
            rows[name][f"times_faster_{size}"] = round(faster, 2)
        rows[name]["cores_of_others"] = round(timed.cores_of_others, 2)
        rows[name]["is_reliable"] = not timed.warning
    return rows


def judged(rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The goals of int8, and whether each is met."""
    int8, reference = rows[INT8], rows[FLOAT32]
    return {
        "goals": {"bytes": MOST_BYTES, "times_faster": LEAST_FASTER, "accuracy_lost": MOST_LOST},
        "met": {
            "bytes": int8["bytes"] <= MOST_BYTES,
            **{f"times_faster_{n}": int8[f"times_faster_{n}"] >= LEAST_FASTER for n in BATCHES},
            "accuracy": reference["accuracy"] - int8["accuracy"] <= MOST_LOST,
        },
        "is_reliable": int8["is_reliable"],
    }


if __name__ == "__main__":
    sys.exit(main())

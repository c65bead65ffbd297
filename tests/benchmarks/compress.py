"""What compression gives on the reference CNN: sizes, accuracy, MACs, each beside its control.

    python tests/benchmarks/compress.py --data MNIST.npz
    python tests/benchmarks/compress.py --data MNIST.npz --seeds 1 --images 2000 --scale 0.2

Trains the reference CNN once a seed, and makes each variant of it by `compress`, in training
processes as a person has them made. Accuracies are of the whole test part by the LiteRT
interpreter. The control of a variant is the original with as many epochs of fine-tuning more, by
the same teacher; that of a student is the same training without a teacher. Prints a JSON line for
each run, then one for each variant with means over the seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.common import write_subset
from workbench import presets
from workbench.cli.follow import Follower
from workbench.cli.train import CODES, DONE
from workbench.compression.compressed_runs import compressed_run, variant
from workbench.compression.recipe import CompressionRecipe
from workbench.experiment import Experiment
from workbench.runs.record import Run
from workbench.runs.store import Store

EPOCHS = 4
VARIANTS = {
    "int8": "quantize:int8",
    "pruned 80 %, 16 values, int8": "prune:0.8,cluster:16,quantize:int8",
    "pruned 90 %, 16 values, int8": "prune:0.9,cluster:16,quantize:int8",
    "control of the pruned, int8": "finetune:3,quantize:int8",
    "structured to 8 % of the MACs": "structured:0.078:epochs=4",
    "structured to 8 %, norm": "structured:0.078:norm:epochs=4",
    "control of the structured": "finetune:4",
    "student": "student:0.175:epochs=30",
    "student without teacher": "student:0.175:epochs=30:teacher=false",
    "small student": "student:0.14:epochs=30",
    "student, int8": "student:0.175:epochs=30,quantize:int8",
    "student, int4": "student:0.175:epochs=30,qat:int4:epochs=8,quantize:int4",
    "control of int4": "student:0.175:epochs=30,finetune:8,quantize:int4",
    "low rank": "low_rank:0.003:epochs=2",
}
NUMBERS = ("test_accuracy", "parameters", "nonzero_parameters", "macs", "bytes", "gzip_bytes",
           "latency_ms", "difference")  # fmt: skip


def reference(data: Path, seed: int, scale: float) -> Experiment:
    """The reference CNN with one-cycle training, as the published figures were reached."""
    return presets.load("mnist-cnn").with_settings(
        {
            "name": f"reference {seed}",
            "data.kind": "npz",
            "data.path": str(data),
            "training.seed": seed,
            "training.epochs": max(1, round(EPOCHS * scale)),
            "schedule.kind": "one_cycle",
            "augmentation.shift": 0.036,
        }
    )


def scaled_recipe(steps: str, scale: float) -> CompressionRecipe:
    """A recipe with a share of its epochs, to try the benchmark out."""
    recipe = CompressionRecipe.of_text(steps)
    if scale == 1:
        return recipe
    shorter = []
    for step in recipe.steps:
        least = getattr(step, "rounds", 1)
        epochs = max(least, round(step.tuning_epochs * scale))
        shorter.append(step.changed(epochs=epochs) if step.tuning_epochs else step)
    return CompressionRecipe(steps=tuple(shorter))


def made(store: Store, run: Run) -> Run:
    """The run as it ended, made in a training process."""
    with Follower(store, run.experiment.hardware.startup) as follower:
        (ended,) = follower.train([run])
    if CODES.get(ended.status, 1) != DONE:
        raise SystemExit(f"{ended.run_id} ({ended.name}) {ended.status}: {ended.message}")
    return ended


def means(name: str, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One line for a variant over its seeds."""
    line: dict[str, Any] = {"variant": name, "steps": found[0]["steps"], "seeds": len(found)}
    for key in NUMBERS:
        values = [each[key] for each in found if each[key] is not None]
        line[key] = statistics.mean(values) if values else None
    return line


def main() -> None:
    """Prints JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--images", type=int, default=0, help="train on so many; 0 for all")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the epochs, to try it")
    parser.add_argument("--only", default="", help="variants whose names contain this")
    arguments = parser.parse_args()
    chosen = {name: steps for name, steps in VARIANTS.items() if arguments.only in name}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in chosen}
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder, "store")) as store:
        data = arguments.data.resolve()
        if arguments.images:
            data = Path(folder, "data.npz")
            write_subset(arguments.data, arguments.images, data)
        for seed in range(arguments.seeds):
            experiment = reference(data, seed, arguments.scale)
            parent = made(store, store.create(experiment, reserved=True))
            print(json.dumps({"seed": seed, **parent.summary()}), flush=True)
            for name, steps in chosen.items():
                recipe = scaled_recipe(steps, arguments.scale)
                run = made(store, compressed_run(store, parent, recipe, reserved=True))
                line = {**variant(run), "status": run.status, "message": run.message}
                print(json.dumps({"seed": seed, "variant": name, **line}), flush=True)
                found[name].append(line)
    for name, lines in found.items():
        print(json.dumps(means(name, lines)), flush=True)


if __name__ == "__main__":
    main()

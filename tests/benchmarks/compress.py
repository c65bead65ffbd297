"""What compression gives on the reference CNN: sizes, accuracy, MACs, each beside its control.

    python tests/benchmarks/compress.py --data MNIST.npz --store DIR
    python tests/benchmarks/compress.py --data MNIST.npz --store DIR --seed 0 --only int8
    python tests/benchmarks/compress.py --data MNIST.npz --store DIR --latency
    python tests/benchmarks/compress.py --data MNIST.npz --images 2000 --scale 0.2 --seed 0

Trains the reference CNN once a seed, and makes each variant of it by `compress`, in training
processes as a person has them made. Accuracies are of the whole test part by the LiteRT
interpreter. The control of a variant had as many epochs of fine-tuning, by the same teacher; that
of a student is the same training without a teacher. Prints a JSON line for each variant and seed.

With `--store` what is there stays, and what was made before isn't made again: a variant that was
added, or a run that was interrupted, is all that is left to do. `--latency` times the files of the
first seed that is there, taking turns on one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.common import write_subset
from workbench import presets
from workbench.cli.follow import Follower
from workbench.cli.train import CODES, DONE
from workbench.compression.compressed_runs import compressed_run, variant
from workbench.compression.model_file import MODEL_FILE
from workbench.compression.recipe import CompressionRecipe
from workbench.deployment.formats import ExportRequest
from workbench.deployment.judging import FileToOpen, benched
from workbench.evaluation.answerer import Images, scaled
from workbench.execution.ask import do_task
from workbench.execution.tasks.export import EXPORT
from workbench.experiment import Experiment
from workbench.runs.record import COMPRESSED, Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

EPOCHS = 4
BATCHES = (1, 64)
REFERENCE = "reference CNN"


@dataclass(frozen=True)
class Variant:
    """How a variant is made.

    Attributes:
        steps: In the short form; "" of what is trained as an experiment.
        control: The variant that it is compared with: as much training, and not compressed so.
        of: The variant that it is made from.
        filters: Of the convolutions of a student that is trained as an experiment; it has no hidden
            Dense layer.
        has_teacher: Whether `of` teaches it.
    """

    steps: str = ""
    control: str = REFERENCE
    of: str = REFERENCE
    filters: tuple[int, ...] = ()
    has_teacher: bool = True


TUNED = "fine-tuned for 3 epochs, int8"
LONGER = "fine-tuned for 4 epochs"
STUDENT, ALONE = "student of 8, 12 and 12 filters", "the same without a teacher"
SMALL = "student of 6, 8 and 10 filters"
INT4 = "that student fine-tuned for 8 epochs, int4, bare"
VARIANTS = {
    "int8": Variant("quantize:int8"),
    TUNED: Variant("finetune:3,quantize:int8"),
    "pruned by 80 %, 16 values, int8": Variant("prune:0.8,cluster:16,quantize:int8", TUNED),
    "pruned by 90 %, 16 values, int8": Variant("prune:0.9,cluster:16,quantize:int8", TUNED),
    LONGER: Variant("finetune:4"),
    "structured": Variant("structured:0.078", LONGER),
    "structured by norm": Variant("structured:0.078:norm", LONGER),
    "structured, int8": Variant("quantize:int8", LONGER, "structured"),
    "student of a scale": Variant("student:0.179:epochs=30"),
    ALONE: Variant(filters=(8, 12, 12), has_teacher=False),
    STUDENT: Variant(filters=(8, 12, 12), control=ALONE),
    "that student, int8": Variant("quantize:int8", STUDENT, STUDENT),
    "that student, int8, bare": Variant("quantize:int8:bare=true", STUDENT, STUDENT),
    INT4: Variant("finetune:8{teacher},quantize:int4:bare=true", STUDENT, STUDENT),
    "that student, int4, bare": Variant(
        "qat:int4:epochs=8{teacher},quantize:int4:bare=true", INT4, STUDENT
    ),
    SMALL: Variant(filters=(6, 8, 10)),
    "that smaller student, int8, bare": Variant("quantize:int8:bare=true", SMALL, SMALL),
    "low rank": Variant("low_rank:0.003:epochs=2"),
}
"""In the order in which they are made; `{teacher}` stands for the reference as teacher."""

STUDENT_EPOCHS = 30


def reference(data: Path, seed: int, scale: float) -> Experiment:
    """The reference CNN with one-cycle training, as the published figures were reached."""
    return presets.load("mnist-cnn").with_settings(
        {
            "name": f"reference {seed}",
            "data.kind": "npz",
            "data.path": str(data),
            "training.seed": seed,
            "training.epochs": max(1, round(EPOCHS * scale)),
            "training.batch_size": 128,
            "training.validation_split": 0.05,
            "optimizer.learning_rate": 0.004,
            "schedule.kind": "one_cycle",
            "augmentation.shift": 0.036,
            "hardware.precision": "mixed_bfloat16",
        }
    )


def student_of(teacher: Run, how: Variant, scale: float) -> Experiment:
    """Three convolutions and the output layer, trained along one cycle."""
    conv, pool, second, again, third, flat, _, output = teacher.experiment.structure.layers
    narrow = [
        layer.changed(filters=filters)
        for layer, filters in zip((conv, second, third), how.filters, strict=True)
    ]
    layers = (narrow[0], pool, narrow[1], again, narrow[2], flat, output)
    experiment = teacher.experiment.with_settings(
        {
            "name": f"student {how.filters} {teacher.experiment.training.seed}",
            "training.epochs": max(1, round(STUDENT_EPOCHS * scale)),
            "training.teacher": teacher.run_id if how.has_teacher else "",
            "optimizer.learning_rate": 0.008,
        }
    )
    structure = experiment.structure.model_copy(update={"layers": layers})
    return experiment.model_copy(update={"structure": structure})


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


class Bench:
    """The references and variants of a store, made where they aren't there.

    Args:
        folder: Takes the store and the exported files.
        data: MNIST.
        scale: Share of the epochs.
    """

    def __init__(self, folder: Path, data: Path, scale: float) -> None:
        self._folder, self._data, self._scale = folder, data, scale
        (folder / "exported").mkdir(exist_ok=True)
        self.store = Store(folder / "store")
        self.store.mark_interrupted()

    def original(self, seed: int) -> Run:
        """The trained reference CNN."""
        return self._trained(reference(self._data, seed, self._scale))

    def compressed(self, name: str, seed: int) -> Run:
        """A variant of it."""
        if name == REFERENCE:
            return self.original(seed)
        how = VARIANTS[name]
        parent = self.compressed(how.of, seed)
        if how.filters:
            return self._trained(student_of(parent, how, self._scale))
        recipe = self._recipe(how, self.original(seed))
        for run in self.store.children(parent.run_id):
            if CompressionRecipe.from_toml(run.recipe) == recipe:
                return made(self.store, run)
        return made(self.store, compressed_run(self.store, parent, recipe, reserved=True))

    def _recipe(self, how: Variant, original: Run) -> CompressionRecipe:
        steps = how.steps.format(teacher=f":teacher={original.run_id}")
        return scaled_recipe(steps, self._scale)

    def _trained(self, wanted: Experiment) -> Run:
        """The run of an experiment."""
        run = self._of(wanted) or self.store.create(wanted, reserved=True)
        return made(self.store, run)

    def _of(self, wanted: Experiment) -> Run | None:
        runs = (run for run in self.store.runs() if run.parent_id is None)
        return next((run for run in runs if run.experiment == wanted), None)

    def line(self, name: str, seed: int) -> dict[str, Any]:
        """What came of a variant."""
        run = self.compressed(name, seed)
        control = VARIANTS[name].control if name != REFERENCE else ""
        about = {"seed": seed, "variant": name, "control": control}
        if run.kind != COMPRESSED:
            return {**about, **about_trained(self.store.run(run.run_id))}
        steps = VARIANTS[name].steps.format(teacher=":teacher=REFERENCE")
        return {**about, **variant(run), "steps": steps}

    def _in_float32(self, run: Run) -> Path:
        """The LiteRT file of a trained run."""
        path = (self._folder / "exported" / f"{run.run_id}.tflite").absolute()
        if not path.exists():
            startup = run.experiment.hardware.startup
            asked = ExportRequest(run.run_id, "litert", str(path), startup=startup)
            do_task(self.store.folder, EXPORT, asked, lambda progress: None)
        return path

    def latencies(self, seed: int) -> Iterator[dict[str, Any]]:
        """What the files of a seed take, all taking turns; the original is the first of them."""
        parent = self.original(seed)
        files = {REFERENCE: self._in_float32(parent)}
        for name in VARIANTS:
            run = self._there(name, parent)
            if run is not None and run.kind == COMPRESSED:
                files[name] = self.store.artifacts(run.run_id) / MODEL_FILE.name
        looks = [FileToOpen(str(path)) for path in files.values()]
        timed = benched(looks, BATCHES, images=test_part(self._data)[0][:256])
        microseconds = {
            name: [1000 * point.median for point in points]
            for name, points in zip(files, timed.points, strict=True)
        }
        for name, values in microseconds.items():
            line: dict[str, Any] = {"seed": seed, "variant": name}
            for size, value, base in zip(BATCHES, values, microseconds[REFERENCE], strict=True):
                line |= {f"us_{size}": round(value, 1), f"times_faster_{size}": base / value}
            yield line | {
                "processor": timed.processor,
                "cores_of_others": round(timed.cores_of_others, 2),
                "is_reliable": not timed.warning,
            }

    def there(self, seed: int) -> list[str]:
        """The variants of a seed that were made, in order."""
        original = self._of(reference(self._data, seed, self._scale))
        if original is None:
            return []
        return [n for n in in_order() if n == REFERENCE or self._there(n, original) is not None]

    def _there(self, name: str, original: Run) -> Run | None:
        """A variant that was made; None where it wasn't."""
        how = VARIANTS[name]
        parent = original if how.of == REFERENCE else self._there(how.of, original)
        if parent is None:
            return None
        if how.filters:
            run = self._of(student_of(parent, how, self._scale))
            return run if run is not None and run.status is RunStatus.COMPLETED else None
        wanted = self._recipe(how, original)
        for run in self.store.children(parent.run_id):
            recipe = CompressionRecipe.from_toml(run.recipe)
            if recipe == wanted and run.status is RunStatus.COMPLETED:
                return run
        return None


def about_trained(run: Run) -> dict[str, Any]:
    """What a trained run takes; its file's figures are there once a variant of it was made."""
    return {
        "run_id": run.run_id,
        "parent_id": None,
        "steps": "",
        "test_accuracy": run.test_accuracy,
        "parameters": run.parameters,
        "nonzero_parameters": run.parameters,
        "macs": run.macs,
        "bytes": run.figure("litert_bytes"),
        "gzip_bytes": run.figure("gzip_bytes"),
        "latency_ms": run.figure("litert_ms"),
        "difference": None,
    }


def made(store: Store, run: Run) -> Run:
    """The run as it ended, made in a training process where it has not ended well before."""
    if run.status is RunStatus.COMPLETED:
        return run
    if run.status is not RunStatus.QUEUED:
        run = store.requeue(run.run_id, reserved=True)
    with Follower(store, run.experiment.hardware.startup) as follower:
        (ended,) = follower.train([run])
    if CODES.get(ended.status, 1) != DONE:
        raise SystemExit(f"{ended.run_id} ({ended.name}) {ended.status}: {ended.message}")
    return ended


def in_order() -> list[str]:
    """All variants, each trained one after those that are made from it."""
    first = [name for name in VARIANTS if not VARIANTS[name].filters]
    return [*first, REFERENCE, *(name for name in VARIANTS if VARIANTS[name].filters)]


@cache
def test_part(data: Path) -> tuple[Images, np.ndarray]:
    """Images and labels of MNIST's test part."""
    with np.load(data, allow_pickle=False) as archive:
        return scaled(archive["x_test"][..., np.newaxis]), archive["y_test"]


@contextmanager
def kept_in(folder: Path | None) -> Iterator[Path]:
    """A folder that stays, or one for this time."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)


def main() -> None:
    """Prints JSON lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="MNIST as .npz")
    add("--store", type=Path, metavar="DIR", help="keeps what is made, and goes on with it")
    add("--seeds", type=int, default=3, help="0, 1, ...: so many")
    add("--seed", type=int, help="this one alone")
    add("--images", type=int, default=0, help="train on so many; 0 for all")
    add("--scale", type=float, default=1.0, help="share of the epochs, to try it")
    add("--only", action="append", default=[], help="variants of this name; may be repeated")
    add("--there", action="store_true", help="tell only of what is there")
    add("--latency", action="store_true", help="time the files that are there")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - {*VARIANTS, REFERENCE}
    if unknown:
        parser.error(f"there is no variant {sorted(unknown)[0]!r}; choose {', '.join(VARIANTS)}")
    with kept_in(arguments.store) as folder:
        data = arguments.data.resolve()
        if arguments.images:
            data = (folder / "data.npz").resolve()
            write_subset(arguments.data, arguments.images, data)
        bench = Bench(folder, data, arguments.scale)
        with bench.store:
            seeds = range(arguments.seeds) if arguments.seed is None else [arguments.seed]
            for seed in seeds:
                if arguments.latency:
                    found = bench.latencies(seed)
                else:
                    known = bench.there(seed) if arguments.there else in_order()
                    names = [name for name in arguments.only or known if name in known]
                    found = (bench.line(name, seed) for name in names)
                for line in found:
                    print(json.dumps(line), flush=True)
                if arguments.latency:
                    break


if __name__ == "__main__":
    main()

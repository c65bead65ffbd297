"""Autotune against every combination of its levers, and what its choice does to the accuracy.

    python tests/benchmarks/autotune.py --data MNIST.npz
    python tests/benchmarks/autotune.py --data MNIST.npz --accuracy

Has the reference CNN tuned as the window does it, then times each combination of the levers that
apply here against the choice, both in short samples that take turns, by the tuner's own measuring.
The few that come out fastest are timed against the choice once more and longer, as the best of many
noisy figures is partly luck. With `--accuracy` it also trains with the choice and in float32 as
shipped, once a seed. Prints one JSON line; `choice_divided_by_best` is 1 where none is faster.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.common import write_subset
from workbench import presets
from workbench.data import Dataset, load
from workbench.execution.ask import do_task
from workbench.execution.messages import TaskProgress
from workbench.execution.tasks.tune import TUNE
from workbench.experiment import Experiment
from workbench.hardware import autotune
from workbench.hardware.autotune import Settings, SpeedLever
from workbench.runs.store import Store
from workbench.runtime.jobs.bench import Bench, BenchFailed, ChildBench, OwnBench
from workbench.runtime.process.probe import machine_here
from workbench.runtime.training.hardware import prepare_tensorflow
from workbench.runtime.training.pipeline import Feed
from workbench.spec.base import SpecError

FINALISTS = 3
LONGER = 3
"""Finalists have so many times as many rounds, and samples twice as long."""

WARM_UP_SECONDS = 0.3
"""Of steps that don't count: the first are slower, and tell how many make up a call."""


def combinations(levers: Sequence[SpeedLever]) -> Iterator[tuple[str, Settings]]:
    """Every set of levers that don't set the same thing, by name."""
    for size in range(len(levers) + 1):
        for group in itertools.combinations(levers, size):
            paths = [path for lever in group for path in lever.settings]
            if len(paths) == len(set(paths)):
                name = " + ".join(lever.name for lever in group) or "as it comes"
                yield name, {path: v for lever in group for path, v in lever.settings.items()}


class Grid:
    """Times combinations against the choice.

    Args:
        experiment: The network, with every lever at its default.
        store: Folder for the processes that a combination needs.
        choice: Settings that the tuner chose.
    """

    def __init__(self, experiment: Experiment, store: Path, choice: Settings) -> None:
        self._experiment, self._store = experiment, store
        self._dataset: Dataset = load(experiment.data)
        self._feeds: dict[tuple[str, int], Feed] = {}
        self._choice = self._bench(choice)
        self.rates: dict[str, list[float]] = {}

    def ratio(self, name: str, settings: Settings, rounds: int, seconds: float) -> float:
        """How many times as fast a combination is as the choice, as the median over rounds.

        Raises:
            BenchFailed, SpecError: where it can't be trained.
        """
        bench = self._bench(settings)
        try:
            ratios = []
            self.rates[name] = []
            for number in range(rounds):
                if number % 2:
                    ours, chosen = bench.sample(seconds), self._choice.sample(seconds)
                else:
                    chosen, ours = self._choice.sample(seconds), bench.sample(seconds)
                ratios.append(ours / chosen)
                self.rates[name].append(ours)
        finally:
            bench.end()
        return statistics.median(ratios)

    def end(self) -> None:
        """Ends the process of the choice, where it has one."""
        self._choice.end()

    def _bench(self, settings: Settings) -> Bench:
        tried = self._experiment.with_settings(settings)
        bench: Bench
        if tried.hardware.startup == self._experiment.hardware.startup:
            bench = OwnBench(tried, self._dataset, self._feeds)
        else:
            bench = ChildBench(tried, self._store)
        bench.sample(WARM_UP_SECONDS)
        return bench


def compared(
    experiment: Experiment, store: Path, choice: Settings, arguments: argparse.Namespace
) -> dict[str, Any]:
    """The choice against every combination."""
    base = experiment.with_settings(autotune.AS_IT_COMES)
    prepare_tensorflow(base.hardware.startup)
    grid = Grid(base, store, choice)
    in_memory = load(experiment.data).train.images.in_memory
    levers = autotune.levers(experiment, machine_here(), in_memory=in_memory)
    tried = dict(combinations(levers))
    own = next(name for name, it in tried.items() if autotune.AS_IT_COMES | it == choice)
    ratios: dict[str, float] = {}
    failed: dict[str, str] = {}
    try:
        for name, settings in tried.items():
            try:
                ratios[name] = grid.ratio(name, settings, arguments.rounds, arguments.sample)
            except (BenchFailed, SpecError) as error:
                failed[name] = str(error)
                continue
            note(f"{name}: {ratios[name]:.3f} of the choice")
        fastest = sorted(ratios, key=lambda name: -ratios[name])[:FINALISTS]
        rounds, sample = LONGER * arguments.rounds, 2 * arguments.sample
        final = {name: grid.ratio(name, tried[name], rounds, sample) for name in {*fastest, own}}
    finally:
        grid.end()
    noise = abs(final[own] - 1)  # the choice against itself says how far off a ratio may be
    final[own] = 1.0
    best = max(final, key=final.__getitem__)
    return {
        "combinations": len(tried),
        "failed": failed,
        "best": best,
        "best_images_per_second": round(statistics.median(grid.rates[best])),
        "choice_divided_by_best": round(1 / final[best], 3),
        "choice_against_itself": round(noise, 3),
        "finalists": {name: round(ratio, 3) for name, ratio in final.items()},
        "of_the_choice": {name: round(ratio, 3) for name, ratio in ratios.items()},
    }


def accuracies(
    experiment: Experiment, settings: Settings, seeds: int, epochs: int, store: Path
) -> list[float]:
    """Test accuracy of a run a seed."""
    found = []
    for seed in range(seeds):
        tried = experiment.with_settings(
            settings | {"training.seed": seed, "training.epochs": epochs}
        )
        file = store / "experiment.toml"
        file.write_text(tried.to_toml(), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "ui.launch",
            "run",
            str(file),
            "--json",
            "--store",
            str(store),
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(float(json.loads(done.stdout)["test_accuracy"]))
        note(f"seed {seed}: {found[-1]:.4f}")
    return found


def note(words: str) -> None:
    """Says how far it is."""
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Tunes, compares and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz")
    parser.add_argument("--images", type=int, help="to train on; all where left out")
    parser.add_argument("--preset", default="mnist-cnn")
    parser.add_argument("--seconds", type=float, help="for the tuner, instead of its own")
    parser.add_argument("--rounds", type=int, default=4, help="samples of each combination")
    parser.add_argument("--sample", type=float, default=0.4, help="seconds of each")
    parser.add_argument("--accuracy", action="store_true", help="also train with each")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = arguments.data.absolute()
        if arguments.images:
            path = folder / "data.npz"
            write_subset(arguments.data, arguments.images, path)
        Store(folder / "store").close()
        data = {"data.kind": "npz", "data.path": str(path)}
        experiment = presets.load(arguments.preset).with_settings(data)
        seconds = arguments.seconds or autotune.SECONDS
        request = autotune.request(experiment, seconds=seconds)

        def progress(message: TaskProgress) -> None:
            note(f"{message.done:.0f} s: {message.words}")

        began = time.monotonic()
        tuned = do_task(folder / "store", TUNE, request, progress)
        result: dict[str, Any] = {
            "choice": tuned.name,
            "gain": round(tuned.gain, 3),
            "tune_seconds": round(tuned.seconds, 1),
            "with_its_process": round(time.monotonic() - began, 1),
        }
        began = time.monotonic()
        result |= compared(experiment, folder / "store", tuned.best, arguments)
        result["grid_seconds"] = round(time.monotonic() - began, 1)
        if arguments.accuracy:
            for side, settings in (("tuned", tuned.best), ("float32", {})):
                found = accuracies(
                    experiment, settings, arguments.seeds, arguments.epochs, folder / "store"
                )
                result[f"accuracy_{side}"] = [round(accuracy, 4) for accuracy in found]
            means = [statistics.fmean(result[f"accuracy_{s}"]) for s in ("tuned", "float32")]
            result["points_apart"] = round(100 * (means[0] - means[1]), 3)
    print(json.dumps(result))


if __name__ == "__main__":
    main()

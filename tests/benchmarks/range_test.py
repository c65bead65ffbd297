"""How good the learning-rate finder's suggestion is: on the reference CNN against a grid of nine.

    python tests/benchmarks/range_test.py --seeds 3

For each optimizer, trains the preset `digits-cnn` with nine learning rates and with the one that
the finder suggests for the seed, and prints one JSON line an optimizer: mean test accuracies in
percent, and how far the suggestion's is below the best of the grid.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench import presets
from workbench.execution.engine_process import Session
from workbench.execution.messages import StatusChanged, TaskEnd
from workbench.execution.tasks.find_rate import FIND_RATE
from workbench.experiment import Experiment
from workbench.hardware.requests import AboutExperiment
from workbench.runs.store import Store

GRID = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
OPTIMIZERS: Mapping[str, Mapping[str, Any]] = {
    "adam": {"optimizer.kind": "adam"},
    "sgd with momentum": {"optimizer.kind": "sgd", "optimizer.momentum": 0.9},
}


def main() -> None:
    """Measures all and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        process = Process(store)
        try:
            for name, settings in OPTIMIZERS.items():
                print(
                    json.dumps({"optimizer": name, **measure(process, settings, arguments.seeds)})
                )
        finally:
            process.session.end()


def measure(process: Process, settings: Mapping[str, Any], seeds: int) -> dict[str, Any]:
    """The grid's mean accuracies, and those of the suggestions."""
    experiment = presets.load("digits-cnn").with_settings(settings)
    grid: dict[float, list[float]] = {rate: [] for rate in GRID}
    rates, reached = [], []
    for seed in range(seeds):
        seeded = experiment.with_settings({"training.seed": seed})
        for rate in GRID:
            grid[rate].append(process.accuracy(seeded, rate))
        rates.append(process.suggestion(seeded))
        reached.append(process.accuracy(seeded, rates[-1]))
    means = {rate: round(statistics.mean(found), 2) for rate, found in grid.items()}
    best = max(means.values())
    mean = round(statistics.mean(reached), 2)
    return {
        "grid": means,
        "best_of_grid": best,
        "suggestions": rates,
        "accuracy": mean,
        "below_best": round(best - mean, 2),
        "seeds": seeds,
    }


class Process:
    """A warm training process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.session = Session(store.folder)
        self._messages = self.session.messages()

    def suggestion(self, experiment: Experiment) -> float:
        """What the finder suggests."""
        self.session.do(FIND_RATE, AboutExperiment(experiment.to_toml()))
        end = next(m for m in self._messages if isinstance(m, TaskEnd))
        found = FIND_RATE.parse_result(end.result) if end.result is not None else None
        if found is None or found.suggestion is None:
            raise SystemExit(end.error or str(found))
        print(found.words, file=sys.stderr)
        return found.suggestion

    def accuracy(self, experiment: Experiment, rate: float) -> float:
        """Test accuracy in percent; what diverges has learned nothing."""
        run = self._store.create(experiment.with_settings({"optimizer.learning_rate": rate}))
        self.session.train(run.run_id)
        for message in self._messages:
            if isinstance(message, StatusChanged) and message.state.is_finished:
                break
        accuracy = self._store.run(run.run_id).test_accuracy
        found = 100 * accuracy if accuracy is not None else 0.0
        print(f"{rate:g}: {found:.2f}", file=sys.stderr)
        return found


if __name__ == "__main__":
    main()

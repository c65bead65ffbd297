"""How good the estimate before a run is: its seconds against those of the real run.

    python tests/benchmarks/preflight.py --epochs 3

Measures the preset `digits-cnn` with `preflight`, trains it in the same process, and prints one
JSON line: both durations and the ratio of the estimate to the run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from workbench import presets
from workbench.execution.engine_process import Session
from workbench.execution.messages import StatusChanged, TaskEnd
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.hardware.requests import AboutExperiment
from workbench.runs.store import Store


def main() -> None:
    """Measures both and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--preset", default="digits-cnn")
    arguments = parser.parse_args()
    settings = {"training.epochs": arguments.epochs}
    experiment = presets.load(arguments.preset).with_settings(settings)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        session = Session(store.folder)
        try:
            session.do(PREFLIGHT, AboutExperiment(experiment.to_toml()))
            end = next(m for m in session.messages() if isinstance(m, TaskEnd))
            if end.result is None:
                raise SystemExit(f"the estimate failed: {end.error}")
            estimate = PREFLIGHT.parse_result(end.result).seconds(arguments.epochs)
            began = time.perf_counter()
            session.train(store.create(experiment).run_id)
            for message in session.messages():
                if isinstance(message, StatusChanged) and message.state.is_finished:
                    break
            took = time.perf_counter() - began
        finally:
            session.end()
    print(json.dumps({"estimate": estimate, "run": took, "ratio": estimate / took}))


if __name__ == "__main__":
    main()

"""Trains small networks on several virtual CPUs and on one; run by `test_devices.py` in a process
of its own, as TensorFlow splits a CPU only before it starts.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.engine.small import small, stop_after, train
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.spec.hardware import Startup

PLAIN = [
    {"kind": "conv2d", "filters": 4, "padding": "same"},
    {"kind": "flatten"},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]
CASES: dict[str, dict[str, Any]] = {
    # 1293 images are left to train on: the last batch holds 93, which two or three can't share.
    "plain": {"structure__layers": PLAIN},
    "penalty": {
        "structure__layers": PLAIN, "regularization__kind": "l2", "regularization__l2": 0.01,
    },
    # 1437 images in batches of 359: one image is left for the last.
    "one left": {
        "structure__layers": PLAIN, "training__batch_size": 359, "training__validation_split": 0.0,
        "training__epochs": 6,
    },
    "batch normalization": {"training__epochs": 8, "optimizer__learning_rate": 0.01},
    "float16": {"structure__layers": PLAIN, "hardware__precision": "mixed_float16"},
    "taught": {"structure__layers": PLAIN, "training__seed": 1, "training__teacher": "first"},
}  # fmt: skip


def result(store: Store, experiment: Experiment) -> dict[str, Any]:
    run_id, _ = train(store, experiment)
    run = store.run(run_id)
    return {
        "losses": store.steps(run_id).values["loss"].tolist(),
        "penalties": store.steps(run_id).values["penalty"].tolist(),
        "accuracies": store.steps(run_id).values["accuracy"].tolist(),
        "test_accuracy": run.test_accuracy,
        "devices": run.environment["devices"],
    }


def resumed(store: Store) -> list[float]:
    """Losses of a run on several devices that was interrupted and gone on with."""
    experiment = small(structure__layers=PLAIN, hardware__target="multi_gpu")
    run_id, _ = train(store, experiment, stop_after(9))
    train(store, run_id)
    return [float(loss) for loss in store.steps(run_id).values["loss"]]


def main() -> None:
    from workbench.runtime.training.hardware import prepare_tensorflow

    prepare_tensorflow(Startup())
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder)) as store:
        for name, settings in CASES.items():
            if "training__teacher" in settings:
                settings["training__teacher"] = store.runs()[0].run_id
            for target in ("cpu", "multi_gpu"):
                found[f"{name}, {target}"] = result(
                    store, small(**settings, hardware__target=target)
                )
        found["resumed"] = resumed(store)
    print(json.dumps(found))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()

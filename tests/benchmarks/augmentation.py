"""What augmentation, penalties, limits on weights and probes cost a step of the reference CNN.

    python tests/benchmarks/augmentation.py

The cases take turns, so that a machine that drifts drifts for all. Prints one line of JSON: by
case the median of a step's processor time against that of a step with nothing switched on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from workbench.experiment import Experiment  # noqa: E402

IMAGES, BATCH, STEPS = 6400, 64, 20
ALL = {
    "shift": 0.1,
    "rotation": 10.0,
    "zoom": 0.1,
    "horizontal_flip": True,
    "contrast": 0.2,
    "cutout": 0.3,
    "mixup": 0.2,
}
CASES: dict[str, dict[str, Any]] = {
    "off": {},
    "off, measured twice": {},
    "shift, rotation and zoom": {
        f"augmentation.{name}": ALL[name] for name in ("shift", "rotation", "zoom")
    },
    "contrast": {"augmentation.contrast": 0.2},
    "cutout": {"augmentation.cutout": 0.3},
    "mixup": {"augmentation.mixup": 0.2},
    "all augmentation": {f"augmentation.{name}": value for name, value in ALL.items()},
    "L2": {"regularization.kind": "l2"},
    "lambda / (2m)": {"regularization.kind": "l2_per_parameter"},
    "maximal norm": {"constraint.kind": "max_norm"},
    "probes": {"training.probes": True},
}


def stepper(settings: dict[str, Any], side: int) -> Any:
    """A function that takes some steps and gives the processor seconds of one."""
    import tensorflow as tf

    from workbench.data import ArrayImages, Part
    from workbench.runtime.network.build import build_model, build_optimizer
    from workbench.runtime.training.augment import Augmenter
    from workbench.runtime.training.loop import Loop
    from workbench.runtime.training.objective import Objective
    from workbench.runtime.training.pipeline import AugmentedFeed, Feed, feed
    from workbench.spec.data import DIGITS, DataInfo

    experiment = Experiment().with_settings(settings)
    shape, random = (side, side, 1), np.random.default_rng(0)
    model = build_model(experiment, DataInfo(shape, DIGITS, IMAGES, 0))
    optimizer = build_optimizer(experiment.optimizer, model, IMAGES // BATCH)
    images = random.integers(0, 256, (IMAGES, *shape), np.uint8)
    labels = random.integers(0, 10, IMAGES).astype(np.int32)
    source: Feed = feed(Part(ArrayImages(images), labels), BATCH)
    if experiment.augmentation.is_on:
        source = AugmentedFeed(source, Augmenter(0, 10, **experiment.augmentation.settings()))
    objective = Objective(experiment.loss, 10, logits=False)
    probes = experiment.training.probes
    loop = Loop(model, optimizer, objective, tf.distribute.get_strategy(), probes=probes)
    state = source.begin(np.arange(IMAGES), 0)

    def take(steps: int = STEPS) -> float:
        began = time.process_time()
        loop.train(source, state, 0, np.full(steps, 1e-3))
        return (time.process_time() - began) / steps

    take(2)
    return take


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--side", type=int, default=28, help="of the images, in pixels")
    arguments = parser.parse_args()
    steppers = {name: stepper(settings, arguments.side) for name, settings in CASES.items()}
    seconds: dict[str, list[float]] = {name: [] for name in steppers}
    for _ in range(arguments.rounds):
        for name, take in steppers.items():
            seconds[name].append(take())
    ratios = {
        name: round(statistics.median(np.array(own) / np.array(seconds["off"])), 3)
        for name, own in seconds.items()
    }
    print(json.dumps({"side": arguments.side, "processor time of a step": ratios}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

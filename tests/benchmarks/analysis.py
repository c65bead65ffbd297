"""How long the analysis of a network of 100 layers takes, and each lever with its comparison.

python tests/benchmarks/analysis.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from workbench.experiment import Experiment, Structure
from workbench.levers.catalog import LEVERS
from workbench.levers.lever import Lever
from workbench.network.analysis import analyze
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    InvertedResidualBlock,
    Layer,
    ResidualBlock,
)

ROUNDS = 200
LAST: list[Layer] = [GlobalAveragePooling2D(), Dense(units=10, activation="softmax")]
PAIR: list[Layer] = [Conv2D(filters=8, padding="same"), BatchNormalization()]
NETWORKS: dict[str, list[Layer]] = {
    "100 plain layers": [*PAIR * 49, *LAST],
    "98 residual blocks (688 calls)": [*[ResidualBlock(filters=16)] * 98, *LAST],
    "98 inverted residual blocks": [*[InvertedResidualBlock(filters=16)] * 98, *LAST],
}


def main() -> None:
    """Prints the best, the median and the 99th percentile of each."""
    for name, layers in NETWORKS.items():
        measure(name, partial(analyze, layers))
        experiment = Experiment(structure=Structure(layers=tuple(layers)))
        for lever in LEVERS.values():
            measure(f"  {lever.label}", partial(pull, lever(), experiment))


def measure(name: str, work: Callable[[tuple[int, int, int]], object]) -> None:
    """Times it on a new input shape each round, as an analysis is remembered."""
    times = []
    for number in range(ROUNDS):
        started = time.perf_counter()
        work((32, 32, 3 + number))
        times.append(1000 * (time.perf_counter() - started))
    median, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"{name:<32} best {min(times):5.2f} ms, median {median:5.2f}, 99 % below {late:5.2f}")


def pull(lever: Lever, experiment: Experiment, shape: tuple[int, int, int]) -> None:
    """What the window works out of a lever: before, after and the layers aligned."""
    info = DataInfo(shape, tuple("0123456789"), 50_000, 10_000)
    try:
        _ = lever.preview(experiment, info).diff
    except SpecError:
        return  # the sentence that it doesn't apply


if __name__ == "__main__":
    main()

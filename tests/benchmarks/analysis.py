"""How long the analysis of a network of 100 layers takes: `python -m tests.benchmarks.analysis`."""

from __future__ import annotations

import statistics
import time

from workbench.analysis import analyze
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
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            analyze(layers, (32, 32, 3))
            times.append(1000 * (time.perf_counter() - started))
        median, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
        best = min(times)
        print(f"{name:<32} best {best:5.2f} ms, median {median:5.2f}, 99 % below {late:5.2f}")


if __name__ == "__main__":
    main()

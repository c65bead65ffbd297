"""What the README's tables are measured by.

A `Measurement` is one kept file of results, made of pieces: each piece is one command, whose lines
of JSON are kept with the date, the commit and the machine. Rows that tell of the same experiment
read the same pieces, so that they can't contradict each other. What was measured before results
were kept has a piece for its row, `as printed`, which counts until all of the row is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DATA, BASELINES, STORE = "MNIST.npz", "BASELINES.py", "DIR"
"""Stand in commands for files and a folder that `readme.py` is given."""

REFERENCE = "reference CNN"
NETWORKS = (
    REFERENCE,
    "dense layers only",
    "width multiplier 0.25",
    "width multiplier 0.5",
    "resolution 0.75",
    "separable convolutions",
    "global pooling",
    "separable convolutions and global pooling",
)
OPTIMIZERS = {
    "gradient descent (300 epochs)": ("gradient_descent", 0.2, ("training.epochs=300",)),
    "SGD": ("sgd", 0.1, ()),
    "momentum 0.9": ("momentum", 0.02, ()),
    "Adagrad": ("adagrad", 0.05, ()),
    "RMSprop": ("rmsprop", 0.001, ()),
    "Adam": ("adam", 0.001, ()),
}
ADAM = "Adam"
SEEDS, MORE_SEEDS = 3, 5
"""Of each network, and of each optimizer."""


@dataclass(frozen=True)
class Measurement:
    """One file of results.

    Attributes:
        pieces: Commands by the name of the piece, in the order in which they are run.
        minutes: What all of them take on two cores, about.
        quick: Arguments that make a command short, for a try.
    """

    pieces: Mapping[str, Sequence[str]]
    minutes: float
    quick: Sequence[str] = ()


def _seeds(names: Sequence[str], seeds: int) -> list[tuple[str, int]]:
    """Seeds in turn, so that a machine that drifts drifts for all names."""
    return [(name, seed) for seed in range(seeds) for name in names]


def _sessions(count: int, *command: str) -> dict[str, Sequence[str]]:
    return {f"session {number + 1}": command for number in range(count)}


def _optimizer(name: str, seed: int) -> list[str]:
    kind, rate, more = OPTIMIZERS[name]
    given = (f"optimizer.kind={kind}", f"optimizer.learning_rate={rate}", *more)
    settings = [part for setting in given for part in ("--set", setting)]
    return ["trained.py", REFERENCE, "--seed", str(seed), *settings]


SHORT = ("--set", "training.epochs=1")
BF16 = "hardware.precision=mixed_bfloat16"
THROUGHPUT = ("throughput.py", "--baselines", BASELINES, "--data", DATA)
WINDOW = (
    "window.py",
    "train",
    "--data",
    DATA,
    "--baselines",
    BASELINES,
    "--rounds",
    "7",
)
COMPRESS = ("compress.py", "--data", DATA, "--store", STORE)
LATENCIES = "latencies"
MEASUREMENTS: dict[str, Measurement] = {
    "compression": Measurement(
        {
            **{f"seed {seed}": (*COMPRESS, "--seed", str(seed)) for seed in range(SEEDS)},
            LATENCIES: (*COMPRESS, "--latency"),
        },
        120,
        ("--images", "2000", "--scale", "0.1"),
    ),
    "optimizers": Measurement(
        {
            f"{name}, seed {seed}": _optimizer(name, seed)
            for name, seed in _seeds(list(OPTIMIZERS), MORE_SEEDS)
        },
        25,
        SHORT,
    ),
    "networks-digits": Measurement(
        {
            f"{name}, seed {seed}": ["trained.py", name, "--seed", str(seed)]
            for name, seed in _seeds(NETWORKS[1:], SEEDS)
        },
        12,
        SHORT,
    ),
    "networks-mnist": Measurement(
        {
            f"{name}, seed {seed}": ["trained.py", name, "--seed", str(seed), "--data", DATA]
            for name, seed in _seeds(NETWORKS, SEEDS)
        },
        40,
        SHORT,
    ),
    "finder": Measurement({"all": ["range_test.py", "--seeds", "3"]}, 25, ("--seeds", "1")),
    "throughput": Measurement(
        _sessions(3, *THROUGHPUT), 15, ("--rounds", "1", "--epochs", "2", "--images", "3200")
    ),
    "throughput-bf16": Measurement(
        _sessions(3, *THROUGHPUT, "--modes", "keras", "torch", "graph-bf16", "--set", BF16),
        20,
        ("--rounds", "1", "--epochs", "2", "--images", "3200"),
    ),
    "window-train": Measurement(
        _sessions(4, *WINDOW),
        25,
        ("--rounds", "1", "--epochs", "2", "--images", "3200"),
    ),
    "autotune": Measurement(
        _sessions(2, "autotune.py", "--data", DATA, "--accuracy"),
        30,
        ("--images", "3200", "--seconds", "5", "--rounds", "1", "--seeds", "1", "--epochs", "1"),
    ),
    "settings-bf16": Measurement(
        _sessions(2, "settings.py", "--set", BF16, "--bf16"), 2, ("--rounds", "3")
    ),
    "settings-devices": Measurement(
        _sessions(1, "settings.py", "--devices", "2"), 1, ("--rounds", "3")
    ),
    "augmentation": Measurement(_sessions(1, "augmentation.py"), 3, ("--rounds", "2")),
    "redraw": Measurement(
        _sessions(1, "redraw_soak.py", "--redraws", "100000"), 8, ("--redraws", "500")
    ),
    "editing": Measurement(_sessions(1, "editing.py"), 1, ("--rounds", "20")),
    "compare": Measurement(_sessions(2, "compare.py"), 1, ("--frames", "5")),
    "compare-long": Measurement(
        _sessions(1, "compare.py", "--runs", "1", "--points", "1000000"), 1, ("--frames", "5")
    ),
    "runs-table": Measurement(
        _sessions(1, "runs_table.py"), 4, ("--runs", "1000")
    ),
    "tradeoffs": Measurement(_sessions(1, "tradeoffs.py"), 1, ("--runs", "1000")),
    "window-launch": Measurement(_sessions(1, "window.py", "launch"), 2, ("--runs", "1")),
}  # fmt: skip

"""What the training benchmarks share: images to train on, and scripts to compare with."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np


def write_subset(data: Path, images: int, target: Path) -> None:
    """The first `images` training images of an MNIST archive, and a thousand of its test images."""
    with np.load(data, allow_pickle=False) as full:
        parts = {name: full[name] for name in full.files}
    np.savez(
        target,
        x_train=parts["x_train"][:images],
        y_train=parts["y_train"][:images],
        x_test=parts["x_test"][:1000],
        y_test=parts["y_test"][:1000],
    )


def baseline_rate(
    script: Path,
    mode: str,
    data: Path,
    images: int,
    batch: int,
    epochs: int,
    *,
    bf16: bool = False,
) -> float:
    """Images a second of a baseline: the median of its epochs after the first."""
    command = [
        sys.executable,
        str(script),
        mode,
        "--data",
        str(data),
        "--images",
        str(images),
        "--batch",
        str(batch),
        "--epochs",
        str(epochs),
        *(["--bf16"] if bf16 else []),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rates: list[float] = json.loads(done.stdout.splitlines()[-1])["images_per_second"]
    return statistics.median(rates)

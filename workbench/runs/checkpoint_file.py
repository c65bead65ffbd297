"""The checkpoint of a run as a file: its name, and which weights are in it.

Reads the archive's directory alone; what is in it is written and restored by the training process.
"""

from __future__ import annotations

import hashlib
import math
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from workbench.base.files import open_inside
from workbench.runs.artifacts import Artifact

FILE = "checkpoint.npz"
MODEL = "model."
"""How the names of the network's weights in the archive begin."""


class Checkpoint(Artifact):
    """Weights, optimizer, random state and position of training."""

    name = FILE
    most_bytes = 64_000_000_000

    def fault(self, folder: Path) -> str:
        """Nothing: whether it can be restored is known to the training process alone."""
        return ""

    def weights(self, folder: Path) -> str:
        """Its own."""
        return weights_of(folder)


CHECKPOINT = Checkpoint()


def weights_of(folder: Path) -> str:
    """A digest of the network's weights in a run's checkpoint; "" where there is no sound one.

    Made of the checksums in the archive's directory, so no weight is read.
    """
    try:
        with open_inside(folder / FILE) as file, zipfile.ZipFile(file) as archive:
            entries = sorted((entry.filename, entry.CRC) for entry in archive.infolist())
    except (OSError, zipfile.BadZipFile):
        return ""
    weights = [entry for entry in entries if entry[0].startswith(MODEL)]
    return hashlib.sha256(repr(weights).encode()).hexdigest()[:16]


def float_weights(folder: Path) -> int | None:
    """How many weights of the network a run's checkpoint holds, without the state of random
    layers; None where it is damaged. Reads the heads of its arrays alone.
    """
    total = 0
    try:
        with open_inside(folder / FILE) as file, zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                if entry.filename.startswith(MODEL):
                    with archive.open(entry) as array:
                        version = np.lib.format.read_magic(array)
                        read = np.lib.format.read_array_header_1_0
                        if version != (1, 0):
                            read = np.lib.format.read_array_header_2_0
                        shape, _, kind = read(array)
                        total += math.prod(shape) if kind.kind == "f" else 0
    except (OSError, zipfile.BadZipFile, ValueError):
        return None
    return total


def saved_at(folder: Path) -> int:
    """When the checkpoint in a run's folder was saved, in nanoseconds; 0 where there is none."""
    with suppress(OSError):
        return os.lstat(folder / FILE).st_mtime_ns
    return 0

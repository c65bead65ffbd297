"""How far a compressed run is: what its finished steps gave, kept beside it in an .npz.

While it goes on, the network after the last finished step is in it, from which a run that was
killed goes on; afterwards what each step cost stays. No pickle; written whole or not at all.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.files import open_inside
from workbench.base.text import tr
from workbench.runs.artifacts import Artifact

FILE = "compression.npz"
WEIGHTS, ABOUT = "weights.", "about"
VALIDATION_IMAGES = "validation_images"
"""The fact on how many images judged the file."""
QUANTIZED = "quantize"
"""The fact that says how the run's file is quantized."""
PER_TENSOR, LAYERS, RANGES, BARE = "per_tensor", "layers", "ranges", "bare"
"""Facts on the same file: one scale a layer, other schemes of single layers, learned ranges of
activations, and that it takes one image per call and holds no names."""

FAULTS = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)
"""What reading a damaged file may raise."""

Arrays = Sequence[npt.NDArray[Any]]


@dataclass(frozen=True)
class StepDone:
    """What is left after a step.

    Attributes:
        step: Its short form; "" for the network before the first one.
        val_accuracy: On the validation images; None without any.
        parameters, nonzero_parameters, macs: Of the network.
    """

    step: str
    val_accuracy: float | None
    parameters: int
    nonzero_parameters: int
    macs: int


@dataclass(frozen=True)
class CompressionProgress:
    """What a run has done.

    Attributes:
        recipe: The steps, as the run has them: it goes on only where they are the same.
        done: The network that it began with, and what is left after each finished step.
        experiment: The spec of the network as it is, as TOML; "" once the run has ended.
        position: Where training stands, as plain values.
        facts: What later steps have to know, and what was measured, by name.
        weights: Of the network, in Keras's order; none once the run has ended.
    """

    recipe: str
    done: tuple[StepDone, ...]
    experiment: str = ""
    position: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    weights: Arrays = ()

    def packed(self) -> bytes:
        """As it lies on disk."""
        about = {
            "recipe": self.recipe,
            "done": [asdict(each) for each in self.done],
            "experiment": self.experiment,
            "position": self.position,
            "facts": self.facts,
        }
        arrays = {f"{WEIGHTS}{number}": array for number, array in enumerate(self.weights)}
        content = io.BytesIO()
        np.savez(content, **{ABOUT: np.array(json.dumps(about))}, **arrays)  # type: ignore[arg-type]
        return content.getvalue()


def read(folder: Path) -> CompressionProgress | None:
    """What a run has done; None where nothing is kept, or it is damaged."""
    try:
        with open_inside(folder / FILE) as file, np.load(file, allow_pickle=False) as saved:
            about = json.loads(str(saved[ABOUT]))
            weights = [saved[f"{WEIGHTS}{n}"] for n in range(len(saved.files) - 1)]
        done = tuple(StepDone(**each) for each in about.pop("done"))
        return CompressionProgress(done=done, weights=weights, **about)
    except FAULTS:
        return None


class ProgressFile(Artifact):
    """What a compressed run has done, as an artifact of it."""

    name = FILE
    most_bytes = 16_000_000_000

    def fault(self, folder: Path) -> str:
        """That it holds no steps that can be read."""
        return "" if read(folder) is not None else tr("holds no steps of a compression")


PROGRESS = ProgressFile()

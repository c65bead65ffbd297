"""A run's state on disk: weights, optimizer, random state and position, in one .npz without pickle.

Written whole or not at all. Nothing in it is code: a model is rebuilt from the spec and takes
arrays of the right shapes only.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np

from workbench.base.files import LinkError, open_inside
from workbench.base.text import tr
from workbench.runs.checkpoint_file import FILE, MODEL
from workbench.runtime.training.stopping import UNSEEN, Watched

BEST = "best."

UNLISTED = ("_u_product",)
"""State that Keras's optimizers keep and don't list among their variables: Nadam's."""


class CheckpointError(RuntimeError):
    """A checkpoint that can't be used, in one sentence."""


@dataclass(frozen=True)
class Position:
    """Where training stands.

    Attributes:
        step: Steps taken.
        elapsed, seconds: Both times of the run so far, see `clock`; `seconds` is None for a run
            that began before training time was kept.
        epoch_loss, epoch_right: Sums over the steps of the epoch under way, weighted by images.
        epoch_penalty: As those; None for a run that began when its loss contained the penalty.
        epoch_images: Images of the epoch under way.
        rates: Images a second of each finished epoch.
        watched: What early stopping has seen.
        schedule: What the learning-rate schedule remembers of the epochs before.
        joules: Energy of training so far; None where a part of it isn't known.
    """

    step: int = 0
    elapsed: float = 0.0
    seconds: float | None = 0.0
    epoch_loss: float = 0.0
    epoch_right: float = 0.0
    epoch_penalty: float | None = 0.0
    epoch_images: int = 0
    rates: tuple[float, ...] = ()
    watched: Watched = UNSEEN
    schedule: Mapping[str, float] = field(default_factory=dict)
    joules: float | None = 0.0


def _variables(
    model: keras.Model, optimizer: keras.optimizers.Optimizer
) -> dict[str, keras.Variable]:
    rule = vars(getattr(optimizer, "inner_optimizer", optimizer))
    state = [*optimizer.variables, *(rule[name] for name in UNLISTED if name in rule)]
    named = {f"{MODEL}{i}": v for i, v in enumerate(model.variables)}
    return named | {f"optimizer.{i}": v for i, v in enumerate(state)}


def packed(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    position: Position,
    best_weights: Sequence[np.ndarray] = (),
) -> bytes:
    """The checkpoint of a run, as it lies on disk.

    Args:
        model: As it is now.
        optimizer: As it is now.
        position: Where training stands.
        best_weights: Of the best epoch, where they are kept.
    """
    arrays = {name: v.numpy() for name, v in _variables(model, optimizer).items()}
    arrays |= {f"{BEST}{number}": array for number, array in enumerate(best_weights)}
    content = io.BytesIO()
    np.savez(content, position=np.array(json.dumps(asdict(position))), **arrays)
    return content.getvalue()


def sweep(folder: Path) -> None:
    """Removes what a killed process had written of a checkpoint; for the owner of the run."""
    for part in folder.glob(f".{FILE}.*"):
        part.unlink(missing_ok=True)


def weight_bytes(model: keras.Model) -> int:
    """What a model's weights take as they are kept."""
    return sum(weight.numpy().nbytes for weight in model.weights)


def exists(folder: Path) -> bool:
    """Whether a run has a checkpoint."""
    return os.path.lexists(folder / FILE)


def require(folder: Path) -> None:
    """Refuses a run without a checkpoint, before anything that takes long.

    Raises:
        CheckpointError: where it has none.
    """
    if not exists(folder):
        raise CheckpointError(tr("the run has no checkpoint; train it first"))


def restore(
    folder: Path, model: keras.Model, optimizer: keras.optimizers.Optimizer
) -> tuple[Position, list[np.ndarray]]:
    """Puts the saved state into a freshly built model and optimizer.

    Returns:
        Where training stands, and the best weights, where they were kept.

    Raises:
        CheckpointError: where the file is damaged or of another network.
    """
    path = folder / FILE
    arrays, position, best = _read(path)
    _assign(path, arrays, _variables(model, optimizer))
    return position, best


def restore_model(folder: Path, model: keras.Model) -> None:
    """Puts the saved weights into a freshly built model, and leaves the rest.

    Raises:
        CheckpointError: where there are none, or they are damaged or of another network.
    """
    require(folder)
    arrays, _, _ = _read(folder / FILE)
    wanted = {f"{MODEL}{i}": v for i, v in enumerate(model.variables)}
    weights = {name: array for name, array in arrays.items() if name.startswith(MODEL)}
    _assign(folder / FILE, weights, wanted)


def _read(path: Path) -> tuple[dict[str, np.ndarray], Position, list[np.ndarray]]:
    """Arrays by name, position and best weights of a checkpoint."""
    try:
        # Opened here, as NumPy leaves a file open that it can't read.
        with open_inside(path) as file, np.load(file, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        fields = json.loads(str(arrays.pop("position")))
        fields.setdefault("joules", None)  # of before it was measured
        if "elapsed" not in fields:  # of before training time and penalty were kept apart
            fields |= {"elapsed": fields["seconds"], "seconds": None, "epoch_penalty": None}
        fields["watched"] = Watched(**fields.get("watched", {}))
        position = Position(**{**fields, "rates": tuple(fields["rates"])})
    except LinkError as error:
        raise CheckpointError(str(error)) from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(
            tr("the checkpoint {path} is damaged ({error}); train again", path=path, error=error)
        ) from error
    kept = {name: arrays.pop(name) for name in list(arrays) if name.startswith(BEST)}
    return arrays, position, [kept[f"{BEST}{number}"] for number in range(len(kept))]


def _assign(
    path: Path, arrays: dict[str, np.ndarray], variables: dict[str, keras.Variable]
) -> None:
    for name, variable in variables.items():
        found = arrays.get(name)
        if found is None or found.shape != tuple(variable.shape) or len(arrays) != len(variables):
            raise CheckpointError(
                tr(
                    "the checkpoint {path} belongs to another network ({name} differs); "
                    "train again",
                    path=path,
                    name=name,
                )
            )
    for name, variable in variables.items():
        variable.assign(arrays[name])

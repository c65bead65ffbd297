"""What a run's network answered on a part of its data, kept beside the run in an .npz.

Read by the evaluation, and by statistics that compare runs image by image, so that a network
answers once. No pickle; the file is written whole or not at all.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.files import open_inside, write_inside
from workbench.base.plain_values import Said
from workbench.base.text import tr
from workbench.hardware.requests import AboutRun
from workbench.runs.artifacts import Artifact, RunFolder
from workbench.runs.checkpoint_file import weights_of

TEST, VALIDATION = "test", "validation"
PARTS = (TEST, VALIDATION)

UNPACKED_BYTES = 4_000_000_000
"""Of the arrays of a file at most, once they are read."""

FAULTS = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged file may raise."""

NETWORK, FILE = "network", "file"
"""What answered, as JSON says it: the run's weights, or the file that they were quantized to."""

FILE_ANSWERED = tr("The quantized LiteRT file answered: the run's accuracy is that of the file.")

BESIDE = "+"
"""Between the digest of a run's weights and that of the file that answers for it."""

_ABOUT = ("digest", "weights", "class_names")
"""Fields that are kept as text."""

Labels = npt.NDArray[np.int32]
Rows = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's answers on the images of a part, in order.

    Attributes:
        part: "test" or "validation".
        rows: (n,), where each image stands in the data set's test (or training) part.
        labels: (n,), the true classes.
        probabilities: (n, classes), rows add up to 1.
        digest: Equal where two runs saw the same images with the same labels in the same order.
        weights: Digest of what answered, see `answering`.
        class_names: One a column of the probabilities.
    """

    part: str
    rows: Rows
    labels: Labels
    probabilities: Probabilities
    digest: str
    weights: str
    class_names: tuple[str, ...]

    @property
    def predicted(self) -> Rows:
        """(n,), the class with the highest probability; of equals the first."""
        found: Rows = self.probabilities.argmax(axis=1)
        return found

    @property
    def are_of_file(self) -> bool:
        """Whether the run's quantized file answered, and not its weights."""
        return BESIDE in self.weights


@dataclass(frozen=True, eq=False)
class Pictures:
    """Some of the images as a person sees them: those that are worth a look.

    Attributes:
        places: (m,), which of the predictions each belongs to.
        pixels: (m, height, width, channels), uint8.
    """

    places: Rows
    pixels: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class EvaluationRequest(AboutRun):
    """Has a run's network answer on the images of a part.

    Attributes:
        part: One of `PARTS`.
    """

    part: str = TEST


@dataclass(frozen=True)
class Evaluated:
    """What is to be known at once of predictions that were made and kept.

    Attributes:
        images: That the network answered on.
        accuracy: Share of them, 0 to 1.
        warning: A sentence where the data are no longer those of the run; else "".
    """

    images: int
    accuracy: float
    warning: Said


def file_of(folder: Path, part: str = TEST) -> Path:
    """Where the predictions on a part lie in a run's folder."""
    return folder / f"predictions-{part}.npz"


def save(folder: Path, predictions: Predictions, pictures: Pictures) -> None:
    """Keeps predictions, and some of their images, in a run's folder.

    Raises:
        OSError: where the disk refuses; what was there before is then unharmed.
    """
    about = {name: getattr(predictions, name) for name in _ABOUT}
    content = io.BytesIO()
    np.savez_compressed(
        content,
        about=np.array(json.dumps(about)),
        rows=predictions.rows,
        labels=predictions.labels,
        probabilities=predictions.probabilities,
        places=pictures.places,
        pixels=pictures.pixels,
    )
    write_inside(file_of(folder, predictions.part), content.getvalue())


def load(folder: Path, part: str = TEST) -> Predictions | None:
    """The predictions on a part that are kept in a run's folder.

    None where there are none, where the file is damaged, and where the run has trained on since:
    then it has to be evaluated again.
    """
    found = _kept(folder, part)
    return found if found is not None and found.weights == answering(folder) else None


def answering(folder: Path) -> str:
    """A digest of what answers for a run: of its weights, see `checkpoint_file.weights_of`; and of
    the file beside them where that does, see `Artifact.answering`.
    """
    weights, file = weights_of(folder), RunFolder(folder).answering
    return f"{weights}{BESIDE}{file}" if file else weights


def fits(folder: Path, part: str) -> bool:
    """Whether predictions on a part are kept there that are whole and the network's of now; by its
    weights, as older versions asked them, or by its file.
    """
    found, pictures = _kept(folder, part), load_pictures(folder, part)
    if found is None or pictures is None:
        return False
    if found.weights not in (weights_of(folder), answering(folder)):
        return False
    places = pictures.places
    is_number = places.dtype.kind in "iu"
    return is_number and bool(((places >= 0) & (places < len(found.labels))).all())


def load_pictures(folder: Path, part: str = TEST) -> Pictures | None:
    """The images that are kept with the predictions; None where they can't be read."""
    try:
        arrays = _read(folder, part, "places", "pixels")
    except FAULTS:
        return None
    places, pixels = arrays["places"], arrays["pixels"]
    if pixels.ndim != 4 or pixels.dtype != np.uint8 or places.shape != pixels.shape[:1]:
        return None
    return Pictures(places, pixels)


class PredictionsFile(Artifact):
    """The predictions on a part, as an artifact of a run.

    Args:
        part: "test" or "validation".
    """

    most_bytes = 4_000_000_000

    def __init__(self, part: str) -> None:
        self.part = part
        self.name = file_of(Path(), part).name

    def fault(self, folder: Path) -> str:
        """Damaged, of another network, or too large to be read."""
        # Here, not above: the window loads this module at its start, but none of the readers.
        from workbench.data.arrays.npy import members_of
        from workbench.data.errors import DataError

        with open_inside(file_of(folder, self.part)) as file:
            try:
                with zipfile.ZipFile(file) as archive:
                    members = members_of(archive, "")
            except DataError as error:
                return str(error).removeprefix(": ")
            except zipfile.BadZipFile as error:
                return tr("is damaged ({error})", error=error)
        claimed = sum(member.data_bytes for member in members.values())
        if claimed > UNPACKED_BYTES or not fits(folder, self.part):
            return tr("is not what this run's network answered")
        return ""

    def weights(self, folder: Path) -> str:
        """Of the network that answered."""
        found = load(folder, self.part)
        return found.weights if found is not None else ""


OF_TEST, OF_VALIDATION = map(PredictionsFile, PARTS)


def _kept(folder: Path, part: str) -> Predictions | None:
    """What is kept there, of whichever network; None where that can't be read."""
    try:
        return _predictions(part, _read(folder, part, "about", "rows", "labels", "probabilities"))
    except FAULTS:
        return None


def _read(folder: Path, part: str, *names: str) -> dict[str, npt.NDArray[Any]]:
    # Opened here, as NumPy leaves a file open that it can't read.
    with open_inside(file_of(folder, part)) as file, np.load(file, allow_pickle=False) as saved:
        return {name: saved[name] for name in names}


def _predictions(part: str, arrays: dict[str, npt.NDArray[Any]]) -> Predictions:
    """Predictions of the right types and shapes.

    Raises:
        KeyError, TypeError, ValueError: where something is missing or doesn't fit.
    """
    about = json.loads(str(arrays["about"]))
    rows, labels = arrays["rows"].astype(np.int64), arrays["labels"].astype(np.int32)
    probabilities, names = arrays["probabilities"].astype(np.float32), about["class_names"]
    if labels.ndim != 1 or rows.shape != labels.shape:
        raise ValueError(tr("rows and labels don't go together"))
    if probabilities.shape != (len(labels), len(names)):
        raise ValueError(tr("the probabilities have another shape than labels and classes"))
    if not np.isfinite(probabilities).all():
        raise ValueError(tr("a probability is no number"))
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(names):
        raise ValueError(tr("a label names no class"))
    return Predictions(
        part,
        rows,
        labels,
        probabilities,
        str(about["digest"]),
        str(about["weights"]),
        tuple(str(name) for name in names),
    )

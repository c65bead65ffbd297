"""The task `try_image`: what a run's trained network, and each of its layers, makes of one image.

The network stays in this process between calls, so that one who draws sees the answer at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from workbench.base.text import tr
from workbench.data import DataError, Dataset
from workbench.data.errors import plain
from workbench.data.images.centring import centred
from workbench.data.images.decoding import Unreadable
from workbench.data.images.fitting import fitted
from workbench.data.images.to_pixels import later_image
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.evaluation.answerer import Answerer
from workbench.evaluation.one_image import (
    Answer,
    Drawn,
    FromFile,
    ImageRequest,
    OfTestPart,
    answer_of,
)
from workbench.execution.tasks.try_image import TRY_IMAGE
from workbench.experiment import Experiment
from workbench.runs.checkpoint_file import saved_at
from workbench.runtime.jobs.answering import answerer_of
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training import checkpoint
from workbench.runtime.training.trained import device_here, kept
from workbench.spec.data import MNIST, DataInfo, FileData, Ground, Reading

Key = tuple[Path, str, int]


@dataclass
class ReadyNetwork:
    """A network that answers, with what is known of its data.

    Attributes:
        experiment: Of the run.
        info: Of its data.
        network: Of the run.
        reading: How the run's data were read.
        dataset: Read where it was needed.
    """

    experiment: Experiment
    info: DataInfo
    network: Answerer
    reading: Reading | None
    dataset: Dataset | None = None


_ready: dict[Key, ReadyNetwork] = {}
"""At most one: the network that was asked last."""


@does(TRY_IMAGE)
def try_image(request: ImageRequest, work: TaskWork[None]) -> Answer:
    """Passes one image through a run's network; says what it does where that is built first.

    Raises:
        CheckpointError: where the run has none, or it is damaged, or its training diverged.
        DataError: where the image can't be had.
    """
    ready = _ready_for(request.run_id, work)
    image, label = _image(request.image, ready, work)
    work.check()
    part_size = len(ready.dataset.test.images) if ready.dataset else 0
    try:
        return answer_of(
            ready.network,
            image,
            ready.info.class_names,
            label=label,
            test_images=part_size,
            is_of_file=isinstance(ready.network, LiteRTAnswerer),
        )
    except FloatingPointError:
        raise checkpoint.CheckpointError(
            tr("the network's answers are no numbers: its training diverged; train it again")
        ) from None


def _ready_for(run_id: str, work: TaskWork[None]) -> ReadyNetwork:
    """The network of a run, built where it isn't here yet or was trained on since."""
    run = kept(work.store, run_id)
    key = work.store, run_id, saved_at(run.folder)
    if key not in _ready:
        _ready.clear()
        keras.utils.clear_session()
        dataset = None
        info = run.experiment.data.info()
        if info is None:
            dataset = work.load(run.experiment.data, run.reading)
            info = dataset.info
        work.progress(words=tr("building the network"))
        network = answerer_of(run, info, device_here(run.experiment))
        _ready[key] = ReadyNetwork(run.experiment, info, network, run.reading, dataset)
    return _ready[key]


# --- where the image comes from ------------------------------------------------------------------


def _image(
    asked: Drawn | FromFile | OfTestPart, ready: ReadyNetwork, work: TaskWork[None]
) -> tuple[np.ndarray, int | None]:
    """The image (height, width, channels), and the number of its class where that is known."""
    if isinstance(asked, Drawn):
        return _drawn(asked, ready), None
    if isinstance(asked, FromFile):
        return _of_file(asked, ready), None
    return _of_test_part(asked, ready, work)


def _drawn(asked: Drawn, ready: ReadyNetwork) -> np.ndarray:
    pixels = asked.pixels
    if asked.centred:
        share = ready.experiment.data.digit_share or MNIST.digit_share
        pixels = centred(pixels, ready.info.image_shape[:2], share)
    return _fitted(pixels[..., np.newaxis], ready)


def _of_file(asked: FromFile, ready: ReadyNetwork) -> np.ndarray:
    path, data = asked.path, ready.experiment.data
    ground: Ground = data.ground if isinstance(data, FileData) else "auto"
    try:
        image = later_image(path, ready.info.image_shape, ready.info.reading, ground)
    except Unreadable as error:
        raise DataError(
            tr("{name}: {error}; open a PNG or JPEG file", name=plain(path.name), error=error)
        ) from None
    white = 255 if image.dtype == np.uint8 else 1
    return white - image if asked.inverted else image


def _of_test_part(
    asked: OfTestPart, ready: ReadyNetwork, work: TaskWork[None]
) -> tuple[np.ndarray, int]:
    if ready.dataset is None:
        ready.dataset = work.load(ready.experiment.data, ready.reading)
    part, number = ready.dataset.test, asked.number
    if not 0 <= number < len(part.images):
        raise DataError(
            tr(
                "test image {number}: the test part has images 1 to {count}",
                number=f"{number + 1:,}",
                count=f"{len(part.images):,}",
            )
        )
    return part.images.read(np.array([number]))[0], int(part.labels[number])


def _fitted(pixels: np.ndarray, ready: ReadyNetwork) -> np.ndarray:
    """In the size and channels of the run's data, as those were made."""
    height, width, channels = ready.info.image_shape
    return fitted(pixels, (height, width), channels)

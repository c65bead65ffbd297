"""The task `try_image`: what a run's trained network, and each of its layers, makes of one image.

The network stays in this process between calls, so that one who draws sees the answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from workbench.data import DataError, Dataset
from workbench.data.errors import plain
from workbench.data.folders.image_files import Unreadable, as_bytes, later_image
from workbench.data.images.centring import centred
from workbench.data.images.fitting import fitted
from workbench.evaluation.one_image import (
    Answer,
    Drawn,
    FromFile,
    ImageRequest,
    Maps,
    OfTestPart,
    activation_maps,
    filter_pictures,
)
from workbench.execution.tasks import TRY_IMAGE
from workbench.experiment import Experiment
from workbench.runs.checkpoint_file import saved_at
from workbench.runtime.network.build import Assembled
from workbench.runtime.process.work import Work, does
from workbench.runtime.training import checkpoint
from workbench.runtime.training.pipeline import scaled
from workbench.runtime.training.trained import Kept, device_here, kept, probabilities, restored
from workbench.spec.data import MNIST, DataInfo, FileData, Ground, Reading
from workbench.spec.layers import Planner

Key = tuple[Path, str, int]


@dataclass
class Ready:
    """A network that answers, with what is known of its data.

    Attributes:
        experiment: Of the run.
        info: Of its data.
        names: Of the layers that are switched on.
        answer: From an image in [0, 1] to the shares of the classes and what each layer gives.
        filters: The first layer's kernel, where it has one.
        reading: How the run's data were read.
        dataset: Read where it was needed.
    """

    experiment: Experiment
    info: DataInfo
    names: list[str]
    answer: Callable[[tf.Tensor], tuple[tf.Tensor, list[tf.Tensor]]]
    filters: np.ndarray | None
    reading: Reading | None
    dataset: Dataset | None = None


_ready: dict[Key, Ready] = {}
"""At most one: the network that was asked last."""


@does(TRY_IMAGE)
def try_image(request: ImageRequest, work: Work[None]) -> Answer:
    """Passes one image through a run's network; says what it does where that is built first.

    Raises:
        CheckpointError: where the run has none, or it is damaged, or its training diverged.
        DataError: where the image can't be had.
    """
    ready = _ready_for(request.run_id, work)
    image, label = _image(request.image, ready, work)
    work.check()
    found, outputs = ready.answer(scaled(tf.constant(image[np.newaxis])))
    values = [output.numpy()[0] for output in outputs]
    filters = ready.filters
    numbers = [found.numpy(), *values, *([filters] if filters is not None else [])]
    if not all(np.isfinite(some).all() for some in numbers):
        raise checkpoint.CheckpointError(
            "the network's answers are no numbers: its training diverged; train it anew"
        )
    layers = map(activation_maps, ready.names, values)
    return Answer(
        ready.info.class_names, tuple(map(float, found.numpy()[0])), label,
        len(ready.dataset.test.images) if ready.dataset else 0,
        _as_seen(image), tuple(layers),
        filter_pictures(ready.names[0], filters) if filters is not None else None,
    )  # fmt: skip


def _ready_for(run_id: str, work: Work[None]) -> Ready:
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
        work.progress(words="building the network")
        _ready[key] = _built(run, info, dataset)
    return _ready[key]


def _built(run: Kept, info: DataInfo, dataset: Dataset | None) -> Ready:
    device = device_here(run.experiment)
    with tf.device(device.place):
        network = restored(run, info)
        names, ends = _ends(run.experiment, info)
        tensors = [network.tensors[end] for end in ends]
        model = keras.Model(network.model.inputs, [network.model.outputs[0], *tensors])

    @tf.function(
        autograph=False, input_signature=[tf.TensorSpec((1, *info.image_shape), tf.float32)]
    )
    def answer(images: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        output, *others = model(images, training=False)
        shares = probabilities(run.experiment, info, output)
        return shares, [tf.cast(other, tf.float32) for other in others]

    return Ready(run.experiment, info, names, answer, _first_kernel(network), run.reading, dataset)


def _ends(experiment: Experiment, info: DataInfo) -> tuple[list[str], list[int]]:
    """Name and last step of each layer that is switched on, as the form counts layers."""
    planner = Planner(info.image_shape)
    names, ends = [], []
    for number, layer in enumerate(experiment.structure.layers, 1):
        if planner.add(layer):
            names.append(f"{number} {layer.label}")
            ends.append(len(planner.steps) - 1)
    return names, ends


def _first_kernel(network: Assembled) -> np.ndarray | None:
    """Of the first layer, where it is a convolution that keeps its kernel as it is."""
    weights = network.layers[0].trainable_variables
    return weights[0].numpy() if weights and len(weights[0].shape) == 4 else None


def _as_seen(image: np.ndarray) -> Maps:
    """The image as the network gets it."""
    return Maps("", image.shape, 0.0, 1.0, as_bytes(image)[np.newaxis])


# --- where the image comes from ------------------------------------------------------------------


def _image(
    asked: Drawn | FromFile | OfTestPart, ready: Ready, work: Work[None]
) -> tuple[np.ndarray, int | None]:
    """The image (height, width, channels), and the number of its class where that is known."""
    if isinstance(asked, Drawn):
        return _drawn(asked, ready), None
    if isinstance(asked, FromFile):
        return _of_file(asked, ready), None
    return _of_test_part(asked, ready, work)


def _drawn(asked: Drawn, ready: Ready) -> np.ndarray:
    pixels = asked.pixels
    if asked.centred:
        share = ready.experiment.data.digit_share or MNIST.digit_share
        pixels = centred(pixels, ready.info.image_shape[:2], share)
    return _fitted(pixels[..., np.newaxis], ready)


def _of_file(asked: FromFile, ready: Ready) -> np.ndarray:
    path, data = asked.path, ready.experiment.data
    ground: Ground = data.ground if isinstance(data, FileData) else "auto"
    try:
        image = later_image(path, ready.info.image_shape, ready.info.reading, ground)
    except Unreadable as error:
        raise DataError(f"{plain(path.name)}: {error}; open a PNG or JPEG file") from None
    white = 255 if image.dtype == np.uint8 else 1
    return white - image if asked.inverted else image


def _of_test_part(asked: OfTestPart, ready: Ready, work: Work[None]) -> tuple[np.ndarray, int]:
    if ready.dataset is None:
        ready.dataset = work.load(ready.experiment.data, ready.reading)
    part, number = ready.dataset.test, asked.number
    if not 0 <= number < len(part.images):
        raise DataError(
            f"test image {number + 1:,}: the test part has images 1 to {len(part.images):,}"
        )
    return part.images.read(np.array([number]))[0], int(part.labels[number])


def _fitted(pixels: np.ndarray, ready: Ready) -> np.ndarray:
    """In the size and channels of the run's data, as those were made."""
    height, width, channels = ready.info.image_shape
    return fitted(pixels, (height, width), channels)

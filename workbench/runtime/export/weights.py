"""A network as Keras's weights file, with what builds it beside: the experiment and its classes."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from workbench.base.text import tr
from workbench.deployment.formats import FORMATS
from workbench.deployment.litert_file import ModelFileError
from workbench.deployment.snippets import stem_of
from workbench.evaluation.answerer import Images, Shares
from workbench.experiment import Experiment
from workbench.runtime.export.network import float_network
from workbench.runtime.export.source import Source
from workbench.spec.data import DataInfo


def write(source: Source, path: Path) -> tuple[str, ...]:
    """The weights, the experiment as TOML, and shape and classes as JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy, on how Keras asks TensorFlow for arrays
        source.model.save_weights(path)
    about = {
        "image_shape": source.info.image_shape,
        "class_names": source.info.class_names,
        "weights": _shapes(source.model),
    }
    _beside(path, ".toml").write_text(source.experiment.to_toml(), encoding="utf-8")
    _beside(path, ".json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    return ()


def network_of(path: Path) -> keras.Model:
    """The network of a weights file, in float32, from images in [0, 1] to shares of the classes.

    Raises:
        ModelFileError: where a file is missing, damaged or of another network.
        SpecError: where the experiment is no experiment.
    """
    experiment = Experiment.read(_beside(path, ".toml"))
    try:
        about = json.loads(_beside(path, ".json").read_text(encoding="utf-8"))
        height, width, channels = (int(size) for size in about["image_shape"])
        names = tuple(str(name) for name in about["class_names"])
        model = float_network(experiment, DataInfo((height, width, channels), names, 0, 0))
        if about["weights"] != _shapes(model):  # Keras itself leaves out what doesn't fit
            raise ValueError(tr("the experiment's weights are of other shapes"))
        model.load_weights(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelFileError(
            tr("{path}: is damaged or of another network ({reason})", path=path, reason=reason)
        ) from None
    return model


def _shapes(model: keras.Model) -> list[list[int]]:
    return [list(weight.shape) for weight in model.weights]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(stem_of(path, FORMATS["weights"].suffix) + suffix)


class WeightsAnswerer:
    """A network built of a weights file, as whoever judges a network wants one."""

    batch = -1

    def __init__(self, path: Path) -> None:
        self._model = network_of(path)
        self.image_shape = tuple(self._model.input_shape[1:])
        self.bytes = sum(weight.numpy().nbytes for weight in self._model.weights)

    def describe(self) -> str:
        return "Keras on CPU"

    def shares(self, images: Images) -> Shares:
        found: Shares = np.asarray(self._model(tf.constant(images), training=False))
        return found

    def loaded(self, images: Images) -> Callable[[], object]:
        there = tf.constant(images)
        return lambda: self._model(there, training=False).numpy()


def opened(path: Path, threads: int) -> WeightsAnswerer:
    """The network of a weights file; Keras computes with the threads that it likes."""
    return WeightsAnswerer(path)

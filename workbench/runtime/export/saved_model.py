"""A network as TensorFlow's SavedModel, which its server and other languages run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from workbench.base.text import tr
from workbench.deployment.litert_file import ModelFileError
from workbench.evaluation.answerer import Images, Shares
from workbench.runtime.export.network import INPUT
from workbench.runtime.export.source import Source


def write(source: Source, path: Path) -> tuple[str, ...]:
    """The folder, with an open batch."""
    shape = (None, *source.info.image_shape)
    signature = [keras.InputSpec(dtype="float32", shape=shape, name=INPUT)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorFlow, on its own future
        source.model.export(path, format="tf_saved_model", verbose=False, input_signature=signature)
    return ()


class SavedModelAnswerer:
    """A SavedModel that the workbench wrote, as whoever judges a network wants one."""

    batch = -1

    def __init__(self, path: Path) -> None:
        try:
            self._loaded = tf.saved_model.load(str(path))
            self._serve = self._loaded.signatures["serving_default"]
        except (OSError, KeyError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelFileError(
                tr("{path}: is no SavedModel of a classifier ({reason})", path=path, reason=reason)
            ) from None
        ((self._name, spec),) = self._serve.structured_input_signature[1].items()
        self.image_shape = tuple(spec.shape[1:])
        self.bytes = sum(v.numpy().nbytes for v in self._loaded.variables)

    def describe(self) -> str:
        return "TensorFlow SavedModel on CPU"

    def shares(self, images: Images) -> Shares:
        (found,) = self._serve(**{self._name: tf.constant(images, tf.float32)}).values()
        shares: Shares = np.asarray(found)
        return shares

    def loaded(self, images: Images) -> Callable[[], object]:
        given = {self._name: tf.constant(images, tf.float32)}
        return lambda: [value.numpy() for value in self._serve(**given).values()]


def opened(path: Path, threads: int) -> SavedModelAnswerer:
    """The network in a folder; TensorFlow computes with the threads that it likes."""
    return SavedModelAnswerer(path)

"""A Keras model as a float32 LiteRT file, by Keras's own export.

`TFLiteConverter.from_concrete_functions` without freezing writes a file without weights that
answers NaN, without a warning; so it isn't used, and whoever exports compares the answers.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import keras

from workbench.runtime.export.network import INPUT


def litert_bytes(model: keras.Model, batch: int | None = None) -> bytes:
    """The file, with names and signature, for images of float32.

    Args:
        model: In float32, see `network.float_network`.
        batch: Images to a call; None for an open batch, which costs 1 kB and lets a caller choose.
    """
    shape = (batch, *model.input_shape[1:])
    signature = [keras.InputSpec(dtype="float32", shape=shape, name=INPUT)]
    with tempfile.TemporaryDirectory(prefix="dlopt-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorFlow, on its own future
        path = Path(folder, "network.tflite")
        model.export(path, format="litert", verbose=False, input_signature=signature)
        return path.read_bytes()

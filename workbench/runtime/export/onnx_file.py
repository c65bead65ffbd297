"""A network as ONNX, by Keras's own export; needs the extra `onnx`."""

from __future__ import annotations

import warnings
from pathlib import Path

import keras

from workbench.runtime.export.network import INPUT
from workbench.runtime.export.source import Source


def write(source: Source, path: Path) -> tuple[str, ...]:
    """The file, with an open batch."""
    shape = (None, *source.info.image_shape)
    signature = [keras.InputSpec(dtype="float32", shape=shape, name=INPUT)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's own code uses an alias that NumPy warns of
        source.model.export(str(path), format="onnx", verbose=False, input_signature=signature)
    return ()

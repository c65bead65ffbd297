"""A network for OpenVINO (.xml, and .bin beside it), by Keras's own export; needs that extra."""

from __future__ import annotations

import warnings
from pathlib import Path

import keras

from workbench.runtime.export.network import INPUT
from workbench.runtime.export.source import Source


def write(source: Source, path: Path) -> tuple[str, ...]:
    """Both files, with an open batch."""
    shape = (None, *source.info.image_shape)
    signature = [keras.InputSpec(dtype="float32", shape=shape, name=INPUT)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source.model.export(str(path), format="openvino", verbose=False, input_signature=signature)
    return ()

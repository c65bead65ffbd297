"""A Keras model as a float32 LiteRT file, by Keras's own export.

`TFLiteConverter.from_concrete_functions` without freezing writes a file without weights that
answers NaN, without a warning; so it isn't used, and whoever exports compares the answers.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import keras

from workbench.deployment import litert_file
from workbench.deployment.quantization import Quantization, quantize
from workbench.runtime.export.network import INPUT
from workbench.runtime.export.source import Source


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


def write(source: Source, path: Path) -> tuple[str, ...]:
    """The file, quantized as asked, with the names of the classes inside.

    Raises:
        ModelFileError, ApartError: as `quantize`.
    """
    content, warnings = as_asked(source, source.request.batch, source.request.quantization)
    run_id = source.request.run_id
    path.write_bytes(litert_file.with_entries(content, source.info.class_names, run_id))
    return warnings


def as_asked(
    source: Source, batch: int | None, quantization: Quantization | None
) -> tuple[bytes, tuple[str, ...]]:
    """The file without entries, and sentences of warning.

    Args:
        source: The network, and whether names are to be left out.
        batch: Images to a call; None for any number.
        quantization: None for float32.
    """
    content = litert_bytes(source.model, batch)
    said: tuple[str, ...] = ()
    if quantization is not None:
        source.check()
        made = quantize(content, quantization, source.calibration, check=source.check)
        content, said = made.content, made.report.warnings
    if source.request.is_stripped:
        content = litert_file.stripped(content)
    return content, said

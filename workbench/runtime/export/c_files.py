"""An int8 network as C files for microcontrollers, see `workbench.deployment.c_array`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from workbench.base.text import tr
from workbench.deployment import c_array, micro
from workbench.deployment.formats import FORMATS
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.quantization import Quantization
from workbench.deployment.snippets import stem_of
from workbench.runtime.export.litert import as_asked
from workbench.runtime.export.source import Source


def write(source: Source, path: Path) -> tuple[str, ...]:
    """Array, header and self-test of a batch of one.

    Raises:
        ModelFileError, ApartError: as `quantize`, or where TensorFlow Lite Micro doesn't run it.
    """
    quantization = source.request.quantization or Quantization("int8")
    content, said = as_asked(source, 1, quantization)
    with tempfile.TemporaryDirectory(prefix="dlopt-") as folder:
        file = Path(folder, "network.tflite")
        file.write_bytes(content)
        arena = micro.arena_bytes(file)
    if arena is None:
        said += (
            tr(
                "the RAM that it needs isn't known; to measure it: "
                "pip install 'dlopt-workbench[micro]'"
            ),
        )
    network = LiteRTAnswerer(content)
    images, outputs = network.raw(source.examples[: c_array.TEST_IMAGES])
    stem = stem_of(path, FORMATS[source.request.format].suffix)
    header = c_array.header_file(stem, network, source.info.class_names, arena)
    texts = {
        path.name: c_array.array_file(stem, content),
        f"{stem}.h": header,
        f"{stem}_test.c": c_array.test_file(stem, content, images, outputs),
    }
    for name, text in texts.items():
        path.with_name(name).write_text(text, encoding="utf-8")
    return said

"""The Python that runs an exported network, as a file beside it: a template, and a body a format.

Each body defines `shares(images)`: float32 images in [0, 1] of (n, height, width, channels) to
float32 shares of (n, classes). The tests run each on real images.
"""

from __future__ import annotations

from pathlib import Path

_LITERT_SHARES = """

def shares(images):
    inputs, outputs = network.get_input_details()[0], network.get_output_details()[0]
    found = []
    for image in images.astype(np.float32):
        given = image[np.newaxis]
        if inputs["dtype"] != np.float32:  # integers: value = scale * (integer - zero point)
            scale, zero = inputs["quantization"]
            limits = np.iinfo(inputs["dtype"])
            given = np.clip(np.rint(given / scale) + zero, limits.min, limits.max)
        given = given.astype(inputs["dtype"])
        given = np.repeat(given, inputs["shape"][0], axis=0)  # a fixed batch is filled up
        network.set_tensor(inputs["index"], given)
        network.invoke()
        given_back = network.get_tensor(outputs["index"])[0]
        if outputs["dtype"] != np.float32:
            scale, zero = outputs["quantization"]
            given_back = (given_back.astype(np.float32) - zero) * np.float32(scale)
        found.append(given_back.astype(np.float32))
    return np.stack(found)
"""

LITERT = (
    """from ai_edge_litert.interpreter import Interpreter

network = Interpreter(model_path=str(FILE), num_threads=1)
network.allocate_tensors()
"""
    + _LITERT_SHARES
)

C_ARRAY = (
    """# What the C array holds is a LiteRT file, and runs on a PC as well.
import re

from ai_edge_litert.interpreter import Interpreter

array = FILE.read_text().partition("= {")[2].partition("};")[0]
content = bytes(int(byte, 16) for byte in re.findall("0x[0-9a-f]{2}", array))
network = Interpreter(model_content=content, num_threads=1)
network.allocate_tensors()
"""
    + _LITERT_SHARES
)

SAVED_MODEL = """import tensorflow as tf

network = tf.saved_model.load(str(FILE))


def shares(images):
    return network.serve(tf.constant(images, tf.float32)).numpy()
"""

ONNX = """import onnxruntime

network = onnxruntime.InferenceSession(str(FILE), providers=["CPUExecutionProvider"])


def shares(images):
    name = network.get_inputs()[0].name
    return network.run(None, {name: images.astype(np.float32)})[0]
"""

OPENVINO = """import openvino

network = openvino.Core().compile_model(str(FILE), "CPU")


def shares(images):
    return network(images.astype(np.float32))[0]
"""

WEIGHTS = """from workbench.runtime.export.weights import network_of

network = network_of(FILE)


def shares(images):
    return network(images, training=False).numpy()
"""

_TEMPLATE = '''"""Runs {file}, an image classifier: python {script} IMAGE

It needs: pip install {pip}
SHA-256 of {what}: {digest}
"""

import sys
from pathlib import Path

import numpy as np
{code}

FILE_SHAPE = {shape}
"""Height, width and channels of an image."""

LABELS = {labels}


def read(path):
    """An image as the network takes it: (1, height, width, channels), 0 to 1."""
    from PIL import Image

    height, width, channels = FILE_SHAPE
    image = Image.open(path).convert("L" if channels == 1 else "RGB").resize((width, height))
    return (np.asarray(image, np.float32) / 255).reshape(1, height, width, channels)


if __name__ == "__main__":
    (found,) = shares(read(sys.argv[1]))
    for number in np.argsort(-found)[:5]:
        print(f"{{LABELS[number]}}: {{found[number]:.1%}}")
'''


def name_of(output: Path, suffix: str) -> str:
    """How the snippet beside an export is called."""
    return f"{stem_of(output, suffix)}_example.py"


def stem_of(output: Path, suffix: str) -> str:
    """The name of an export without what its format adds."""
    return output.name.removesuffix(suffix) if suffix else output.name


def snippet(
    output: Path,
    script: str,
    code: str,
    pip: str,
    digest: str,
    shape: tuple[int, ...],
    labels: tuple[str, ...],
) -> str:
    """The Python file beside an export.

    Args:
        output: What it runs.
        script: Its own name.
        code: Of the format.
        pip: What that needs.
        digest: Of the export.
        shape: Of an image.
        labels: Names of the classes.
    """
    here = f"FILE = Path(__file__).with_name({output.name!a})\n"
    imports, body = _divided(code)
    return _TEMPLATE.format(
        file=_plain(output.name),
        script=_plain(script),
        pip=pip,
        what="it" if output.suffix else "its files",
        digest=digest,
        code=f"{imports}\n{here}\n{body}".rstrip(),
        shape=tuple(shape),
        labels=_lines(labels),
    )


def _plain(name: str) -> str:
    """A file's name inside a comment, where no letter may mean anything."""
    return "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "?" for c in name)


def _divided(code: str) -> tuple[str, str]:
    """The imports at the top of a body, and the rest."""
    lines = code.strip().splitlines()
    last = max(n for n, line in enumerate(lines) if line.startswith(("import ", "from ")))
    return "\n".join(lines[: last + 1]) + "\n", "\n".join(lines[last + 1 :]).strip()


def _lines(labels: tuple[str, ...]) -> str:
    return "[\n" + "".join(f"    {label!a},\n" for label in labels) + "]"

"""The formats that a network is exported to, and what is asked of an export.

A format is an entry here: who writes it in the training process, who opens it again to compare, and
the lines of Python that run it. `tests/engine/deployment/test_new_format.py` adds one.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from workbench.base.text import tr
from workbench.base.units import count
from workbench.deployment import snippets
from workbench.deployment.judging import LITERT as LITERT_OPENER
from workbench.deployment.litert_file import ModelFileError
from workbench.deployment.quantization import Quantization
from workbench.hardware.requests import AboutRun
from workbench.spec.errors import shown

_WRITERS = "workbench.runtime.export"


LITERT, C_ARRAY = "litert", "c-array"


@dataclass(frozen=True)
class Format:
    """A format of exported networks.

    Attributes:
        name: On the command line.
        words: What it is for, in a few words.
        suffix: How the file's name ends; "" for a folder.
        writer: Module and function that write it: (`Source`, path) to sentences of warning.
        opener: Module and function that open it, in a process of its own: (path, threads) to an
            `Answerer`.
        code: Python that defines `shares(images)` for the file `FILE`.
        pip: What that code needs, as pip takes it.
        packages: Modules that writing and opening need besides the workbench's own.
        extra: That brings them.
        is_quantized: Whether it may hold integers.
        unfolds_hashing: Whether layers whose weights share values grow to their full size in it.
    """

    name: str
    words: str
    suffix: str
    writer: str
    opener: str
    code: str
    pip: str
    packages: tuple[str, ...] = ()
    extra: str = ""
    is_quantized: bool = False
    unfolds_hashing: bool = True

    def require(self) -> None:
        """Refuses a format whose packages aren't installed.

        Raises:
            ModelFileError: saying how to install them.
        """
        missing = [name for name in self.packages if find_spec(name) is None]
        if missing:
            raise ModelFileError(
                tr(
                    "the format {name} needs {packages}; install them with: "
                    "pip install 'dlopt-workbench[{extra}]'",
                    name=self.name,
                    packages=", ".join(missing),
                    extra=self.extra,
                )
            )


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        Format(
            LITERT,
            tr("LiteRT (TensorFlow Lite): phones, Raspberry Pi, Python without TensorFlow"),
            ".tflite",
            f"{_WRITERS}.litert:write",
            LITERT_OPENER,
            snippets.LITERT,
            "ai-edge-litert numpy pillow",
            is_quantized=True,
        ),
        Format(
            "savedmodel",
            tr("a SavedModel folder, for TensorFlow and its server"),
            "",
            f"{_WRITERS}.saved_model:write",
            f"{_WRITERS}.saved_model:opened",
            snippets.SAVED_MODEL,
            "tensorflow pillow",
        ),
        Format(
            "onnx",
            tr("ONNX Runtime and what else reads ONNX"),
            ".onnx",
            f"{_WRITERS}.onnx_file:write",
            "workbench.deployment.onnx_answerer:opened",
            snippets.ONNX,
            "onnxruntime numpy pillow",
            ("onnx", "tf2onnx", "onnxruntime"),
            "onnx",
        ),
        Format(
            "openvino",
            tr("OpenVINO, for processors of Intel"),
            ".xml",
            f"{_WRITERS}.openvino_file:write",
            "workbench.deployment.openvino_answerer:opened",
            snippets.OPENVINO,
            "openvino numpy pillow",
            ("openvino",),
            "openvino",
        ),
        Format(
            "weights",
            tr("Keras weights, with the experiment that builds their network"),
            ".weights.h5",
            f"{_WRITERS}.weights:write",
            f"{_WRITERS}.weights:opened",
            snippets.WEIGHTS,
            "dlopt-workbench pillow",
            unfolds_hashing=False,
        ),
        Format(
            C_ARRAY,
            tr("a C array and header for microcontrollers, in int8"),
            ".c",
            f"{_WRITERS}.c_files:write",
            "workbench.deployment.c_array:opened",
            snippets.C_ARRAY,
            "ai-edge-litert numpy pillow",
            is_quantized=True,
        ),
    )
}
"""By name."""

MOST_BATCH = 65_536


@dataclass(frozen=True)
class ExportRequest(AboutRun):
    """Has a run's network written to a file that runs elsewhere.

    Attributes:
        format: One of `FORMATS`.
        output: The file, or folder, absolute.
        quantization: How; None for float32.
        batch: Images to a call of a LiteRT file; None for any number.
        is_stripped: Whether names of tensors and signatures are left out of a LiteRT file.
    """

    format: str
    output: str
    quantization: Quantization | None = None
    batch: int | None = None
    is_stripped: bool = False

    @property
    def place(self) -> Path:
        """Where it is written: a link is followed.

        Raises:
            ModelFileError: where links lead in a circle.
        """
        path = Path(self.output)
        if not path.is_symlink():
            return path
        with suppress(OSError, RuntimeError):  # from Python 3.13 on a circle is left as it is
            found = path.resolve()
            if not found.is_symlink():
                return found
        raise ModelFileError(tr("{path}: is a link that leads nowhere; name a file", path=path))

    @property
    def is_exact(self) -> bool:
        """Whether the file computes in float32."""
        return self.quantization is None and self.format != C_ARRAY

    def require(self) -> None:
        """Refuses what can't be, before anything is done.

        Raises:
            ModelFileError: one sentence.
        """
        made = FORMATS.get(self.format)
        if made is None:
            known = ", ".join(FORMATS)
            raise ModelFileError(
                tr("there is no format {name}; choose {known}", name=self.format, known=known)
            )
        made.require()
        try:
            _require_place(self.place, made)
        except OSError as error:  # a name that is too long
            raise ModelFileError(
                tr(
                    "{path}: can't be written ({reason})",
                    path=shown(self.output),
                    reason=error.strerror or error,
                )
            ) from None
        if self.batch is not None and not 1 <= self.batch <= MOST_BATCH:
            raise ModelFileError(
                tr(
                    "a batch of {batch} images can't be; choose 1 to {most}",
                    batch=self.batch,
                    most=f"{MOST_BATCH:,}",
                )
            )
        require_quantization(made, self.quantization)


def require_quantization(made: Format, quantization: Quantization | None) -> None:
    """Refuses a quantization that a format can't hold, or that there isn't.

    Raises:
        ModelFileError: one sentence.
    """
    if quantization is None:
        return
    if not made.is_quantized:
        quantized = " or ".join(each.name for each in FORMATS.values() if each.is_quantized)
        raise ModelFileError(
            tr(
                "{format} is written in float32; quantize as {quantized}",
                format=made.name,
                quantized=quantized,
            )
        )
    quantization.require()
    if made.name == C_ARRAY and not quantization.runs_on_microcontrollers:
        raise ModelFileError(
            tr(
                "a C array is for TensorFlow Lite Micro, which runs int8 weights with int8 "
                "activations alone; quantize as int8"
            )
        )


def _require_place(path: Path, made: Format) -> None:
    if made.suffix and not path.name.endswith(made.suffix):
        raise ModelFileError(tr("{path}: must end in {end}", path=path, end=made.suffix))
    if not path.parent.is_dir():
        raise ModelFileError(tr("{path}: there is no such folder", path=path.parent))
    if not made.suffix and path.exists():
        raise ModelFileError(tr("{path}: is there already; name a folder that isn't", path=path))
    if made.suffix and path.exists() and not path.is_file():
        raise ModelFileError(tr("{path}: is no file; name a file", path=path))


@dataclass(frozen=True)
class Exported:
    """A file that was written, opened again and compared.

    Attributes:
        path: The file or folder.
        files: Names of all that was written beside it, itself included.
        bytes, gzip_bytes: Of the file, or of all in the folder.
        digest: SHA-256 of the file; of a folder's files in order.
        images: Of the test part, that both answered.
        agreement: Share of them that both take for the same class.
        largest_difference: Of the shares of classes.
        accuracy, original_accuracy: On those images.
        warnings: Sentences.
    """

    path: str
    files: tuple[str, ...]
    bytes: int
    gzip_bytes: int
    digest: str
    images: int
    agreement: float
    largest_difference: float
    accuracy: float
    original_accuracy: float
    warnings: tuple[str, ...]

    @property
    def beside(self) -> str:
        """Names of what was written beside the file, one after the other."""
        return ", ".join(name for name in self.files if name != Path(self.path).name)

    @property
    def sizes(self) -> str:
        """Its bytes in words, as it is and gzipped."""
        return tr(
            "{bytes} bytes, {packed} gzipped",
            bytes=count(self.bytes),
            packed=count(self.gzip_bytes),
        )


def format_of(path: Path) -> Format:
    """The format of a file or folder that anybody may have made, by its name.

    Raises:
        ModelFileError: where it has the name of none.
    """
    for made in FORMATS.values():
        if path.name.lower().endswith(made.suffix) if made.suffix else os.path.isdir(path):
            made.require()
            return made
    known = ", ".join(made.suffix for made in FORMATS.values() if made.suffix)
    raise ModelFileError(
        tr("{path}: is no file of a network; name one that ends in {known}", path=path, known=known)
    )

"""An ONNX file as whoever judges a network wants one; needs the extra `onnx`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.base.text import tr
from workbench.deployment.litert_file import ModelFileError
from workbench.evaluation.answerer import Images, Shares


class OnnxAnswerer:
    """An ONNX file, run by ONNX Runtime on the processor.

    Args:
        path: Of the file.
        threads: To compute with; 0 for all.

    Raises:
        ModelFileError: where ONNX Runtime doesn't take it.
    """

    batch = -1

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001  its own exceptions have no common class
            reason = " ".join(str(error).split())[:200]
            raise ModelFileError(
                tr("{path}: ONNX Runtime can't run it ({reason})", path=path, reason=reason)
            ) from None
        (self._input,) = self._session.get_inputs()
        self._size = path.stat().st_size

    @property
    def image_shape(self) -> tuple[int, ...]:
        return tuple(int(size) for size in self._input.shape[1:])

    @property
    def bytes(self) -> int:
        return self._size

    def describe(self) -> str:
        return "ONNX Runtime on CPU"

    def shares(self, images: Images) -> Shares:
        found: Shares = self._session.run(None, {self._input.name: images})[0]
        return found

    def loaded(self, images: Images) -> Callable[[], object]:
        given = {self._input.name: np.ascontiguousarray(images, np.float32)}
        return lambda: self._session.run(None, given)


def opened(path: Path, threads: int) -> OnnxAnswerer:
    """The network in an ONNX file."""
    return OnnxAnswerer(path, threads)

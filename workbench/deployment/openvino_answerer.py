"""An OpenVINO file as whoever judges a network wants one; needs the extra `openvino`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.base.text import tr
from workbench.deployment.litert_file import ModelFileError
from workbench.evaluation.answerer import Images, Shares


class OpenVINOAnswerer:
    """An OpenVINO file, on the processor.

    Args:
        path: Of the .xml file, with its .bin beside.
        threads: To compute with; 0 for all.

    Raises:
        ModelFileError: where OpenVINO doesn't take it.
    """

    batch = -1

    def __init__(self, path: Path, threads: int) -> None:
        import openvino

        settings: dict[str, str | int] = {"INFERENCE_PRECISION_HINT": "f32"}
        if threads:
            settings["INFERENCE_NUM_THREADS"] = threads
        try:
            self._network = openvino.Core().compile_model(str(path), "CPU", settings)
        except RuntimeError as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelFileError(
                tr("{path}: OpenVINO can't run it ({reason})", path=path, reason=reason)
            ) from None
        self._size = sum(p.stat().st_size for p in (path, path.with_suffix(".bin")) if p.is_file())

    @property
    def image_shape(self) -> tuple[int, ...]:
        sizes = list(self._network.input(0).partial_shape)[1:]  # the first one is open
        return tuple(int(size.get_length()) for size in sizes)

    @property
    def bytes(self) -> int:
        return self._size

    def describe(self) -> str:
        return "OpenVINO on CPU"

    def shares(self, images: Images) -> Shares:
        found: Shares = np.asarray(self._network(np.ascontiguousarray(images, np.float32))[0])
        return found

    def loaded(self, images: Images) -> Callable[[], object]:
        given = np.ascontiguousarray(images, np.float32)
        return lambda: self._network(given)


def opened(path: Path, threads: int) -> OpenVINOAnswerer:
    """The network in an OpenVINO file."""
    return OpenVINOAnswerer(path, threads)

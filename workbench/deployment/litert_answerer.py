"""A LiteRT file as whoever judges a network wants one, see `workbench.evaluation.answerer`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.base.units import count
from workbench.deployment import litert_file
from workbench.deployment.litert_file import ModelFileError
from workbench.evaluation.answerer import Images, Shares
from workbench.hardware.processor import usable_cores

OPEN = -1
"""The number of images that a file with an open batch takes."""

FLEX = "Flex"


class LiteRTAnswerer:
    """A LiteRT file of an image classifier, run by the interpreter.

    What it is given and gives is float32, whatever the file takes: int8 and int16 inputs and
    outputs are scaled here. A file of a fixed batch gets as many images as it takes, the last ones
    filled up.

    Args:
        content: Of the file; only what is trusted, or in a process of its own.
        threads: To compute with; 0 for all.
        name: In errors.
        delegates: Off for files that the usual kernels refuse; slow.

    Attributes:
        contents: What is inside the file.
        batch: Images to a call; -1 where the caller chooses.

    Raises:
        ModelFileError: where it isn't a file that the interpreter runs, or no classifier of images.
    """

    def __init__(
        self, content: bytes, threads: int = 1, name: str = "the file", *, delegates: bool = True
    ) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType

        litert_file.require(content, name)
        self._threads = threads
        kernels = OpResolverType.AUTO
        if not delegates:
            kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        try:
            self.contents = litert_file.contents(content)
        except Exception:  # noqa: BLE001  a damaged graph: whatever its parser stumbles on
            raise ModelFileError(damaged(name)) from None
        try:
            self._interpreter = Interpreter(
                model_content=content,
                num_threads=threads or usable_cores(),
                experimental_op_resolver_type=kernels,
            )
            self._interpreter.allocate_tensors()
            inputs = self._interpreter.get_input_details()
            outputs = self._interpreter.get_output_details()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(refusal(name, error)) from None
        self._input, self._output = _classifier(inputs, outputs, name)
        self.batch = int(self._input["shape_signature"][0])
        self._prepared = int(self._input["shape"][0])

    @property
    def image_shape(self) -> tuple[int, ...]:
        return tuple(int(size) for size in self._input["shape"][1:])

    @property
    def classes(self) -> int:
        """How many it tells apart."""
        return int(self._output["shape"][-1])

    @property
    def takes(self) -> str:
        """Type of its input: "float32", "int8"."""
        return str(np.dtype(self._input["dtype"]).name)

    @property
    def scales(self) -> tuple[tuple[float, int], tuple[float, int]]:
        """Scale and zero point of the input, and of the output; 0 of float32."""
        (scale, zero), (its_scale, its_zero) = (
            tensor["quantization"] for tensor in (self._input, self._output)
        )
        return (float(scale), int(zero)), (float(its_scale), int(its_zero))

    def raw(self, images: Images) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Images as the file itself takes them, and what it gives for each."""
        given = to_tensor(images, self._input)
        found = [self._run(given[rows]) for rows in self._calls(len(given))]
        return given, np.concatenate(found)[: len(images)]

    @property
    def bytes(self) -> int:
        return self.contents.weight_bytes

    def describe(self) -> str:
        if self._threads == 1:
            return "LiteRT on CPU, 1 thread"
        return f"LiteRT on CPU, {count(self._threads or usable_cores())} threads"

    def shares(self, images: Images) -> Shares:
        return self._as_shares(self.raw(images)[1])

    def loaded(self, images: Images) -> Callable[[], object]:
        given = to_tensor(images, self._input)
        parts = [given[rows] for rows in self._calls(len(given))]
        if len(parts) == 1:
            (part,) = parts
            return lambda: self._run(part)
        return lambda: [self._run(part) for part in parts]

    def _calls(self, images: int) -> list[slice]:
        """The images of each call; all at once where the batch is open."""
        size = max(1, images if self.batch == OPEN else self.batch)
        return [slice(first, first + size) for first in range(0, images, size)]

    def _run(self, given: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The raw outputs of one call."""
        number = len(given)
        if self.batch != OPEN and number < self.batch:
            given = np.concatenate([given, np.repeat(given[-1:], self.batch - number, axis=0)])
        elif self.batch == OPEN and number != self._prepared:
            self._interpreter.resize_tensor_input(self._input["index"], given.shape)
            self._interpreter.allocate_tensors()
            self._prepared = number
        self._interpreter.set_tensor(self._input["index"], given)
        self._interpreter.invoke()
        found: npt.NDArray[Any] = self._interpreter.get_tensor(self._output["index"])
        return found

    def _as_shares(self, raw: npt.NDArray[Any]) -> Shares:
        """Rows that add up to 1: int8 shares don't, by their rounding."""
        values = from_tensor(raw, self._output)
        if not self.contents.gives_shares:
            values = np.exp(values - values.max(axis=1, keepdims=True))
        sums = values.sum(axis=1, keepdims=True)
        shares: Shares = np.where(
            sums == 0, np.float32(1 / self.classes), values / (sums + (sums == 0))
        )
        return shares.astype(np.float32)


def opened(path: Path, threads: int) -> LiteRTAnswerer:
    """The network in a file, in a process of its own where it isn't trusted.

    Raises:
        ModelFileError, OSError: as `LiteRTAnswerer` and `litert_file.read`.
    """
    return LiteRTAnswerer(litert_file.read(path), threads, str(path))


def to_tensor(images: Images, detail: dict[str, Any]) -> npt.NDArray[Any]:
    """Images as an input takes them: float32, or numbers of its scale and zero point."""
    kind = np.dtype(detail["dtype"])
    if kind == np.float32:
        return np.ascontiguousarray(images, np.float32)
    scale, zero = detail["quantization"]
    limits = np.iinfo(kind)
    found: npt.NDArray[Any] = np.rint(images / scale) + zero
    return found.clip(limits.min, limits.max).astype(kind)


def from_tensor(raw: npt.NDArray[Any], detail: dict[str, Any]) -> npt.NDArray[np.float32]:
    """What an output gave, as float32."""
    if detail["dtype"] == np.float32:
        return raw
    scale, zero = detail["quantization"]
    found: npt.NDArray[np.float32] = (raw.astype(np.float32) - zero) * np.float32(scale)
    return found


def damaged(name: str) -> str:
    """That a file's graph can't be read."""
    return tr("{name}: is damaged or cut off; export it again", name=name)


def refusal(name: str, error: BaseException) -> str:
    """Why the interpreter doesn't take a file, in one sentence."""
    said = " ".join(str(error).split())
    if "flatbuffer" in said.lower() or isinstance(error, UnicodeDecodeError):
        return damaged(name)
    if FLEX in said:
        return tr(
            "{name}: needs TensorFlow's own operators, which LiteRT alone lacks; export it from a "
            "float32 network",
            name=name,
        )
    if "XNNPACK" in said:
        return tr(
            "{name}: is refused by LiteRT's kernels (XNNPACK), as a layer whose output is always "
            "zero makes it; quantize it with ranges that aren't empty",
            name=name,
        )
    return tr(
        "{name}: LiteRT can't run it ({reason}); it is damaged or made for another runtime",
        name=name,
        reason=said[:200] or type(error).__name__,
    )


def _classifier(
    inputs: list[dict[str, Any]], outputs: list[dict[str, Any]], name: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The input and the output of a classifier of images.

    Raises:
        ModelFileError: where it is something else.
    """
    if len(inputs) != 1 or len(outputs) != 1:
        raise ModelFileError(
            tr(
                "{name}: has {inputs} inputs and {outputs} outputs; a classifier of images has one "
                "each",
                name=name,
                inputs=len(inputs),
                outputs=len(outputs),
            )
        )
    images, classes = inputs[0], outputs[0]
    if len(images["shape"]) != 4 or len(classes["shape"]) != 2:
        raise ModelFileError(
            tr(
                "{name}: takes {given} and gives {found}; a classifier of images takes "
                "(n, height, width, channels) and gives (n, classes)",
                name=name,
                given=_shape(images),
                found=_shape(classes),
            )
        )
    for tensor in (images, classes):
        kind = np.dtype(tensor["dtype"])
        if kind == np.float32:
            continue
        if kind.name not in ("int8", "uint8", "int16") or not tensor["quantization"][0]:
            raise ModelFileError(
                tr(
                    "{name}: takes or gives {kind}; float32, or int8 and int16 with a scale, are "
                    "understood",
                    name=name,
                    kind=kind.name,
                )
            )
    return images, classes


def _shape(detail: dict[str, Any]) -> str:
    return str(tuple(int(size) for size in detail["shape"]))

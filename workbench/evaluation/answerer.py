"""A trained network as whoever judges it sees it: images in, shares of the classes out.

What runs the network (Keras in the training process, another runtime, plain NumPy in a test) is its
own business. No TensorFlow here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from workbench.evaluation.latency import Latency

Images = npt.NDArray[np.float32]
"""(n, height, width, channels), in [0, 1]."""

Shares = npt.NDArray[np.float32]
"""(n, classes), rows add up to 1."""

BATCH = 500
"""Images that are judged in one call."""

READERS = 2
"""Batches that are read side by side while the network computes."""

CALLS = 50
"""At least, unless they take longer than `LONGEST`: the 99th percentile needs some."""

LONGEST = 5.0
WARM_CALLS = 5
WARM_SECONDS = 0.2
LOOK_SECONDS = 0.1
"""How often it looks whether it shall end, between two calls and never within one."""


class Answerer(Protocol):
    """A network that answers."""

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Height, width and channels of an image."""

    @property
    def bytes(self) -> int:
        """Size of the weights as it holds them."""

    def describe(self) -> str:
        """What runs it, in words: "Keras on CPU, 2 cores"."""

    def shares(self, images: Images) -> Shares:
        """The shares of the classes for each image."""

    def loaded(self, images: Images) -> Callable[[], object]:
        """A call on images that already lie where it computes, compiled where it compiles; it
        returns once the answer is there.
        """


@runtime_checkable
class Layered(Answerer, Protocol):
    """One that also shows what its layers give; not every runtime can.

    Attributes:
        layer_names: Of the layers that are switched on, in order.
        first_kernel: Of the first layer (height, width, inputs, filters), where it has one.
    """

    layer_names: Sequence[str]
    first_kernel: npt.NDArray[np.floating[Any]] | None

    def layers(self, image: Images) -> tuple[Shares, list[npt.NDArray[np.float32]]]:
        """For one image (1, height, width, channels): the shares, and what each layer gives."""


class Readable(Protocol):
    """Images that are read by their numbers."""

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Pixels (n, height, width, channels), uint8 or in [0, 1]."""


def scaled(pixels: npt.NDArray[Any]) -> Images:
    """Pixels as float32 in [0, 1], as training sees them."""
    images: Images = pixels.astype(np.float32)
    return images * np.float32(1 / 255) if pixels.dtype == np.uint8 else images


def answers(
    answerer: Answerer,
    images: Readable,
    rows: npt.NDArray[np.int64],
    tell: Callable[[int], None],
) -> Shares:
    """What a network makes of images, (n, classes), in the order of the rows.

    Args:
        answerer: The network.
        images: Where they are.
        rows: Their numbers there.
        tell: Called with how many are done, before each batch; may raise, to end it.
    """
    found = []
    for number, pixels in enumerate(_read_ahead(images, rows)):
        tell(number * BATCH)
        found.append(answerer.shares(scaled(pixels)))
    return np.concatenate(found)


def _read_ahead(images: Readable, rows: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[Any]]:
    """Batches in order, the next ones read meanwhile."""
    waiting: deque[Future[npt.NDArray[Any]]] = deque()
    with ThreadPoolExecutor(READERS) as pool:
        try:
            for first in range(0, len(rows), BATCH):
                waiting.append(pool.submit(images.read, rows[first : first + BATCH]))
                if len(waiting) > READERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


def timed(
    answerer: Answerer,
    batches: Sequence[Images],
    threads: int,
    seconds: float,
    look: Callable[[], None],
) -> Latency:
    """How long calls take, as `clocked` times them.

    Args:
        answerer: The network.
        batches: Of one size, that take turns.
        threads: That it computes with; 0 for all.
        seconds: To measure for, about.
        look: Called now and then between two calls; may raise, to end it.
    """
    return Latency.of(threads, len(batches[0]), clocked(answerer, batches, seconds, look))


def clocked(
    answerer: Answerer, batches: Sequence[Images], seconds: float, look: Callable[[], None]
) -> list[float]:
    """Seconds of each call, after a warm-up; what is compiled for the first one isn't counted.

    Args:
        answerer: The network.
        batches: Of one size, that take turns, so that no call finds all its images in the nearest
            cache.
        seconds: To measure for, about.
        look: Called now and then between two calls; may raise, to end it.
    """
    calls = [answerer.loaded(images) for images in batches]
    began = time.perf_counter()
    for number in range(WARM_CALLS):
        calls[number % len(calls)]()
        look()
        if time.perf_counter() - began > WARM_SECONDS and number:
            break
    took: list[float] = []
    began = looked = time.perf_counter()
    while True:
        call = calls[len(took) % len(calls)]
        before = time.perf_counter()
        call()
        now = time.perf_counter()
        took.append(now - before)
        if now - began > LONGEST or (now - began > seconds and len(took) >= CALLS):
            return took
        if now - looked > LOOK_SECONDS:
            look()
            looked = now

"""What a model file is worth, asked of it in a process of its own: its contents, answers, speed.

Nothing here opens a file itself; `judge` does, there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.base.text import tr
from workbench.deployment import apart
from workbench.deployment.litert_file import Contents
from workbench.evaluation.answerer import Images, Shares
from workbench.evaluation.latency import Latency

LITERT = "workbench.deployment.litert_answerer:opened"
"""Module and function that open a file of this format: (path, threads) to an `Answerer`."""

BATCH_SIZES = (1, 64)
SECONDS = 1.0
ROUNDS = 5
"""Files that are timed together take turns, so that a slow moment meets all of them."""

BUSY_CORES = 0.25
"""What other programs use of the processor, from which on times are doubted."""

MOST_ARRAY = 256_000_000
"""Bytes of images that are handed over at once."""


@dataclass(frozen=True)
class FileToOpen:
    """What the process is asked to open.

    Attributes:
        path: Of the file or folder.
        opener: Module and function that open its format.
        threads: To compute with; 0 for all.
    """

    path: str
    opener: str = LITERT
    threads: int = 1


@dataclass(frozen=True)
class Seen:
    """A model file as its answerer describes it.

    Attributes:
        image_shape: Height, width and channels that it takes.
        batch: Images to a call; -1 where the caller chooses.
        takes: Type of its input: "float32", "int8".
        runs_on: In words.
        contents: What is inside; None for formats that aren't looked into.
    """

    image_shape: tuple[int, ...]
    batch: int
    takes: str
    runs_on: str
    contents: Contents | None


@dataclass(frozen=True)
class BenchRequest:
    """Asks how fast model files answer.

    Attributes:
        looks: Each file, on each number of threads; all take turns.
        batch_sizes: Images to a call.
        seconds: That a point takes, about.
    """

    looks: tuple[FileToOpen, ...]
    batch_sizes: tuple[int, ...] = BATCH_SIZES
    seconds: float = SECONDS


@dataclass(frozen=True)
class Benched:
    """How fast model files answered.

    Attributes:
        points: For each look, a point for each batch size.
        processor: Its name.
        cores_of_others: What other programs used of it meanwhile, in cores.
    """

    points: tuple[tuple[Latency, ...], ...]
    processor: str
    cores_of_others: float

    @property
    def warning(self) -> str:
        """As `busy`."""
        return busy(self.cores_of_others)


def busy(cores_of_others: float) -> str:
    """A sentence where the machine was too busy for times to be relied on; else ""."""
    if cores_of_others < BUSY_CORES:
        return ""
    return tr(
        "the machine was busy: other programs used {cores} of its cores, so the times may be too "
        "long; measure again when it is idle",
        cores=f"{cores_of_others:.1f}",
    )


SEE = apart.ApartJob("see", FileToOpen, Seen, "workbench.deployment.judge:see")
ANSWER = apart.ApartJob("answer", FileToOpen, Seen, "workbench.deployment.judge:answer")
BENCH = apart.ApartJob("bench", BenchRequest, Benched, "workbench.deployment.judge:bench")


def seen(path: Path, opener: str = LITERT) -> Seen:
    """What is to be known of a model file, which may come from anybody.

    Raises:
        ModelFileError: where it isn't one of its format, or can't be run.
        ApartError: where the process ends before its time.
    """
    return apart.do(SEE, FileToOpen(str(path), opener), about=str(path))[0]


def shares_of(
    path: Path,
    images: Images,
    opener: str = LITERT,
    *,
    threads: int = 1,
    check: Callable[[], None] = lambda: None,
) -> Shares:
    """What a model file answers on images, (n, classes).

    Args:
        path: Of the file.
        images: In [0, 1].
        opener: Of its format.
        threads: To compute with; 0 for all.
        check: Called several times a second; may raise, to end it.

    Raises:
        ModelFileError, ApartError: as `seen`.
    """
    size = max(1, MOST_ARRAY // max(1, images[:1].nbytes))
    found = []
    for first in range(0, len(images), size):
        given = {"images": images[first : first + size]}
        look = FileToOpen(str(path), opener, threads)
        _, made = apart.do(ANSWER, look, given, about=str(path), check=check)
        found.append(made["shares"])
    return np.concatenate(found)


def benched(
    looks: Sequence[FileToOpen],
    batch_sizes: Sequence[int] = BATCH_SIZES,
    *,
    images: Images | None = None,
    seconds: float = SECONDS,
    check: Callable[[], None] = lambda: None,
) -> Benched:
    """How fast model files answer: each on its number of threads, taking turns.

    Args:
        looks: The files.
        batch_sizes: Images to a call.
        images: To answer on, repeated as needed; None for noise.
        seconds: That a point takes, about.
        check: Called several times a second; may raise, to end it.

    Raises:
        ModelFileError, ApartError: as `seen`.
    """
    request = BenchRequest(tuple(looks), tuple(batch_sizes), seconds)
    given = {} if images is None else {"images": images}
    about = ", ".join(dict.fromkeys(look.path for look in looks))
    return apart.do(BENCH, request, given, about=about, check=check)[0]

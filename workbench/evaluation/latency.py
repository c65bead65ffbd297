"""How fast a trained network answers: latency and throughput at batch sizes, threads by threads.

Pure values and their words, kept in the run's folder; the training process measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from workbench.base.files import open_inside, write_inside
from workbench.base.plain_values import Said
from workbench.base.text import tr
from workbench.base.units import count, milliseconds
from workbench.experiment import Experiment
from workbench.hardware.requests import AboutRun
from workbench.runs.artifacts import Artifact, folder_of
from workbench.spec.hardware import MOST_THREADS
from workbench.spec.machine import Machine

FILE = "latency.json"
"""In a run's folder: what was measured, by the key of the machine."""

BATCH_SIZES = (1, 8, 64, 256)
ALL_THREADS = 0
THREADS = (1, ALL_THREADS)
LARGEST = 65_536
"""Images to a call, at most."""

SECONDS = 1.0
"""A point is timed for about this long."""

HEADS = ("threads", "batch_size", "calls", "median_ms", "p95_ms", "p99_ms", "images_per_second")


@dataclass(frozen=True)
class Latency:
    """One point: a batch size and a number of threads.

    Attributes:
        threads: 0 for all.
        batch_size: Images to a call.
        calls: How many were timed.
        median, p95, p99: Of a call, in milliseconds: half of them, 95 and 99 % took no longer.
        images_per_second: Over all calls.
    """

    threads: int
    batch_size: int
    calls: int
    median: float
    p95: float
    p99: float
    images_per_second: float

    @classmethod
    def of(cls, threads: int, batch_size: int, seconds: Sequence[float]) -> Latency:
        """From how long each call took."""
        median, p95, p99 = (1000 * float(q) for q in np.percentile(seconds, (50, 95, 99)))
        rate = batch_size * len(seconds) / sum(seconds)
        return cls(threads, batch_size, len(seconds), median, p95, p99, rate)

    @property
    def threads_words(self) -> str:
        """As the command line takes it: 1, or all."""
        return "all" if self.threads == ALL_THREADS else str(self.threads)

    def words(self) -> tuple[str, ...]:
        """As a person reads it: threads, batch size, the three times and the throughput."""
        times = map(milliseconds, (self.median, self.p95, self.p99))
        rate = count(self.images_per_second)
        return self.threads_words, count(self.batch_size), *times, rate


@dataclass(frozen=True)
class MeasuredLatency:
    """What was measured on one machine.

    Attributes:
        points: Of all batch sizes and numbers of threads.
        device: Where, in words.
        when: Seconds since 1970.
    """

    points: tuple[Latency, ...]
    device: Said
    when: float


@dataclass(frozen=True)
class LatencyPoints:
    """What was measured since it was last said.

    Attributes:
        points: In the order of measuring.
    """

    points: tuple[Latency, ...]


@dataclass(frozen=True)
class LatencyRequest(AboutRun):
    """Asks how fast a run's network answers, on one number of threads.

    Attributes:
        threads: 0 for all.
        batch_sizes: To be measured.
        seconds: That a point takes, about.
    """

    threads: int
    batch_sizes: tuple[int, ...]
    seconds: float = SECONDS


_MEASURED = TypeAdapter(dict[str, MeasuredLatency])


def request(
    run_id: str, experiment: Experiment, threads: int, batch_sizes: Sequence[int] = BATCH_SIZES
) -> LatencyRequest:
    """With the process that these threads need.

    Args:
        run_id: Whose network.
        experiment: Of that run.
        threads: 0 for all.
        batch_sizes: To be measured.
    """
    startup = experiment.hardware.startup._replace(
        intra_op_threads=threads, inter_op_threads=threads, deterministic=False
    )
    return LatencyRequest(run_id, threads, tuple(batch_sizes), startup=startup)


def remember(
    store: Path, machine: Machine, run_id: str, threads: int, found: MeasuredLatency
) -> None:
    """Keeps the points of one number of threads; those of other numbers stay.

    Args:
        store: Folder of the store.
        machine: On which.
        run_id: Whose network.
        threads: 0 for all.
        found: What was measured on these threads.

    Raises:
        OSError: where the disk refuses.
    """
    folder = folder_of(store, run_id)
    others = [point for point in recall(store, machine, run_id) if point.threads != threads]
    together = MeasuredLatency((*others, *found.points), found.device, found.when)
    known = {**read(folder), machine.key: together}
    write_inside(folder / FILE, _MEASURED.dump_json(known, indent=1))


def recall(store: Path, machine: Machine, run_id: str) -> list[Latency]:
    """What was remembered of a run on a machine, in order; nothing where it can't be read."""
    found = read(folder_of(store, run_id)).get(machine.key)
    return in_order(found.points) if found is not None else []


def read(folder: Path) -> dict[str, MeasuredLatency]:
    """What was measured of the run in a folder, by machine; nothing where it can't be read."""
    try:
        with open_inside(folder / FILE) as file:
            return _MEASURED.validate_json(file.read(), strict=True)
    except (OSError, ValidationError):  # of another version: it can be measured again
        return {}


class LatencyFile(Artifact):
    """What was measured, by machine, as an artifact of a run."""

    name = FILE
    most_bytes = 4_000_000

    def fault(self, folder: Path) -> str:
        """That it holds nothing that can be read."""
        return "" if read(folder) else tr("holds no latencies of a network")


LATENCY = LatencyFile()


def of_one_image(points: Iterable[Latency]) -> float | None:
    """The shortest median of a call with one image, in ms; None where none was measured."""
    return min((point.median for point in points if point.batch_size == 1), default=None)


def in_order(points: Iterable[Latency]) -> list[Latency]:
    """By threads, all of them last, then by batch size."""
    return sorted(points, key=lambda point: (point.threads or LARGEST + 1, point.batch_size))


def as_tsv(points: Iterable[Latency]) -> str:
    """Lines to paste into a spreadsheet, numbers in full."""
    rows = [HEADS, *((p.threads_words, *astuple(p)[1:]) for p in points)]
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)


def numbers(text: str, name: str, *, all_word: bool = False) -> list[int]:
    """Numbers that a person wrote, each once: "1, 8, 64".

    Args:
        text: Divided by commas or spaces.
        name: What they are, for the error.
        all_word: Whether they are threads, of which "all" is a number as well, which is 0.

    Raises:
        ValueError: one sentence.
    """
    most = MOST_THREADS if all_word else LARGEST
    found = []
    for part in re.split(r"[,;\s]+", text.strip()):
        if all_word and part == "all":
            found.append(ALL_THREADS)
        elif part.isascii() and part.isdigit() and 1 <= int(part) <= most:
            found.append(int(part))
        else:
            given = {"name": name, "part": repr(part), "most": f"{most:,}"}
            if all_word:
                raise ValueError(
                    tr(
                        "{name}: {part} is no whole number from 1 to {most} or 'all'; write 1,8,64",
                        **given,
                    )
                )
            raise ValueError(
                tr("{name}: {part} is no whole number from 1 to {most}; write 1,8,64", **given)
            )
    return list(dict.fromkeys(found))

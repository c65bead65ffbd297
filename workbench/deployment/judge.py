"""The work of `judging`, in a process of its own: opens model files, and has them answer."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import psutil

from workbench.deployment.apart import Arrays
from workbench.deployment.judging import ROUNDS, Benched, BenchRequest, FileToOpen, Seen
from workbench.deployment.process import function_of
from workbench.evaluation.answerer import BATCH, Answerer, Images, clocked
from workbench.evaluation.latency import Latency
from workbench.hardware.processor import processor_here

BATCHES = 4
"""Different ones that take turns, so that no call finds all its images in the nearest cache."""

SEED = 0


def opened(look: FileToOpen) -> Answerer:
    """The network in a file."""
    found: Answerer = function_of(look.opener)(Path(look.path), look.threads)
    return found


def see(request: FileToOpen, given: Arrays) -> tuple[Seen, Arrays]:
    """Opens a file and lets it answer once, as some are refused only then."""
    network = opened(request)
    network.shares(np.zeros((1, *network.image_shape), np.float32))
    return _seen(network), {}


def answer(request: FileToOpen, given: Arrays) -> tuple[Seen, Arrays]:
    """Has a file answer on `images`; what it makes of them is `shares`."""
    network, images = opened(request), given["images"]
    parts = [network.shares(images[at : at + BATCH]) for at in range(0, len(images), BATCH)]
    return _seen(network), {"shares": np.concatenate(parts)}


def bench(request: BenchRequest, given: Arrays) -> tuple[Benched, Arrays]:
    """Times files, which take turns in rounds."""
    networks = [opened(look) for look in request.looks]
    points: list[list[Latency]] = [[] for _ in networks]
    clock = Others()
    for size in request.batch_sizes:
        took: list[list[float]] = [[] for _ in networks]
        batches = [_batches(network, size, given.get("images")) for network in networks]
        for _ in range(ROUNDS):
            for mine, network, images in zip(took, networks, batches, strict=True):
                mine += clocked(network, images, request.seconds / ROUNDS, lambda: None)
        for mine, look, found in zip(took, request.looks, points, strict=True):
            found.append(Latency.of(look.threads, size, mine))
    done = tuple(tuple(each) for each in points)
    return Benched(done, processor_here().name, clock.cores()), {}


def _batches(network: Answerer, size: int, images: Images | None) -> list[Images]:
    """Batches of one size that take turns."""
    if images is None:
        shape = (BATCHES * size, *network.image_shape)
        images = np.random.default_rng(SEED).random(shape, np.float32)
    rows = np.arange(BATCHES * size) % len(images)
    return [images[rows[n * size : (n + 1) * size]] for n in range(BATCHES)]


def _seen(network: Answerer) -> Seen:
    return Seen(
        tuple(network.image_shape),
        getattr(network, "batch", -1),
        getattr(network, "takes", "float32"),
        network.describe(),
        getattr(network, "contents", None),
    )


class Others:
    """What other programs use of the processor, from now on."""

    def __init__(self) -> None:
        self._began, self._all, self._own = self._now()

    def cores(self) -> float:
        """In cores, on average since it was made."""
        now, everybody, own = self._now()
        wall = max(now - self._began, 1e-9)
        return max(0.0, ((everybody - self._all) - (own - self._own)) / wall)

    @staticmethod
    def _now() -> tuple[float, float, float]:
        times, own = psutil.cpu_times(), psutil.Process().cpu_times()
        waiting = times.idle + getattr(times, "iowait", 0.0)
        # Guests are counted among the users as well.
        busy = sum(times) - waiting - sum(getattr(times, n, 0.0) for n in ("guest", "guest_nice"))
        return time.perf_counter(), busy, own.user + own.system

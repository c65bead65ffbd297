"""What it costs to time how long training waits for images, as the verdict on a run needs it.

    python tests/benchmarks/wait_timing.py

Alternates short samples of the reference CNN on a stream of images kept in memory, with and without
the clocks, in one process; ratios by wall time and by processor time, which other programs on a
busy machine change little. As the clocks cost less than even those differ from sample to sample,
they are also timed by themselves: those of each step in a compiled loop that does nothing else, and
what each compiled call adds up. `share` is all of it as a share of the time, `share_one_step` where
each call takes one step. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tensorflow as tf

from tests.benchmarks.settings import made_up, quartiles
from workbench import presets
from workbench.runtime.jobs.trial import Trial
from workbench.runtime.training.hardware import prepare_tensorflow
from workbench.runtime.training.pipeline import StreamFeed
from workbench.runtime.training.timing.time_shares import ShareClock
from workbench.runtime.training.train import CALL_SECONDS
from workbench.spec.hardware import Startup

STEPS = 5000
"""Of the loop that does nothing else."""

CALLS = 1000


class Untimed(StreamFeed):
    """The same stream without clocks."""

    def batch(self, state: Any, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = state.get_next()
        return images, labels


class Nothing:
    """A stream that is always ready.

    Args:
        index: Of the step.
        before: A number that the step before gave.
    """

    def __init__(self, index: tf.Tensor, before: tf.Tensor) -> None:
        self._index, self._before = index, before

    def get_next(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Something small that no step can have before the one before is done, as in training."""
        return tf.random.stateless_uniform((64, 10), (self._index, 0)) + self._before, self._index


def empty_loop(feed: StreamFeed) -> Callable[[], float]:
    """Takes batches in a compiled loop and does nothing with them; processor seconds a step."""

    @tf.function(autograph=False)
    def steps(count: tf.Tensor) -> Any:
        def body(i: tf.Tensor, total: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            images, _ = feed.batch(Nothing(i, total), i)
            return i + 1, tf.reduce_mean(images)

        return tf.while_loop(lambda i, _: i < count, body, (0, 0.0))

    def sample() -> float:
        began = time.process_time()
        steps(tf.constant(STEPS))[1].numpy()
        return (time.process_time() - began) / STEPS

    sample()
    return sample


def seconds_a_call(feed: StreamFeed) -> float:
    """What the sums of a compiled call take, with what is told each second."""
    shares = ShareClock("", lambda message: None, feed.waited_seconds)
    began = time.process_time()
    for number in range(CALLS):
        shares.call(number * CALL_SECONDS, (number + 1) * CALL_SECONDS)
    return (time.process_time() - began) / CALLS


def main() -> None:
    """Takes the samples and prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each sample")
    arguments = parser.parse_args()
    # One thread for operators: with several, a clock may even spare one of them being woken up.
    prepare_tensorflow(Startup(inter_op_threads=1))
    experiment = presets.load("mnist-cnn").with_settings({"hardware.pipeline": "cached"})
    dataset, batch_size = made_up(), experiment.training.batch_size
    kinds: dict[str, type[StreamFeed]] = {"timed": StreamFeed, "plain": Untimed}
    feeds = {name: kind(dataset.train, batch_size) for name, kind in kinds.items()}
    trials = {
        name: Trial(experiment, dataset, {("cached", batch_size): feed})
        for name, feed in feeds.items()
    }
    empty = {name: empty_loop(feed) for name, feed in feeds.items()}
    wall: dict[str, list[float]] = {name: [] for name in kinds}
    work: dict[str, list[float]] = {name: [] for name in kinds}
    alone: dict[str, list[float]] = {name: [] for name in kinds}
    for number in range(arguments.rounds):
        for name in kinds if number % 2 else reversed(kinds):
            began, worked = time.perf_counter(), time.process_time()
            seconds = batch_size / trials[name].sample(arguments.seconds)
            share = (time.process_time() - worked) / (time.perf_counter() - began)
            wall[name].append(seconds)
            work[name].append(seconds * share)
            alone[name].append(empty[name]())
    step = statistics.median(wall["plain"])
    pairs = zip(alone["timed"], alone["plain"], strict=True)
    a_step = statistics.median(timed - plain for timed, plain in pairs)
    a_call = seconds_a_call(feeds["timed"])
    print(
        json.dumps(
            {
                "step_milliseconds": round(1000 * step, 3),
                "timed_divided_by_plain": quartiles(wall["timed"], wall["plain"]),
                "by_processor_time": quartiles(work["timed"], work["plain"]),
                "microseconds_a_step": round(1e6 * a_step, 2),
                "microseconds_a_call": round(1e6 * a_call, 2),
                "share": round(max(0.0, a_step) / step + a_call / CALL_SECONDS, 5),
                "share_one_step": round((max(0.0, a_step) + a_call) / step, 5),
            }
        )
    )


if __name__ == "__main__":
    main()

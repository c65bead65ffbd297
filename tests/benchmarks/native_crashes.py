"""Which convolutions kill the process, or give wrong gradients, on this machine's CPU.

    python tests/benchmarks/native_crashes.py
    python tests/benchmarks/native_crashes.py --own

Takes the gradients by input and kernel of a grid of convolutions (kind, kernel, strides, channels,
filters, sizes, padding, batch, precision) as TensorFlow computes them, and compares them with those
of the same layer in float64, which never goes through oneDNN. With `--own` the layers are those
that the workbench builds, inside a small network. Cases run many to a process; where one dies, the
case at which it died runs once more in a process of its own, and another process goes on behind it.
Prints one line for each kind of fault and a JSON line with all of them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

TOLERANCE = {"float32": 1e-4, "bfloat16": 0.05}
"""Largest error of a gradient that is rounding, as a share of its largest value; a bfloat16 has 8
bits."""

KINDS = ("conv2d", "depthwise", "separable", "transpose", "groups")


class Case(NamedTuple):
    """A convolution and the images that reach it.

    Attributes:
        kind: One of `KINDS`; of `groups` there is one for each channel.
        kernel, strides, size: Each (height, width).
        filters: Of a depthwise convolution the depth multiplier.
    """

    kind: str
    kernel: tuple[int, int]
    strides: tuple[int, int]
    channels: int
    filters: int
    size: tuple[int, int]
    padding: str
    batch: int
    precision: str


class Fault(NamedTuple):
    """What went wrong with a case: a signal's name, or the worst error of its gradients."""

    case: Case
    signal: str = ""
    error: float | None = None


def grid() -> list[Case]:
    """Every case; the square ones first, then those that differ along height and width."""
    square = itertools.product(
        KINDS, (1, 2, 3), (1, 2, 3), (1, 2, 3, 8), (1, 8, 16), (28, 33, 48, 64), ("same", "valid"),
        (8,), ("float32", "bfloat16"),
    )  # fmt: skip
    found = [
        Case(kind, (k, k), (s, s), c, f, (n, n), p, b, t)
        for kind, k, s, c, f, n, p, b, t in square
        if kind != "groups" or (f % c == 0 and c > 1)
    ]
    long = itertools.product(
        ("conv2d", "transpose"), ((1, 1), (1, 3), (3, 1), (2, 2)), ((1, 2), (2, 1), (2, 3), (4, 4)),
        (1, 2, 64), ((48, 64), (64, 32), (224, 224)), (1, 33),
    )  # fmt: skip
    return found + [
        Case(kind, kernel, strides, channels, 16, size, "same", batch, "float32")
        for kind, kernel, strides, channels, size, batch in long
    ]


# --- in a process of its own ---------------------------------------------------------------------


def serve(own: bool) -> None:
    """Reads cases, one JSON line each, and writes the worst error of each."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(2)
    for line in sys.stdin:
        case = Case._make(tuple(x) if isinstance(x, list) else x for x in json.loads(line))
        print(json.dumps({"error": _worst_error(case, own)}), flush=True)


def _worst_error(case: Case, own: bool) -> float:
    """Largest difference from float64, as a share of the largest value of that gradient."""
    import numpy as np

    random = np.random.default_rng(0)
    # Positive, as everything below is, so that sums don't cancel and rounding stays small.
    images = random.uniform(0.5, 1.5, size=(case.batch, *case.size, case.channels))
    found = _gradients(case, images, case.precision, own)
    wanted = _gradients(case, images, "float64", own=False)
    if len(found) != len(wanted):
        raise RuntimeError(f"{case}: {len(found)} gradients, {len(wanted)} expected")
    errors = [
        float(np.abs(one - other).max() / max(np.abs(other).max(), 1e-30))
        for one, other in zip(found, wanted, strict=True)
    ]
    return float("inf") if any(np.isnan(errors)) else max(errors)


def _gradients(case: Case, images: Any, precision: str, own: bool) -> list[Any]:
    import keras
    import numpy as np
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    dtype = "float64" if precision == "float64" else "float32"
    policy = "mixed_bfloat16" if precision == "bfloat16" else dtype
    layer = _own(case, policy) if own else _plain(case, policy)
    layer.build((None, *case.size, case.channels))
    random = np.random.default_rng(1)
    for weight in layer.trainable_variables:
        weight.assign(random.uniform(0.5, 1.5, size=weight.shape))
    given = tf.Variable(images.astype(dtype))
    shape = layer.compute_output_shape((case.batch, *case.size, case.channels))
    goal = tf.constant(random.integers(1, 5, size=shape).astype(dtype))

    @tf.function(autograph=False)
    def gradients() -> Any:
        with tf.GradientTape() as tape:
            outputs = layer(given * 1.0)
            total = tf.reduce_sum(tf.cast(outputs, dtype) * goal)
        return tape.gradient(total, [given, *layer.trainable_variables])

    return [np.asarray(value, np.float64) for value in gradients()]


def _plain(case: Case, policy: str) -> Any:
    """The layer of Keras."""
    import keras

    given: dict[str, Any] = {
        "kernel_size": case.kernel,
        "strides": case.strides,
        "padding": case.padding,
        "use_bias": False,
        "dtype": policy,
    }
    if case.kind == "depthwise":
        return keras.layers.DepthwiseConv2D(depth_multiplier=case.filters, **given)
    if case.kind == "separable":
        return keras.layers.SeparableConv2D(case.filters, **given)
    if case.kind == "transpose":
        return keras.layers.Conv2DTranspose(case.filters, **given)
    groups = case.channels if case.kind == "groups" else 1
    return keras.layers.Conv2D(case.filters, groups=groups, **given)


def _own(case: Case, policy: str) -> Any:
    """What the workbench makes of the same settings."""
    import keras

    from workbench.runtime.network.build import build, on_grid
    from workbench.spec.layers import Layer

    given: dict[str, Any] = {
        "kernel_size": case.kernel,
        "strides": case.strides,
        "padding": case.padding,
        "use_bias": False,
        "activation": "linear",
    }
    if case.kind == "groups":
        given["groups"] = case.channels
    given["depth_multiplier" if case.kind == "depthwise" else "filters"] = case.filters
    kind = {
        "depthwise": "depthwise_conv2d",
        "separable": "separable_conv2d",
        "transpose": "conv2d_transpose",
    }.get(case.kind, "conv2d")
    choice = Layer.choices()[kind].parse(given)
    image = keras.Input((*case.size, case.channels))
    return keras.Model(image, build(choice, dtype=policy)(on_grid(image, choice.grid(), policy)))


# --- the parent ----------------------------------------------------------------------------------


def faults(cases: Sequence[Case], own: bool) -> Iterator[Fault]:
    """Those of the cases that die or err."""
    left = list(cases)
    while left:
        errors, died = _run(left, own)
        for case, error in zip(left, errors, strict=False):
            if error > TOLERANCE[case.precision]:
                yield Fault(case, error=error)
        left = left[len(errors) :]
        if died and left:
            culprit = left.pop(0)
            alone, again = _run([culprit], own)
            yield Fault(culprit, again or f"{died}, not alone", alone[0] if alone else None)


def _run(cases: Sequence[Case], own: bool) -> tuple[list[float], str]:
    """Errors of the cases until the process died, and by which signal; "" where it didn't."""
    command = [sys.executable, __file__, "--serve", *(["--own"] if own else [])]
    given = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, errors="replace"
    )
    errors = [json.loads(line)["error"] for line in done.stdout.splitlines() if line.endswith("}")]
    if done.returncode > 0:
        raise RuntimeError(f"{cases[len(errors)]}: {done.stderr[-2000:]}")
    return errors, signal.Signals(-done.returncode).name if done.returncode else ""


def main() -> None:
    """Runs the grid and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--own", action="store_true", help="the workbench's layers")
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth case")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.own)
        return
    cases = grid()[:: arguments.every]
    found = []
    for fault in faults(cases, arguments.own):
        found.append(fault)
        print(fault, file=sys.stderr, flush=True)
    kinds = Counter(
        (f.case.kind, f.case.kernel, f.case.strides, f.case.channels, f.signal or "wrong values")
        for f in found
    )
    for kind, count in sorted(kinds.items(), key=str):
        print(*kind, f"{count} cases", sep="  ")
    print(json.dumps({"cases": len(cases), "faults": [fault._asdict() for fault in found]}))


if __name__ == "__main__":
    main()

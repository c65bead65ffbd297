"""Trains networks with strided 1x1 convolutions and writes their gradients, in a process of its
own: where such a convolution reaches oneDNN, the process dies.

Arguments: a folder, and how the convolutions are built: `ours`, or `plain` with their strides as
Keras has them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tests.engine.small import small, train
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.runtime.network.build import build_model
from workbench.spec.data import DataInfo
from workbench.spec.layers import convolution

END: list[dict[str, Any]] = [
    {"kind": "global_average_pooling2d"},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]
ONE = {"kernel_size": [1, 1], "strides": [2, 2]}
NETWORKS: dict[str, tuple[int, list[dict[str, Any]]]] = {
    "residual 64": (1, [{"kind": "residual_block", "filters": 16, "strides": [2, 2]}]),
    "residual 48": (1, [{"kind": "residual_block", "filters": 16, "strides": [2, 2]}]),
    "eight channels 64": (8, [{"kind": "conv2d", "filters": 8, **ONE}]),
    "hashed 48": (1, [{"kind": "conv2d", "filters": 8, "hash_compression": 2, **ONE}]),
    "groups 49": (4, [{"kind": "conv2d", "filters": 8, "groups": 2, "padding": "same", **ONE}]),
    "depthwise 64": (1, [{"kind": "depthwise_conv2d", "depth_multiplier": 3, **ONE}]),
    "separable 64": (1, [{"kind": "separable_conv2d", "filters": 8, **ONE}]),
    "inverted 64": (1, [
        {"kind": "inverted_residual_block", "filters": 4, "kernel_size": [1, 1], "expansion": 1,
         "strides": [2, 2]},
    ]),
    "transposed 33": (1, [{"kind": "conv2d_transpose", "filters": 8, "use_bias": True, **ONE}]),
    "long 64": (2, [{"kind": "conv2d", "filters": 8, "kernel_size": [1, 1], "strides": [1, 3]}]),
}  # fmt: skip
"""Channels that reach the layers after a first BatchNormalization, and the layers; in the name the
size of the image. Without relu at their end, whose corner would show every rounding."""


def experiment(name: str) -> Experiment:
    """The network with a first layer that has weights, so that the input's gradient is wanted."""
    channels, layers = NETWORKS[name]
    size = int(name.rsplit(maxsplit=1)[-1])
    wider = {"kind": "conv2d", "filters": channels, "kernel_size": [1, 1], "activation": "tanh"}
    first = [wider] if channels > 1 else []
    linear = [
        layer if layer["kind"].endswith("_block") else {**layer, "activation": "tanh"}
        for layer in layers
    ]
    return small(
        data__resize=[size, size],
        structure__layers=[{"kind": "batch_normalization"}, *first, *linear, *END],
        training__epochs=1,
    )


def gradients(name: str) -> list[np.ndarray]:
    """Of the mean square of the outputs, by all weights, on random images."""
    chosen = experiment(name)
    size = int(name.rsplit(maxsplit=1)[-1])
    tf.keras.utils.set_random_seed(0)
    model = build_model(chosen, DataInfo((size, size, 1), tuple("0123456789"), 1, 1))
    random = np.random.default_rng(0)
    for weight in model.trainable_variables:
        weight.assign(random.normal(size=weight.shape))
    images = tf.constant(random.uniform(size=(8, size, size, 1)), tf.float32)
    goal = tf.constant(random.normal(size=(8, 10)), tf.float32)

    @tf.function(autograph=False)
    def taken() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(goal * model(images, training=True))
        return tape.gradient(loss, model.trainable_variables)

    return [gradient.numpy() for gradient in taken()]


def main() -> None:
    """Writes NAME:NUMBER arrays to HOW.npz; says how the runs of ours ended."""
    folder, how = Path(sys.argv[1]), sys.argv[2]
    if how == "plain":
        convolution.ONE_BY_ONE = (0, 0)  # type: ignore[assignment]  # no kernel is of this size
    found = {
        f"{name}:{number}": array
        for name in NETWORKS
        for number, array in enumerate(gradients(name))
    }
    np.savez(folder / f"{how}.npz", **found)
    if how == "ours":
        with Store(folder / "store") as store:
            for name in ("residual 64", "residual 48"):
                run = store.run(train(store, experiment(name))[0])
                print(f"{name}: {run.status}, loss {run.test_loss}")


if __name__ == "__main__":
    main()

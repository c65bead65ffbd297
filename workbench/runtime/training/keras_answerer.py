"""A run's trained network in Keras, as `workbench.evaluation.answerer` wants one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from workbench.evaluation.answerer import Images, Shares
from workbench.experiment import Experiment
from workbench.runtime.training.hardware import Device
from workbench.runtime.training.trained import Kept, probabilities, restored
from workbench.spec.data import DataInfo
from workbench.spec.layers import Planner


class KerasAnswerer:
    """The network of a run, in the precision that the run computed in, and with XLA where it did.

    Args:
        run: Whose network.
        info: Of its data.
        device: It computes there.

    Attributes:
        layer_names: Of the layers that are switched on, as the form counts layers.
    """

    def __init__(self, run: Kept, info: DataInfo, device: Device) -> None:
        self._experiment, self._info, self._device = run.experiment, info, device
        with tf.device(device.place):
            self.network = restored(run, info)
        self.layer_names, self._ends = _ends(run.experiment, info)

    @property
    def image_shape(self) -> tuple[int, ...]:
        return self._info.image_shape

    @cached_property  # each `isinstance(network, Layered)` asks for it, so each drawn stroke does
    def bytes(self) -> int:
        return sum(int(np.prod(w.shape)) * _item_bytes(w) for w in self.network.model.weights)

    def describe(self) -> str:
        return f"Keras on {self._device.words}"

    def shares(self, images: Images) -> Shares:
        with tf.device(self._device.place):
            found: Shares = self._any_number(tf.constant(images)).numpy()
            return found

    def loaded(self, images: Images) -> Callable[[], object]:
        with tf.device(self._device.place):
            there = tf.constant(images)
            call = self._compiled.get_concrete_function(tf.TensorSpec(images.shape, tf.float32))
        return lambda: call(there).numpy()  # which waits until the device is done

    @cached_property
    def first_kernel(self) -> npt.NDArray[np.floating[Any]] | None:
        """Of the first layer, where it is a convolution that keeps its kernel as it is."""
        weights = self.network.layers[0].trainable_variables
        return weights[0].numpy() if weights and len(weights[0].shape) == 4 else None

    def layers(self, image: Images) -> tuple[Shares, list[npt.NDArray[np.float32]]]:
        with tf.device(self._device.place):
            shares, values = self._with_layers(tf.constant(image))
            return shares.numpy(), [value.numpy() for value in values]

    def _answer(self, images: tf.Tensor) -> tf.Tensor:
        outputs = self.network.model(images, training=False)
        return probabilities(self._experiment, self._info, outputs)

    @cached_property
    def _any_number(self) -> Any:
        return tf.function(self._answer, autograph=False, reduce_retracing=True)

    @cached_property
    def _compiled(self) -> Any:
        xla = self._experiment.hardware.jit_compile
        return tf.function(self._answer, autograph=False, jit_compile=xla)

    @cached_property
    def _with_layers(self) -> Any:
        tensors = [self.network.tensors[end] for end in self._ends]
        inner = self.network.model
        model = keras.Model(inner.inputs, [inner.outputs[0], *tensors])
        shape = tf.TensorSpec((1, *self._info.image_shape), tf.float32)

        @tf.function(autograph=False, input_signature=[shape])
        def answer(images: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
            output, *others = model(images, training=False)
            shares = probabilities(self._experiment, self._info, output)
            return shares, [tf.cast(other, tf.float32) for other in others]

        return answer


def _item_bytes(weight: Any) -> int:
    return int(tf.as_dtype(weight.dtype).size)


def _ends(experiment: Experiment, info: DataInfo) -> tuple[list[str], list[int]]:
    """Name and last step of each layer that is switched on."""
    planner = Planner(info.image_shape)
    names, ends = [], []
    for number, layer in enumerate(experiment.structure.layers, 1):
        if planner.add(layer):
            names.append(f"{number} {layer.label}")
            ends.append(len(planner.steps) - 1)
    return names, ends

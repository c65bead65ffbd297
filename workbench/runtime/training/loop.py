"""The compiled loop: many training steps in one call of a `tf.function`.

Python is left out of the inner loop, and yet every step's loss and accuracy comes back, and apart
from the loss the penalty on the weights. The loop knows nothing of runs, files or messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from workbench.runtime.training.averaging import averaged
from workbench.runtime.training.objective import share_right
from workbench.runtime.training.parallel import WholeStep, in_parallel
from workbench.runtime.training.pipeline import Feed, Order
from workbench.runtime.training.update import Gathering, update_of

Floats = npt.NDArray[np.float32]
Loss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
Teach = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | None], tf.Tensor]


class LossAndAccuracy(NamedTuple):
    """Means over a part: loss without penalties, accuracy from 0 to 1."""

    loss: float
    accuracy: float


class Taken(NamedTuple):
    """What steps gave, an array of shape (n,) each.

    Attributes:
        loss: Mean over the batch, without penalties.
        accuracy: Share of the batch.
        penalty: Sum of the penalties, before the step; zeros where the model has none.
        probes: What `Loop._updated` gives; nothing without probes.
    """

    loss: Floats
    accuracy: Floats
    penalty: Floats
    probes: tuple[Floats, ...] = ()


class Loop:
    """Trains a model on a feed, several steps a call.

    Args:
        model: Ends in probabilities or logits.
        optimizer: Built for the model's trainable variables.
        loss: Mean over a batch, from (labels, outputs); labels as the feed gives them.
        strategy: Where each step runs.
        gathering: Which batches add up to a step; None where they are all of one size, or each
            stands for itself.
        jit_compile: Whether XLA compiles the step; on one device only.
        probes: Whether each step also gives the norm of its gradient and how far it moves the
            weights; on one device only, and at no cost where it is off.

    Attributes:
        after_update: Traced after each update of the weights, to hold them where they belong;
            set before the first step. None costs nothing.
        teaching: What is minimized in place of the loss, from (images, loss, outputs, share of the
            whole batch or None); as that.
    """

    after_update: Callable[[], None] | None = None
    teaching: Teach | None = None

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: Loss,
        strategy: tf.distribute.Strategy,
        gathering: Gathering | None = None,
        *,
        jit_compile: bool = False,
        probes: bool = False,
    ) -> None:
        self.model, self.optimizer, self.loss, self.strategy = model, optimizer, loss, strategy
        self._update = update_of(optimizer, strategy)
        self._gathering, self._probes, self._compiles = gathering, probes, jit_compile
        self._has_penalty = bool(model.losses)
        self._sizes: set[int] = set()
        self._loss_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        self._whole_step = self._stepper(jit_compile)
        self._compiled: dict[int, Any] = {}

    def train(
        self, feed: Feed, state: Any, first_batch: int, rates: npt.NDArray[np.float64]
    ) -> Taken:
        """Takes `len(rates)` steps.

        Args:
            feed: Where batches come from.
            state: Of the epoch, from `feed.begin`.
            first_batch: Number of the first batch in the epoch, from 0.
            rates: Learning rate of each step.

        """
        run = self._compiled.get(id(feed)) or self._compile(feed, state)
        results = run(state, tf.constant(first_batch, tf.int32), tf.constant(rates, tf.float32))
        loss, accuracy, *others = (result.numpy() for result in results)
        penalty = others.pop(0) if self._has_penalty else np.zeros_like(loss)
        return Taken(loss, accuracy, penalty, tuple(others))

    def is_new(self, batch: int) -> bool:
        """Whether the first step on a batch of this size has something to trace or compile.

        XLA compiles for each size; without it one trace serves all.
        """
        return not self._sizes or (self._compiles and batch not in self._sizes)

    def meets(self, batches: Iterable[int]) -> bool:
        """Whether steps on batches of these sizes, which are taken now, compile first."""
        sizes = set(batches)
        compiles = any(map(self.is_new, sizes))
        self._sizes |= sizes
        return compiles

    def _stepper(self, jit_compile: bool) -> WholeStep:
        """What takes a step on a whole batch: one device, through XLA or not, or all of them."""
        if self.strategy.num_replicas_in_sync > 1:
            return in_parallel(self._step, self.strategy)
        step: Any = self._step
        if jit_compile:
            step = tf.function(step, jit_compile=True, autograph=False)
        return lambda *batch: self.strategy.run(step, batch)

    def _compile(self, feed: Feed, state: Any) -> Any:
        """Traces once for any number of steps a call."""

        def run(state: Any, first_batch: tf.Tensor, rates: tf.Tensor) -> Any:
            count = tf.shape(rates)[0]

            def body(i: tf.Tensor, *arrays: Any) -> Any:
                images, labels = feed.batch(state, first_batch + i)
                values = self._whole_step(images, labels, rates[i])
                written = [a.write(i, value) for a, value in zip(arrays, values, strict=True)]
                return i + 1, *written

            series = 2 + self._has_penalty + 2 * self._probes
            results = [tf.TensorArray(tf.float32, count) for _ in range(series)]
            _, *results = tf.while_loop(lambda i, *_: i < count, body, (0, *results))
            return [result.stack() for result in results]

        # Without AutoGraph, which fails on a future Python and has nothing to convert here.
        compiled = tf.function(run, autograph=False).get_concrete_function(
            tf.nest.map_structure(tf.type_spec_from_value, state),
            tf.TensorSpec((), tf.int32),
            tf.TensorSpec((None,), tf.float32),
        )
        self._compiled[id(feed)] = compiled
        return compiled

    def _step(
        self,
        images: tf.Tensor,
        labels: tf.Tensor,
        rate: tf.Tensor,
        share: tf.Tensor | None = None,
        images_in_all: tf.Tensor | None = None,
    ) -> tuple[tf.Tensor, ...]:
        """One step; on one of several devices with its share of the whole batch and how many
        images that has.
        """
        model = self.model
        with tf.GradientTape() as tape:
            outputs = model(images, training=True)
            own, penalties = self.loss(labels, outputs), model.losses
            if share is not None:
                devices = self.strategy.num_replicas_in_sync
                own = own * share * devices  # Keras's losses divide by the number of devices
                penalties = [penalty / devices for penalty in penalties]
            aim = own if self.teaching is None else self.teaching(images, own, outputs, share)
            total = tf.add_n([aim, *penalties])
            goal = self.optimizer.scale_loss(total) if self._loss_scaled else total
        gradients = tape.gradient(goal, model.trainable_variables)
        if self._gathering is not None:
            count = tf.shape(labels)[0] if images_in_all is None else images_in_all
            rule = self.optimizer.inner_optimizer if self._loss_scaled else self.optimizer
            mean = self._gathering.mean_batch(rule._iterations.value)
            weight = tf.cast(count, tf.float32) / mean
            gradients = [gradient * weight for gradient in gradients]
        if self._loss_scaled and share is not None:
            gradients = self._agreed(gradients)
        probed = self._updated(gradients, rate)
        right = share_right(labels, outputs)
        apart = (tf.add_n(penalties),) if self._has_penalty else ()
        return own, right if share is None else right * share, *apart, *probed

    def _updated(self, gradients: list[tf.Tensor], rate: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Takes the step; with probes the norm of all gradients together, before they are clipped,
        and the norm of the change of all weights by that of the weights.
        """
        weights = self.model.trainable_variables
        if not self._probes:
            self._take(gradients, rate)
            return ()
        norm = tf.linalg.global_norm(gradients)
        if self._loss_scaled:
            norm /= self.optimizer.dynamic_scale.value  # that of this step: the update changes it
        before = [tf.convert_to_tensor(weight.value) for weight in weights]
        self._take(gradients, rate)
        changes = [weight.value - old for weight, old in zip(weights, before, strict=True)]
        change, size = tf.linalg.global_norm(changes), tf.linalg.global_norm(before)
        return norm, tf.math.divide_no_nan(change, size)

    def _take(self, gradients: list[tf.Tensor], rate: tf.Tensor) -> None:
        """Updates the weights, and holds them where that is asked."""
        self._update(gradients, self.model.trainable_variables, rate)
        if self.after_update is not None:
            self.after_update()

    def _agreed(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """The same gradients on every device, so that all see an overflow on one of them.

        Keras adds them up again, and takes the first device's word on whether they are finite.
        """
        context = tf.distribute.get_replica_context()
        devices = self.strategy.num_replicas_in_sync
        return [g / devices for g in context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)]

    @tf.function(autograph=False, reduce_retracing=True)
    def _sums(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        outputs = self.model(images, training=False)
        count = tf.cast(tf.shape(labels)[0], tf.float32)
        return self.loss(labels, outputs) * count, share_right(labels, outputs) * count

    def evaluate(self, feed: Feed, order: Order, *, is_final: bool = False) -> LossAndAccuracy:
        """Loss and accuracy on the images at these indices of the feed's part.

        Where the optimizer averages the weights, it is the average that is judged, unless training
        is over and the model has its final weights already.
        """
        state, loss, right = feed.begin(order, 0), 0.0, 0.0
        with nullcontext() if is_final else averaged(self.model, self.optimizer):
            for index in range(-(-len(order) // feed.batch_size)):
                images, labels = feed.batch(state, tf.constant(index))
                batch_loss, batch_right = self._sums(images, labels)
                loss, right = loss + float(batch_loss), right + float(batch_right)
        return LossAndAccuracy(loss / len(order), right / len(order))

"""A teacher in the compiled loop: soft answers beside the labels (Hinton et al. 2015)."""

from __future__ import annotations

import keras
import tensorflow as tf

from workbench.spec.training import TEMPERATURE, WEIGHT

LEAST = 1e-30
"""Of a share, before its logarithm is taken."""


class Teaching:
    """What a loop minimizes that has a teacher: (1 - w) loss + w T^2 soft loss.

    Args:
        teacher: Answers each batch, as the student sees it.
        teacher_logits, student_logits: Whether they give logits, or shares of the classes.
        temperature: T, at which both answers are softened.
        weight: w, that of the teacher's answers.
    """

    def __init__(
        self,
        teacher: keras.Model,
        *,
        teacher_logits: bool,
        student_logits: bool,
        temperature: float = TEMPERATURE,
        weight: float = WEIGHT,
    ) -> None:
        teacher.trainable = False
        self._teacher, self._temperature, self._weight = teacher, temperature, weight
        self._teacher_logits, self._student_logits = teacher_logits, student_logits

    def __call__(
        self,
        images: tf.Tensor,
        loss: tf.Tensor,
        outputs: tf.Tensor,
        share: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Traced: from a batch, the loss on its labels and the student's outputs.

        On one of several devices these are a share of the whole batch, and so is what is given.
        """
        temperature = self._temperature
        answers = tf.stop_gradient(self._teacher(images, training=False))
        wanted = tf.nn.softmax(_logits(answers, self._teacher_logits) / temperature)
        student = _logits(outputs, self._student_logits) / temperature
        soft = tf.nn.softmax_cross_entropy_with_logits(wanted, student)
        soft_loss = temperature**2 * tf.reduce_mean(soft)
        if share is not None:
            soft_loss *= share
        return (1 - self._weight) * loss + self._weight * soft_loss


def _logits(outputs: tf.Tensor, are_logits: bool) -> tf.Tensor:
    """Logits of outputs in float32; those of shares but for a constant, which softmax ignores."""
    outputs = tf.cast(outputs, tf.float32)
    return outputs if are_logits else tf.math.log(tf.maximum(outputs, LEAST))

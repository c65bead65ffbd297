"""The weights that evaluation uses where they are not those that are trained: their averages.

Validation and test look at the averages, as with Keras's `SwapEMAWeights`; when training is over
they become the model's weights, as `fit` does with `finalize_variable_values`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from workbench.runtime.network.schedule_free import ScheduleFreeAdamW


def is_averaging(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether evaluation uses other weights than training."""
    rule = getattr(optimizer, "inner_optimizer", optimizer)  # where float16 scales the loss
    return bool(rule.use_ema) or isinstance(rule, ScheduleFreeAdamW)


@contextmanager
def averaged(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """The model with the weights that evaluation uses; afterwards as it was, to the bit."""
    if not is_averaging(optimizer):
        yield
        return
    trained = [weight.numpy() for weight in model.trainable_variables]
    finalize(model, optimizer)
    try:
        yield
    finally:
        for weight, value in zip(model.trainable_variables, trained, strict=True):
            weight.assign(value)


def finalize(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    """Makes the averages the model's weights, where there are any; training ends with that."""
    optimizer.finalize_variable_values(model.trainable_variables)

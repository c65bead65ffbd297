"""A student from fresh weights: the same layers with smaller widths, or the structure of a run."""

from __future__ import annotations

import keras

from workbench.compression.narrowing import scaled_widths, without_hidden
from workbench.compression.steps import Student
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.step_context import StepContext
from workbench.runtime.network.build import assemble
from workbench.runtime.network.variables import taken


def train_student(step: Student, network: Network, context: StepContext) -> Network:
    """The student after its training.

    Raises:
        CannotNarrow: where no layer can have fewer channels.
    """
    old = network.experiment
    structure = context.structures.get(step.like)
    if structure is None:
        kept = old.structure.layers if step.hidden else without_hidden(old.structure.layers)
        layers = scaled_widths(kept, context.info.image_shape, step.scale)
        structure = old.structure.model_copy(update={"layers": layers})
    new = old.model_copy(update={"structure": structure})
    keras.utils.set_random_seed(context.seed)
    fresh = Network(new, taken(assemble(new, context.info).model))
    return context.tuned(fresh, step)

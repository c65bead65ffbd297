"""What the steps of a recipe work with: data, fine-tuning, validation images to judge by."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from workbench.compression.compressed_runs import tuning
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.steps import ORIGINAL, TunedStep
from workbench.data import Dataset, Part
from workbench.evaluation.answerer import Images, scaled
from workbench.experiment import Experiment
from workbench.runs.status import RunStatus
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.other_runs import OtherRuns
from workbench.runtime.network.variables import give, taken
from workbench.runtime.process.control import Control
from workbench.runtime.training import hardware
from workbench.runtime.training.borrowed.networks import TrainedNetwork
from workbench.runtime.training.borrowed.teaching import Teaching
from workbench.runtime.training.checkpoint import Position
from workbench.runtime.training.loop import Loop
from workbench.runtime.training.objective import share_right
from workbench.runtime.training.pipeline import Feed, feed
from workbench.runtime.training.prepare import prepare
from workbench.runtime.training.run_log import RunLog
from workbench.runtime.training.stage import Stage
from workbench.runtime.training.train import EVALUATION_BATCH, Trainer
from workbench.spec.data import DataInfo

Hold = Callable[[], None] | None
"""What holds the weights after each update, see `holds`."""

Holder = Callable[[keras.Model, int], Hold]
"""Makes it for a model with its weights, and the number of steps."""


class Ended(Exception):
    """A person ended the run in the middle of a step.

    Attributes:
        network: As it is.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network


def free(model: keras.Model, steps: int) -> Hold:
    """Hold nothing."""
    return None


class StepContext:
    """Where the steps of a compressed run are done.

    Args:
        dataset: Of the parent.
        original: The parent's network, which teaches where no other does.
        others: What the recipe takes from other runs.
        recipe: All steps.
        log: Takes the curves.
        control: What is asked of the run.
        position: Where training stands.
        epochs: Trained so far.

    Attributes:
        recipe: All steps.
        structures: Of other runs, by their ids.
        position: Where training stands.
        epochs: Trained so far.
    """

    def __init__(
        self,
        dataset: Dataset,
        original: Network,
        others: OtherRuns,
        recipe: CompressionRecipe,
        log: RunLog,
        control: Control,
        position: Position,
        epochs: int,
    ) -> None:
        self.dataset, self.recipe = dataset, recipe
        self._log, self._control = log, control
        self.position, self.epochs = position, epochs
        own = TrainedNetwork(original.experiment, original.variables)
        self._teachers = {ORIGINAL: own, **others.teachers}
        self.structures = others.structures
        self._teacher_models: dict[str, keras.Model] = {}
        self._prepared = prepare(original.experiment, dataset)

    @property
    def info(self) -> DataInfo:
        """Of the data."""
        return self.dataset.info

    @property
    def device(self) -> hardware.Device:
        """Where it computes."""
        return self._prepared.device

    @property
    def seed(self) -> int:
        """Of random choices."""
        return self._prepared.experiment.training.seed

    def steps_of(self, epochs: int) -> int:
        """Steps of so many epochs."""
        return epochs * -(-len(self._prepared.train_rows) // self._batch_size)

    def tuned(
        self,
        network: Network,
        step: TunedStep,
        *,
        epochs: int | None = None,
        holder: Holder = free,
    ) -> Network:
        """The network fine-tuned, with curves, pauses and all that training has.

        Args:
            network: Where it begins.
            step: How it is trained, and who teaches.
            epochs: To train now; None for all of the step's.
            holder: Makes what holds the weights.

        Raises:
            Ended: where a person ended it.
            NotFinite: where the loss is not finite.
        """
        epochs = step.epochs if epochs is None else epochs
        experiment = tuning(network.experiment, epochs, step.learning_rate)

        def set_up(loop: Loop) -> None:
            give(loop.model, network.variables)
            loop.after_update = holder(loop.model, self.steps_of(epochs))
            if step.has_teacher:
                loop.teaching = self._teaching(step.teacher, experiment)

        stage = Stage(
            set_up,
            first_epoch=self.epochs,
            run_epochs=self.recipe.epochs,
            position=self.position,
        )
        prepared = prepare(experiment, self.dataset)
        trainer = Trainer(prepared, self._log, self._control, stage)
        trainer.run()
        found = Network(network.experiment, taken(trainer.model), network.facts)
        if self._control.end is not None:
            raise Ended(found)
        self.position = trainer.position
        self.epochs += epochs
        return found

    @property
    def validation(self) -> tuple[Part, npt.NDArray[np.int64]]:
        """The part that the validation images are in, and which they are there."""
        return self._prepared.validation_part, self._prepared.validation_rows

    def accuracy(self, network: Network) -> float | None:
        """On the validation images; None without any. The test part is for the end alone."""
        if not len(self._prepared.validation_rows):
            return None
        return self.accuracy_of(network.assembled(self.info).model)

    def accuracy_of(self, model: keras.Model) -> float:
        """Of a model, on the validation images."""
        rows, source = self._prepared.validation_rows, self._validation_feed
        state, right = source.begin(rows, 0), 0.0

        @tf.function(autograph=False, reduce_retracing=True)
        def judged(images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
            count = tf.cast(tf.shape(labels)[0], tf.float32)
            return share_right(labels, model(images, training=False)) * count

        for index in range(-(-len(rows) // source.batch_size)):
            right += float(judged(*source.batch(state, tf.constant(index))))
        return right / len(rows)

    def training_batch(self, number: int) -> tuple[Images, npt.NDArray[np.int32]]:
        """So many images that are trained on, in [0, 1], and their labels; the same each time."""
        rows = np.random.default_rng(self.seed).permutation(self._prepared.train_rows)[:number]
        rows = np.sort(rows)
        train = self.dataset.train
        return scaled(train.images.read(rows)), train.labels[rows].astype(np.int32)

    def check(self) -> None:
        """Waits while the run is paused.

        Raises:
            Interrupted: where it is to end at once.
        """
        if self._control.is_paused:
            self._log.status(RunStatus.PAUSED)
            self._control.wait_while_paused()
            self._log.status(RunStatus.RUNNING)
        if self._control.end is RunStatus.INTERRUPTED:
            raise Interrupted

    @property
    def _batch_size(self) -> int:
        return self._prepared.experiment.training.batch_size

    def _teaching(self, name: str, student: Experiment) -> Teaching:
        """By the original, or the run of this id; its model is kept for the next steps."""
        teacher = self._teachers[name]
        if name not in self._teacher_models:
            self._teacher_models[name] = teacher.model(self.info, self.device)
        return Teaching(
            self._teacher_models[name],
            teacher_logits=not teacher.experiment.gives_probabilities(self.info),
            student_logits=not student.gives_probabilities(self.info),
        )

    @cached_property
    def _validation_feed(self) -> Feed:
        prepared = self._prepared
        return feed(prepared.validation_part, EVALUATION_BATCH, prepared.experiment.hardware)


class Interrupted(Exception):
    """A person interrupted the run between two pieces of work."""

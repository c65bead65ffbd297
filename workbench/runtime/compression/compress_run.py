"""A compressed run from its recipe to its LiteRT file: how the kind is made (`RUNNERS`)."""

from __future__ import annotations

from dataclasses import asdict, replace

from workbench.base.text import joined, tr
from workbench.compression import found, progress
from workbench.compression.compressed_runs import require, tuned_as, tuning
from workbench.compression.model_file import MODEL_FILE
from workbench.compression.original_file import original_file
from workbench.compression.progress import (
    PER_TENSOR,
    PROGRESS,
    RANGES,
    CompressionProgress,
    StepDone,
)
from workbench.compression.recipe import CompressionRecipe, shortened
from workbench.data import Dataset, reading_to_keep
from workbench.deployment.apart import ApartError
from workbench.deployment.checked import checked
from workbench.deployment.litert_file import ModelFileError
from workbench.execution.messages import Progress
from workbench.experiment import Experiment
from workbench.runs.artifacts import RunFolder, folder_of
from workbench.runs.checkpoint_file import CHECKPOINT
from workbench.runs.groups import GroupKind
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.other_runs import OtherRuns, other_runs
from workbench.runtime.compression.outcome import judged, latencies, sizes, written
from workbench.runtime.compression.performers import perform
from workbench.runtime.compression.step_context import Ended, Interrupted, StepContext
from workbench.runtime.network.variables import taken
from workbench.runtime.process import download
from workbench.runtime.process.control import Control
from workbench.runtime.process.dataset import load_dataset
from workbench.runtime.training import checkpoint, hardware
from workbench.runtime.training.checkpoint import Position
from workbench.runtime.training.fresh import fresh_optimizer
from workbench.runtime.training.hardware import names_to_keep
from workbench.runtime.training.pipeline import pipeline_of
from workbench.runtime.training.run_log import RunLog
from workbench.runtime.training.stopping import Watched
from workbench.runtime.training.trained import Kept, kept, restored
from workbench.spec.base import SpecError

LASTING = (PER_TENSOR, RANGES)
"""Facts of a network that hold as long as its weights aren't trained."""


def compress_run(log: RunLog, control: Control) -> tuple[RunStatus, str]:
    """Does the steps of a run's recipe, from the one that was finished last on.

    Raises:
        StoreError: where the run has no parent here.
        Exception: whatever goes wrong; `failures.sentence` puts it into words.
    """
    run = log.read()
    recipe = CompressionRecipe.from_toml(run.recipe)
    parent, source, is_candidate = _parent_of(log, run)
    try:
        dataset = _dataset(parent, log, control)
    except download.PreparationCancelled:
        return control.end or RunStatus.STOPPED, tr("stopped before the data were there")
    log.say(Progress(log.run_id, "building"))
    experiment = tuned_as(parent.experiment, run.experiment)
    original = Network(experiment, taken(restored(source, dataset.info).model))
    assert log.measurements is not None  # as the parent was found
    others = other_runs(log.measurements, recipe, parent, dataset.info)
    compression = Compression(
        log, control, recipe, dataset, original, parent, others, is_tested=not is_candidate
    )
    try:
        status = compression.run()
        if status is RunStatus.INTERRUPTED:
            return status, ""
        return status, joined("; ", [*compression.finish(status), *dataset.warnings])
    except Interrupted:
        return RunStatus.INTERRUPTED, ""


class Compression:
    """The steps of a run, and what is kept of them.

    Args:
        log: Takes what becomes of the run.
        control: What is asked of it.
        recipe: Its steps.
        dataset: Of its parent.
        original: The parent's network.
        parent: The run that it is made from.
        others: What the recipe takes from other runs.
        is_tested: Whether the test part is looked at in the end; not for a candidate of a search.
    """

    def __init__(
        self,
        log: RunLog,
        control: Control,
        recipe: CompressionRecipe,
        dataset: Dataset,
        original: Network,
        parent: Run,
        others: OtherRuns,
        *,
        is_tested: bool = True,
    ) -> None:
        self._log, self._control, self._parent = log, control, parent
        self._is_tested = is_tested
        self._original = original
        self._recipe, self._dataset = recipe, dataset
        known = _resumable(log, recipe)
        position = Position()
        if known is not None:
            experiment = Experiment.from_toml(known.experiment)
            self._network = Network(experiment, known.weights, known.facts)
            position = _position(known)
        else:
            self._network = replace(original, facts=_lasting(log, parent, recipe))
        self._done = list(known.done) if known is not None else []
        finished = recipe.steps[: max(0, len(self._done) - 1)]
        epochs = sum(step.tuning_epochs for step in finished)
        self._context = StepContext(
            dataset, original, others, recipe, log, control, position, epochs
        )

    def run(self) -> RunStatus:
        """Does what is left to do; returns how it ended."""
        self._log.update(
            fingerprint=self._dataset.fingerprint,
            environment=self._environment(),
        )
        if not self._done:
            self._keep("")
        for step in self._recipe.steps[len(self._done) - 1 :]:
            self._context.check()
            if self._control.end is not None:
                return RunStatus.STOPPED
            try:
                self._network = perform(step, self._network, self._context)
            except Ended as ended:
                if self._control.end is RunStatus.INTERRUPTED:
                    return RunStatus.INTERRUPTED
                self._network = ended.network
                return RunStatus.STOPPED
            self._keep(shortened(step))
        return RunStatus.COMPLETED

    def finish(self, status: RunStatus) -> tuple[str, ...]:
        """Writes what is left: weights, LiteRT file and figures. The test part is looked at here,
        once, or never.

        Returns:
            Sentences on what is to be known of the file.
        """
        network, log = self._network, self._log
        validation, test = len(self._context.validation[1]), len(self._dataset.test.labels)
        images = validation + self._is_tested * test
        log.say(Progress(log.run_id, "evaluating", 0, images, "images"))
        experiment = tuning(network.experiment, max(1, self._recipe.epochs))
        assembled = replace(network, experiment=experiment).assembled(self._context.info)
        optimizer = fresh_optimizer(experiment, assembled.model, 1)
        position = self._context.position
        log.artifact(CHECKPOINT, checkpoint.packed(assembled.model, optimizer, position))
        file = written(network, self._context, is_measured=self._is_tested)
        figures = judged(file.content, self._context, is_tested=self._is_tested)
        figures |= self._timed(file.content)
        log.artifact(MODEL_FILE, file.content)
        parent_accuracy = self._parent.test_accuracy
        difference = None
        if self._is_tested and parent_accuracy is not None:
            difference = figures["test_accuracy"] - parent_accuracy
        log.update(
            **figures,
            **self._sizes(),
            file_bytes=checkpoint.weight_bytes(assembled.model),
            accuracy_difference=difference,
            test_images=test if self._is_tested else None,
        )
        if status is RunStatus.COMPLETED:
            facts = {
                **network.facts,
                **found.facts_of(file.content, file.errors),
                progress.VALIDATION_IMAGES: str(validation),
            }
            ended = CompressionProgress(self._recipe.to_toml(), tuple(self._done), facts=facts)
            log.artifact(PROGRESS, ended.packed())
        return file.warnings

    def _timed(self, content: bytes) -> dict[str, float]:
        """The file's latencies, measured in turns with those of the parent's file; what the parent
        lacks is noted on it.
        """
        folder = self._log.measurements
        assert folder is not None  # as its parent was found
        with Store(folder) as store:
            before = RunFolder(store.artifacts(self._parent.run_id))
            original = _file_of(before) or original_file(before.path, self._written_original)
            figures, others = latencies((content, original), self._context)
            known = {**sizes(original), **others}
            lacking = {k: v for k, v in known.items() if self._parent.figure(k) is None}
            if lacking:
                store.update(self._parent.run_id, **lacking)
        return {**figures, "litert_ratio": figures["litert_ms"] / others["litert_ms"]}

    def _written_original(self) -> bytes:
        return written(self._original, self._context).content

    def _keep(self, step: str) -> None:
        """Keeps the network as the finished step left it, from which a killed run goes on."""
        network = self._network
        sizes = self._sizes()
        accuracy = self._context.accuracy(network)
        self._done.append(StepDone(step, accuracy, **sizes))
        kept_now = CompressionProgress(
            self._recipe.to_toml(),
            tuple(self._done),
            network.experiment.to_toml(),
            asdict(self._context.position),
            dict(network.facts),
            network.variables,
        )
        self._log.artifact(PROGRESS, kept_now.packed())
        self._log.update(
            **sizes,
            val_accuracy=accuracy,
            experiment_toml=self._spec().to_toml(),
        )

    def _spec(self) -> Experiment:
        """The run's experiment with the structure as it is now."""
        experiment = self._log.read().experiment
        return experiment.model_copy(update={"structure": self._network.experiment.structure})

    def _sizes(self) -> dict[str, int]:
        network = self._network
        return {
            "parameters": network.parameters,
            "nonzero_parameters": network.nonzero_parameters,
            "macs": network.experiment.analysis(self._context.info).macs,
        }

    def _environment(self) -> dict[str, object]:
        part, asked = self._dataset.train, self._network.experiment.hardware
        return hardware.environment(
            self._context.device,
            asked,
            image_shape=self._context.info.image_shape,
            reading=reading_to_keep(self._context.info).plain(),
            pipeline=pipeline_of(part, asked),
            class_names=names_to_keep(self._context.info),
        )


def _file_of(folder: RunFolder) -> bytes:
    """The LiteRT file that a run left; b"" where it left none, or it is damaged.

    It may be anybody's, so another process opens it first.
    """
    if not folder.has(MODEL_FILE) or MODEL_FILE.fault(folder.path):
        return b""
    try:
        return checked(folder.file(MODEL_FILE))
    except (ModelFileError, ApartError):
        return b""


def _resumable(log: RunLog, recipe: CompressionRecipe) -> CompressionProgress | None:
    """What the run has done before, where it can go on from there."""
    known = progress.read(log.folder)
    if known is None or not known.experiment:
        return None
    try:
        is_same = CompressionRecipe.from_toml(known.recipe) == recipe
    except SpecError:  # of a newer version, or no recipe at all
        return None
    return known if is_same else None


def _lasting(log: RunLog, parent: Run, recipe: CompressionRecipe) -> dict[str, str]:
    """What the parent's own compression left that a file has to keep, where nothing is trained.

    Shared values want one scale for a layer, and learned ranges are those of its weights.
    """
    if log.measurements is None or recipe.epochs:
        return {}
    known = progress.read(folder_of(log.measurements, parent.run_id))
    facts = known.facts if known is not None else {}
    return {name: facts[name] for name in LASTING if name in facts}


def _position(known: CompressionProgress) -> Position:
    values = {**known.position, "rates": tuple(known.position["rates"])}
    return Position(**{**values, "watched": Watched(**values["watched"])})


def _parent_of(log: RunLog, run: Run) -> tuple[Run, Kept, bool]:
    """The run that it is made from, its network, and whether the run is a candidate of a search.

    Raises:
        StoreError: where it isn't in this store.
        CannotCompress: where its network can't be had.
    """
    if log.measurements is None:
        raise StoreError(tr("a run is compressed beside its store, and this one is kept elsewhere"))
    with Store(log.measurements) as store:
        parent = store.run(run.parent_id or "")
        require(parent, store.artifacts(parent.run_id))
        study = store.group(run.study_id)
    is_candidate = study is not None and study.kind == GroupKind.SEARCH
    return parent, kept(log.measurements, parent.run_id), is_candidate


def _dataset(parent: Run, log: RunLog, control: Control) -> Dataset:
    """The parent's data, read as it read them."""

    def report(phase: str, done: int, total: int, unit: str) -> None:
        log.say(Progress(log.run_id, phase, done, total, unit))

    spec, reading = parent.experiment.data, parent.reading
    return load_dataset(spec, report, lambda: control.end is not None, reading)

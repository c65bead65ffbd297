"""Compressed runs before they are made, and what came of them once they have ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.compression import layer_modes
from workbench.compression.file_steps import Quantize
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.steps import LowRank
from workbench.experiment import MOST_LETTERS, Experiment
from workbench.network.analysis import analyze
from workbench.runs.artifacts import RunFolder
from workbench.runs.checkpoint_file import CHECKPOINT, float_weights
from workbench.runs.record import COMPRESSED, Origin, Run
from workbench.runs.store import Store, StoreError
from workbench.runs.used_runs import (
    OfferedRun,
    Shown,
    fault_of_network,
    fault_of_structure,
    fault_of_teacher,
    offered,
)
from workbench.spec.base import SpecError
from workbench.spec.optimizers import Adam
from workbench.spec.schedules import CosineDecay
from workbench.spec.stopping import NoStopping

KEYS = (
    "run_id",
    "parent_id",
    "steps",
    "test_accuracy",
    "parameters",
    "nonzero_parameters",
    "macs",
    "bytes",
    "gzip_bytes",
    "latency_ms",
    "difference",
)
"""Of a variant in JSON."""


TUNED_AS = ("training.batch_size", "hardware")
"""What of a compressed run's own experiment decides how it fine-tunes, beside its recipe."""


class CannotCompress(BadInput):
    """A run that can't be compressed, in one sentence."""


def compressed_run(
    store: Store,
    parent: Run,
    recipe: CompressionRecipe,
    *,
    settings: Mapping[str, Any] | None = None,
    origin: Origin = Origin(),  # noqa: B008
    front: bool = False,
    reserved: bool = False,
) -> Run:
    """A new run that will compress the network of its parent; the parent stays as it is.

    A recipe may name the runs that it uses by the start of their ids.

    Args:
        store: Of both.
        parent: Whose network.
        recipe: The steps.
        settings: Of how it fine-tunes, see `TUNED_AS`, by their paths; else as the parent trained.
        origin: The group and study that it belongs to.
        front: As in `Store.create`.
        reserved: As in `Store.create`.

    Raises:
        CannotCompress: where the parent's network can't be had; no run is made then.
        SpecError: where its spec is of a newer version, or the recipe names layers that it hasn't.
    """
    require(parent, store.artifacts(parent.run_id))
    recipe = with_whole_ids(store, recipe)
    require_used(store, recipe, parent)
    experiment = parent.experiment
    _require_layers(recipe, experiment)
    name = f"{parent.name} {recipe.short}"[:MOST_LETTERS]
    wanted = tuning(experiment, max(1, recipe.epochs)).changed(name=name)
    wanted = wanted.with_settings(settings or {})
    made = replace(origin, kind=COMPRESSED, parent_id=parent.run_id, recipe=recipe.to_toml())
    return store.create(wanted, front=front, reserved=reserved, origin=made)


def _require_layers(recipe: CompressionRecipe, experiment: Experiment) -> None:
    """Refuses types of layers that the network doesn't have.

    Raises:
        SpecError: one sentence.
    """
    if any(isinstance(step, LowRank) or "like" in step.used_runs for step in recipe.steps):
        return  # which layers there are then is seen when they are
    for step in recipe.steps:
        if isinstance(step, Quantize):
            layer_modes.require(step.modes, experiment.structure.layers)


def tuned_as(original: Experiment, run: Experiment) -> Experiment:
    """The original's experiment with what a compressed run may do otherwise, see `TUNED_AS`."""
    training = {"batch_size": run.training.batch_size}
    return original.model_copy(
        update={
            "training": original.training.model_copy(update=training),
            "hardware": run.hardware,
        }
    )


def tuning(experiment: Experiment, epochs: int, learning_rate: float = 0.001) -> Experiment:
    """How a network is fine-tuned: with Adam along a cosine, else as it was trained."""
    own = {"epochs": epochs, "probes": False, "teacher": "", "initial_weights": ""}
    training = experiment.training.model_copy(update=own)
    return experiment.model_copy(
        update={
            "training": training,
            "optimizer": Adam(learning_rate=learning_rate),
            "schedule": CosineDecay(),
            "stopping": NoStopping(),
        }
    )


def require(parent: Run, folder: Path) -> None:
    """Refuses a run whose network can't be had.

    Raises:
        CannotCompress: one sentence.
        SpecError: where its spec is of a newer version.
    """
    named = {"run_id": parent.run_id, "name": parent.name}
    if not parent.status.is_finished:
        raise CannotCompress(
            tr("run {run_id} ({name}) has not ended; compress it afterwards", **named)
        )
    if not RunFolder(folder).has(CHECKPOINT):
        raise CannotCompress(
            tr("run {run_id} ({name}) has no weights; train it, or resume it", **named)
        )
    found = float_weights(folder)
    if found is None:
        raise CannotCompress(
            tr("the weights of run {run_id} ({name}) are damaged; train it again", **named)
        )
    experiment = parent.experiment
    if experiment.hardware.is_parallel:
        raise CannotCompress(
            tr(
                "run {run_id} ({name}) was trained on several devices, and compression fine-tunes "
                "on one; train it with hardware.target=auto",
                **named,
            )
        )
    if parent.image_shape is None:  # of an older version: the training process will see
        return
    wanted = analyze(experiment.structure.layers, parent.image_shape).parameters
    if found != wanted:
        raise CannotCompress(
            tr(
                "the weights of run {run_id} ({name}) belong to another network: {found} instead "
                "of {wanted}; train it again",
                found=f"{found:,}",
                wanted=f"{wanted:,}",
                **named,
            )
        )


def with_whole_ids(store: Store, recipe: CompressionRecipe) -> CompressionRecipe:
    """The recipe with the runs that it uses named by their whole ids.

    Raises:
        SpecError: naming the setting, where no run is called so, or several are.
    """
    steps = []
    for step in recipe.steps:
        found = {}
        for name, given in step.used_runs.items():
            try:
                found[name] = store.find(given).run_id
            except StoreError as error:
                raise SpecError.at(f"{step.name()}.{name}", str(error)) from None
        steps.append(step.changed(**found) if found else step)
    return CompressionRecipe(steps=tuple(steps))


def require_used(store: Store, recipe: CompressionRecipe, parent: Run) -> None:
    """Refuses a recipe that uses a run that is gone, or has other classes than the parent.

    Raises:
        SpecError: naming the setting.
    """
    shown = Shown.of_run(parent)
    for step in recipe.steps:
        for name, run_id in step.used_runs.items():
            path = f"{step.name()}.{name}"
            try:
                run = store.run(run_id)
            except StoreError as error:
                raise SpecError.at(path, str(error)) from None
            is_teacher = name == "teacher"
            fault = fault_of_network(run, store.artifacts(run_id)) if is_teacher else ""
            if not fault and shown is not None:
                fault = (fault_of_teacher if is_teacher else fault_of_structure)(run, shown)
            if fault:
                raise SpecError.at(path, fault)


def suitable_for_step(store: Store, setting: str, parent: Run) -> list[OfferedRun]:
    """Runs that a step may use which compresses a run, newest first.

    Args:
        store: Of the runs.
        setting: Of the step, "teacher" or "like".
        parent: That is compressed.
    """
    shown = Shown.of_run(parent)
    fault = fault_of_teacher if setting == "teacher" else fault_of_structure
    return offered(store, lambda run: fault(run, shown) if shown is not None else "")


def variant(run: Run) -> dict[str, Any]:
    """What came of a compressed run, under `KEYS`."""
    values = (
        run.run_id,
        run.parent_id,
        CompressionRecipe.from_toml(run.recipe).short,
        run.test_accuracy,
        run.parameters,
        run.figure("nonzero_parameters"),
        run.macs,
        run.figure("litert_bytes"),
        run.figure("gzip_bytes"),
        run.figure("litert_ms"),
        run.figure("accuracy_difference"),
    )
    return dict(zip(KEYS, values, strict=True))

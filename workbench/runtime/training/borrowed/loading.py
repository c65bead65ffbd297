"""Borrowed networks from the store: which an experiment names, whether they suit, their weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.runs.checkpoint_file import weights_of
from workbench.runs.store import Store, StoreError
from workbench.runs.used_runs import TEACHER, WEIGHTS, used_by, used_problems, with_whole_ids
from workbench.runtime.network.variables import Variables, holds_weights, taken
from workbench.runtime.training.borrowed.networks import NOTHING, Borrowed, TrainedNetwork
from workbench.runtime.training.trained import kept, restored
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo


def borrowed(
    store: Path | None,
    experiment: Experiment,
    info: DataInfo,
    *,
    before: Mapping[str, Any] | None = None,
    begins: bool = True,
) -> Borrowed:
    """What an experiment takes from other runs.

    Args:
        store: Of these runs; None where it lies on another machine.
        experiment: That is to be trained.
        info: Of its data.
        before: What the run's record says of its environment, where it goes on.
        begins: Whether it begins; one that goes on has weights of its own.

    Raises:
        SpecError: naming the setting, where a run is gone, doesn't suit, or has been trained on.
        CheckpointError: where its weights are damaged.
        StoreError: where the store isn't here.
    """
    if not begins:
        training = experiment.training.model_copy(update={"initial_weights": ""})
        experiment = experiment.model_copy(update={"training": training})
    named = used_by(experiment)
    if not named:
        return NOTHING
    if store is None:
        fault = tr("a run that uses others is trained beside its store, and this one is elsewhere")
        raise StoreError(fault)
    with Store(store) as opened:
        problems = used_problems(opened, experiment, info)
        if problems:
            raise SpecError(problems)
        used = {path: _facts(opened, run_id) for path, run_id in named.items()}
    for path, facts in used.items():
        _refuse_another(path, facts, (before or {}).get(_key(path)))
    teacher = named.get(TEACHER)
    return Borrowed(
        trained_network(store, teacher, info) if teacher else None,
        _weights(store, named[WEIGHTS], info) if WEIGHTS in named else None,
        {_key(path): facts for path, facts in used.items()},
    )


def borrowed_by_name(store: Path, experiment: Experiment, info: DataInfo) -> Borrowed:
    """As `borrowed`, where runs may be named by the start of their ids: for what makes no run."""
    with Store(store) as opened:
        named = with_whole_ids(opened, experiment)
    return borrowed(store, named, info)


def trained_network(store: Path, run_id: str, info: DataInfo) -> TrainedNetwork:
    """The network of a run.

    Raises:
        CheckpointError: where its weights are damaged or of another network.
    """
    run = kept(store, run_id)
    return TrainedNetwork(run.experiment, taken(restored(run, info).model))


def _weights(store: Path, run_id: str, info: DataInfo) -> Variables:
    """Weights and moving averages of a run, without the state of random layers."""
    model = restored(kept(store, run_id), info).model
    return [variable.numpy() for variable in model.variables if holds_weights(variable)]


def _facts(store: Store, run_id: str) -> dict[str, str]:
    run = store.run(run_id)
    weights = weights_of(store.artifacts(run_id))
    return {"run_id": run_id, "name": run.name, "weights": weights}


def _key(path: str) -> str:
    return path.rpartition(".")[2]


def _refuse_another(path: str, now: Mapping[str, str], before: object) -> None:
    """Refuses to go on with other weights than the run began with."""
    known = before.get("weights") if isinstance(before, Mapping) else None
    if known not in (None, now["weights"]):
        fault = tr(
            "run {run_id} ({name}) was trained on since this run began; train a new run with it",
            run_id=now["run_id"],
            name=now["name"],
        )
        raise SpecError.at(path, fault)

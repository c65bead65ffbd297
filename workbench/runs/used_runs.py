"""Runs whose trained networks an experiment uses: as its teacher, or as its initial weights.

Which suit is found out from what the store knows: the spec, the shape of an image, the names of the
classes. Nothing is built, and of weights only the archive's directory is read. The training process
asks the same before it loads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.network.analysis import analyze
from workbench.network.weights import LayerWeights, first_difference
from workbench.runs.artifacts import RunFolder
from workbench.runs.checkpoint_file import CHECKPOINT, float_weights
from workbench.runs.record import Run
from workbench.runs.store import Store, StoreError
from workbench.spec.base import Problem, SpecError
from workbench.spec.data import DataInfo
from workbench.spec.layers import Shape, written

TEACHER, WEIGHTS = "training.teacher", "training.initial_weights"
"""Paths of the settings that name a run."""

LOOKED_AT, OFFERED = 1000, 200
"""Newest runs that are looked at, and how many of those that suit are offered."""

Fault = Callable[[Run, Experiment, DataInfo], str]
"""Why a run doesn't suit an experiment on its data; "" where it does."""


class OfferedRun(NamedTuple):
    """A run that suits.

    Attributes:
        test_accuracy: None where it wasn't tested.
    """

    run_id: str
    name: str
    test_accuracy: float | None


class Shown(NamedTuple):
    """What a network is shown.

    Attributes:
        names: Of the classes; empty where they aren't known.
    """

    image_shape: Shape
    classes: int
    names: tuple[str, ...]

    @classmethod
    def of(cls, info: DataInfo) -> Shown:
        """Of data."""
        return cls(info.image_shape, info.classes, info.class_names)

    @classmethod
    def of_run(cls, run: Run) -> Shown | None:
        """What a run was trained on; None where its record is of an older version."""
        if run.image_shape is None:
            return None
        classes = analyze(run.experiment.structure.layers, run.image_shape).output_shape[-1]
        return cls(run.image_shape, classes, run.class_names)


def used_by(experiment: Experiment) -> dict[str, str]:
    """Ids of the runs that an experiment uses, by the path of the setting that names each."""
    named = {
        TEACHER: experiment.training.teacher,
        WEIGHTS: experiment.training.initial_weights,
    }
    return {path: run_id for path, run_id in named.items() if run_id}


def with_whole_ids(store: Store, experiment: Experiment) -> Experiment:
    """The experiment with its runs named by their whole ids: the start of one, or "last", will do.

    Raises:
        SpecError: naming the setting, where no run is called so, or several are.
    """
    found = {}
    for path, given in used_by(experiment).items():
        try:
            found[path] = store.find(given).run_id
        except StoreError as error:
            raise SpecError.at(path, str(error)) from None
    return experiment.with_settings(found)


def used_problems(store: Store, experiment: Experiment, info: DataInfo | None) -> list[Problem]:
    """Why the runs that an experiment uses don't suit, by the path of the setting.

    Args:
        store: Of the runs.
        experiment: That is to be trained.
        info: Of its data; None leaves out what depends on them.
    """
    found = []
    for path, run_id in used_by(experiment).items():
        try:
            run = store.run(run_id)
        except StoreError as error:
            found.append(Problem(path, str(error)))
            continue
        fault = fault_of_network(run, store.artifacts(run_id))
        if not fault and info is not None:
            fault = FAULTS[path](run, experiment, info)
        if fault:
            found.append(Problem(path, fault))
    return found


def suitable(
    store: Store, path: str, experiment: Experiment, info: DataInfo | None
) -> list[OfferedRun]:
    """Runs that suit a setting, newest first.

    Args:
        store: Of the runs.
        path: Of the setting.
        experiment: That is to be trained.
        info: Of its data; None offers every run with weights.
    """
    return offered(store, lambda run: FAULTS[path](run, experiment, info) if info else "")


def offered(store: Store, fault: Callable[[Run], str]) -> list[OfferedRun]:
    """Trained runs with nothing wrong, newest first.

    Args:
        store: Of the runs.
        fault: Why a run doesn't suit; "" where it does.
    """
    found = []
    for run in store.newest_tested(LOOKED_AT):
        if not fault(run) and RunFolder(store.artifacts(run.run_id)).has(CHECKPOINT):
            found.append(OfferedRun(run.run_id, run.name, run.test_accuracy))
        if len(found) == OFFERED:
            break
    return found


def fault_of_network(run: Run, folder: Path) -> str:
    """Why the trained network of a run can't be had; "" where it can."""
    named = {"run_id": run.run_id, "name": run.name}
    if run.deleted is not None:
        return tr("run {run_id} ({name}) is deleted; restore it, or choose another", **named)
    if not run.status.is_finished:
        return tr("run {run_id} ({name}) has not ended; wait for it, or choose another", **named)
    if not RunFolder(folder).has(CHECKPOINT):
        return tr("run {run_id} ({name}) has no weights; train it, or choose another", **named)
    if float_weights(folder) is None:
        return tr(
            "the weights of run {run_id} ({name}) are damaged; train it again, or choose another",
            **named,
        )
    return ""


def fault_of_teacher(run: Run, shown: Shown) -> str:
    """Why a run can't teach what is shown: it has to know the same classes by such images."""
    return _fault(run, lambda: _of_classes(run, shown))


def fault_of_structure(run: Run, shown: Shown) -> str:
    """Why a network like that of a run can't learn what is shown."""
    return _fault(run, lambda: _of_structure(run, shown))


def fault_of_weights(run: Run, experiment: Experiment, info: DataInfo) -> str:
    """Why an experiment can't start from a run's weights: all their shapes have to be equal."""
    return _fault(run, lambda: _of_shapes(run, experiment, info))


FAULTS: dict[str, Fault] = {
    TEACHER: lambda run, experiment, info: fault_of_teacher(run, Shown.of(info)),
    WEIGHTS: fault_of_weights,
}


def _fault(run: Run, faults: Callable[[], Iterator[str]]) -> str:
    try:
        return next(faults(), "")
    except SpecError as error:
        return tr(
            "run {run_id} ({name}): {error}", run_id=run.run_id, name=run.name, error=str(error)
        )


def _of_classes(run: Run, shown: Shown) -> Iterator[str]:
    named = {"run_id": run.run_id, "name": run.name}
    shape = run.image_shape
    if shape is not None and shape != shown.image_shape:
        yield tr(
            "run {run_id} ({name}) takes images of {theirs} and these are {ours}; choose one that "
            "was trained on such images",
            theirs=written(shape),
            ours=written(shown.image_shape),
            **named,
        )
    yield from _of_structure(run, shown)
    for number, (theirs, ours) in enumerate(zip(run.class_names, shown.names, strict=False), 1):
        if theirs != ours:
            yield tr(
                "class {number} of run {run_id} ({name}) is {theirs} and that of the data {ours}; "
                "choose one with the same classes",
                number=number,
                theirs=repr(theirs),
                ours=repr(ours),
                **named,
            )


def _of_structure(run: Run, shown: Shown) -> Iterator[str]:
    named = {"run_id": run.run_id, "name": run.name}
    network = analyze(run.experiment.structure.layers, shown.image_shape)
    if network.problems:
        yield tr(
            "run {run_id} ({name}) can't take images of {ours}; choose one that was trained on "
            "such images",
            ours=written(shown.image_shape),
            **named,
        )
    classes = network.output_shape[-1]
    if classes != shown.classes:
        yield tr(
            "run {run_id} ({name}) knows {theirs} classes and the data have {ours}; choose one "
            "with the same classes",
            theirs=f"{classes:,}",
            ours=f"{shown.classes:,}",
            **named,
        )


def _of_shapes(run: Run, experiment: Experiment, info: DataInfo) -> Iterator[str]:
    shape: Shape = run.image_shape or info.image_shape
    theirs = analyze(run.experiment.structure.layers, shape)
    found = first_difference(experiment.analysis(info), theirs)
    if found is None:
        return
    ours, other = found
    named = {"run_id": run.run_id, "name": run.name}
    if other is None and ours is not None:
        yield tr(
            "run {run_id} ({name}) has no weights for layer {number} ({label}); choose a run with "
            "an equal network",
            **_place(ours),
            **named,
        )
    elif ours is None and other is not None:
        yield tr(
            "run {run_id} ({name}) has weights in its layer {number} ({label}) that this network "
            "has no place for; choose a run with an equal network",
            **_place(other),
            **named,
        )
    elif ours is not None and other is not None:
        yield tr(
            "layer {number} ({label}) has {ours} weights, and layer {their_number} "
            "({their_label}) of run {run_id} ({name}) has {theirs} of another shape; choose a run "
            "with an equal network",
            ours=f"{ours.parameters:,}",
            theirs=f"{other.parameters:,}",
            their_number=other.number,
            their_label=other.label,
            **_place(ours),
            **named,
        )


def _place(weights: LayerWeights) -> dict[str, Any]:
    return {"number": weights.number, "label": weights.label}

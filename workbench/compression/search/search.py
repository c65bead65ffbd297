"""A search with its runs: what was tried, and the run that is to be made next.

Each candidate is an ordinary run of the kind compressed, in a group of the kind `SEARCH`; so it is
judged on the validation images, and the test part stays unread. All that was tried is read from the
store each time: whoever has candidates made (the command line, the window) keeps a `Search` alone,
and one that was cut off goes on with what it left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbench.base.text import tr
from workbench.compression import progress
from workbench.compression.compressed_runs import CannotCompress, compressed_run, require
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search.bound import POINTS, AccuracyBound
from workbench.compression.search.planner import SearchPace, TriedRecipe, next_recipe
from workbench.compression.search.roads import Roads, roads_of
from workbench.hardware.processor import processor_here
from workbench.runs.groups import GroupKind
from workbench.runs.record import COMPRESSED, Origin, Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

LARGE_BATCH = 128
"""Images to a step of candidates, where the original took fewer: small networks train faster so."""

BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Instruction sets, with one of which candidates train in bfloat16: to the same accuracy, faster.
"""

MANY_STEPS = 200
"""Steps of an epoch that are left then at least; of fewer images each step counts."""

ENDED = (RunStatus.COMPLETED, RunStatus.FAILED)
"""What a run is that isn't gone on with."""

MOST_FIXED_SECONDS = 120.0
"""Besides training; what is beyond that of a run that was resumed wasn't spent on it."""


@dataclass(frozen=True)
class Search:
    """What is searched for, and the group that its runs are in.

    Attributes:
        parent_id: Whose network is to become smaller.
        bound: What is asked.
        group_id: "" until it made a run.
    """

    parent_id: str
    bound: AccuracyBound
    group_id: str = ""


@dataclass(frozen=True)
class SearchCandidate:
    """A run of a search that has ended.

    Attributes:
        run: The run.
        original: Accuracy of its original on the validation images.
        images: How many these are.
    """

    run: Run
    original: float
    images: int

    @property
    def lost(self) -> float | None:
        """Accuracy on the validation images that its file lost; None where it failed."""
        accuracy = self.run.val_accuracy
        return None if accuracy is None else self.original - accuracy

    def is_within(self, bound: AccuracyBound) -> bool:
        """Whether its file keeps the bound."""
        accuracy = self.run.val_accuracy
        return accuracy is not None and bound.allows(self.original, accuracy, self.images)

    def tried(self, bound: AccuracyBound) -> TriedRecipe:
        """As the planner knows it."""
        run = self.run
        recipe = CompressionRecipe.from_toml(run.recipe)
        size = run.figure(bound.quantity)
        return TriedRecipe(recipe, self.is_within(bound), self.lost, size, _seconds(run))


def begin(store: Store, parent: Run, bound: AccuracyBound) -> Search:
    """A search that has made no run yet.

    Raises:
        CannotCompress: where the network can't be had, or nothing judges it.
    """
    require(parent, store.artifacts(parent.run_id))
    if parent.val_accuracy is None:
        raise CannotCompress(
            tr(
                "run {run_id} ({name}) has no validation images, by which a search judges; train "
                "it with training.validation_split=0.1",
                run_id=parent.run_id,
                name=parent.name,
            )
        )
    return Search(parent.run_id, bound)


def candidates(store: Store, parent_id: str) -> list[SearchCandidate]:
    """What searches made of a run and was done, this one or others, oldest first."""
    found = []
    for run in _made(store, parent_id):
        if run.status is not RunStatus.COMPLETED:
            continue
        done = progress.read(store.artifacts(run.run_id))
        if done is None or not done.done or done.done[0].val_accuracy is None:
            continue
        images = done.facts.get(progress.VALIDATION_IMAGES, "")
        if images.isdecimal():
            found.append(SearchCandidate(run, done.done[0].val_accuracy, int(images)))
    return found


def propose(
    store: Store, search: Search, left: float, *, front: bool = False, reserved: bool = False
) -> tuple[Search, Run | None]:
    """The next run, which waits to be made, and the search as it is then.

    A candidate that an earlier search left unfinished goes on; None where nothing is left to try,
    or nothing that can be done in the time.

    Args:
        store: Of the runs.
        search: Which.
        left: Seconds that are left.
        front: As in `Store.create`.
        reserved: As in `Store.create`.

    Raises:
        StoreError: where the parent is gone, or nothing can be written.
        CannotCompress: where its network can't be had any more.
    """
    parent, bound = store.run(search.parent_id), search.bound
    judged = candidates(store, parent.run_id)
    made, known = _made(store, parent.run_id), {each.run.run_id for each in judged}
    tried = [each.tried(bound) for each in judged]
    tried += [_failed(run) for run in made if run.status in ENDED and run.run_id not in known]
    pace = SearchPace.of(tried, _epoch_seconds(parent))
    recipe = next_recipe(roads(parent, bound), tried, bound.within / POINTS, pace, left)
    if recipe is None:
        return search, None
    left_over = next((run for run in made if run.recipe == recipe.to_toml()), None)
    if left_over is not None:
        return search, _going_on(store, left_over, reserved=reserved)
    with store.change():
        if not search.group_id:
            name = tr(
                "Within {points} points of {name}", points=f"{bound.within:g}", name=parent.name
            )
            search = replace(search, group_id=store.create_group(GroupKind.SEARCH, name).group_id)
        trial = 1 + sum(run.study_id == search.group_id for run in made)
        run = compressed_run(
            store,
            parent,
            recipe,
            settings=_settings(parent),
            origin=Origin(study_id=search.group_id, trial=trial),
            front=front,
            reserved=reserved,
        )
    return search, run


def _going_on(store: Store, run: Run, *, reserved: bool) -> Run:
    """A candidate that an earlier search left.

    Raises:
        CannotCompress: where another process has it.
    """
    if run.status.is_active:
        raise CannotCompress(
            tr("run {run_id} is a candidate of another search; wait for it", run_id=run.run_id)
        )
    if run.status is RunStatus.QUEUED and not reserved:
        return run
    return store.requeue(run.run_id, reserved=reserved)


def roads(parent: Run, bound: AccuracyBound) -> Roads:
    """What can be tried on a run's network."""
    shape = parent.image_shape
    assert shape is not None  # as it has trained
    return roads_of(bound, parent.experiment.structure.layers, shape, _student_epoch(parent))


def _student_epoch(parent: Run) -> float | None:
    seconds = _epoch_seconds(parent)
    return None if seconds is None else SearchPace.of((), seconds).epoch


def _epoch_seconds(parent: Run) -> float | None:
    return parent.seconds / parent.epochs if parent.seconds and parent.epochs else None


def control_run(
    store: Store, parent: Run, recipe: CompressionRecipe, *, reserved: bool = False
) -> Run:
    """A run that does the winner's recipe without a teacher, trained as candidates are.

    Raises:
        CannotCompress: where its network can't be had.
    """
    return compressed_run(store, parent, recipe, settings=_settings(parent), reserved=reserved)


def _settings(parent: Run) -> dict[str, object]:
    """How candidates train."""
    size = parent.experiment.training.batch_size
    is_large = (parent.steps_per_epoch or 0) * size >= LARGE_BATCH * MANY_STEPS
    found: dict[str, object] = {}
    if is_large and size < LARGE_BATCH:
        found["training.batch_size"] = LARGE_BATCH
    if BFLOAT16 & set(processor_here().features):
        found["hardware.precision"] = "mixed_bfloat16"
    return found


def _made(store: Store, parent_id: str) -> list[Run]:
    """The runs of searches on a run, however they ended."""
    searches = {each.group_id for each in store.groups() if each.kind == GroupKind.SEARCH}
    return [
        run
        for run in store.children(parent_id)
        if run.kind == COMPRESSED and run.study_id in searches
    ]


def _failed(run: Run) -> TriedRecipe:
    return TriedRecipe(CompressionRecipe.from_toml(run.recipe), False, None, None)


def _seconds(run: Run) -> float | None:
    """What a run took, all in all."""
    if run.started is None or run.finished is None:
        return None
    return min(run.finished - run.started, (run.elapsed or 0.0) + MOST_FIXED_SECONDS)

"""What a recipe takes from runs besides its original: teachers, and structures for a student."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.compression.compressed_runs import require_used
from workbench.compression.recipe import CompressionRecipe
from workbench.experiment import Structure
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.runtime.training.borrowed.loading import trained_network
from workbench.runtime.training.borrowed.networks import TrainedNetwork
from workbench.spec.data import DataInfo


@dataclass(frozen=True)
class OtherRuns:
    """What is used of them, by their ids.

    Attributes:
        teachers: Trained networks.
        structures: Of networks that are trained afresh.
    """

    teachers: Mapping[str, TrainedNetwork]
    structures: Mapping[str, Structure]


def other_runs(folder: Path, recipe: CompressionRecipe, parent: Run, info: DataInfo) -> OtherRuns:
    """What a recipe takes from other runs of the store in a folder.

    Raises:
        SpecError: where one is gone, or doesn't suit.
        CheckpointError: where the weights of a teacher are damaged.
    """
    used = [named for step in recipe.steps for named in step.used_runs.items()]
    with Store(folder) as store:
        require_used(store, recipe, parent)
        structures = {
            run_id: store.run(run_id).experiment.structure
            for name, run_id in used
            if name == "like"
        }
    teachers = {run_id for name, run_id in used if name == "teacher"}
    return OtherRuns({each: trained_network(folder, each, info) for each in teachers}, structures)

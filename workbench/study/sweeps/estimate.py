"""What a run will take, from runs of the same network that the store has."""

from __future__ import annotations

from statistics import median

from workbench.experiment import Experiment
from workbench.hardware.remembered import network_key
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.base import SpecError

LOOKED_AT = 100
"""The newest runs; each spec takes a millisecond to read."""


def known_seconds(store: Store, experiment: Experiment) -> float | None:
    """Seconds of a run by those of the same network, data and batch size; None where none is known.

    Args:
        store: Whose newest runs are looked at.
        experiment: What is to be trained.
    """
    key = network_key(experiment)
    found = []
    for run in store.runs()[-LOOKED_AT:]:
        if run.status is not RunStatus.COMPLETED or not run.elapsed or not run.epochs:
            continue
        try:
            known = run.experiment
        except SpecError:  # of a newer version
            continue
        if network_key(known) == key and known.hardware == experiment.hardware:
            found.append(run.elapsed / run.epochs)
    return median(found) * experiment.training.epochs if found else None

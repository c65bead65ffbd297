"""The curves of runs from what the store holds of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.curves.run import TIMES, RunCurves
from workbench.runs.record import EpochMetrics, Run, StepMetrics
from workbench.runs.store import Store
from workbench.spec.base import SpecError


def read_curves(store: Store, run: Run) -> RunCurves:
    """All that the store knows of a run's metrics.

    Raises:
        StoreError: where it can't be read.
    """
    steps = store.steps(run.run_id)
    curves = curves_of(steps, store.epochs(run.run_id), run.steps_per_epoch)
    curves.images_per_step = batch_size(run)
    curves.loss_holds_penalty = run.loss_holds_penalty
    _add_probes(curves, steps, store.probes(run.run_id))
    return curves


def curves_of(
    steps: StepMetrics, epochs: Sequence[EpochMetrics], steps_per_epoch: int | None
) -> RunCurves:
    """The curves of a run from its metrics."""
    curves = RunCurves(steps_per_epoch)
    values, times = steps.values, _times(steps.values)
    if len(values):
        curves.append_steps(
            steps.steps,
            times["seconds"],
            values["loss"],
            values["accuracy"],
            values["learning_rate"],
            values["images_per_second"],
            times["elapsed"],
        )
        if np.nansum(values["penalty"]):
            curves.append_penalty(steps.steps, penalty=values["penalty"], **times)
    for epoch in epochs:
        curves.append_epoch(
            float(epoch.epoch),
            epoch.step,
            epoch.seconds,
            epoch.val_loss,
            epoch.val_accuracy,
            epoch.images_per_second,
            epoch.elapsed,
        )
    return curves


def _times(values: np.ndarray) -> dict[str, np.ndarray | None]:
    """Both times of some steps, None for one that isn't known."""
    return {name: None if np.isnan(values[name]).all() else values[name] for name in TIMES}


def _add_probes(curves: RunCurves, steps: StepMetrics, probes: StepMetrics) -> None:
    """Adds what was recorded besides, as far as `steps` go, which were read a moment before."""
    numbers = probes.steps[: np.isin(probes.steps, steps.steps).sum()]
    if len(numbers):
        values = probes.values[: len(numbers)]
        times = _times(steps.values[np.searchsorted(steps.steps, numbers)])
        curves.append_probes(
            numbers,
            gradient_norm=values["gradient_norm"],
            update_ratio=values["update_ratio"],
            **times,
        )


def batch_size(run: Run) -> int | None:
    """Images of one step; None where its settings are of a later version."""
    try:
        return run.experiment.training.batch_size
    except SpecError:
        return None

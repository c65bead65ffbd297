"""Whether the run of a trial goes on at a rung: what its training process asks of the store.

A trial is compared with those before it that had ended when it was asked for, at the same rung and
with the same seed or fold: so it ends at the same epoch whatever else trains beside it, and
whenever its process was killed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan

from workbench.base.text import plural, tr
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.study.pruning.halving import goes_on
from workbench.study.pruning.rules import NONE, Rungs, rungs_of
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.trials import BASELINE

REPEATED = ("seed", "folds", "fold")
"""Settings of training that the runs of a trial differ in."""

Values = Mapping[int, float]
"""What a run reached, by the epochs it had taken."""


class Gate:
    """The rungs of one run, each asked at once when it is reached.

    Args:
        run: Of a trial.
        plan: Of its search.
        rungs: Of the plan.
    """

    def __init__(self, run: Run, plan: SweepPlan, rungs: Rungs) -> None:
        assert run.trial is not None, "it is the run of a trial"
        self._run, self._plan, self._rungs, self._number = run, plan, rungs, run.trial
        self._goal = plan.goals[0]

    def why_cut(self, store: Store, epochs: int) -> str:
        """Why the run ends now, in one sentence; "" where it goes on.

        Args:
            store: With what has been recorded of it.
            epochs: That it has trained.
        """
        is_rung = epochs in self._rungs.judged(self._number)
        if not is_rung and epochs:
            return ""
        runs = self._by_trial(store)
        mine = runs.get(self._number, [])
        place = next((n for n, run in enumerate(mine) if run.run_id == self._run.run_id), 0)
        if any(run.status is RunStatus.PRUNED for run in mine[:place]):
            return tr("pruned with another run of its trial")
        if not is_rung:
            return ""
        values = store.epoch_values(self._run.study_id or "", self._goal.key, [epochs])
        own = values.get(self._run.run_id, {}).get(epochs, nan)
        rivals = self._rivals(runs, place, values, epochs)
        if goes_on(own, rivals, self._goal.direction):
            return ""
        return plural(
            "pruned after {count} of {all} epochs: {what} {value} is not among the best third of "
            "{trials} trials",
            "pruned after {count} of {all} epochs: {what} {value} is not among the best third of "
            "{trials} trials",
            epochs,
            all=self._rungs.epochs[-1],
            what=self._goal.quantity.name.lower(),
            value=self._goal.quantity.kind.text(own),
            trials=len(rivals) + 1,
        )

    def _by_trial(self, store: Store) -> dict[int, list[Run]]:
        found: dict[int, list[Run]] = {}
        for run in store.trial_runs(self._run.study_id or ""):
            if run.trial is not None:
                found.setdefault(run.trial, []).append(run)
        return found

    def _rivals(
        self,
        runs: Mapping[int, Sequence[Run]],
        place: int,
        values: Mapping[str, Values],
        epochs: int,
    ) -> list[float]:
        """What earlier trials that are judged at the same rungs reached, with the same repeat."""
        found = []
        first = self._rungs.first(self._number)
        for number in range(1, self._number - self._plan.workers + 1):
            repeats = runs.get(number, ())
            if len(repeats) != self._plan.repeats or self._rungs.first(number) != first:
                continue
            if any(run.status is RunStatus.PRUNED for run in repeats[:place]):
                continue  # how far this one got depends on what trained beside it
            value = values.get(repeats[place].run_id, {}).get(epochs)
            if value is not None:
                found.append(value)
        return found


def gate_of(run: Run, study: StudyRecord | None) -> Gate | None:
    """The gate of a run; None where it is trained to its end.

    The baseline always is: what was chosen is compared with it.
    """
    is_trial = study is not None and run.trial not in (None, BASELINE)
    if not is_trial or study is None or study.plan.get("prune", NONE) == NONE:
        return None
    plan = SweepPlan.of_plain(study.plan)
    rungs = rungs_of(plan)
    if rungs is None or rungs.is_whole or is_baseline(run, plan):
        return None
    return Gate(run, plan, rungs)


def is_baseline(run: Run, plan: SweepPlan) -> bool:
    """Whether a run trains the experiment as it was, with whatever seed or fold."""
    training = plan.baseline.training
    first = {f"training.{name}": getattr(training, name) for name in REPEATED}
    return run.experiment.with_settings(first) == plan.baseline

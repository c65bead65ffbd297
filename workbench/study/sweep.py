"""A sweep under way: which trial is next, from nothing but what the store has.

Whoever trains calls `advance` while there is room, and gets the runs of the next trial. With k
workers, trial number i is asked for from what trials up to i - k reached, in the order of their
numbers; the later ones count as under way, finished or not. So the same sweep comes out whatever
finishes first, and whenever it was broken off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.levers.repeats import with_seeds
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord, TrialRecord
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.bounds import out_of_reach, refusal
from workbench.study.plan import SweepPlan
from workbench.study.space import Combination, Settings, Space
from workbench.study.strategies import STRATEGIES, Strategy
from workbench.study.trials import BASELINE, SweepTrial, TrialState

MOST_REFUSED = 200
"""Refusals in a row after which a search by chance gives up."""

SAMPLED = 200
"""Combinations of an endless space that are looked at before a search begins."""


class NoSuchSweep(BadInput, ValueError):
    """No sweep is called so, in one sentence."""


class Sweep:
    """One sweep.

    Args:
        store: Of this thread.
        study: As the store has it.
        plan: Of it.
        info: What is known of the data.
        has_time: Tells whether another trial fits into the budget of time.

    Attributes:
        ending: Why no further trial is asked for, in one sentence; "" while one may be.
    """

    def __init__(
        self,
        store: Store,
        study: StudyRecord,
        plan: SweepPlan,
        info: DataInfo,
        has_time: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store, self._has_time = store, has_time
        self.study, self.plan, self.info = study, plan, info
        self.space = plan.space(info)
        self.ending = ""
        self._proposals = Proposals(plan, self.space)

    # --- what there is -------------------------------------------------------------------------

    def trials(self) -> list[SweepTrial]:
        """Every trial that was asked for, by number; the baseline is number 0, or one of them."""
        by_trial: dict[int | None, list[Run]] = {}
        for run in self._store.trial_runs(self.study.study_id):
            by_trial.setdefault(run.trial, []).append(run)
        return [
            SweepTrial(record, tuple(by_trial.get(record.trial, ())), self.plan.seeds)
            for record in self._store.trials(self.study.study_id)
        ]

    def baseline(self, trials: Sequence[SweepTrial]) -> SweepTrial | None:
        """The trial that is the experiment as it was; None while it wasn't asked for."""
        key = self._proposals.baseline.key
        for trial in trials:
            is_it = trial.number == BASELINE or (
                not trial.record.refused and self._proposals.combination(trial.settings).key == key
            )
            if is_it:
                return trial
        return None

    def unfinished(self) -> list[Run]:
        """Runs of trials that were begun, reserved for this store: those that nobody trains."""
        found = []
        for trial in self.trials():
            for run in trial.runs:
                waits = run.status is RunStatus.QUEUED and not run.maker
                if waits or run.status is RunStatus.INTERRUPTED:
                    found.append(self._store.requeue(run.run_id, reserved=True))
        return found

    # --- what is next --------------------------------------------------------------------------

    def advance(self) -> list[Run]:
        """The runs of the next trial, reserved for this store.

        None of them where trials must end first, or `ending` says that there is no further one.
        """
        trials = self.trials()
        if not trials and not self._proposals.tries_baseline:
            return self._made(BASELINE, Combination({}, self.plan.baseline, self.info))
        asked = [trial for trial in trials if trial.number != BASELINE]
        while not self._has_ended(asked):
            number = len(asked) + 1
            if any(trial.state.is_open for trial in asked[: max(0, number - self.plan.workers)]):
                return []
            found = self._proposals.next(number, asked)
            if found is None:
                self.ending = tr("every combination has been tried")
                return []
            refused = refusal(found, self.plan.where)
            if refused is None:
                return self._made(number, found)
            record = TrialRecord(number, found.settings, refused.reason, refused.violations)
            self._store.note_trial(self.study.study_id, record)
            asked.append(SweepTrial(record, (), self.plan.seeds))
        return []

    def _has_ended(self, asked: Sequence[SweepTrial]) -> bool:
        trained = [trial for trial in asked if not trial.record.refused]
        if self.plan.runs is not None and len(trained) >= self.plan.runs:
            self.ending = tr("all trials that were asked for are done")
        elif trained and not self._has_time():
            self.ending = tr("the time is used up")
        elif not self._proposals.strategy.ends and _refused_in_a_row(asked) >= MOST_REFUSED:
            self.ending = tr(
                "the last {count} combinations were refused ({reason}); widen the bounds or the "
                "axes",
                count=MOST_REFUSED,
                reason=asked[-1].record.refused,
            )
        return bool(self.ending)

    def _made(self, number: int, combination: Combination) -> list[Run]:
        record = TrialRecord(number, combination.settings)
        group = f"{self.study.name} {number}" if self.plan.seeds > 1 else ""
        experiments = repeated(combination.experiment, self.plan.seeds)
        return self._store.create_trial(self.study.study_id, record, experiments, group)


class Proposals:
    """What is tried next, and never twice.

    Args:
        plan: Of the sweep.
        space: Its combinations.

    Attributes:
        strategy: Who proposes.
        baseline: The experiment as it was.
    """

    def __init__(self, plan: SweepPlan, space: Space) -> None:
        self._plan, self._space = plan, space
        self._known: dict[str, Combination] = {}
        self.strategy: Strategy = STRATEGIES[plan.strategy](plan, space)
        self.baseline = space.combination({})
        self.tries_baseline = self.strategy.ends and self._has_baseline()

    def combination(self, settings: Mapping[str, Any]) -> Combination:
        """As the space makes it; made once."""
        name = json.dumps(dict(settings), sort_keys=True)
        if name not in self._known:
            self._known[name] = self._space.combination(settings)
        return self._known[name]

    def next(self, number: int, asked: Sequence[SweepTrial]) -> Combination | None:
        """The combination of a trial; None where there is none left.

        Args:
            number: Of the trial.
            asked: Those before it.
        """
        goals, known = self._plan.goals, number - self._plan.workers
        told = [trial.told(goals, is_open=trial.number > known) for trial in asked]
        seen = {_key(self.combination(trial.settings)) for trial in asked}
        if not self.tries_baseline:
            seen.add(self.baseline.key)
        for settings in self.strategy.proposals(number, told):
            found = self.combination(settings)
            if _key(found) not in seen:
                return found
        return None

    def _has_baseline(self) -> bool:
        """Whether one of the combinations is the experiment as it was."""
        found = (self.combination(settings) for settings in self._space.all_settings())
        return any(each.key == self.baseline.key for each in found)


def planned(plan: SweepPlan, space: Space) -> list[Combination] | None:
    """The combinations that a sweep will try, as far as they don't depend on results.

    None for a search that learns.
    """
    proposals = Proposals(plan, space)
    if proposals.strategy.learns:
        return None
    found: list[Combination] = []
    asked: list[SweepTrial] = []
    kept = 0
    while plan.runs is None or kept < plan.runs:
        number = len(asked) + 1
        made = proposals.next(number, asked) if number <= _most(plan, space) else None
        if made is None or _refused_in_a_row(asked) >= MOST_REFUSED:
            break
        refused = refusal(made, plan.where)
        kept += refused is None
        record = TrialRecord(number, made.settings, refused.reason if refused else "")
        asked.append(SweepTrial(record, (), plan.seeds))
        found.append(made)
    return found


def unreachable(plan: SweepPlan, space: Space) -> str:
    """The sentence that no combination keeps the bounds; "" where one does, or none was found.

    All combinations are looked at where they can be counted, else a sample.
    """
    if not plan.where:
        return ""
    return out_of_reach(_some(plan, space), plan.where)


def _some(plan: SweepPlan, space: Space) -> Iterator[Combination]:
    strategy = STRATEGIES["random"](plan, space)
    chance = strategy.random(0)
    drawn: Iterable[Settings] = (space.drawn(chance) for _ in range(SAMPLED))
    if (space.count or SAMPLED * 10) < SAMPLED * 10:
        drawn = space.all_settings()
    return map(space.combination, drawn)


def repeated(experiment: Experiment, seeds: int) -> list[Experiment]:
    """An experiment with its own seed and the next ones."""
    return list(with_seeds(experiment, seeds).experiments) if seeds > 1 else [experiment]


def named(store: Store, name: str) -> tuple[StudyRecord, SweepPlan]:
    """The sweep of this name.

    Raises:
        NoSuchSweep: where there is none.
        NoSuchPlan: where it can't be read.
    """
    study = store.study(name)
    if study is None:
        known = [each.name for each in store.studies()]
        raise NoSuchSweep(
            tr(
                "there is no sweep {name}; known are {names}",
                name=repr(name),
                names=", ".join(known),
            )
            if known
            else tr("there is no sweep {name} in {folder}", name=repr(name), folder=store.folder)
        )
    return study, SweepPlan.of_plain(study.plan)


def refuse_other(name: str, known: SweepPlan, wanted: SweepPlan) -> None:
    """Refuses a name that a sweep of something else has.

    Raises:
        SpecError: where the two aren't the same search.
    """
    differs = known.same_search(wanted)
    if not differs:
        return
    if differs.startswith("--"):
        fault = tr(
            "sweep {name} was made with other options ({what} differs): give it another name",
            name=repr(name),
            what=differs,
        )
    else:
        fault = tr(
            "sweep {name} was made with another experiment ({what} differs): give it another name",
            name=repr(name),
            what=differs,
        )
    raise SpecError.at("", fault)


def _key(combination: Combination) -> str:
    """Of what is trained; of one that can't be, its settings."""
    return combination.key or json.dumps(combination.settings, sort_keys=True)


def _refused_in_a_row(asked: Sequence[SweepTrial]) -> int:
    last = (trial.state is TrialState.REFUSED for trial in reversed(asked))
    return next((place for place, is_refused in enumerate(last) if not is_refused), len(asked))


def _most(plan: SweepPlan, space: Space) -> int:
    return space.count or (plan.runs or 0) + MOST_REFUSED * 5

"""What a sweep would come to, before anything is trained: its runs, and how long they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.base.text import joined, plural, tr
from workbench.base.units import count
from workbench.experiment import Experiment
from workbench.hardware import preflight
from workbench.hardware.forecast import until
from workbench.hardware.preflight import roughly
from workbench.runs.store import Store
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.machine import Machine
from workbench.study.asking.request import SweepRequest, refuse_short
from workbench.study.sweeps.axes import axis_faults
from workbench.study.sweeps.bounds import refusal
from workbench.study.sweeps.estimate import known_seconds
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.proposals import Proposals, planned
from workbench.study.sweeps.space import Combination, Settings
from workbench.study.sweeps.strategies import STRATEGIES
from workbench.study.sweeps.workers import remembered
from workbench.study.words import titled

USUAL_RUNS = 20
"""Combinations of a search that has no end of its own, where nobody says one."""

MOST_COSTED = 200
"""Combinations whose networks are looked at for an estimate; the others take as long as these."""

LEAST_SHARE = 0.3
"""Of the time of a step that doesn't shrink with the network: input, updates, calls."""


@dataclass(frozen=True)
class Listed:
    """One combination that would be tried.

    Attributes:
        settings: What it has, by path.
        words: The same in one line.
        refused: Why a bound refuses it; "" where it is trained.
        is_left_out: A person doesn't want it.
    """

    settings: Settings
    words: str
    refused: str
    is_left_out: bool


@dataclass(frozen=True)
class Outlook:
    """What a request comes to.

    Attributes:
        faults: What is wrong with the values of an axis, by its path.
        fault: What is wrong otherwise, or first; "" where it can begin.
        place: The option that is at fault, as in `--budget 5`; "" for none of them.
        strategy: A name in `STRATEGIES`.
        needs_end: Whether the strategy ends by runs or time alone.
        plan: Checked; None where something is wrong.
        counts: How many values each axis has; None for a range of any numbers.
        listed: The combinations in order; None where they depend on results, or have no end.
        trials: How many are trained; None where a budget of time ends it.
        has_baseline: Whether the experiment as it is, is trained besides.
        seconds: What all of it takes, about; None where that isn't known.
    """

    faults: dict[str, str]
    fault: str = ""
    place: str = ""
    strategy: str = ""
    needs_end: bool = False
    plan: SweepPlan | None = None
    counts: tuple[int | None, ...] = ()
    listed: tuple[Listed, ...] | None = None
    trials: int | None = None
    has_baseline: bool = False
    seconds: float | None = None

    @property
    def refused(self) -> list[Listed]:
        """Those that a bound refuses."""
        return [one for one in self.listed or () if one.refused]

    def words(self, now: float) -> str:
        """As in "2 x 3 = 6 runs x 3 seeds, about 14 min, until 16:40".

        Args:
            now: Seconds since 1970.
        """
        if self.plan is None:
            return ""
        return joined(", ", [self._runs(), *self._left(), *self._time(now)])

    def _runs(self) -> str:
        assert self.plan is not None
        if self.trials is None:
            return tr("runs until the time is up")
        product = " x ".join(map(count, self.counts)) if self._is_whole else ""
        runs = plural("{count} run", "{count} runs", self.trials)
        runs = tr("{product} = {runs}", product=product, runs=runs) if product else runs
        if self.has_baseline:
            runs = tr("{runs} and the baseline", runs=runs)
        repeats = count(self.plan.repeats)
        if self.plan.folds:
            runs = tr("{runs} x {folds} folds", runs=runs, folds=repeats)
        elif self.plan.seeds > 1:
            runs = tr("{runs} x {seeds} seeds", runs=runs, seeds=repeats)
        return runs

    @property
    def _is_whole(self) -> bool:
        """Whether every combination of several axes is tried, so that their product says it."""
        known = [each for each in self.counts if each is not None]
        whole = 1
        for each in known:
            whole *= each
        return len(known) == len(self.counts) > 1 and whole == self.trials

    def _left(self) -> list[str]:
        found = []
        left = sum(one.is_left_out for one in self.listed or ())
        if left:
            found.append(plural("{count} left out", "{count} left out", left))
        if self.refused:
            found.append(plural("{count} refused", "{count} refused", len(self.refused)))
        return found

    def _time(self, now: float) -> list[str]:
        if self.seconds is None:
            return []
        return [
            tr("about {time}", time=roughly(self.seconds)),
            until(now + self.seconds, now),
        ]


def outlook(
    store: Store,
    request: SweepRequest,
    texts: dict[str, str],
    experiment: Experiment,
    info: DataInfo | None,
    machine: Machine | None,
) -> Outlook:
    """What a request comes to; takes up to a second where it has a thousand combinations.

    Args:
        store: Whose runs and measurements tell how long one takes.
        request: Its `vary` is made of `texts`; with 0 workers for as many as were measured to pay.
        texts: The values to try, by path.
        experiment: What is varied.
        info: What is known of its data; None where that isn't much yet.
        machine: What it would train on; None where that isn't known yet.
    """
    faults = axis_faults(texts, experiment)
    if faults:
        return Outlook(faults, next(iter(faults.values())))
    request = replace(request, vary=tuple(f"{path}={text}" for path, text in texts.items()))
    try:
        if info is None:
            request.read(experiment)
            return Outlook({}, tr("the data have to be looked at first"))
        strategy = STRATEGIES[request.read(experiment).strategy]
        if not strategy.ends and request.runs is None and not request.budget:
            request = replace(request, runs=USUAL_RUNS)
        request = replace(request, workers=request.workers or _usual_workers(store, experiment))
        plan = request.plan(experiment, info)
    except SpecError as error:
        return _faulty(request, experiment, error)
    single = _seconds(store, experiment, machine)
    try:
        refuse_short(plan, single or 0.0, request.budget)
    except SpecError as error:
        return replace(_faulty(request, experiment, error), place="--budget")
    return _of_plan(plan, info, single)


def _usual_workers(store: Store, experiment: Experiment) -> int:
    found = remembered(Path(store.folder), experiment)
    return found.workers if found is not None else 1


def _faulty(request: SweepRequest, experiment: Experiment, error: SpecError) -> Outlook:
    first = error.problems[0]
    is_option = first.path.startswith("--")
    try:
        strategy = request.read(experiment).strategy
    except SpecError:
        strategy = request.strategy
    return Outlook(
        {},
        first.message if is_option else str(first),
        first.path if is_option else "",
        strategy,
        bool(strategy) and not STRATEGIES[strategy].ends,
    )


def _of_plan(plan: SweepPlan, info: DataInfo, single: float | None) -> Outlook:
    space = plan.space(info)
    proposals = Proposals(plan, space)
    left_out = {proposals.combination(settings).key for settings in plan.left_out}
    is_bounded = STRATEGIES[plan.strategy].ends or plan.runs is not None
    found = planned(replace(plan, left_out=()), space) if is_bounded else None
    listed = [_listed(each, plan, left_out) for each in found or ()]
    trained = [
        each
        for each, one in zip(found or (), listed, strict=True)
        if not one.refused and not one.is_left_out
    ]
    trials = len(trained) if found is not None else plan.runs
    has_baseline = not proposals.tries_baseline
    return Outlook(
        {},
        strategy=plan.strategy,
        needs_end=not STRATEGIES[plan.strategy].ends,
        plan=plan,
        counts=tuple(axis.count for axis in plan.axes),
        listed=tuple(listed) if found is not None else None,
        trials=trials,
        has_baseline=has_baseline,
        seconds=_whole(plan, trained, trials, has_baseline, single),
    )


def _listed(combination: Combination, plan: SweepPlan, left_out: set[str]) -> Listed:
    refused = refusal(combination, plan.where)
    return Listed(
        combination.settings,
        titled(combination.settings),
        refused.reason if refused is not None else "",
        bool(combination.key) and combination.key in left_out,
    )


def _seconds(store: Store, baseline: Experiment, machine: Machine | None) -> float | None:
    """Of one run of the baseline, by runs like it, else as a few steps of it were timed."""
    known = known_seconds(store, baseline)
    if known is not None or machine is None:
        return known
    measured = preflight.recall(Path(store.folder), machine, baseline)
    return measured.seconds(baseline.training.epochs) if measured is not None else None


def _whole(
    plan: SweepPlan,
    trained: Sequence[Combination],
    trials: int | None,
    has_baseline: bool,
    single: float | None,
) -> float | None:
    """Of all runs, each by its epochs and the size of its network."""
    if trials is None:
        return plan.budget
    if single is None:
        return None
    looked_at = trained[:MOST_COSTED]
    shares = [_share(each, plan) for each in looked_at]
    mean = sum(shares) / len(shares) if shares else 1.0
    whole = single * plan.repeats * (mean * trials + has_baseline)
    return min(whole, plan.budget) if plan.budget is not None else whole


def _share(combination: Combination, plan: SweepPlan) -> float:
    """What a combination takes of the baseline's time."""
    baseline = plan.baseline
    epochs = combination.experiment.training.epochs / baseline.training.epochs
    macs = combination.experiment.analysis(combination.info).macs
    before = baseline.analysis(combination.info).macs
    return epochs * max(LEAST_SHARE, macs / (before or 1))

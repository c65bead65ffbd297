"""A sweep under way: which trial is next, from nothing but what the store has.

A `StudySearch`, see `work`. With k workers, trial number i is asked for from what trials up to
i - k reached, in the order of their numbers; the later ones count as under way, finished or not. So
the same sweep comes out whatever finishes first, and whenever it was broken off. Once all have
ended the choice is written down, and the test images are read for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.base.units import in_one_line
from workbench.experiment import Experiment
from workbench.runs.groups import GroupKind
from workbench.runs.record import Run
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import SWEEP, KnownRuns, StudyRecord, TrialRecord
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.pruning.climb import Climb, for_epochs
from workbench.study.pruning.ladder import Ascent
from workbench.study.pruning.rules import rungs_of
from workbench.study.readings import reading, write_down
from workbench.study.sweeps.bounds import refusal
from workbench.study.sweeps.choice import SweepChoice, chosen
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.proposals import MOST_REFUSED, Proposals, refused_in_a_row
from workbench.study.sweeps.space import Combination
from workbench.study.sweeps.trials import BASELINE, SweepTrial, baseline_of, trials_of
from workbench.study.words import SettingsSaid, named_by, settings_words, trial_title
from workbench.study.work import SearchEnded, Step, Stopwatch, TrainRuns, Wait

ENDS_A_SEARCH = (Outcome.DISK_FULL, Outcome.STORE, Outcome.BAD_DATA)
"""How a run fails where the next one would fail as well."""


class NoSuchSweep(BadInput, ValueError):
    """No sweep is called so, in one sentence."""


class Sweep:
    """One sweep.

    Args:
        study: As the store has it.
        plan: Of it.
        info: What is known of the data.
        clock: How long it has taken; None for one that begins now.
        run_seconds: What a run takes, about, until one has ended; None where it is to be seen.
        reserved: Its runs are for the store that asks for them, not for the window's queue.

    Attributes:
        space: Its combinations.
        ending: Why no further trial is asked for, in one sentence; "" while one may be.
    """

    def __init__(
        self,
        study: StudyRecord,
        plan: SweepPlan,
        info: DataInfo,
        clock: Stopwatch | None = None,
        run_seconds: float | None = None,
        *,
        reserved: bool = True,
    ) -> None:
        self.study, self.plan, self.info = study, plan, info
        self.space = plan.space(info)
        self.ending = ""
        self._clock, self._run_seconds = clock or Stopwatch(), run_seconds or 0.0
        self._reserved = reserved
        self._proposals = Proposals(plan, self.space)
        self._known = KnownRuns()
        rungs, self._climb = rungs_of(plan), None
        if rungs is not None and rungs.is_whole:
            self._climb = Climb(plan, rungs, self._is_baseline)

    # --- what there is -------------------------------------------------------------------------

    def trials(self, store: Store) -> list[SweepTrial]:
        """Every trial that was asked for, by number; the baseline is number 0, or one of them."""
        return trials_of(store, self.study.study_id, self.plan, self._known)

    def baseline(self, trials: Sequence[SweepTrial]) -> SweepTrial | None:
        """The trial that is the experiment as it was; None while it has no run."""
        return baseline_of(trials, self.plan)

    def _is_baseline(self, trial: SweepTrial) -> bool:
        """Whether a combination is the experiment as it was."""
        known = self._proposals
        combination = known.combination(trial.settings)
        return not trial.record.refused and combination.key == known.baseline.key

    def choice(self, trials: Sequence[SweepTrial]) -> SweepChoice | None:
        """What is best of them; None where none is finished."""
        return chosen(trials, self.plan.goals, self.baseline(trials))

    def prepare(self) -> None:
        """Imports what the next trial is chosen with, while the first one trains."""
        self._proposals.strategy.prepare()

    # --- as `StudySearch` ----------------------------------------------------------------------

    def left_over(self, store: Store) -> list[Run]:
        """Runs of trials that were begun and that nobody trains, queued again."""
        return requeued(store, self.study.study_id, reserved=self._reserved)

    def next(self, store: Store) -> Step:
        """The next trial; then, when all have ended, the test images for what is best of them."""
        trials = self.trials(store)
        failed = _fatal(trials)
        if failed is not None:
            words = tr(
                "the sweep ends: what failed in trial {number} would fail again",
                number=failed.number,
            )
            return SearchEnded(words, is_failure=True)
        runs = self._advance(store, trials)
        if runs:
            return TrainRuns(tuple(runs))
        if not self.ending or any(trial.state.is_open for trial in trials):
            return Wait()
        choice = self.choice(trials)
        if choice is None:
            return SearchEnded(self.ending)
        write_down(store, self.study, choice.plain())
        return reading(choice.read) or SearchEnded(self.ending)

    def title(self, store: Store, run: Run, said: SettingsSaid = settings_words) -> str:
        """As in "trial 3 of 40: optimizer.learning_rate=0.01"."""
        return in_one_line(trial_title(self.plan, self.space, self.trials(store), run, said))

    # --- which trial is next ---------------------------------------------------------------------

    def _advance(self, store: Store, trials: Sequence[SweepTrial]) -> list[Run]:
        """The runs of the next trial.

        None of them where trials must end first, or `ending` says that there is no further one.
        """
        if not trials and not self._proposals.tries_baseline:
            return self._made(store, BASELINE, Combination({}, self.plan.baseline, self.info))
        asked = [trial for trial in trials if trial.number != BASELINE]
        climb = self._climb
        if self._waits(asked):
            return []
        if climb is not None and self._may_climb(climb, asked):
            ascent = climb.ascent(asked)
            if ascent is not None:
                return self._longer(store, climb, asked, ascent)
        while not self._has_ended(asked):
            if self._waits(asked):  # also for more trials, as refusals are counted
                return []
            number = len(asked) + 1
            told = climb.told(asked) if climb is not None else None
            found = self._proposals.next(number, asked, told)
            if found is None:
                self.ending = tr("every combination has been tried")
                break
            refused = refusal(found, self.plan.where)
            if refused is None:
                return self._made(store, number, found, climb.next_job(asked) if climb else 0)
            record = TrialRecord(number, found.settings, refused.reason, refused.violations)
            store.note_trial(self.study.study_id, record)
            asked.append(SweepTrial(record, (), self.plan.repeats))
        if climb is not None and self._may_climb(climb, asked):
            ascent = climb.last_ascent(asked)
            if ascent is not None:
                return self._longer(store, climb, asked, ascent)
        return []

    def _waits(self, asked: Sequence[SweepTrial]) -> bool:
        """Whether what is under way must end before the next training is decided on."""
        if self._climb is not None:
            return self._climb.waits(asked)
        known = max(0, len(asked) + 1 - self.plan.workers)
        return any(trial.state.is_open for trial in asked[:known])

    def _may_climb(self, climb: Climb, asked: Sequence[SweepTrial]) -> bool:
        """Whether a trial may go on: also when the time is used up, until one has arrived."""
        return self._has_time(asked) or not climb.has_arrived(asked)

    def _has_ended(self, asked: Sequence[SweepTrial]) -> bool:
        trained = [trial for trial in asked if not trial.record.refused]
        if self.plan.runs is not None and len(trained) >= self.plan.runs:
            self.ending = tr("all trials that were asked for are done")
        elif trained and not self._has_time(asked):
            self.ending = tr("the time is used up")
        elif not self._proposals.strategy.ends and refused_in_a_row(asked) >= MOST_REFUSED:
            self.ending = tr(
                "the last {count} combinations were refused ({reason}); widen the bounds or the "
                "axes",
                count=MOST_REFUSED,
                reason=asked[-1].record.refused,
            )
        return bool(self.ending)

    def _has_time(self, asked: Sequence[SweepTrial]) -> bool:
        """Whether another trial fits into the budget, by the runs that have ended."""
        if self.plan.budget is None:
            return True
        ended = sum(run.status.is_finished for trial in asked for run in trial.runs)
        spent = self._clock.seconds
        expected = spent / ended if ended else self._run_seconds
        return spent + expected * self.plan.repeats <= self.plan.budget

    def _made(self, store: Store, number: int, combination: Combination, job: int = 0) -> list[Run]:
        """A trial and its runs; of a climb its first training, which is its job."""
        study_id, climb = self.study.study_id, self._climb
        record = TrialRecord(number, combination.settings)
        if climb is None or number == BASELINE:
            experiments = self.plan.repeated(self._named(combination))
            return store.create_trial(
                study_id, record, experiments, self._group(number), **self._as_runs
            )
        epochs = climb.first_epochs(number)
        experiments = self.plan.repeated(for_epochs(self._named(combination), epochs))
        with store.change():
            runs = store.create_trial(
                study_id, record, experiments, self._group(number), **self._as_runs
            )
            store.retell_trial(study_id, number, climb.about(None, job, epochs, runs))
        return runs

    def _named(self, combination: Combination) -> Experiment:
        """What is trained, with a name that says what it is; the baseline keeps its own."""
        if combination.key == self._proposals.baseline.key:
            return combination.experiment
        return named_by(combination.experiment, combination.settings)

    def _longer(
        self, store: Store, climb: Climb, asked: Sequence[SweepTrial], ascent: Ascent
    ) -> list[Run]:
        """The runs of a trial's next training."""
        study_id, number, epochs = self.study.study_id, ascent.number, ascent.epochs
        trial = next(trial for trial in asked if trial.number == number)
        combination = self._proposals.combination(trial.settings)
        experiments = self.plan.repeated(for_epochs(self._named(combination), epochs))
        self.ending = ""
        with store.change():
            runs = store.add_to_trial(
                study_id, number, experiments, self._group(number, epochs), **self._as_runs
            )
            about = climb.about(trial, climb.next_job(asked), epochs, runs)
            store.retell_trial(study_id, number, about)
        return runs

    @property
    def _as_runs(self) -> dict[str, Any]:
        kind = GroupKind.FOLDS if self.plan.folds else GroupKind.SEEDS
        return {"kind": kind, "reserved": self._reserved}

    def _group(self, *names: int) -> str:
        """The name of the runs that repeat a training; "" where one does."""
        if self.plan.repeats == 1:
            return ""
        return " ".join([self.study.name, *map(str, names)])


def requeued(store: Store, study_id: str, *, reserved: bool) -> list[Run]:
    """The runs of a study that were begun and that nobody trains, queued again.

    Args:
        store: Of this thread.
        study_id: Of the study.
        reserved: For this store; those that wait in the window's queue are taken from it. Else they
            go there, and those that wait there already are left.
    """
    found = []
    for run in store.trial_runs(study_id):
        waits = run.status is RunStatus.QUEUED and not run.maker and reserved
        if waits or run.status is RunStatus.INTERRUPTED:
            found.append(store.requeue(run.run_id, reserved=reserved))
    return found


def named(store: Store, name: str) -> tuple[StudyRecord, SweepPlan]:
    """The sweep of this name.

    Raises:
        NoSuchSweep: where there is none.
        NoSuchPlan: where it can't be read.
    """
    sweeps = [each for each in store.studies() if each.kind == SWEEP]
    study = next((each for each in sweeps if each.name == name), None)
    if study is None:
        known = [each.name for each in sweeps]
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
            what=differs.removeprefix("--"),
        )
    else:
        fault = tr(
            "sweep {name} was made with another experiment ({what} differs): give it another name",
            name=repr(name),
            what=differs,
        )
    raise SpecError.at("", fault)


def _fatal(trials: Sequence[SweepTrial]) -> SweepTrial | None:
    """A trial that failed as the next one would; None where there is none."""
    for trial in trials:
        for run in trial.runs:
            ends_all = run.outcome in ENDS_A_SEARCH or trial.number == BASELINE
            if run.status is RunStatus.FAILED and ends_all:
                return trial
    return None

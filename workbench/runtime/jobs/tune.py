"""The task `tune`: the fastest settings for a network on this machine, by measuring.

Interleaved rounds of short samples, so that a machine that drifts is unfair to none; after each
stage the slower half is left behind. While the fastest can't be told from others, these are
measured on, as long as there is time.
"""

from __future__ import annotations

import time

import tensorflow as tf

from workbench.base.text import english, tr
from workbench.data import Dataset
from workbench.execution.tasks.tune import TUNE
from workbench.experiment import Experiment
from workbench.hardware import autotune, remembered
from workbench.hardware.autotune import Candidate, Check, Race, Tried, Tuned, TuneRequest
from workbench.runtime.jobs.bench import Bench, BenchFailed, ChildBench, OwnBench
from workbench.runtime.process.probe import machine_here
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.borrowed.loading import borrowed_by_name
from workbench.runtime.training.failures import OUT_OF_MEMORY
from workbench.runtime.training.pipeline import Feed
from workbench.spec.base import SpecError

SAMPLE_SECONDS = 0.4
ROUNDS = {"alone": 3, "together": 3, "last": 4}
CHECK_STEPS = 200
CHECK_SHARE = 0.15
"""Of the time is kept for the check that the winner learns."""

BUILD_SHARE = 0.55
"""After this share of the time no candidate is built any more: what is there is compared."""

XLA_FACTOR = 8
"""How many times longer XLA compiles than TensorFlow traces, about; that can't be cut short."""


class Tuning:
    """One search.

    Args:
        experiment: Whose network is tried.
        dataset: Its data.
        work: The task's line.
        seconds: The search ends about then.
    """

    def __init__(
        self, experiment: Experiment, dataset: Dataset, work: TaskWork[Race], seconds: float
    ) -> None:
        self._experiment, self._dataset = experiment.with_settings(autotune.AS_IT_COMES), dataset
        self._borrowed = borrowed_by_name(work.store, experiment, dataset.info)
        self._work, self._seconds = work, seconds
        self._began = time.monotonic()
        self._round = 0
        self._feeds: dict[tuple[str, int], Feed] = {}
        self._benches: dict[int, Bench] = {}
        self.base = Candidate()
        self.candidates = [self.base]

    def search(self, levers: list[autotune.SpeedLever]) -> Candidate:
        """The fastest combination of levers that was found.

        Raises:
            BenchFailed: where not even the base can be trained.
        """
        self._build(self.base)
        if self.base.failed:
            raise BenchFailed(self.base.failed)
        singles = [Candidate((lever.name,), lever.settings) for lever in levers]
        for candidate in singles:
            self._add(candidate)
        self._measure("alone", SAMPLE_SECONDS)
        together = autotune.combinations(singles, self.base)
        # Before the combinations come, of which nothing is known yet.
        autotune.leave_behind(self.candidates, self.base, max(3, len(self.candidates) // 2))
        for candidate in together:
            self._add(candidate)
        self._measure("together", SAMPLE_SECONDS)
        autotune.leave_behind(self.candidates, self.base, 2)
        self._measure("last", 2 * SAMPLE_SECONDS)
        self._settle(2 * SAMPLE_SECONDS)
        best = autotune.best_of(self.candidates, self.base)
        best.is_out = False
        return best

    def check(self, best: Candidate) -> Check | None:
        """Whether the winner learns as the base does; None where there is nothing to compare."""
        # Threads change no arithmetic; another batch size makes losses that can't be compared.
        decisive = {path: v for path, v in best.settings.items() if "threads" not in path}
        one, other = self._benches.get(id(best)), self._benches[id(self.base)]
        if not decisive or "training.batch_size" in decisive or not isinstance(other, OwnBench):
            return None
        self._say(tr("training both from the same start"))
        if not isinstance(one, OwnBench):
            one = self._own(self._experiment.with_settings(decisive))
        # Both losses of the steps that fit into the time left, or of a few if there is none.
        left = max(1.0, self._seconds - self._elapsed)
        speed = min(best.rate, self.base.rate) / self._experiment.training.batch_size
        steps = max(20, min(CHECK_STEPS, round(0.5 * left * speed)))
        return autotune.compare_losses(
            one.trial.learn(steps).tolist(), other.trial.learn(steps).tolist()
        )

    def end(self) -> None:
        """Ends the processes of trials."""
        for bench in self._benches.values():
            bench.end()

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _add(self, candidate: Candidate) -> None:
        """Builds a candidate where the time allows."""
        left = BUILD_SHARE * self._seconds - self._elapsed
        if left <= 0:
            return
        self.candidates.append(candidate)
        xla = candidate.settings.get("hardware.jit_compile", False)
        if xla and XLA_FACTOR * self.base.compile_seconds > left:
            candidate.failed = tr("compiling would take longer than there is time; give it more")
        else:
            self._build(candidate)

    def _build(self, candidate: Candidate) -> None:
        """Makes a candidate ready to be sampled, or notes why that can't be done."""
        self._say(f"building {candidate.name}")
        try:
            tried = self._experiment.with_settings(candidate.settings)
            if tried.hardware.startup == self._experiment.hardware.startup:
                bench: Bench = self._own(tried)
            else:
                bench = ChildBench(tried, self._work.store)
        except (tf.errors.ResourceExhaustedError, MemoryError):
            candidate.failed = OUT_OF_MEMORY
        except (BenchFailed, SpecError, tf.errors.OpError) as error:
            candidate.failed = str(error).strip().splitlines()[0][:300]
        else:
            self._benches[id(candidate)] = bench
            candidate.compile_seconds = bench.compile_seconds
        self._say(f"built {candidate.name}")

    def _own(self, experiment: Experiment) -> OwnBench:
        """A bench in this process."""
        return OwnBench(experiment, self._dataset, self._feeds, self._borrowed)

    def _measure(self, stage: str, seconds: float) -> None:
        """Rounds in which everything still in the running has its turn."""
        running = [c for c in self.candidates if not c.is_out and not c.failed]
        for number in range(ROUNDS[stage]):
            for candidate in running if number % 2 else reversed(running):
                if self._elapsed > (1 - CHECK_SHARE) * self._seconds and number:
                    return
                self._sample(candidate, seconds)
            self._round += 1

    def _settle(self, seconds: float) -> None:
        """Measures on who can't be told from the fastest, also who was left behind too soon."""
        while self._elapsed < (1 - CHECK_SHARE) * self._seconds:
            doubts = autotune.rivals(self.candidates, self.base)
            if not doubts:
                return
            best = autotune.best_of(self.candidates, self.base)
            running = {id(c): c for c in (self.base, best, *doubts[: autotune.MOST_RIVALS])}
            for candidate in running.values():
                candidate.is_out = False
                self._sample(candidate, seconds)
            self._round += 1

    def _sample(self, candidate: Candidate, seconds: float) -> None:
        candidate.rates.append(self._benches[id(candidate)].sample(seconds))
        candidate.rounds.append(self._round)
        self._say(f"measuring {candidate.name}")

    def _say(self, words: str) -> None:
        done = min(self._elapsed, self._seconds)
        self._work.progress(done, self._seconds, words, Race(self.seen()))

    def seen(self) -> tuple[Tried, ...]:
        """Every candidate as it stands now."""
        return tuple(candidate.seen(self.base) for candidate in self.candidates)


@does(TUNE)
def tune(request: TuneRequest, work: TaskWork[Race]) -> Tuned:
    """Looks for the fastest settings; remembers what it found beside the store."""
    experiment = Experiment.from_toml(request.experiment)
    machine = machine_here()
    dataset = work.load(experiment.data)
    problems = experiment.problems(dataset.info)
    if problems:
        raise SpecError(problems)
    tried = Tuning(experiment, dataset, work, request.seconds)
    levers = autotune.levers(
        experiment,
        machine,
        in_memory=dataset.train.images.in_memory,
        batch_sizes=request.batch_sizes,
    )
    began = time.monotonic()
    try:
        best = tried.search(levers)
        check = tried.check(best)
        if check is not None and not check.is_equal:
            best.failed = autotune.difference(best, check)
            best = autotune.best_of(tried.candidates, tried.base)
            check = tried.check(best)
    finally:
        tried.end()
    result = _result(tried, best, check, time.monotonic() - began)
    remembered.remember(work.store, TUNE.name, autotune.key(machine, experiment), result)
    return result


def _result(tried: Tuning, best: Candidate, check: Check | None, seconds: float) -> Tuned:
    base, doubts = tried.base, autotune.rivals(tried.candidates, tried.base)
    words = autotune.verdict(best, base, check, doubts)
    if not autotune.is_certain(best, base, doubts):
        best, check = base, None
    singles = [c for c in tried.candidates if len(c.levers) == 1 and c.rates]
    return Tuned(
        candidates=tried.seen(),
        name=best.name,
        best=autotune.AS_IT_COMES | best.settings,
        gain=autotune.gain(best, base) if best is not base else 1.0,
        alone={english(c.name): autotune.gain(c, base) for c in singles},
        check=check,
        doubts=tuple(candidate.name for candidate in doubts),
        words=words,
        seconds=seconds,
        when=time.time(),
    )

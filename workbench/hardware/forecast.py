"""How long runs that wait will take, one by one and together, from what was measured of each.

Words and arithmetic; what was measured is read from beside the store, nothing is measured here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from workbench.base.text import joined, plural, tr
from workbench.experiment import Experiment
from workbench.hardware import preflight, remembered
from workbench.hardware.preflight import Preflight, roughly
from workbench.hardware.requests import AboutExperiment
from workbench.runs.record import Run
from workbench.spec.base import SpecError
from workbench.spec.machine import Machine

NAMED = 3
"""How many of the runs that don't fit are named at most."""

BY_WEEKDAY_SECONDS = 6 * 86_400
"""What ends sooner is told by its weekday, which then can't be mistaken."""


@dataclass(frozen=True)
class Expected:
    """A run that is to be trained.

    Attributes:
        run_id, name: Of the run.
        epochs: That remain.
        key: The same for all that take as long an epoch; "" where its spec can't be read.
        request: Asks the task `preflight` to measure it; None where its spec can't be read.
        known: What was measured; None where nothing was.
    """

    run_id: str
    name: str
    epochs: float = 0.0
    key: str = ""
    request: AboutExperiment | None = None
    known: Preflight | None = None

    @property
    def seconds(self) -> float | None:
        """Of all that remains of it; None where it wasn't measured."""
        return self.known.seconds(self.epochs) if self.known is not None else None


class _Spec(NamedTuple):
    """What is needed of a run's spec: reading one takes milliseconds, so this is kept."""

    epochs: int
    key: str
    request: AboutExperiment


class EstimateReader:
    """Looks up what was measured of runs; used by one thread at a time.

    Args:
        store: Folder of the store.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._specs: dict[tuple[str, str], _Spec | None] = {}

    def look(self, runs: Sequence[Run], machine: Machine) -> list[Expected]:
        """What is to be expected of each run on a machine."""
        specs = {(machine.key, run.experiment_toml): None for run in runs}
        self._specs = {
            place: self._specs[place] if place in self._specs else _spec(place[1], machine)
            for place in specs
        }
        keys = {spec.key for spec in self._specs.values() if spec is not None}
        known = {key: self._known(key) for key in keys}
        found = []
        for run in runs:
            spec = self._specs[machine.key, run.experiment_toml]
            if spec is None:
                found.append(Expected(run.run_id, run.name))
                continue
            done = run.step / run.steps_per_epoch if run.steps_per_epoch else 0.0
            left = max(0.0, spec.epochs - done)
            found.append(
                Expected(run.run_id, run.name, left, spec.key, spec.request, known[spec.key])
            )
        return found

    def _known(self, key: str) -> Preflight | None:
        return remembered.recall(self._store, preflight.KIND, key, Preflight)


def _spec(toml: str, machine: Machine) -> _Spec | None:
    try:
        experiment = Experiment.from_toml(toml)
    except SpecError:  # of another version: nothing can be said of it
        return None
    key = preflight.key(machine, experiment)
    return _Spec(experiment.training.epochs, key, AboutExperiment.of(experiment))


def total(
    waiting: Sequence[Expected],
    now: float,
    *,
    left: float | None = None,
    under_way: int = 0,
    goes: bool = True,
) -> str:
    """All together in words: "3 runs, about 12 min, until 16:40"; "" where nothing waits.

    Args:
        waiting: The runs that wait.
        now: Seconds since 1970.
        left: Of the runs under way together; None while unknown.
        under_way: How many runs are under way.
        goes: Whether they train without being asked for again.
    """
    if not waiting:
        return ""
    seconds = [one.seconds for one in waiting] + ([left] if under_way else [])
    known = [value for value in seconds if value is not None]
    runs = plural("{count} run", "{count} runs", len(waiting))
    if under_way:
        runs = plural(
            "{runs} and the one under way", "{runs} and the {count} under way", under_way, runs=runs
        )
    if not known:
        words = tr("{runs}, not measured yet", runs=runs)
    elif len(known) < len(seconds):
        words = tr(
            "{known} of {all} known: at least {time}",
            known=f"{len(known):,}",
            all=f"{len(seconds):,}",
            time=roughly(sum(known)),
        )
    else:
        end = until(now + sum(known), now)
        time_ = roughly(sum(known))
        words = (
            tr("{runs}, about {time}, {until}", runs=runs, time=time_, until=end)
            if goes
            else tr("{runs}, about {time}, {until} if run now", runs=runs, time=time_, until=end)
        )
    return joined("; ", filter(None, [words, _too_large(waiting)]))


def start(before: Sequence[Expected], now: float, left: float | None) -> float | None:
    """When a run begins for which these and the one under way are waited; None where unknown.

    Args:
        before: The runs that are trained first.
        now: Seconds since 1970.
        left: Of the run under way; None while unknown.
    """
    seconds = [left, *(one.seconds for one in before)]
    known = [value for value in seconds if value is not None]
    return now + sum(known) if len(known) == len(seconds) else None


def until(end: float, now: float) -> str:
    """As in "until 16:40", "until Fri 16:40" or "until 3 Mar 16:40"."""
    return tr("until {time}", time=clock(end, now))


def clock(then: float, now: float) -> str:
    """A time to come: "16:40", "Fri 16:40" or "3 Mar 16:40"."""
    when, today = time.localtime(then), time.localtime(now)
    hours = time.strftime("%H:%M", when)
    if when[:3] == today[:3]:
        return hours
    if then - now < BY_WEEKDAY_SECONDS:
        return f"{time.strftime('%a', when)} {hours}"
    return f"{when.tm_mday} {time.strftime('%b', when)} {hours}"


def _too_large(waiting: Sequence[Expected]) -> str:
    """Names those that don't fit in memory."""
    large = [one.name for one in waiting if one.known is not None and not one.known.fits]
    names = list(dict.fromkeys(large))  # seeds of one experiment share its name
    if not names:
        return ""
    if len(names) > NAMED:
        first, more = ", ".join(names[:NAMED]), f"{len(names) - NAMED:,}"
        return tr("{names} and {more} more don't fit in memory", names=first, more=more)
    if len(names) > 1:
        return tr("{names} don't fit in memory", names=", ".join(names))
    return tr("{name} doesn't fit in memory", name=names[0])

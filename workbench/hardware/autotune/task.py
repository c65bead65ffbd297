"""The search as a task: what it is asked, how it stands, and what it found."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.base.plain_values import Said
from workbench.experiment import Experiment
from workbench.hardware import remembered
from workbench.hardware.autotune.candidates import Tried
from workbench.hardware.autotune.levers import AS_IT_COMES, Settings
from workbench.hardware.autotune.verdict import Check
from workbench.hardware.requests import AboutExperiment
from workbench.spec.machine import Machine


@dataclass(frozen=True)
class Race:
    """How the search stands.

    Attributes:
        candidates: So far, the base first.
    """

    candidates: tuple[Tried, ...]


@dataclass(frozen=True)
class Tuned:
    """What the search found.

    Attributes:
        candidates: All, the base first.
        name: Of the one that is recommended.
        best: Its settings by path, every lever of speed included.
        gain: How many times as fast as the base.
        alone: Gain of each lever by itself, by its name in English.
        check: Whether it learns as the base does; None where there is nothing to compare.
        doubts: Names of those that couldn't be told from the fastest.
        words: The same in a few sentences.
        seconds: The search took.
        when: Seconds since 1970.
    """

    candidates: tuple[Tried, ...]
    name: Said
    best: Settings
    gain: float
    alone: dict[str, float]
    check: Check | None
    doubts: tuple[Said, ...]
    words: Said
    seconds: float
    when: float


SECONDS = 50.0
"""A search takes about this long, where nobody says otherwise."""


@dataclass(frozen=True)
class TuneRequest(AboutExperiment):
    """Asks for the fastest settings.

    Attributes:
        batch_sizes: Whether the batch size may change.
        seconds: The search may take about this long.
    """

    batch_sizes: bool = False
    seconds: float = SECONDS


def request(
    experiment: Experiment, *, batch_sizes: bool = False, seconds: float = SECONDS
) -> TuneRequest:
    """In a process that is started as the base needs it; the arguments are its fields."""
    startup = experiment.with_settings(AS_IT_COMES).hardware.startup
    return TuneRequest(experiment.to_toml(), batch_sizes, seconds, startup=startup)


def key(machine: Machine, experiment: Experiment) -> str:
    """Names what was found for a network on a machine, among what is remembered."""
    return f"{machine.key}-{remembered.network_key(experiment)}"

"""In which settings runs differ, and by what they can be drawn as groups."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.runs.packing.spec_pieces import NOT_SHARED, Field, flat
from workbench.runs.record import Run
from workbench.spec.base import SpecError

_NUMBER = re.compile(r" \d+$")
REPEATS = ("training.seed", "training.fold")
"""In what runs of one experiment differ that are repeated to see the spread."""

ABSENT = "–"

Settings = Mapping[str, str]
"""What a run was made with, as text by path."""


Key = Callable[[Run, Settings], str]


def bare_name(name: str) -> str:
    """A name without the number that tells runs of one name apart: digits-cnn 2."""
    return _NUMBER.sub("", name)


def same_name(run: Run, settings: Settings) -> str:
    """The name without its number."""
    return bare_name(run.name)


def same_but_seed(run: Run, settings: Settings) -> str:
    """All settings but the seed and the fold held out, as text."""
    return json.dumps({p: v for p, v in settings.items() if p not in REPEATS}, sort_keys=True)


@dataclass(frozen=True)
class Grouping:
    """A way to put runs together.

    Attributes:
        title: What a person sees.
        key: Tells the group of a run; "" leaves it a curve of its own.
        words: The group's, from any of its runs; None where the key is fit to be read.
    """

    title: str
    key: Key
    words: Key | None = None

    def of(self, runs: Sequence[tuple[Run, Settings]]) -> dict[str, list[Run]]:
        """The runs by the words of their group, in the order of the first of each.

        A run that is in no group, or alone in it, stands for itself: under its id.
        """
        keys: dict[str, list[tuple[Run, Settings]]] = {}
        for number, (run, settings) in enumerate(runs):
            keys.setdefault(self.key(run, settings) or f"\0{number}", []).append((run, settings))
        found: dict[str, list[Run]] = {}
        for members in keys.values():
            first = members[0]
            words = (self.words or self.key)(*first) if len(members) > 1 else first[0].run_id
            name, number = words, 2
            while name in found:
                name, number = f"{words} ({number})", number + 1
            found[name] = [run for run, _ in members]
        return found


def by_setting(path: str) -> Grouping:
    """Runs with one value of a setting."""
    short = path.rpartition(".")[2]
    return Grouping(path, lambda run, settings: f"{short} = {settings.get(path, ABSENT)}")


def settings_of(run: Run) -> Settings:
    """Every setting of a run but its name, also where it is of a later version.

    A run of an earlier version lacks the settings that came since; it was made as their defaults
    say, and so is the same as a run of now that has the defaults.
    """
    try:
        values = flat(tomllib.loads(run.experiment_toml))
    except (ValueError, RecursionError):
        return {}
    return {
        path: value if isinstance(value, str) else json.dumps(value)
        for path, value in {**_with_defaults(run), **values}.items()
        if path not in NOT_SHARED
    }


def _with_defaults(run: Run) -> dict[str, Field]:
    """All settings as this version reads them; none where it can't."""
    try:
        return flat(run.experiment.values())
    except SpecError:
        return {}


def differing(runs: Sequence[Settings]) -> list[str]:
    """The paths in which some of the runs differ, in the order of the settings."""
    paths = dict.fromkeys(path for settings in runs for path in settings)
    return [p for p in paths if len({settings.get(p) for settings in runs}) > 1]

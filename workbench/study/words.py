"""What is said of a search while it goes on, in the window and on the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workbench.base.text import joined, plural, tr
from workbench.base.units import NONE
from workbench.experiment import MOST_LETTERS, Experiment
from workbench.levers.catalog import LEVER, LEVERS
from workbench.runs.record import Run
from workbench.runs.table.setting_titles import setting_title, short_title, small, value_title
from workbench.study.sweeps.axes import SweepAxis, written
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.space import Space
from workbench.study.sweeps.trials import BASELINE, SweepTrial

SettingsSaid = Callable[[Mapping[str, Any]], str]
"""Says a combination in one line: `settings_words` or `titled`."""


def settings_words(settings: Mapping[str, Any]) -> str:
    """As it is typed: "optimizer.kind=sgd, training.batch_size=64"."""
    return ", ".join(f"{path}={written(value)}" for path, value in settings.items()) or NONE


def titled(settings: Mapping[str, Any]) -> str:
    """By the titles of the form: "Optimizer SGD, batch size 64"."""
    parts = [
        tr("{setting} {value}", setting=title, value=_value(path, settings[path]))
        for path, title in _titles(settings).items()
    ]
    return joined(", ", _as_one(parts)) if parts else NONE


def axes_titled(axes: Sequence[SweepAxis]) -> str:
    """What is varied by the titles of the form: "Learning rate 0.0003..0.03:log"."""
    parts = []
    for path, title in _titles([axis.path for axis in axes]).items():
        axis = next(each for each in axes if each.path == path)
        said = str(axis).partition("=")[2]
        if axis.values:
            said = joined(", ", [_value(path, value) for value in axis.values])
        parts.append(tr("{setting} {value}", setting=title, value=said))
    return joined("; ", _as_one(parts))


def named_by(experiment: Experiment, settings: Mapping[str, Any]) -> Experiment:
    """An experiment that says in its name what was varied."""
    name = f"{experiment.name} {small(titled(settings))}"
    return experiment.model_copy(update={"name": name[:MOST_LETTERS].strip()})


def _titles(paths: Iterable[str]) -> dict[str, str]:
    """A title a path, with its group where two would be the same."""
    short = {path: _title(path) for path in paths}
    times = Counter(map(str, short.values()))
    return {p: title if times[str(title)] == 1 else setting_title(p) for p, title in short.items()}


def _title(path: str) -> str:
    lever = LEVERS.get(path.removeprefix(LEVER)) if path.startswith(LEVER) else None
    return short_title(path) if lever is None else lever.label


def _value(path: str, value: Any) -> str:
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    return value_title(path, value) or written(value)


def _as_one(parts: Sequence[str]) -> list[str]:
    """Parts of one line: those after the first begin small."""
    return [small(part) if place else part for place, part in enumerate(parts)]


def trial_title(
    plan: SweepPlan,
    space: Space,
    trials: Sequence[SweepTrial],
    run: Run,
    said: SettingsSaid = settings_words,
) -> str:
    """What is said of a run that begins.

    Args:
        plan: Of the sweep.
        space: Its combinations.
        trials: Those that were asked for.
        run: Of one of them.
        said: Says its settings: as they are typed, or by their titles.
    """
    trial = next((each for each in trials if each.number == run.trial), None)
    most = min(filter(None, (plan.runs, space.count)), default=0)
    given = {
        "number": str(run.trial),
        "settings": small(said(trial.settings)) if trial is not None else NONE,
    }
    if run.trial == BASELINE:
        title = tr("baseline: the experiment as it is")
    elif most:
        title = tr("trial {number} of {all}: {settings}", all=most, **given)
    else:
        title = tr("trial {number}: {settings}", **given)
    training = run.experiment.training
    if trial is not None and trial.trainings:
        title = plural(
            "{title}, {count} epoch", "{title}, {count} epochs", training.epochs, title=title
        )
    if plan.repeats == 1:
        return title
    if plan.folds:
        return tr("{title} (fold {fold})", title=title, fold=training.fold)
    return tr("{title} (seed {seed})", title=title, seed=training.seed)


def pruned_words(epochs: int) -> str:
    """As in "pruned after 3 epochs"."""
    return plural("pruned after {count} epoch", "pruned after {count} epochs", epochs)

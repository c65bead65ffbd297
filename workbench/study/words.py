"""What is said of a search while it goes on, in the window and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.base.text import plural, tr
from workbench.base.units import NONE
from workbench.runs.record import Run
from workbench.study.axes import written
from workbench.study.plan import SweepPlan
from workbench.study.space import Space
from workbench.study.trials import BASELINE, SweepTrial


def settings_words(settings: Mapping[str, Any]) -> str:
    """As in "optimizer.kind=sgd, training.batch_size=64"."""
    return ", ".join(f"{path}={written(value)}" for path, value in settings.items()) or NONE


def trial_title(plan: SweepPlan, space: Space, trials: Sequence[SweepTrial], run: Run) -> str:
    """What is said of a run that begins."""
    trial = next((each for each in trials if each.number == run.trial), None)
    most = min(filter(None, (plan.runs, space.count)), default=0)
    given = {
        "number": str(run.trial),
        "settings": settings_words(trial.settings) if trial is not None else NONE,
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

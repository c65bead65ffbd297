"""What of an experiment can be taken away, one thing at a time, to see what it was worth.

Experiments in, experiments out: queueing them is the store's, judging them `verdicts`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.base.names import near_miss
from workbench.base.text import joined, tr
from workbench.experiment import MOST_LETTERS, Experiment
from workbench.levers.repeats import Repeats, with_seeds
from workbench.runs.record import TRAINING, Run
from workbench.spec.base import Problem, SpecError
from workbench.spec.data import DataInfo
from workbench.study.ablation.techniques import TECHNIQUES, Technique

ABLATION = "ablation"
"""The kind of the group, as `GroupKind` has it."""


Faults = Callable[[Experiment], Sequence[Problem]]
"""Why an experiment can't train, by reasons that it doesn't know itself; empty where it can."""


def no_faults(experiment: Experiment) -> Sequence[Problem]:
    """None that are known."""
    return ()


def ablatable(run: Run) -> Experiment:
    """The experiment of a run, under the name that a person gave the run.

    Raises:
        SpecError: where the run did not train one, or it can't be read.
    """
    if run.kind != TRAINING:
        raise SpecError.at(
            "",
            tr(
                "{run_id} was made from another run, which can be ablated: {parent}",
                run_id=run.run_id,
                parent=run.parent_id or "",
            ),
        )
    experiment = run.experiment
    if run.name.startswith(experiment.name):  # that is its own, or with a number behind it
        return experiment
    return experiment.model_copy(update={"name": run.name[:MOST_LETTERS]})


@dataclass(frozen=True)
class Ablated:
    """An experiment without one of its techniques.

    Attributes:
        technique: That was taken away.
        experiment: Without it; None where it can't be taken away alone.
        refusal: Why it can't, in one sentence without its full stop; "" where it can.
    """

    technique: Technique
    experiment: Experiment | None
    refusal: str = ""


@dataclass(frozen=True)
class Ablation:
    """What is to be trained.

    Attributes:
        baseline: The experiment as it is.
        variants: Without each of its techniques, those that can't be taken away among them.
        repeats: All runs, for the store: the baseline first, then each variant; then all of them
            with the next seed, so that a machine that gets slower meanwhile is unfair to none.
    """

    baseline: Experiment
    variants: tuple[Ablated, ...]
    repeats: Repeats


def ablation(
    experiment: Experiment,
    info: DataInfo | None,
    seeds: int,
    only: Sequence[str] = (),
    used: Faults = no_faults,
) -> Ablation:
    """The runs that show what each technique of an experiment is worth.

    Args:
        experiment: Whose techniques are taken away.
        info: What is known of its data; None leaves what depends on it to the training.
        seeds: How many of each, its own seed and the next ones.
        only: Names of the techniques to take away; empty for all that it has.
        used: Says why the runs that an experiment uses (a teacher, initial weights) don't suit it.

    Raises:
        SpecError: where it can't train, has none of them, or a name or the number of seeds is
            wrong.
    """
    faults = [*experiment.problems(info), *used(experiment)]
    if faults:
        raise SpecError(faults)
    variants = ablated(experiment, info, _chosen(only), used)
    trained = [variant.experiment for variant in variants if variant.experiment is not None]
    if not trained:
        raise SpecError.at("", _nothing(variants, only))
    columns = [with_seeds(each, seeds).experiments for each in (experiment, *trained)]
    in_turns = tuple(each for row in zip(*columns, strict=True) for each in row)
    tag = f"{' '.join(experiment.name.replace(',', ' ').split())} ablation"
    return Ablation(experiment, variants, Repeats(tag, ABLATION, in_turns))


def ablated(
    experiment: Experiment,
    info: DataInfo | None,
    techniques: Sequence[Technique] = TECHNIQUES,
    used: Faults = no_faults,
) -> tuple[Ablated, ...]:
    """The experiment without each of the techniques that it has; arguments as of `ablation`."""
    found = (_without(experiment, info, technique, used) for technique in techniques)
    return tuple(variant for variant in found if variant is not None)


def same_but_name(one: Experiment, other: Experiment) -> bool:
    """Whether two experiments differ in name and seed alone, as the runs of one variant do."""
    return _bare(one) == _bare(other)


def _bare(experiment: Experiment) -> Experiment:
    training = experiment.training.model_copy(update={"seed": 0})
    return experiment.model_copy(update={"name": "", "training": training})


def _without(
    experiment: Experiment, info: DataInfo | None, technique: Technique, used: Faults
) -> Ablated | None:
    """The experiment without a technique; None where it doesn't have it."""
    try:
        changed = technique.taken_from(experiment)
    except SpecError as error:
        return Ablated(technique, None, error.problems[0].message)
    if changed == experiment:
        return None
    problems = [*changed.problems(info), *used(changed)]
    if problems:
        return Ablated(technique, None, str(problems[0]))
    return Ablated(technique, _named(changed, technique))


def _named(experiment: Experiment, technique: Technique) -> Experiment:
    """With a name that says what is missing; names are data, in English in every language."""
    suffix = f" without {technique.key.replace('_', ' ')}"
    name = experiment.name[: MOST_LETTERS - len(suffix)] + suffix
    return experiment.model_copy(update={"name": name})


def _chosen(only: Sequence[str]) -> tuple[Technique, ...]:
    by_key = {technique.key: technique for technique in TECHNIQUES}
    for name in only:
        if name not in by_key:
            fault = tr("there is no technique {name}", name=repr(name))
            raise SpecError([Problem("--only", near_miss(fault, name, by_key))])
    return tuple(by_key[name] for name in dict.fromkeys(only)) or TECHNIQUES


def _nothing(variants: Sequence[Ablated], only: Sequence[str]) -> str:
    """Why there is nothing to train."""
    reasons = [
        tr("{name}: {reason}", name=variant.technique.words, reason=variant.refusal)
        for variant in variants
    ]
    if reasons:
        return tr("nothing can be taken away ({reasons})", reasons=joined("; ", reasons))
    if only:
        return tr("the experiment uses none of {names}", names=", ".join(only))
    return tr(
        "the experiment uses no technique that could be taken away, as augmentation, dropout or "
        "a schedule"
    )

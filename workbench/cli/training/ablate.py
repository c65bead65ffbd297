"""The command `ablate`: what each technique of a run's experiment is worth."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from workbench.base.text import english, plural, tr
from workbench.base.units import aligned, in_one_line
from workbench.cli.exit_codes import DONE
from workbench.cli.experiments import info_of
from workbench.cli.follow import Follower
from workbench.cli.options import add_json, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.cli.train import code_of
from workbench.evaluation.group_test import METRICS
from workbench.runs.groups import GroupKind
from workbench.runs.lookups import UnknownRun
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.runs.used_runs import used_problems
from workbench.spec.base import SpecError
from workbench.study.ablation.plan import Ablation, ablatable, ablation
from workbench.study.ablation.result import AblationResult, result, result_of_group
from workbench.study.ablation.techniques import TECHNIQUES

SEEDS = 5


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add = command.add_argument
    add(
        "run",
        metavar="RUN",
        help=tr(
            "a run (its id, the start of it, or 'last'), or the name of an ablation that was made: "
            "then it is judged again"
        ),
    )
    add(
        "--seeds",
        type=int,
        default=SEEDS,
        metavar="N",
        help=tr("runs of the baseline and of each variant (default: {seeds})", seeds=SEEDS),
    )
    add(
        "--only",
        metavar="NAMES",
        default="",
        help=tr(
            "techniques to take away, separated by commas (default: all that it uses): {names}",
            names=", ".join(technique.key for technique in TECHNIQUES),
        ),
    )
    add(
        "--metric",
        choices=METRICS,
        default=METRICS[0],
        help=tr(
            "the figure to judge by (default: {metric}); to choose settings by what it says, take "
            "val_accuracy",
            metric=METRICS[0],
        ),
    )
    add("--dry-run", action="store_true", help=tr("say what would be trained, and end"))
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Trains the variants and prints a verdict on each; or judges those of a group again."""
    with Store(store_of(arguments)) as store:
        made = _group(store, arguments.run)
        if made:
            _show(result_of_group(made, arguments.metric), arguments, arguments.run, made)
            return DONE
        if not arguments.dry_run:
            store.require_writable()
            store.mark_interrupted()
        plan = _plan(store, arguments)
        if arguments.dry_run:
            _show_plan(plan, arguments)
            return DONE
        with Follower(store, plan.baseline.hardware.startup) as follower:
            wanted = plan.repeats
            runs = store.create_all(wanted.experiments, wanted.tag, wanted.kind, reserved=True)
            group = store.group(runs[0].group_id)
            ended = follower.train(runs)
    found = result(plan.baseline, plan.variants, ended, arguments.metric)
    _show(found, arguments, group.name if group is not None else wanted.tag, ended)
    return max(map(code_of, ended))


def _group(store: Store, text: str) -> list[Run]:
    """The runs of the ablation of this name; none where there is none.

    Raises:
        SpecError: where a group of this name is no ablation.
    """
    kinds = {group.name: group.kind for group in store.groups()}
    if text not in kinds:
        return []
    if kinds[text] != GroupKind.ABLATION:
        raise SpecError.at(
            "RUN", tr("the group {name} is no ablation; name one of its runs", name=repr(text))
        )
    return store.grouped(text)


def _plan(store: Store, arguments: argparse.Namespace) -> Ablation:
    """What is to be trained.

    Raises:
        UnknownRun, SpecError, DataError: where there is no such run, or nothing can be made of it.
    """
    try:
        source = store.find(arguments.run)
    except UnknownRun as error:
        raise UnknownRun(tr("{sentence}, nor an ablation", sentence=str(error))) from None
    experiment = ablatable(source)
    only = [name.strip() for name in arguments.only.split(",") if name.strip()]
    info = info_of(experiment)
    used = partial(used_problems, store, info=info)
    return ablation(experiment, info, arguments.seeds, only, used)


def _show_plan(plan: Ablation, arguments: argparse.Namespace) -> None:
    if arguments.json:
        give_json(
            {
                "group": plan.repeats.tag,
                "seeds": arguments.seeds,
                "runs": len(plan.repeats.experiments),
                "techniques": [
                    {"technique": each.technique.key, "refusal": english(each.refusal)}
                    for each in plan.variants
                ],
            }
        )
        return
    for each in plan.variants:
        name = tr("Without {technique}", technique=each.technique.words)
        if each.refusal:
            print(tr("{name}: does not apply, {reason}", name=name, reason=each.refusal))
        else:
            print(name)
    runs = len(plan.repeats.experiments)
    print(plural("{count} run in all", "{count} runs in all", runs))


def _show(
    found: AblationResult, arguments: argparse.Namespace, group: str, runs: Sequence[Run]
) -> None:
    if arguments.json:
        give_json(
            {
                "group": group,
                **found.plain(),
                "runs": [run.summary() | {"seed": run.experiment.training.seed} for run in runs],
            }
        )
        return
    print("\n".join(aligned(found.table(), "<>>>><")))
    print()
    for row in found.rows:
        print(in_one_line(tr("{sentence}.", sentence=row.finding.sentence)))
    for note in found.notes:
        print(in_one_line(note))
    print(f"{tr('group'):<20} {in_one_line(group)}")

"""The command `better`: whether runs are better than others, or only luckier."""

from __future__ import annotations

import argparse

from workbench.base.text import tr
from workbench.base.units import NONE, in_one_line
from workbench.cli.exit_codes import DONE, FAILED
from workbench.cli.options import add_json, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.evaluation import predictions
from workbench.evaluation.group_test import METRICS, Group, Judgement, judge
from workbench.evaluation.predictions import Predictions
from workbench.evaluation.significance import Spread
from workbench.runs.lookups import UnknownRun
from workbench.runs.record import Run
from workbench.runs.store import Store

WHAT = tr(
    "a run (its id, the start of it, or 'last'), a group of seeds or folds, a tag, or the name "
    "that several runs share"
)
WIDTH = 14


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("a", metavar="A", help=WHAT)
    command.add_argument("b", metavar="B", help=tr("another one"))
    command.add_argument(
        "--metric",
        choices=METRICS,
        default=METRICS[0],
        help=tr("the figure to compare (default: {metric})", metric=METRICS[0]),
    )
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints a sentence and the numbers behind it; exit code 1 where no test can be made."""
    with Store(store_of(arguments)) as store:
        groups = [group_of(store, text) for text in (arguments.a, arguments.b)]

        def answers(run: Run, part: str) -> Predictions | None:
            return predictions.load(store.artifacts(run.run_id), part)

        found = judge(groups[0], groups[1], arguments.metric, answers)
    if arguments.json:
        give_json(found.plain())
    else:
        print("\n".join(_lines(found)))
    return DONE if found.outcome is not None else FAILED


def group_of(store: Store, text: str) -> Group:
    """The runs of this group, with this tag, or with this name, or the run of this id.

    Raises:
        UnknownRun: where there are none.
    """
    runs = store.grouped(text) or store.tagged(text) or store.named(text)
    if runs:
        return Group(text, tuple(runs))
    try:
        run = store.find(text)
    except UnknownRun:
        raise UnknownRun(
            tr(
                "there is no group, tag, name or run {text} in {folder}",
                text=repr(text),
                folder=store.folder,
            )
        ) from None
    return Group(run.name, (run,))


def _lines(found: Judgement) -> list[str]:
    column = found.column
    lines = [in_one_line(words) for words in (found.sentence, *found.notes)]
    if not found.rows:
        return lines
    wide = max(WIDTH, *(len(row.label) for row in found.rows))
    lines += ["", f"{'':<{wide}} {'A':>12} {'B':>12} {'B - A':>12}"]
    for row in found.rows:
        cells = (column.text(row.a), column.text(row.b), found.signed(row.difference))
        lines.append(f"{row.label:<{wide}} " + " ".join(f"{cell:>12}" for cell in cells))
    means = [column.text(s.mean) if s is not None else NONE for s in found.spreads]
    deviations = [_deviation(found, s) for s in found.spreads]
    for title, figures in ((tr("mean"), means), (tr("deviation"), deviations)):
        lines.append(f"{title:<{wide}} " + " ".join(f"{figure:>12}" for figure in figures))
    names = [f"{letter} {in_one_line(n)}" for letter, n in zip("AB", found.names, strict=True)]
    return [*lines, "", *names]


def _deviation(found: Judgement, of: Spread | None) -> str:
    return found.column.text(of.deviation if of is not None else None)

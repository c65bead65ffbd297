"""The command `analyze`: what each layer of a network costs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workbench import presets
from workbench.base.files import is_meant
from workbench.base.text import tr
from workbench.base.units import aligned, count, relative, signed, size
from workbench.cli.exit_codes import DONE
from workbench.cli.experiments import info_of, known_experiment
from workbench.cli.options import add_experiment, add_json, add_store, store_of
from workbench.cli.terminal import give_json, warn
from workbench.levers.comparison import Comparison, Side, what_differs
from workbench.network.analysis import Analysis, share
from workbench.network.costs import LayerCost
from workbench.runs.lookups import UnknownRun
from workbench.runs.store import Store
from workbench.spec.base import SpecError
from workbench.spec.layers import Layer, written

BAR_LENGTH = 12
TOTALS = (tr("parameters"), "MACs", tr("size in float32"), tr("to train"))


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "--against",
        metavar="OTHER",
        help=tr("print what differs from OTHER: a TOML file, a preset's name, or the id of a run"),
    )
    add_experiment(command)
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints what each layer costs; a layer that doesn't fit is an error."""
    experiment, info = known_experiment(arguments)
    analysis = experiment.analysis(info)
    if analysis.problems:
        raise SpecError(analysis.problems)
    if arguments.against is not None:
        other = _other(arguments.against, store_of(arguments))
        return _compare(Comparison(other, Side(experiment, info.image_shape)), arguments.json)
    needed = experiment.training_bytes(info)
    if arguments.json:
        give_json(as_json(analysis, needed))
        return DONE
    for line in table(analysis):
        print(line)
    print()
    for title, value in (
        (
            tr("parameters"),
            tr(
                "{all} ({trained} trained)",
                all=count(analysis.parameters),
                trained=count(analysis.trainable),
            ),
        ),
        ("MACs", count(analysis.macs)),
        (tr("size in float32"), size(analysis.weight_bytes)),
        (tr("activations"), tr("{size} an image", size=size(analysis.activation_bytes))),
        (
            tr("to train"),
            tr(
                "about {size} at batch size {batch_size}",
                size=size(needed),
                batch_size=experiment.training.batch_size,
            ),
        ),
        (tr("one output sees"), tr("{size} pixels", size=written(analysis.receptive_field))),
    ):
        print(f"{title:<18} {value}")
    for problem in analysis.warnings:
        warn(problem)
    return DONE


def _compare(comparison: Comparison, as_json: bool) -> int:
    """Prints what the right network has otherwise; a layer that doesn't fit is an error."""
    if comparison.problems:
        raise SpecError(comparison.problems)
    if as_json:
        give_json(comparison.as_json())
        return DONE
    for line in difference_table(comparison):
        print(line)
    print()
    for total, title in zip(comparison.totals, TOTALS, strict=True):
        left, right = total.amount(total.left), total.amount(total.right)
        print(f"{title:<18} {left} → {right}  {relative(total.left, total.right)}")
    return DONE


def _other(name: str, store: Path) -> Side:
    """The network of a TOML file, a preset or a run, on its own input.

    Raises:
        SpecError, UnknownRun: where there is none, or its data can't be read.
    """
    try:
        experiment = presets.find(name).with_base(Path.cwd())
    except SpecError:
        if is_meant(Path(name)):
            raise  # it is a file, and the sentence says what is wrong with it
        return _of_run(name, store)
    return Side(experiment, info_of(experiment).image_shape)


def _of_run(name: str, folder: Path) -> Side:
    if not folder.is_dir():
        raise SpecError.at(
            "",
            tr(
                "{name} is no TOML file or preset, and there are no runs in {folder}",
                name=repr(name),
                folder=folder,
            ),
        )
    with Store(folder) as store:
        try:
            run = store.find(name)
        except UnknownRun as error:
            raise UnknownRun(
                tr("{name} is no TOML file or preset, and {error}", name=repr(name), error=error)
            ) from None
    return Side(run.experiment, run.image_shape or info_of(run.experiment).image_shape)


def as_json(analysis: Analysis, needed: int) -> dict[str, Any]:
    """The analysis as plain values."""
    return {
        "parameters": analysis.parameters,
        "trainable_parameters": analysis.trainable,
        "macs": analysis.macs,
        "activation_bytes": analysis.activation_bytes,
        "weight_bytes": analysis.weight_bytes,
        "training_bytes": needed,
        "receptive_field": list(analysis.receptive_field),
        "warnings": [{"path": w.path, "message": w.message} for w in analysis.warnings],
        "layers": [_row(cost) for cost in analysis.layers],
    }


def _row(cost: LayerCost) -> dict[str, Any]:
    layer = cost.layer
    return {
        "index": cost.index,
        "kind": layer.name() if isinstance(layer, Layer) else layer.label,
        "enabled": cost.enabled,
        "output_shape": list(cost.output_shape),
        "parameters": cost.parameters,
        "trainable_parameters": cost.trainable,
        "macs": cost.macs,
        "activation_bytes": cost.activation_bytes,
        "receptive_field": list(cost.receptive_field),
    }


def table(analysis: Analysis) -> list[str]:
    """A line for each layer: what it gives and costs, with bars for its share of the totals."""
    heads = (tr("Layer"), tr("Output"), tr("Parameters"), "", "MACs", "")
    rows = [heads]
    for cost in analysis.layers:
        name = f"{cost.index} {cost.layer.label} {cost.layer.summary()}".rstrip()
        rows.append(
            (
                name if cost.enabled else tr("{name} (off)", name=name),
                written(cost.output_shape),
                count(cost.parameters),
                _bar(cost.parameters, analysis.parameters),
                count(cost.macs),
                _bar(cost.macs, analysis.macs),
            )
        )
    return aligned(rows, "<<><><")


def difference_table(comparison: Comparison) -> list[str]:
    """A line for each pair of layers: what became of it, and what that changes."""
    rows = [("", tr("Layer"), tr("What differs"), tr("Output"), tr("Parameters"), "MACs")]
    for row in comparison.diff.rows:
        name = f"{row.layer.label} {row.layer.summary()}".rstrip()
        rows.append(
            (
                row.mark.value,
                name,
                what_differs(row),
                row.output,
                signed(row.parameters),
                signed(row.macs),
            )
        )
    return aligned(rows, "<<<<>>")


def _bar(part: int, total: int) -> str:
    """A share as a bar and in percent; nothing for nothing."""
    if not part:
        return ""
    portion = share(part, total)
    return f"{'█' * round(portion * BAR_LENGTH):<{BAR_LENGTH}} {portion:>4.0%}"

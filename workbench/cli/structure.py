"""The commands that look at a network without training it: `analyze` and `code`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench import presets
from workbench.base.files import write_atomically
from workbench.base.paths import default_store
from workbench.base.units import aligned, count, relative, signed, size
from workbench.cli.figure_options import writing
from workbench.codegen import keras_script
from workbench.data import load
from workbench.experiment import Experiment, parse_settings
from workbench.levers.comparison import Comparison, Side, what_differs
from workbench.network.analysis import Analysis, share
from workbench.network.costs import LayerCost
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError
from workbench.spec.data import Data, DataInfo
from workbench.spec.layers import Layer, written

DONE = 0
BAR_LENGTH = 12
TOTALS = ("parameters", "MACs", "size in float32", "to train")


def experiment_of(arguments: argparse.Namespace) -> Experiment:
    """The experiment that a command names, with its `--set` done.

    Raises:
        SpecError: where there is none, or a setting is wrong.
    """
    return named_experiment(arguments.experiment, arguments.settings)


def named_experiment(name: str, settings: Sequence[str]) -> Experiment:
    """The experiment of a TOML file or preset, with settings replaced.

    Raises:
        SpecError: as `experiment_of`.
    """
    return presets.find(name).with_settings(parse_settings(settings)).with_base(Path.cwd())


def info_of(experiment: Experiment, *, is_glance: bool = True) -> DataInfo:
    """What is known of the data; a user's own files are looked at.

    Args:
        experiment: Which names them.
        is_glance: Without how their pixels are read, for which images have to be decoded.

    Raises:
        SpecError: where the experiment names no data.
        DataError: where they can't be read.
    """
    known = experiment.data.info()
    if known is not None:
        return known
    missing = experiment.problems(None)
    if missing:
        raise SpecError(missing)
    return load(experiment.data, is_glance=is_glance).info


def fitted(experiment: Experiment, info: DataInfo, settings: Sequence[str]) -> Experiment:
    """The experiment with an output for each class, said on standard error where that changed it.

    A number that `--set` names for this very layer stays, and is refused where it is wrong.
    """
    changed, found = experiment.fitted_to(info)
    if found is None:
        return experiment
    if found.path in {experiment.from_start(path) for path in parse_settings(settings)}:
        return experiment
    print(f"dlopt-workbench: {found.words}", file=sys.stderr)
    return changed


def known_experiment(
    arguments: argparse.Namespace, *, is_glance: bool = True
) -> tuple[Experiment, DataInfo]:
    """The experiment that a command names, fitted to its data, and what is known of these.

    Args:
        arguments: Of the command.
        is_glance: As `info_of`.

    Raises:
        SpecError, DataError: as `experiment_of` and `info_of`.
    """
    experiment = experiment_of(arguments)
    info = info_of(experiment, is_glance=is_glance)
    return fitted(experiment, info, arguments.settings), info


def known_experiments(arguments: argparse.Namespace) -> list[Experiment]:
    """Several experiments, each as `known_experiment` gives one; equal data are read once."""
    settings = arguments.settings
    named = [named_experiment(name, settings) for name in arguments.experiment]
    infos: dict[Data, DataInfo] = {}
    for experiment in named:
        if experiment.data not in infos:
            infos[experiment.data] = info_of(experiment)
    return [fitted(experiment, infos[experiment.data], settings) for experiment in named]


def analyze(arguments: argparse.Namespace) -> int:
    """Prints what each layer costs; a layer that doesn't fit is an error."""
    experiment, info = known_experiment(arguments)
    analysis = experiment.analysis(info)
    if analysis.problems:
        raise SpecError(analysis.problems)
    if arguments.against is not None:
        other = _other(arguments.against, arguments.store)
        return _compare(Comparison(other, Side(experiment, info.image_shape)), arguments.json)
    needed = experiment.training_bytes(info)
    if arguments.json:
        print(json.dumps(as_json(analysis, needed)))
        return DONE
    for line in table(analysis):
        print(line)
    print()
    for title, value in (
        ("parameters", f"{count(analysis.parameters)} ({count(analysis.trainable)} trained)"),
        ("MACs", count(analysis.macs)),
        ("size in float32", size(analysis.weight_bytes)),
        ("activations", f"{size(analysis.activation_bytes)} an image"),
        ("to train", f"about {size(needed)} at batch size {experiment.training.batch_size}"),
        ("one output sees", f"{written(analysis.receptive_field)} pixels"),
    ):
        print(f"{title:<18} {value}")
    for problem in analysis.warnings:
        print(f"dlopt-workbench: warning: {problem}", file=sys.stderr)
    return DONE


def _compare(comparison: Comparison, as_json: bool) -> int:
    """Prints what the right network has otherwise; a layer that doesn't fit is an error."""
    if comparison.problems:
        raise SpecError(comparison.problems)
    if as_json:
        print(json.dumps(comparison.as_json()))
        return DONE
    for line in difference_table(comparison):
        print(line)
    print()
    for total, title in zip(comparison.totals, TOTALS, strict=True):
        left, right = total.amount(total.left), total.amount(total.right)
        print(f"{title:<18} {left} → {right}  {relative(total.left, total.right)}")
    return DONE


def _other(name: str, store: Path | None) -> Side:
    """The network of a TOML file, a preset or a run, on its own input.

    Raises:
        SpecError: where there is none, or its data can't be read.
    """
    try:
        experiment = presets.find(name).with_base(Path.cwd())
    except SpecError:
        if Path(name).suffix == ".toml" or Path(name).exists():
            raise  # it is a file, and the sentence says what is wrong with it
        return _of_run(name, store or default_store())
    return Side(experiment, info_of(experiment).image_shape)


def _of_run(name: str, folder: Path) -> Side:
    neither = f"{name!r} is no TOML file or preset, and"
    if not folder.is_dir():
        raise SpecError.at("", f"{neither} there are no runs in {folder}")
    with Store(folder) as store:
        try:
            run = store.find(name)
        except StoreError as error:
            raise SpecError.at("", f"{neither} {error}") from None
    return Side(run.experiment, run.image_shape or info_of(run.experiment).image_shape)


def code(arguments: argparse.Namespace) -> int:
    """Prints the stand-alone Keras script, or writes it to a file."""
    text = keras_script(*known_experiment(arguments, is_glance=False))
    if arguments.output is None:
        print(text, end="")
        return DONE
    with writing(arguments.output):
        write_atomically(arguments.output, text.encode())
    return DONE


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
    heads = ("Layer", "Output", "Parameters", "", "MACs", "")
    rows = [heads]
    for cost in analysis.layers:
        name = f"{cost.index} {cost.layer.label} {cost.layer.summary()}".rstrip()
        rows.append(
            (
                name if cost.enabled else f"{name} (off)", written(cost.output_shape),
                count(cost.parameters), _bar(cost.parameters, analysis.parameters),
                count(cost.macs), _bar(cost.macs, analysis.macs),
            )
        )  # fmt: skip
    return aligned(rows, "<<><><")


def difference_table(comparison: Comparison) -> list[str]:
    """A line for each pair of layers: what became of it, and what that changes."""
    rows = [("", "Layer", "What differs", "Output", "Parameters", "MACs")]
    for row in comparison.diff.rows:
        name = f"{row.layer.label} {row.layer.summary()}".rstrip()
        rows.append(
            (
                row.mark.value, name, what_differs(row), row.output,
                signed(row.parameters), signed(row.macs),
            )
        )  # fmt: skip
    return aligned(rows, "<<<<>>")


def _bar(part: int, total: int) -> str:
    """A share as a bar and in percent; nothing for nothing."""
    if not part:
        return ""
    portion = share(part, total)
    return f"{'█' * round(portion * BAR_LENGTH):<{BAR_LENGTH}} {portion:>4.0%}"

"""The commands that look at a network without training it: `analyze` and `code`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from workbench import presets
from workbench.analysis import Analysis, share
from workbench.codegen import keras_script
from workbench.costs import LayerCost
from workbench.data import load
from workbench.experiment import Experiment, parse_settings
from workbench.files import write_atomically
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.layers import Layer, written
from workbench.words import count, size

DONE = 0
BAR_LENGTH = 12


def experiment_of(arguments: argparse.Namespace) -> Experiment:
    """The experiment that a command names, with its `--set` done.

    Raises:
        SpecError: where there is none, or a setting is wrong.
    """
    experiment = presets.find(arguments.experiment)
    settings = parse_settings(arguments.settings)
    return experiment.with_settings(settings).with_base(Path.cwd())


def info_of(experiment: Experiment) -> DataInfo:
    """What is known of the data; a user's own files are looked at.

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
    return load(experiment.data).info


def analyze(arguments: argparse.Namespace) -> int:
    """Prints what each layer costs; a layer that doesn't fit is an error."""
    experiment = experiment_of(arguments)
    info = info_of(experiment)
    analysis = experiment.analysis(info)
    if analysis.problems:
        raise SpecError(analysis.problems)
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


def code(arguments: argparse.Namespace) -> int:
    """Prints the stand-alone Keras script, or writes it to a file."""
    experiment = experiment_of(arguments)
    text = keras_script(experiment, info_of(experiment))
    if arguments.output is None:
        print(text, end="")
        return DONE
    try:
        write_atomically(arguments.output, text.encode())
    except OSError as error:
        raise SpecError.at("", f"{arguments.output}: can't be written ({error.strerror})") from None
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
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    align = ("<", "<", ">", "<", ">", "<")
    return [
        "  ".join(f"{c:{a}{w}}" for c, a, w in zip(row, align, widths, strict=True)).rstrip()
        for row in rows
    ]


def _bar(part: int, total: int) -> str:
    """A share as a bar and in percent; nothing for nothing."""
    if not part:
        return ""
    portion = share(part, total)
    return f"{'█' * round(portion * BAR_LENGTH):<{BAR_LENGTH}} {portion:>4.0%}"

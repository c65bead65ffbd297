"""The command `compress`: makes a run's network smaller by recipes, and says what each one gave."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.base.files import is_meant
from workbench.base.text import tr
from workbench.base.units import NONE, aligned, count, in_one_line, milliseconds, percent, size
from workbench.cli.exit_codes import DONE
from workbench.cli.follow import Follower
from workbench.cli.options import add_json, add_run, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.cli.train import code_of
from workbench.compression import presets
from workbench.compression.compressed_runs import compressed_run, require, variant
from workbench.compression.recipe import EXAMPLE, CompressionRecipe
from workbench.runs.store import Store
from workbench.spec.base import SpecError

TITLES = (
    tr("steps"),
    tr("test acc."),
    tr("difference"),
    tr("parameters"),
    tr("non-zero"),
    "MACs",
    tr("file"),
    tr("gzipped"),
    tr("latency"),
    tr("run"),
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_run(command)
    command.add_argument(
        "--steps",
        action="append",
        default=[],
        metavar="STEP,STEP",
        help=tr(
            "what to do, as in {example}; may be repeated, for a variant each", example=EXAMPLE
        ),
    )
    command.add_argument(
        "--recipe",
        action="append",
        default=[],
        metavar="FILE",
        help=tr(
            "steps from a TOML file, or one of {names}; may be repeated",
            names=", ".join(presets.names()),
        ),
    )
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Makes a run of the kind compressed for each recipe; the exit code."""
    recipes = [CompressionRecipe.of_text(text) for text in arguments.steps]
    recipes += [_recipe(name) for name in arguments.recipe]
    if not recipes:
        fault = tr("must say what to do, as in --steps {example}", example=EXAMPLE)
        raise SpecError.at("--steps", fault)
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        parent = store.find(arguments.run)
        require(parent, store.artifacts(parent.run_id))
        with Follower(store, parent.experiment.hardware.startup) as follower:
            runs = [compressed_run(store, parent, each, reserved=True) for each in recipes]
            ended = follower.train(runs)
    found = [variant(each) for each in ended]
    if arguments.json:
        give_json(found)
    else:
        for line in table_of(found):
            print(line)
    return max(DONE, *map(code_of, ended))


def table_of(variants: Iterable[dict[str, Any]]) -> list[str]:
    """Lines of a table of variants, as `variant` gives them; its titles first."""
    rows = [TITLES, *map(_row, variants)]
    return aligned(rows, "<" + ">" * (len(TITLES) - 2) + "<")


def _recipe(name: str) -> CompressionRecipe:
    """The recipe in a file, or one that comes with the workbench."""
    path = Path(os.path.expanduser(name))
    if is_meant(path):
        return CompressionRecipe.read(path)
    return presets.load(name)


def _row(values: dict[str, Any]) -> tuple[str, ...]:
    def said(key: str, words: Any) -> str:
        return NONE if values[key] is None else words(values[key])

    difference = values["difference"]
    return (
        in_one_line(values["steps"]),
        said("test_accuracy", percent),
        NONE if difference is None else tr("{points} points", points=f"{100 * difference:+.2f}"),
        said("parameters", count),
        said("nonzero_parameters", count),
        said("macs", count),
        said("bytes", size),
        said("gzip_bytes", size),
        said("latency_ms", lambda value: f"{milliseconds(value)} ms"),
        values["run_id"],
    )

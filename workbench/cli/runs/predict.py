"""The command `predict`: what a run's network takes one image for."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from workbench.base.text import tr
from workbench.base.units import aligned, in_one_line, percent
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.options import add_json, add_run, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.evaluation import predictions
from workbench.evaluation.one_image import FromFile, ImageRequest, OfTestPart
from workbench.execution.tasks.try_image import TRY_IMAGE
from workbench.runs.store import Store
from workbench.spec.base import SpecError

MOST_CLASSES = 5


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_run(command)
    command.add_argument(
        "image", metavar="IMAGE", nargs="?", type=Path, help=tr("a PNG or JPEG file")
    )
    command.add_argument(
        "--test-image", type=int, metavar="N", help=tr("the N-th image of its test part instead")
    )
    command.add_argument(
        "--inverted",
        action="store_true",
        help=tr("the file shows dark on white what was learned as white on black"),
    )
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints the likeliest classes of one image.

    Raises:
        SpecError: where not exactly one image is named, or none that can be.
    """
    image = _asked(arguments)
    store = store_of(arguments)
    with Store(store) as opened:
        run = opened.find(arguments.run)
    found = tasks.ask(store, TRY_IMAGE, ImageRequest(run.run_id, image))
    names, shares = found.class_names, found.probabilities
    right = names[found.label] if found.label is not None else None
    if arguments.json:
        plain = {
            "run_id": run.run_id,
            "name": run.name,
            "class": names[found.likeliest],
            "probabilities": dict(zip(names, shares, strict=True)),
            "label": right,
            "answered_by": predictions.FILE if found.is_of_file else predictions.NETWORK,
        }
        give_json(plain)
        return DONE
    best = sorted(range(len(names)), key=lambda number: -shares[number])[:MOST_CLASSES]
    print("\n".join(aligned([(names[i], percent(shares[i])) for i in best], "<>")))
    if found.is_of_file:
        print(predictions.FILE_ANSWERED)
    if right is not None:
        print(tr("It is labelled {right}.", right=in_one_line(right)))
    return DONE


def _asked(arguments: argparse.Namespace) -> FromFile | OfTestPart:
    """The image that the command names."""
    path, number = arguments.image, arguments.test_image
    if (path is None) == (number is None):
        raise SpecError.at("", tr("name one image: a file, or --test-image and its number"))
    if path is None:
        if arguments.inverted:
            raise SpecError.at(
                "--inverted", tr("is for files; test images are as they were learned")
            )
        if number < 1:
            raise SpecError.at("--test-image", tr("{number} must be 1 or more", number=number))
        return OfTestPart(number - 1)
    if os.path.isdir(path):  # not `is_dir`, which a name that is too long makes fail
        raise SpecError.at("", tr("{path} is a folder; name one image in it", path=path))
    if not os.path.isfile(path):
        raise SpecError.at("", tr("{path}: there is no such file", path=path))
    return FromFile(path.absolute(), arguments.inverted)

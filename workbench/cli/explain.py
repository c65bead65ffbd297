"""The commands that look into a trained run: `diagnose` its curves, `predict` an image with it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.base.paths import default_store
from workbench.base.units import aligned, in_one_line, percent
from workbench.cli import tasks
from workbench.cli.runs import RUN
from workbench.evaluation import one_image
from workbench.evaluation.diagnosis import FEWEST_EPOCHS, Finding, calm, diagnose_run
from workbench.evaluation.one_image import Answer
from workbench.levers.remedies import RATE, Remedy
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError

DONE = 0
MOST_CLASSES = 5
FINDERS = {RATE: "find-rate"}
"""Commands by the setting that they find."""


def add_diagnose_options(command: argparse.ArgumentParser) -> None:
    """The options of `diagnose`."""
    command.add_argument("run", metavar="RUN", help=RUN)


def add_predict_options(command: argparse.ArgumentParser) -> None:
    """The options of `predict`."""
    command.add_argument("run", metavar="RUN", help=RUN)
    command.add_argument("image", metavar="IMAGE", nargs="?", type=Path, help="a PNG or JPEG file")
    command.add_argument(
        "--test-image", type=int, metavar="N", help="the N-th image of its test part instead"
    )
    command.add_argument(
        "--inverted", action="store_true",
        help="the file shows dark on white what was learned as white on black",
    )  # fmt: skip


def diagnose(arguments: argparse.Namespace) -> int:
    """Prints what a run's curves say of it, with the numbers, and what to try.

    Raises:
        StoreError: where there are no curves yet.
    """
    with Store(Path(arguments.store or default_store())) as store:
        run = store.find(arguments.run)
        epochs, steps = store.epochs(run.run_id), store.steps(run.run_id)
    if not epochs and not len(steps.steps):
        raise StoreError(f"{run.name} ({run.run_id}) hasn't trained yet: there are no curves")
    findings = diagnose_run(run, epochs, steps)
    if arguments.json:
        plain = [asdict(finding) for finding in findings]
        print(json.dumps({"run_id": run.run_id, "name": run.name, "findings": plain}))
        return DONE
    for finding in findings:
        print("\n".join(_lines(finding)))
    if not findings and len(epochs) < FEWEST_EPOCHS:
        done = f"{len(epochs)} of {FEWEST_EPOCHS} epochs"
        print(f"{in_one_line(run.name)}: too early to tell, after {done}")
    elif not findings:
        print(calm(run).format(in_one_line(run.name)))
    return DONE


def _lines(finding: Finding) -> list[str]:
    return [
        f"{finding.title}: {finding.evidence}",
        *(f"  try: {remedy.words}{_settings(remedy)}" for remedy in finding.remedies),
    ]


def _settings(remedy: Remedy) -> str:
    """As the options of `run`, where each is one value; or the command that finds it."""
    if remedy.finds in FINDERS:
        return f"  (dlopt-workbench {FINDERS[remedy.finds]})"
    if not remedy.settings or any(isinstance(v, list | dict) for v in remedy.settings.values()):
        return ""
    options = (f"--set {path}={_bare(value)}" for path, value in remedy.settings.items())
    return f"  ({' '.join(options)})"


def _bare(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def predict(arguments: argparse.Namespace) -> int:
    """Prints the likeliest classes of one image.

    Raises:
        SpecError: where not exactly one image is named.
    """
    image = _asked(arguments)
    store = Path(arguments.store or default_store())
    with Store(store) as opened:
        run = opened.find(arguments.run)
    request = {"run_id": run.run_id, "image": image}
    found = Answer.parse(tasks.ask(store, "try_image", request))
    names, shares = found.class_names, found.probabilities
    right = names[found.label] if found.label is not None else None
    if arguments.json:
        plain = {
            "run_id": run.run_id, "name": run.name, "class": names[found.likeliest],
            "probabilities": dict(zip(names, shares, strict=True)), "label": right,
        }  # fmt: skip
        print(json.dumps(plain))
        return DONE
    best = sorted(range(len(names)), key=lambda number: -shares[number])[:MOST_CLASSES]
    print("\n".join(aligned([(names[i], percent(shares[i])) for i in best], "<>")))
    if right is not None:
        print(f"It is labelled {in_one_line(right)}.")
    return DONE


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """The image as the task takes it."""
    path, number = arguments.image, arguments.test_image
    if (path is None) == (number is None):
        raise SpecError.at("", "name one image: a file, or --test-image and its number")
    if path is None:
        if arguments.inverted:
            raise SpecError.at("--inverted", "is for files; test images are as they were learned")
        return one_image.of_test_part(number - 1)
    if not path.is_file():
        raise SpecError.at("", f"{path}: there is no such file")
    return one_image.from_file(path.absolute(), inverted=arguments.inverted)

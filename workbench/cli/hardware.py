"""The commands about the machine: `devices` lists it, `tune` looks for the fastest settings,
`roofline` tells where the time of a step goes, `preflight` how long runs will take.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from workbench.base.paths import default_store
from workbench.base.units import aligned, count, size
from workbench.cli import tasks
from workbench.cli.figure_options import add_output, check_output, draw_measured
from workbench.cli.structure import known_experiment, known_experiments
from workbench.figures.measured.numbers import autotune_figure, roofline_figure
from workbench.figures.measured.settings import MeasuredBars, MeasuredLines
from workbench.hardware import autotune
from workbench.hardware.preflight import KIND, Preflight, roughly
from workbench.hardware.preflight import request as preflight_request
from workbench.hardware.roofline import row_words
from workbench.spec.hardware import Hardware
from workbench.spec.machine import Machine

DONE, FAILED = 0, 1
BAR_LENGTH = 30
MOST_SECONDS = 86_400


def add_tune_options(command: argparse.ArgumentParser) -> None:
    """The options of `tune`."""
    command.add_argument(
        "--seconds", type=_seconds, metavar="N", help="to take, about (default: 50)"
    )
    command.add_argument(
        "--batch-sizes", action="store_true",
        help="try larger batches too, which changes what is learned",
    )  # fmt: skip
    add_output(command, MeasuredBars)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of seconds above 0 and up to {MOST_SECONDS:,}"
        )
    return seconds


def devices(arguments: argparse.Namespace) -> int:
    """Prints what there is to train on, and why a target can't be used."""
    machine = Machine.from_plain(tasks.ask(default_store(), "devices", {}))
    reasons = {
        name: target.default().missing(machine) for name, target in Hardware.choices().items()
    }
    if arguments.json:
        targets = {
            name: {"available": not reason, "reason": reason} for name, reason in reasons.items()
        }
        print(json.dumps({**machine.plain(), "targets": targets}))
        return DONE
    for title, value in rows(machine):
        print(f"{title:<14} {value}")
    print()
    for name, reason in reasons.items():
        print(f"{name:<14} {reason or 'can be used'}")
    return DONE


def rows(machine: Machine) -> list[tuple[str, str]]:
    """A machine as titles and values."""
    processor = machine.processor
    found = [
        ("processor", f"{processor.name}, {processor.cores} cores"),
        ("memory", size(processor.memory_bytes)),
        ("features", " ".join(processor.features) or "not told by the system"),
    ]
    for gpu in machine.gpus:
        memory = f", {size(gpu.memory_bytes)}" if gpu.memory_bytes else ""
        capability = ".".join(map(str, gpu.capability))
        found.append(("GPU", f"{gpu.name}{memory}, compute capability {capability}"))
    found += [("TPU", tpu.name) for tpu in machine.tpus]
    return found + list(machine.versions_in_use.items())


def tune(arguments: argparse.Namespace) -> int:
    """Prints the speed of each combination that was tried, and the settings to use."""
    check_output(arguments, MeasuredBars)
    experiment, _ = known_experiment(arguments)
    request = autotune.request(experiment, batch_sizes=arguments.batch_sizes)
    if arguments.seconds is not None:
        request["seconds"] = arguments.seconds
    result = tasks.ask(arguments.store or default_store(), "tune", request)
    if arguments.json:
        print(json.dumps(result))
    else:
        for line in _bars(result["candidates"], result["name"]):
            print(line)
        print(result["words"])
        for path, value in result["best"].items():
            if experiment.at(path) != value:
                print(f"--set {path}={json.dumps(value).strip(chr(34))}")
    draw_measured(arguments, lambda: autotune_figure(result))
    return DONE


def roofline(arguments: argparse.Namespace) -> int:
    """Prints the time of each layer in a training step, and what the device could do at best."""
    check_output(arguments, MeasuredLines)
    experiment, _ = known_experiment(arguments)
    startup = experiment.hardware.startup._asdict()
    request = {"experiment": experiment.to_toml(), "startup": startup}
    result = tasks.ask(arguments.store or default_store(), "profile_layers", request)
    if arguments.json:
        print(json.dumps(result))
    else:
        heads = ("layer", "forward ms", "backward ms", "share", "GFLOP/s")
        rows = [row_words(row, result["step_seconds"]) for row in result["layers"]]
        for line in aligned([heads, *rows], "<>>>>"):
            print(line)
        print(result["words"])
    draw_measured(arguments, lambda: roofline_figure(result))
    return DONE


def preflight(arguments: argparse.Namespace) -> int:
    """Prints how long runs will take and whether they fit; exit code 1 where one doesn't."""
    experiments = known_experiments(arguments)
    store = arguments.store or default_store()
    runs = []
    for experiment in experiments:
        found = Preflight(**tasks.ask(store, KIND, preflight_request(experiment)))
        runs.append((experiment.name, found, experiment.training.epochs))
    seconds = sum(found.seconds(epochs) for _, found, epochs in runs)
    fits = all(found.fits for _, found, _ in runs)
    if arguments.json:
        rows = [
            {"name": name, **asdict(found), "seconds": found.seconds(epochs), "fits": found.fits}
            for name, found, epochs in runs
        ]
        several = {"runs": rows, "seconds": seconds, "fits": fits}
        print(json.dumps(several if len(rows) > 1 else rows[0]))
        return DONE if fits else FAILED
    for name, found, epochs in runs:
        print(f"{name}: {found.words(epochs)}" if len(runs) > 1 else found.words(epochs))
    if len(runs) > 1:
        print(f"{len(runs)} runs, about {roughly(seconds)}")
    if any(found.is_random for _, found, _ in runs):
        print("Measured with random images where the data set isn't on this computer yet.")
    return DONE if fits else FAILED


def _bars(candidates: list[dict[str, Any]], best: str) -> list[str]:
    fastest = max(one["rate"] for one in candidates)
    width = max(len(one["name"]) for one in candidates)
    return [
        f"{one['name']:<{width}}  {one['failed']}"
        if one["failed"]
        else f"{one['name']:<{width}}  {count(one['rate']):>9} images/s  "
        f"{'█' * round(BAR_LENGTH * one['rate'] / fastest)}{'  <' if one['name'] == best else ''}"
        for one in candidates
    ]

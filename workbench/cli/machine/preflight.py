"""The command `preflight`: how long runs will take, and whether they fit."""

from __future__ import annotations

import argparse

from workbench.base.plain_values import plain
from workbench.base.text import plural, tr
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE, FAILED
from workbench.cli.experiments import known_experiments
from workbench.cli.options import add_experiment, add_json, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.hardware.preflight import roughly
from workbench.hardware.requests import AboutExperiment


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_experiment(command, several=True)
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints how long runs will take and whether they fit; exit code 1 where one doesn't."""
    experiments = known_experiments(arguments)
    store = store_of(arguments)
    runs = []
    for experiment in experiments:
        found = tasks.ask(store, PREFLIGHT, AboutExperiment.of(experiment))
        runs.append((experiment.name, found, experiment.training.epochs))
    seconds = sum(found.seconds(epochs) for _, found, epochs in runs)
    fits = all(found.fits for _, found, _ in runs)
    if arguments.json:
        rows = [
            {"name": name, **plain(found), "seconds": found.seconds(epochs), "fits": found.fits}
            for name, found, epochs in runs
        ]
        several = {"runs": rows, "seconds": seconds, "fits": fits}
        give_json(several if len(rows) > 1 else rows[0])
        return DONE if fits else FAILED
    for name, found, epochs in runs:
        print(f"{name}: {found.words(epochs)}" if len(runs) > 1 else found.words(epochs))
    if len(runs) > 1:
        print(
            plural(
                "{count} run, about {time}",
                "{count} runs, about {time}",
                len(runs),
                time=roughly(seconds),
            )
        )
    if any(found.is_random for _, found, _ in runs):
        print(tr("Measured with random images where the data set isn't on this computer yet."))
    return DONE if fits else FAILED

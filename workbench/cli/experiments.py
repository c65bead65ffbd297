"""The experiments that commands name, fitted to their data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from workbench import presets
from workbench.cli.terminal import complain
from workbench.data import load
from workbench.experiment import Experiment
from workbench.spec.assignments import parse_settings
from workbench.spec.base import SpecError
from workbench.spec.data import Data, DataInfo


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
    complain(found.words)
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

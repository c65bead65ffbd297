"""Options that commands share, each written once, and what they say."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.base.paths import default_store
from workbench.base.text import tr

RUN = tr("its id, the start of it, or 'last'")
"""How a command is told a run."""


def add_json(command: argparse.ArgumentParser) -> None:
    """`--json`: the result for other programs, always in English."""
    command.add_argument("--json", action="store_true", help=tr("print the result as JSON"))


def add_store(command: argparse.ArgumentParser) -> None:
    """`--store`: another folder than the usual one."""
    command.add_argument(
        "--store", type=Path, metavar="DIR", help=tr("the store's folder (default: DLOPT_STORE)")
    )


def store_of(arguments: argparse.Namespace) -> Path:
    """The folder of the store that a command works on."""
    return Path(arguments.store) if arguments.store else default_store()


def add_run(command: argparse.ArgumentParser) -> None:
    """The run that a command is about."""
    command.add_argument("run", metavar="RUN", help=RUN)


def add_experiment(command: argparse.ArgumentParser, *, several: bool = False) -> None:
    """The experiment that a command is about, and `--set`.

    Args:
        command: Gets the options.
        several: Whether more than one may be named.
    """
    command.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        help=tr("a TOML file or a preset's name"),
        nargs="+" if several else None,
    )
    _add_settings(
        command,
        tr("replace a setting, as in training.epochs=2 or optimizer.kind=sgd; may be repeated"),
    )


def add_baseline(command: argparse.ArgumentParser) -> None:
    """The experiment that a search begins from, and `--set`; left out where a kept one goes on."""
    command.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        nargs="?",
        help=tr("a TOML file or a preset's name: the baseline"),
    )
    _add_settings(
        command,
        tr("replace a setting of the baseline, as in training.epochs=2; may be repeated"),
    )


def _add_settings(command: argparse.ArgumentParser, words: str) -> None:
    command.add_argument(
        "--set", metavar="PATH=VALUE", action="append", default=[], dest="settings", help=words
    )

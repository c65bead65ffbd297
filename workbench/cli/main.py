"""The command line: what the window does, from the same engine. No Qt, no TensorFlow.

Results go to standard output, progress and errors to standard error, so that `--json` can be piped.
Exit codes: 0 done, 1 the run failed (or the result could not be written), 2 bad input, 130
interrupted (the run can be resumed), 141 nobody read the result to its end.

A command is a module with `add_arguments(parser)` and `run(arguments)`, and a line in `COMMANDS`.
It is imported when it is called, so that quick commands stay quick.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

from workbench import __version__
from workbench.base.errors import BadInput, Failed
from workbench.base.text import tr
from workbench.cli import terminal
from workbench.cli.exit_codes import BAD_INPUT, FAILED, INTERRUPTED
from workbench.cli.parsing import CommandParser
from workbench.cli.terminal import OutputLost, complain


class Command(NamedTuple):
    """One command.

    Attributes:
        module: Where it lives, within this package.
        help: What it is for, in a few words.
    """

    module: str
    help: str


COMMANDS = {
    "run": Command("training.run", tr("train an experiment and keep the run")),
    "crossval": Command("training.crossval", tr("cross-validate: hold each of the folds out once")),
    "sweep": Command(
        "training.sweep", tr("try many settings, and say which are worth it: grid, random or TPE")
    ),
    "study": Command(
        "training.study",
        tr("try what may make an experiment faster or smaller, and say what each of it is worth"),
    ),
    "resume": Command("training.resume", tr("go on with a run from its last checkpoint")),
    "ablate": Command(
        "training.ablate",
        tr("train a run's experiment without each of its techniques, and say what each is worth"),
    ),
    "analyze": Command("experiment.analyze", tr("what each layer costs")),
    "code": Command("experiment.code", tr("print a stand-alone Keras script")),
    "presets": Command("experiment.presets", tr("list the presets, or print one as TOML")),
    "datasets": Command("experiment.datasets", tr("list the kinds of data sets")),
    "find-rate": Command("machine.find_rate", tr("find a learning rate to train with")),
    "find-batch-size": Command(
        "machine.find_batch_size", tr("time training over the batch size, and find the one to use")
    ),
    "tune": Command("machine.tune", tr("find the fastest hardware settings")),
    "roofline": Command(
        "machine.roofline",
        tr("time every layer of a training step, and what the device can do at best"),
    ),
    "preflight": Command(
        "machine.preflight",
        tr("measure a few steps: how long a run, or several, will take, and whether it fits"),
    ),
    "devices": Command("machine.devices", tr("list what there is to train on")),
    "runs": Command("runs.list_runs", tr("list the runs of the store")),
    "compare": Command("runs.compare", tr("draw curves of runs, or write their data")),
    "better": Command(
        "runs.better",
        tr("tell whether a run or group of runs is better than another, or only luckier"),
    ),
    "evaluate": Command("runs.evaluate", tr("how good a run's trained network is, by class")),
    "latency": Command("runs.latency", tr("time how fast a run's trained network answers")),
    "bench-inference": Command(
        "runs.bench_inference",
        tr("time how fast an exported file, or a run's network, answers"),
    ),
    "diagnose": Command(
        "runs.diagnose", tr("what a run's curves say of it, with the numbers, and what to try")
    ),
    "compress": Command(
        "runs.compress", tr("make a run's network smaller: prune, share weights, quantize")
    ),
    "smallest": Command(
        "runs.smallest",
        tr("find the smallest file of a run's network within a bound on the accuracy lost"),
    ),
    "predict": Command("runs.predict", tr("what a run's trained network takes an image for")),
    "tradeoff": Command(
        "runs.tradeoff",
        tr("print the runs that give most for what they cost (the Pareto front), or draw all"),
    ),
    "export": Command("runs.export", tr("write a run's network to a file that runs elsewhere")),
    "export-run": Command("runs.export_run", tr("write a run to one file, or for TensorBoard")),
    "import-run": Command("runs.import_run", tr("take in a run that was exported elsewhere")),
    "report": Command("runs.report", tr("write a page on runs that opens in any browser")),
    "completion": Command("shell.completion", tr("print the shell's completion of these commands")),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    with terminal.guarded(), terminal.interruptible():
        try:
            try:
                return _done(sys.argv[1:] if argv is None else argv)
            finally:  # now, as nobody could be told at exit that it failed
                if sys.stdout is not None:
                    sys.stdout.flush()
        except KeyboardInterrupt:  # in a task or before: nothing was begun that could be resumed
            return INTERRUPTED
        except BrokenPipeError:  # the reader of our output has seen enough
            terminal.abandon_output()
            return terminal.BROKEN_PIPE
        except OutputLost as error:
            terminal.abandon_output()
            complain(
                tr(
                    "standard output can't be written ({reason})",
                    reason=error.strerror or error,
                )
            )
            return FAILED


def _done(argv: Sequence[str]) -> int:
    arguments = parser(argv[0] if argv else "").parse_args(joined(argv))
    try:
        return int(module_of(arguments.command).run(arguments))
    except BadInput as error:
        said = str(error)
        if error.listed_by:
            command = f"dlopt-workbench {error.listed_by}"
            said = tr("{sentence}; see '{command}'", sentence=said, command=command)
        complain(said)
        return BAD_INPUT
    except Failed as error:
        complain(error)
        return FAILED


def module_of(command: str) -> Any:
    """The module of a command, imported now."""
    return import_module(f"{__package__}.{COMMANDS[command].module}")


def parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The commands, and their options.

    Args:
        chosen: The one whose options are wanted, as the modules of the others need not be imported;
            None for all.
    """
    top = CommandParser(
        prog="dlopt-workbench",
        description=tr(
            "Make CNNs smaller, faster to train and faster to run, and prove it. "
            "Without a command it opens the window: dlopt-workbench [--store DIR] [FILE.toml]."
        ),
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"dlopt-workbench {__version__}",
        help=tr("show program's version number and exit"),
    )
    commands = top.add_subparsers(title=tr("commands"), required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        made = commands.add_parser(name, help=command.help, description=command.help)
        made.set_defaults(command=name)
        if chosen in (None, name):
            module_of(name).add_arguments(made)
    return top


def joined(arguments: Sequence[str]) -> list[str]:
    """`--sort -val_accuracy` as one word: argparse would take the second for an option."""
    found: list[str] = []
    for argument in arguments:
        if found and found[-1] == "--sort":
            found[-1] = f"--sort={argument}"
        else:
            found.append(argument)
    return found

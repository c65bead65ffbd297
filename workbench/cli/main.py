"""The command line: what the window does, from the same engine. No Qt, no TensorFlow.

Results go to standard output, progress and errors to standard error, so that `--json` can be piped.
Exit codes: 0 done, 1 the run failed (or the result could not be written), 2 bad input, 130
interrupted (the run can be resumed), 141 nobody read the result to its end.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from workbench import __version__, presets
from workbench.base.paths import default_store
from workbench.base.units import count, duration, in_one_line, percent
from workbench.cli import (
    better,
    compare,
    evaluate,
    explain,
    figure_options,
    find,
    hardware,
    latency,
    runs,
    share,
    structure,
    terminal,
    tradeoff,
    train,
)
from workbench.cli.terminal import OutputLost, complain
from workbench.data import DataError, is_downloaded
from workbench.execution.ask import TaskFailed
from workbench.figures.measured.settings import MeasuredBars, MeasuredLines
from workbench.runs.store import Store, StoreError
from workbench.runs.table.query import QueryError
from workbench.spec.base import SpecError
from workbench.spec.data import Data, KerasData
from workbench.spec.layers import written

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    with terminal.guarded(), terminal.interruptible():
        try:
            try:
                return _done(sys.argv[1:] if argv is None else argv)
            finally:  # now, as nobody could be told at exit that it failed
                if sys.stdout is not None:
                    sys.stdout.flush()
        except BrokenPipeError:  # the reader of our output has seen enough
            terminal.abandon_output()
            return terminal.BROKEN_PIPE
        except OutputLost as error:
            terminal.abandon_output()
            complain(f"standard output can't be written ({error.strerror or error})")
            return FAILED


def _done(argv: Sequence[str]) -> int:
    arguments = parser().parse_args(runs.joined(argv))
    command: Callable[[argparse.Namespace], int] = arguments.command
    try:
        return command(arguments)
    except (SpecError, DataError, StoreError, QueryError) as error:
        complain(error)
        return BAD_INPUT
    except TaskFailed as error:
        complain(error)
        return FAILED
    except KeyboardInterrupt:  # in a task: nothing was begun that could be resumed
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, where argparse would print the whole usage first."""

    def error(self, message: str) -> NoReturn:
        complain(f"{message}; see '{self.prog} --help'")
        self.exit(BAD_INPUT)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = _Parser(
        prog="dlopt-workbench",
        description="Make CNNs smaller, faster to train and faster to run, and prove it. "
        "Without a command it opens the window: dlopt-workbench [--store DIR] [FILE.toml].",
    )
    top.add_argument("--version", action="version", version=f"dlopt-workbench {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = _command(commands, "run", train.run, "train an experiment and keep the run")
    run.add_argument(
        "--seeds", type=int, metavar="N",
        help="train N runs with the experiment's seed and the next ones, to see the spread",
    )  # fmt: skip
    crossed = _command(
        commands, "crossval", train.crossval, "cross-validate: hold each of the folds out once"
    )
    crossed.add_argument("--folds", type=int, default=5, metavar="K", help="how many (default: 5)")
    analyzed = _command(commands, "analyze", structure.analyze, "what each layer costs")
    analyzed.add_argument("--json", action="store_true", help="print the result as JSON")
    analyzed.add_argument(
        "--against", metavar="OTHER",
        help="print what differs from OTHER: a TOML file, a preset's name, or the id of a run",
    )  # fmt: skip
    script = _command(commands, "code", structure.code, "print a stand-alone Keras script")
    script.add_argument("--output", type=Path, metavar="FILE", help="write it to a file instead")
    rate = _command(commands, "find-rate", find.find_rate, "find a learning rate to train with")
    batch = _command(
        commands, "find-batch-size", find.find_batch_size,
        "time training over the batch size, and find the one to use",
    )  # fmt: skip
    tune = _command(commands, "tune", hardware.tune, "find the fastest hardware settings")
    hardware.add_tune_options(tune)
    profiled = _command(
        commands, "roofline", hardware.roofline,
        "time every layer of a training step, and what the device can do at best",
    )  # fmt: skip
    before = _command(
        commands, "preflight", hardware.preflight,
        "measure a few steps: how long a run, or several, will take, and whether it fits",
    )  # fmt: skip
    found = _command(commands, "devices", hardware.devices, "list what there is to train on")
    figure_options.add_output(rate, MeasuredLines)
    figure_options.add_output(batch, MeasuredBars)
    figure_options.add_output(profiled, MeasuredLines)
    for part in (rate, batch, tune, profiled, before, found):
        part.add_argument("--json", action="store_true", help="print the result as JSON")
    for part in (run, crossed, analyzed, script, rate, batch, tune, profiled, before):
        part.add_argument(
            "experiment", metavar="EXPERIMENT", help="a TOML file or a preset's name",
            nargs="+" if part is before else None,
        )  # fmt: skip
        part.add_argument(
            "--set", metavar="PATH=VALUE", action="append", default=[], dest="settings",
            help="replace a setting, as in training.epochs=2 or optimizer.kind=sgd; may be "
            "repeated",
        )  # fmt: skip
    speed = _command(
        commands, "latency", latency.latency, "time how fast a run's trained network answers"
    )
    latency.add_options(speed)
    resume = _command(commands, "resume", train.resume, "go on with a run from its last checkpoint")
    resume.add_argument("run_id", metavar="RUN_ID", help=runs.RUN)
    listed = _command(commands, "runs", _runs, "list the runs of the store")
    runs.add_options(listed)
    compared = _command(
        commands, "compare", compare.compare, "draw curves of runs, or write their data"
    )
    compare.add_options(compared)
    best = _command(
        commands, "better", better.better,
        "tell whether a run or group of runs is better than another, or only luckier",
    )  # fmt: skip
    better.add_options(best)
    judged = _command(
        commands, "evaluate", evaluate.evaluate, "how good a run's trained network is, by class"
    )
    evaluate.add_options(judged)
    diagnosed = _command(
        commands, "diagnose", explain.diagnose,
        "what a run's curves say of it, with the numbers, and what to try",
    )  # fmt: skip
    explain.add_diagnose_options(diagnosed)
    tried = _command(
        commands, "predict", explain.predict, "what a run's trained network takes an image for"
    )
    explain.add_predict_options(tried)
    traded = _command(
        commands, "tradeoff", tradeoff.tradeoff,
        "print the runs that give most for what they cost (the Pareto front), or draw all",
    )  # fmt: skip
    tradeoff.add_options(traded)
    exported = _command(
        commands, "export-run", share.export, "write a run to one file, or for TensorBoard"
    )
    share.add_export_options(exported)
    taken = _command(
        commands, "import-run", share.take_in, "take in a run that was exported elsewhere"
    )
    share.add_import_options(taken)
    report = _command(
        commands, "report", share.report, "write a page on runs that opens in any browser"
    )
    share.add_report_options(report)
    for part in (
        run, crossed, resume, listed, best, judged, diagnosed, tried, taken, speed, traded,
    ):  # fmt: skip
        part.add_argument("--json", action="store_true", help="print the result as JSON")
    for part in (
        run, crossed, resume, listed, best, analyzed, tune, profiled, before, compared, judged,
        diagnosed, tried, traded, exported, taken, report, speed,
    ):  # fmt: skip
        part.add_argument(
            "--store", type=Path, metavar="DIR", help="the store's folder (default: DLOPT_STORE)"
        )

    shown = _command(commands, "presets", _presets, "list the presets, or print one as TOML")
    shown.add_argument("name", metavar="NAME", nargs="?", help="the preset to print")
    datasets = _command(commands, "datasets", _datasets, "list the kinds of data sets")
    datasets.add_argument("--json", action="store_true", help="print the list as JSON")
    return top


def _command(
    commands: Any, name: str, function: Callable[[argparse.Namespace], int], words: str
) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    made.set_defaults(command=function)
    return made


def command_names() -> set[str]:
    """All commands, to tell one from a file's name."""
    return {
        "analyze", "better", "code", "compare", "crossval", "datasets", "devices", "diagnose",
        "evaluate", "export-run", "find-batch-size", "find-rate", "import-run", "latency",
        "predict", "preflight", "presets", "report", "resume", "roofline", "run", "runs",
        "tradeoff", "tune",
    }  # fmt: skip


# --- lists ---------------------------------------------------------------------------------------


def _runs(arguments: argparse.Namespace) -> int:
    with Store(_store(arguments)) as store:
        try:
            store.mark_interrupted()
        except StoreError as error:  # a full disk; they can be listed all the same
            complain(str(error))
        if store.refused:
            complain(store.refused)
        if runs.is_table(arguments):
            return runs.table(store, arguments)
        found = store.runs()
    if arguments.json:
        print(json.dumps([run.summary() for run in found]))
        return DONE
    for run in found:
        print(
            f"{run.run_id}  {run.status:<11}  {percent(run.test_accuracy):>8}  "
            f"{count(run.images_per_second):>8} images/s  {duration(run.elapsed):>10}  "
            f"{in_one_line(run.name)}"
        )
    if not found:
        print("no runs yet; 'dlopt-workbench run digits-cnn' makes one", file=sys.stderr)
    return DONE


def _presets(arguments: argparse.Namespace) -> int:
    if arguments.name:
        print(presets.text(arguments.name), end="")
    else:
        print("\n".join(presets.names()))
    return DONE


def _datasets(arguments: argparse.Namespace) -> int:
    rows = [_dataset_row(kind) for kind in Data.choices().values()]
    if arguments.json:
        print(json.dumps(rows))
        return DONE
    for row in rows:
        shape = written(tuple(row["image_shape"])) if row["image_shape"] else "your own"
        images = f"{row['images']:,} images" if row["images"] else ""
        here = "" if row["available"] else f"downloads {row['download_bytes'] / 1e6:.1f} MB once"
        print(f"{row['kind']:<14} {shape:<9} {images:<14} {row['label']:<24} {here}".rstrip())
    return DONE


def _dataset_row(kind: type[Data]) -> dict[str, Any]:
    spec = kind.default()
    known = kind.source_info
    return {
        "kind": kind.name(),
        "label": kind.label,
        "image_shape": list(known.image_shape) if known else None,
        "classes": known.classes if known else None,
        "images": known.train_images + known.test_images if known else None,
        "available": not isinstance(spec, KerasData) or is_downloaded(spec),
        "download_bytes": spec.download_bytes if isinstance(spec, KerasData) else 0,
    }


def _store(arguments: argparse.Namespace) -> Path:
    return Path(arguments.store) if arguments.store else default_store()


__all__ = ["command_names", "main", "parser"]

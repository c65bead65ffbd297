"""The command that compares runs in a figure or a table: `compare`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from workbench.curves.metrics import AXES, METRICS
from workbench.figures.embedded import about
from workbench.figures.lines import read_sources
from workbench.figures.settings import (
    SIZES,
    CurveFigure,
    Entry,
    Look,
    Plot,
    figure_from_json,
)
from workbench.figures.writing import check_suffix, write
from workbench.places import default_store
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.spec.base import SpecError

DONE = 0


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of `compare`."""
    add = command.add_argument
    add("runs", metavar="RUN", nargs="*", help="its id, the start of it, or 'last'")
    add("--output", type=Path, metavar="FILE", required=True,
        help="the file to write, by its suffix a figure (.svg, .pdf, .png), its data (.csv), or a "
        "picture for pgfplots (.tex stands alone, .tikz is to be included)")  # fmt: skip
    add("--like", type=Path, metavar="FIGURE",
        help="draw the runs and settings that a figure of the workbench holds; runs given take "
        "the place of its own")  # fmt: skip
    add("--metric", choices=METRICS, help="what the y axis shows (default: loss)")
    add("--x", choices=AXES, dest="axis", help="what the x axis shows (default: step)")
    add("--smoothing", type=float, metavar="F",
        help="weight of a moving average, 0 to 0.999 (default: 0)")  # fmt: skip
    add("--log", action="store_const", const=True, dest="log_y", help="logarithmic y axis")
    add("--log-x", action="store_const", const=True, help="logarithmic x axis")
    add("--validation", action="store_const", const=True, help="validation too, dashed")
    add("--layout", choices=get_args(Plot.model_fields["layout"].annotation),
        help="all in one plot, or a small plot for each (default: overlay)")  # fmt: skip
    add("--group", metavar="PATH",
        help="mean and band of the runs with one value of this setting, as in "
        "training.batch_size, or 'name'")  # fmt: skip
    add("--band", choices=get_args(Plot.model_fields["band"].annotation),
        help="what the band of a group is (default: std)")  # fmt: skip
    add("--size", choices=SIZES, help="preset of size and font size (default: one-column)")
    add("--dpi", type=int, metavar="N", help="resolution of a PNG (default: 300)")
    add("--title", metavar="TEXT", help="above the plot (default: none)")
    add("--monochrome", action="store_const", const=True, help="greys and line styles")


def compare(arguments: argparse.Namespace) -> int:
    """Draws a figure of runs, or writes its data."""
    try:
        check_suffix(arguments.output, CurveFigure)
        with Store(Path(arguments.store or default_store())) as store:
            figure = _figure(arguments, store)
            sources = read_sources(store, (entry.run_id for entry in figure.runs))
        write(figure, sources, arguments.output)
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError.at("", str(error)) from None
    except OSError as error:
        reason = error.strerror or error
        raise SpecError.at("", f"{arguments.output}: can't be written ({reason})") from None
    return DONE


def _figure(arguments: argparse.Namespace, store: Store) -> CurveFigure:
    """What the options ask for, on top of what `--like` holds."""
    plot, look = Plot(), Look()
    runs: tuple[Entry, ...] = ()
    if arguments.like is not None:
        like = _like(arguments.like)
        plot, look, runs = like.plot, like.look, like.runs
    if arguments.size:
        look = look.sized(arguments.size)
    plot = plot.changed(**_given(arguments, Plot))
    look = look.changed(**_given(arguments, Look))
    if arguments.runs:
        found = {run.run_id: run for run in map(store.find, arguments.runs)}
        runs = tuple(_entry(run, arguments.group) for run in found.values())
    if not runs:
        raise SpecError.at("RUN", "name at least one run; see 'dlopt-workbench runs'")
    return CurveFigure(runs=runs, plot=plot, look=look)


def _given(arguments: argparse.Namespace, spec: type[Plot] | type[Look]) -> dict[str, object]:
    """The options that were given, of those that are settings of this class."""
    names = [name for name in spec.model_fields if getattr(arguments, name, None) is not None]
    return {name: getattr(arguments, name) for name in names}


def _like(path: Path) -> CurveFigure:
    try:
        return figure_from_json(about(path))
    except OSError as error:
        reason = error.strerror or error
        raise SpecError.at("--like", f"{path} can't be read ({reason})") from None
    except SpecError as error:
        raise SpecError.at("--like", f"{path.name}: {error}") from None
    except ValueError as error:
        raise SpecError.at("--like", str(error)) from None


def _entry(run: Run, group: str | None) -> Entry:
    if not group:
        return Entry(run_id=run.run_id)
    if group == "name":
        return Entry(run_id=run.run_id, group=run.name)
    value = run.experiment.at(group)
    return Entry(run_id=run.run_id, group=f"{group.rpartition('.')[2]} = {value}")

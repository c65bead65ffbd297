"""The command that compares runs in a figure or a table: `compare`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from workbench.base.text import joined, tr
from workbench.cli.exit_codes import DONE
from workbench.cli.figure_options import drawing, print_json, remarked
from workbench.cli.options import RUN, add_json, add_store, store_of
from workbench.curves.metrics import AXES, METRICS
from workbench.figures.embedded import about
from workbench.figures.families import FAMILIES, figure_from_json
from workbench.figures.settings import SIZES, CurveFigure, FigureLook, FigureRun, FigureSpec, Plot
from workbench.figures.writing import check_suffix, write
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.spec.base import SpecError


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add = command.add_argument
    add("runs", metavar="RUN", nargs="*", help=RUN)
    add(
        "--output",
        type=Path,
        metavar="FILE",
        required=True,
        help=tr(
            "the file to write, by its suffix a figure (.svg, .pdf, .png), its data (.csv), or a "
            "picture for pgfplots (.tex stands alone, .tikz is to be included)"
        ),
    )
    add(
        "--like",
        type=Path,
        metavar="FIGURE",
        help=tr(
            "draw again what any figure of the workbench shows; runs given take "
            "the place of its own"
        ),
    )
    add("--metric", choices=METRICS, help=tr("what the y axis shows (default: loss)"))
    add("--x", choices=AXES, dest="axis", help=tr("what the x axis shows (default: step)"))
    add(
        "--smoothing",
        type=float,
        metavar="F",
        help=tr("weight of a moving average, 0 to 0.999 (default: 0)"),
    )
    add("--log", action="store_const", const=True, dest="log_y", help=tr("logarithmic y axis"))
    add("--log-x", action="store_const", const=True, help=tr("logarithmic x axis"))
    add("--validation", action="store_const", const=True, help=tr("validation too, dashed"))
    add(
        "--layout",
        choices=get_args(Plot.model_fields["layout"].annotation),
        help=tr("all in one plot, or a small plot for each (default: overlay)"),
    )
    add(
        "--group",
        metavar="PATH",
        help=tr(
            "mean and band of the runs with one value of this setting, as in "
            "training.batch_size, or 'name'"
        ),
    )
    add(
        "--band",
        choices=get_args(Plot.model_fields["band"].annotation),
        help=tr("what the band of a group is (default: std)"),
    )
    add("--size", choices=SIZES, help=tr("preset of size and font size (default: one-column)"))
    add("--dpi", type=int, metavar="N", help=tr("resolution of a PNG (default: 300)"))
    add("--title", metavar="TEXT", help=tr("above the plot (default: none)"))
    add("--monochrome", action="store_const", const=True, help=tr("greys and line styles"))
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Draws a figure of runs, or writes its data."""
    like = _like(arguments.like) if arguments.like is not None else None
    with drawing(arguments.output):
        check_suffix(arguments.output, type(like) if like is not None else CurveFigure)
        with Store(store_of(arguments)) as store:
            figure = _figure(arguments, like, store)
            data = FAMILIES[type(figure)].read(store, figure)
        warnings = remarked(write(figure, data, arguments.output))
    if arguments.json:
        print_json(arguments, {"output": str(arguments.output)}, warnings)
    return DONE


def _figure(arguments: argparse.Namespace, like: FigureSpec | None, store: Store) -> FigureSpec:
    """What the options ask for, on top of what `--like` holds."""
    look = like.look if like is not None else FigureLook()
    if arguments.size:
        look = look.sized(arguments.size)
    look = look.changed(**_given(arguments, FigureLook))
    runs = list({run.run_id: run for run in map(store.find, arguments.runs)}.values())
    if like is None or isinstance(like, CurveFigure):
        return _curves(arguments, like, look, runs)
    refused = [*_given(arguments, Plot), *(["group"] if arguments.group else [])]
    if refused:
        shown = ", ".join(_OPTIONS[name] for name in refused)
        raise ValueError(
            tr(
                "{shown}: of figures of curves alone, and {like} is none",
                shown=shown,
                like=arguments.like,
            )
        )
    figure = like.of_runs([run.run_id for run in runs]) if runs else like
    return figure.dressed(look, figure.legend)


def _curves(
    arguments: argparse.Namespace, like: CurveFigure | None, look: FigureLook, runs: Sequence[Run]
) -> CurveFigure:
    plot = (like.plot if like is not None else Plot()).changed(**_given(arguments, Plot))
    entries = tuple(_entry(run, arguments.group) for run in runs)
    if not entries and like is not None:
        entries = like.runs
    if not entries:
        raise SpecError.at("RUN", tr("name at least one run; see 'dlopt-workbench runs'"))
    return CurveFigure(runs=entries, plot=plot, look=look)


_OPTIONS = {
    "metric": "--metric",
    "axis": "--x",
    "smoothing": "--smoothing",
    "log_y": "--log",
    "log_x": "--log-x",
    "validation": "--validation",
    "layout": "--layout",
    "group": "--group",
    "band": "--band",
}
"""How the settings of a figure of curves are written on the command line."""


def _given(arguments: argparse.Namespace, spec: type[Plot] | type[FigureLook]) -> dict[str, object]:
    """The options that were given, of those that are settings of this class."""
    names = [name for name in spec.model_fields if getattr(arguments, name, None) is not None]
    return {name: getattr(arguments, name) for name in names}


def _like(path: Path) -> FigureSpec:
    try:
        return figure_from_json(about(path))
    except OSError as error:
        reason = error.strerror or error
        raise SpecError.at(
            "--like", tr("{path} can't be read ({reason})", path=path, reason=reason)
        ) from None
    except SpecError as error:
        raise SpecError.at("--like", joined(": ", [path.name, str(error)])) from None
    except ValueError as error:
        raise SpecError.at("--like", str(error)) from None


def _entry(run: Run, group: str | None) -> FigureRun:
    if not group:
        return FigureRun(run_id=run.run_id)
    if group == "name":
        return FigureRun(run_id=run.run_id, group=run.name)
    value = run.experiment.at(group)
    return FigureRun(run_id=run.run_id, group=f"{group.rpartition('.')[2]} = {value}")

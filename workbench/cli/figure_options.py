"""What the commands that write files and draw have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.base.text import tr
from workbench.base.units import either
from workbench.cli.terminal import give_json, warn
from workbench.figures.measured.settings import MeasuredSpec
from workbench.figures.settings import SIZES, FigureLook, FigureSpec
from workbench.figures.writing import check_suffix, write
from workbench.runs.table.query import QueryError
from workbench.spec.base import SpecError

PICTURES = (".svg", ".pdf", ".png")


def add_output(command: argparse.ArgumentParser, spec: type[FigureSpec]) -> None:
    """`--output`, and how what is drawn looks."""
    texts = [suffix for suffix in spec.SUFFIXES if suffix not in PICTURES]
    command.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help=tr(
            "draw it too: {pictures}, or {texts} for its data",
            pictures=", ".join(PICTURES),
            texts=either(texts),
        ),
    )
    add_look(command)


def add_look(command: argparse.ArgumentParser) -> None:
    """How what is drawn looks."""
    add = command.add_argument
    add("--size", choices=SIZES, default="one-column", help=tr("preset of size and font size"))
    add("--dpi", type=int, metavar="N", default=300, help=tr("resolution of a PNG (default: 300)"))
    add("--title", metavar="TEXT", default="", help=tr("above the plot (default: none)"))
    add("--monochrome", action="store_true", help=tr("greys in place of colours"))


def look_of(arguments: argparse.Namespace) -> FigureLook:
    """What the options of `add_look` ask for.

    Raises:
        SpecError: where one is out of range.
    """
    return (
        FigureLook()
        .sized(arguments.size)
        .changed(title=arguments.title, monochrome=arguments.monochrome, dpi=arguments.dpi)
    )


def check_output(arguments: argparse.Namespace, spec: type[FigureSpec]) -> None:
    """Refuses a file that we don't write, and a look that can't be, before anything is measured.

    Raises:
        SpecError: one sentence.
    """
    if arguments.output is not None:
        look_of(arguments)
        with drawing(arguments.output):
            check_suffix(arguments.output, spec)


def give_measured(
    arguments: argparse.Namespace,
    result: Mapping[str, Any],
    made: Callable[[], MeasuredSpec | None],
    say: Callable[[], None],
) -> None:
    """Draws what was measured, where a file is named, and prints it whatever comes of that.

    Args:
        arguments: With `output` and `json`.
        result: What `--json` prints.
        made: The figure of it; None where nothing was measured that could be drawn.
        say: Prints it for a person.

    Raises:
        SpecError: one sentence, where there is nothing to draw or it can't be written.
    """
    warnings: Sequence[str] = ()
    try:
        warnings = _draw_measured(arguments, made)
    finally:
        if arguments.json:
            print_json(arguments, result, warnings)
        else:
            say()


def print_json(
    arguments: argparse.Namespace, result: Mapping[str, Any], warnings: Sequence[str]
) -> None:
    """Prints a result as JSON, with what a reader of its figure would miss where one is drawn."""
    about_figure = {} if arguments.output is None else {"figure_warnings": list(warnings)}
    give_json({**result, **about_figure})


def _draw_measured(
    arguments: argparse.Namespace, made: Callable[[], MeasuredSpec | None]
) -> Sequence[str]:
    if arguments.output is None:
        return ()
    figure = made()
    if figure is None:
        raise SpecError.at(
            "", tr("{output}: nothing was measured that could be drawn", output=arguments.output)
        )
    with drawing(arguments.output):
        return remarked(write(figure.changed(look=look_of(arguments)), None, arguments.output))


def remarked(sentences: Sequence[str]) -> Sequence[str]:
    """Says what a reader of a figure would miss; returns it for `print_json`."""
    for sentence in sentences:
        warn(sentence)
    return sentences


@contextmanager
def writing(output: Path | None) -> Iterator[None]:
    """Says in the command line's way that a file can't be written.

    Args:
        output: The file or folder, or None.

    Raises:
        SpecError: one sentence.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise SpecError.at(
            "", tr("{output}: can't be written ({reason})", output=str(output), reason=reason)
        ) from None


@contextmanager
def drawing(output: Path | None) -> Iterator[None]:
    """Says in the command line's way what can't be drawn or written.

    Args:
        output: The file, or None.

    Raises:
        SpecError: one sentence.
    """
    try:
        with writing(output):
            yield
    except (SpecError, QueryError):
        raise
    except ValueError as error:
        raise SpecError.at("", str(error)) from None


def check_name(path: Path, *known: str) -> None:
    """Refuses a file whose name doesn't say what it will be.

    Raises:
        SpecError: one sentence.
    """
    if path.suffix.lower() not in known:
        raise SpecError.at("", tr("{path}: must end in {suffix}", path=path, suffix=known[0]))

"""The command `evaluate`: how good a run's trained network is on its test or validation part."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.base.units import aligned, count, either, in_one_line, percent
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.figure_options import (
    add_look,
    check_output,
    drawing,
    look_of,
    print_json,
    remarked,
)
from workbench.cli.options import RUN, add_json, add_store, store_of
from workbench.cli.terminal import complain
from workbench.evaluation import predictions
from workbench.evaluation.classification import Evaluation
from workbench.evaluation.predictions import EvaluationRequest, Predictions
from workbench.execution.tasks.evaluate import EVALUATE
from workbench.figures.evaluation.numbers import MOST_DRAWN, hardest_classes
from workbench.figures.evaluation.settings import (
    EVALUATION_FIGURES,
    ClassFigure,
    EvaluationFigure,
    evaluation_figure,
)
from workbench.figures.writing import write
from workbench.runs.record import Run
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError

DEFAULT_FIGURE = "confusion"
NAME_WIDTH = 24
MOST_CLASSES = 12
"""A confusion matrix of more doesn't fit on a terminal."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("run", metavar="RUN", help=RUN)
    command.add_argument(
        "--part",
        choices=predictions.PARTS,
        default=predictions.TEST,
        help=tr("the images to evaluate it on (default: test)"),
    )
    add = command.add_argument
    add(
        "--output",
        type=Path,
        metavar="FILE",
        help=tr("draw it too: .svg, .pdf, .png, or .csv, .tex or .tikz for its data"),
    )
    add(
        "--figure",
        choices=EVALUATION_FIGURES,
        help=tr(
            "what to draw: confusions, confidence against accuracy, ROC, or precision over recall "
            "(default: {figure})",
            figure=DEFAULT_FIGURE,
        ),
    )
    add(
        "--class",
        action="append",
        dest="classes",
        metavar="NAME",
        default=[],
        help=tr(
            "a class whose ROC or precision over recall is drawn; may be given again (default: "
            "all, or the {most} with the least area; in a .csv all)",
            most=MOST_DRAWN,
        ),
    )
    add_look(command)
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints the figures of a run; its network answers once, and then from what was kept."""
    folder = store_of(arguments)
    kind = _kind(arguments)
    check_output(arguments, EVALUATION_FIGURES[kind])
    with Store(folder) as store:
        run = store.find(arguments.run)
        artifacts = store.artifacts(run.run_id)
    found = predictions.load(artifacts, arguments.part)
    if found is None:
        found = _predict(folder, artifacts, run, arguments.part)
    evaluation = Evaluation(found)
    warnings: Sequence[str] = ()
    if arguments.output is not None:
        with drawing(arguments.output):
            figure = _figure(arguments, kind, run, evaluation)
            warnings = remarked(write(figure, evaluation, arguments.output))
    if arguments.json:
        about = {"run_id": run.run_id, "name": run.name}
        print_json(arguments, about | evaluation.plain(), warnings)
        return DONE
    print(
        tr(
            "{name} on {images} images of the {part} part",
            name=in_one_line(run.name),
            images=count(evaluation.images),
            part=found.part,
        )
    )
    if found.are_of_file:
        print(predictions.FILE_ANSWERED)
    print("\n".join(_lines(evaluation)))
    return DONE


def _kind(arguments: argparse.Namespace) -> str:
    """The figure that is wanted, as far as one is.

    Raises:
        SpecError: where an option would be for nothing.
    """
    kind = str(arguments.figure or DEFAULT_FIGURE)
    if arguments.figure and arguments.output is None:
        raise SpecError.at("--figure", tr("needs --output, the file to draw it to"))
    of_classes = [name for name, of in EVALUATION_FIGURES.items() if issubclass(of, ClassFigure)]
    if arguments.classes and (arguments.output is None or kind not in of_classes):
        raise SpecError.at(
            "--class", tr("needs --output, and --figure {figures}", figures=either(of_classes))
        )
    return kind


def _figure(
    arguments: argparse.Namespace, kind: str, run: Run, evaluation: Evaluation
) -> EvaluationFigure:
    """What the options ask for."""
    look = look_of(arguments)
    names = list(evaluation.predictions.class_names)
    unknown = next((name for name in arguments.classes if name not in names), None)
    if unknown is not None:
        fault = tr("there is no class {name}", name=repr(unknown))
        raise SpecError.at("--class", near_miss(fault, unknown, names))
    most = len(names) if arguments.output.suffix.lower() == ".csv" else MOST_DRAWN
    classes = [names.index(name) for name in dict.fromkeys(arguments.classes)]
    if not classes and issubclass(EVALUATION_FIGURES[kind], ClassFigure):
        classes = hardest_classes(kind, evaluation, most)
        if len(classes) < len(names):
            complain(
                tr(
                    "drawn are {drawn} of {all} classes, those with the least area; --class names "
                    "others",
                    drawn=len(classes),
                    all=len(names),
                )
            )
    return evaluation_figure(kind, run.run_id, arguments.part, classes, look)


def _predict(store: Path, artifacts: Path, run: Run, part: str) -> Predictions:
    result = tasks.ask(store, EVALUATE, EvaluationRequest(run.run_id, part))
    if result.warning:
        complain(result.warning)
    found = predictions.load(artifacts, part)
    if found is None:
        raise StoreError(
            tr(
                "run {run_id} trained on meanwhile; evaluate it once it has ended",
                run_id=run.run_id,
            )
        )
    return found


def _lines(evaluation: Evaluation) -> list[str]:
    """The figures as a person reads them."""
    low, high = (percent(end) for end in evaluation.interval)
    accuracy = tr(
        "{accuracy} (95 % between {low} and {high})",
        accuracy=percent(evaluation.accuracy),
        low=low,
        high=high,
    )
    lines = [
        *aligned(
            [
                (tr("accuracy"), accuracy),
                (tr("expected calibration error"), percent(evaluation.calibration.error)),
            ],
            "<<",
        ),
        "",
        f"{'':<{NAME_WIDTH}} {tr('precision'):>10} {tr('recall'):>10} {'F1':>10} {tr('images'):>8}",
    ]
    for row in (*evaluation.classes, evaluation.macro):
        shares = " ".join(f"{percent(share):>10}" for share in (row.precision, row.recall, row.f1))
        lines.append(f"{row.name[:NAME_WIDTH]:<{NAME_WIDTH}} {shares} {count(row.support):>8}")
    if len(evaluation.classes) <= MOST_CLASSES:
        width = max(5, len(count(int(evaluation.confusion.max()))) + 1)
        names = "".join(f"{row.name[: width - 1]:>{width}}" for row in evaluation.classes)
        lines += ["", f"{tr('true class / taken for'):<{NAME_WIDTH}} {names}"]
        for row, cells in zip(evaluation.classes, evaluation.confusion, strict=True):
            counts = "".join(f"{count(cell) if cell else '·':>{width}}" for cell in cells)
            lines.append(f"{row.name[:NAME_WIDTH]:<{NAME_WIDTH}} {counts}")
    return lines

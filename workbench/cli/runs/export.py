"""The command `export`: a run's network as a file that runs elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.base.plain_values import plain
from workbench.base.text import tr
from workbench.base.units import aligned, count, in_one_line, percent
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.options import add_json, add_run, add_store, store_of
from workbench.cli.terminal import complain, give_json
from workbench.compression.model_file import OwnForm, own_form
from workbench.deployment.formats import FORMATS, LITERT, Exported, ExportRequest
from workbench.deployment.quantization import FLOAT32, SCHEMES, Quantization
from workbench.execution.tasks.export import EXPORT
from workbench.runs.store import Store
from workbench.spec.base import SpecError


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_run(command)
    add = command.add_argument
    add(
        "--format",
        choices=FORMATS,
        default="litert",
        help=tr(
            "{formats} (default: litert)",
            formats="; ".join(f"{made.name}: {made.words}" for made in FORMATS.values()),
        ),
    )
    add("--output", type=Path, required=True, metavar="FILE|DIR", help=tr("where to write it"))
    add(
        "--quantize",
        choices=(FLOAT32, *SCHEMES),
        help=tr(
            "{schemes}; float32 (default: as the run was compressed, else float32; a C array is "
            "int8)",
            schemes="; ".join(f"{scheme.name}: {scheme.words}" for scheme in SCHEMES.values()),
        ),
    )
    add(
        "--layer",
        action="append",
        type=_layer,
        default=[],
        dest="layers",
        metavar="N=SCHEME",
        help=tr(
            "quantize the N-th layer otherwise, or leave it in float32: 1=float32; may be repeated"
        ),
    )
    add(
        "--per-tensor",
        action="store_true",
        help=tr("one scale for all weights of a layer, which keeps shared values shared"),
    )
    add(
        "--batch",
        type=int,
        metavar="N",
        help=tr("images to a call of a LiteRT file (default: any)"),
    )
    add("--strip", action="store_true", help=tr("leave names of tensors and signatures out of it"))
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Writes a run's network, and says what it is worth."""
    folder = store_of(arguments)
    with Store(folder) as store:
        run = store.find(arguments.run)
        own = own_form(store.artifacts(run.run_id))
    if arguments.quantize is not None or not FORMATS[arguments.format].is_quantized:
        own = OwnForm()
    is_bare = own.is_bare and arguments.format == LITERT
    request = ExportRequest(
        run.run_id,
        arguments.format,
        str(arguments.output.absolute()),
        _quantization(arguments, own.quantization),
        arguments.batch or (1 if is_bare else None),
        arguments.strip or is_bare,
        startup=run.experiment.hardware.startup,
    )
    request.require()
    found = tasks.ask(folder, EXPORT, request)
    if arguments.json:
        about = {"run_id": run.run_id, "name": run.name, "format": arguments.format}
        give_json(about | plain(found))
        return DONE
    for warning in found.warnings:
        complain(warning)
    print(f"{in_one_line(run.name)} ({run.run_id})")
    print("\n".join(_lines(found)))
    return DONE


def _lines(found: Exported) -> list[str]:
    rows = [
        (tr("written"), found.path),
        (tr("beside it"), found.beside),
        (tr("size"), found.sizes),
        (
            tr("accuracy"),
            tr(
                "{accuracy} against {original} on {images} test images",
                accuracy=percent(found.accuracy),
                original=percent(found.original_accuracy),
                images=count(found.images),
            ),
        ),
        (
            tr("same class"),
            tr(
                "{share} of them; shares differ by up to {difference}",
                share=percent(found.agreement),
                difference=f"{found.largest_difference:.2g}",
            ),
        ),
        ("SHA-256", found.digest),
    ]
    return aligned(rows, "<<")


def _quantization(arguments: argparse.Namespace, own: Quantization | None) -> Quantization | None:
    """What was asked for, else how the run's own file was written."""
    layers = dict(arguments.layers)
    scheme = arguments.quantize
    if scheme is None:
        if layers or arguments.per_tensor:
            raise SpecError.at("", tr("--layer and --per-tensor need --quantize"))
        return own
    if scheme == FLOAT32 and not layers:
        return None
    return Quantization(scheme, arguments.per_tensor, layers)


def _layer(text: str) -> tuple[int, str]:
    number, _, scheme = text.partition("=")
    known = (*SCHEMES, FLOAT32)
    if not number.isdecimal() or int(number) < 1 or scheme not in known:
        raise argparse.ArgumentTypeError(
            tr(
                "{text} is no layer's number and scheme; write 1=float32, with one of {schemes}",
                text=repr(text),
                schemes=", ".join(known),
            )
        )
    return int(number), scheme

"""The command `datasets`: the kinds of data sets."""

from __future__ import annotations

import argparse
from typing import Any

from workbench.base.text import plural, tr
from workbench.cli.exit_codes import DONE
from workbench.cli.options import add_json
from workbench.cli.terminal import give_json
from workbench.data import is_downloaded
from workbench.spec.data import Data, KerasData
from workbench.spec.layers import written


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_json(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints a line for each kind."""
    rows = [_dataset_row(kind) for kind in Data.choices().values()]
    if arguments.json:
        give_json(rows)
        return DONE
    for row in rows:
        shape = written(tuple(row["image_shape"])) if row["image_shape"] else tr("your own")
        images = plural("{count} image", "{count} images", row["images"]) if row["images"] else ""
        here = (
            ""
            if row["available"]
            else tr("downloads {size} once", size=f"{row['download_bytes'] / 1e6:.1f} MB")
        )
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

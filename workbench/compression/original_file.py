"""The LiteRT file of a run that others are compressed from, kept beside it: written once for all.

It is no artifact of the run: nobody asked for it, and it can be made again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workbench.base.files import write_inside
from workbench.deployment.apart import ApartError
from workbench.deployment.checked import checked
from workbench.deployment.litert_file import ModelFileError
from workbench.runs.checkpoint_file import weights_of

NAME = "original-{}.tflite"


def original_file(folder: Path, make: Callable[[], bytes]) -> bytes:
    """The file of the weights that the run has now.

    Args:
        folder: Of the run.
        make: Writes the file, where none is kept of these weights.

    Raises:
        OSError: where it can't be kept.
    """
    path = folder / NAME.format(weights_of(folder))
    if path.is_file():
        with suppress(ModelFileError, ApartError):
            return checked(path)
    content = make()
    for other in folder.glob(NAME.format("*")):  # of weights that were trained on
        other.unlink(missing_ok=True)
    write_inside(path, content)
    return content

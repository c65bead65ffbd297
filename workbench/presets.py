"""The experiments that come with the workbench: TOML files in `resources/presets/`.

The first line of each is a comment: one sentence on what it is for. Listing them loads no spec, so
that a command answers at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.base import shipped
from workbench.base.files import is_meant
from workbench.base.text import tr

if TYPE_CHECKING:
    from workbench.experiment import Experiment

FOLDER = "presets"
DEFAULT = "digits-cnn"


def names() -> list[str]:
    """Names of all presets, sorted."""
    return shipped.names(FOLDER)


def text(name: str) -> str:
    """The TOML of a preset.

    Raises:
        SpecError: where there is none of that name.
    """
    if name not in names():
        from workbench.base.names import near_miss
        from workbench.spec.base import SpecError

        raise SpecError.at(
            "",
            near_miss(tr("there is no preset {name}", name=repr(name)), name, names()),
        )
    return shipped.text(FOLDER, name)


def load(name: str) -> Experiment:
    """The experiment of a preset.

    Raises:
        SpecError: where there is none of that name.
    """
    from workbench.experiment import Experiment

    return Experiment.from_toml(text(name))


def description(name: str) -> str:
    """What a preset is for, in one sentence.

    Raises:
        SpecError: where there is none of that name.
    """
    return shipped.description(text(name))


def find(name_or_path: str) -> Experiment:
    """An experiment from a TOML file's path or a preset's name.

    Raises:
        SpecError: where it is neither, or the file is not an experiment.
    """
    from workbench.experiment import Experiment

    path = Path(os.path.expanduser(name_or_path))  # leaves a user that doesn't exist as it is
    if is_meant(path):
        return Experiment.read(path)
    return load(name_or_path)

"""Where the files of a run lie in its store, and which there may be.

A run's id names its folder, and comes out of a file that anybody may have made: here alone it
becomes a path, and only one that is a direct child of the folder of runs.

Every file of a run that stays with it is an `Artifact` in `ARTIFACTS`: what is written into a
bundle, what a bundle may hold, what is checked before it is taken in. The folder is removed whole.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import ClassVar

FOLDER = "runs"
PARTS = ("runs.sqlite3", FOLDER, "measured", "processes", "draft.toml", "window.ini")
"""What lies in a store's folder. Each is written there, so none may be a link to somewhere else."""

_RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4,8}")


def is_run_id(value: object) -> bool:
    """Whether it is an id as the workbench gives them: 20260131-235959-0a1b."""
    return isinstance(value, str) and _RUN_ID.fullmatch(value) is not None


def folder_of(store: Path, run_id: str) -> Path:
    """The folder of a run, whether it exists or not.

    Raises:
        ValueError: where the id isn't one.
    """
    if not is_run_id(run_id):
        raise ValueError(f"{run_id!r} is not the id of a run")
    return store / FOLDER / run_id


class Artifact(ABC):
    """A file of a run.

    Attributes:
        name: Of the file, in the run's folder and in a bundle; its ending is its format.
        most_bytes: A file of more is refused.
    """

    name: str
    most_bytes: ClassVar[int]

    @abstractmethod
    def fault(self, folder: Path) -> str:
        """What is wrong with the file in a run's folder, which anybody may have made: the end of a
        sentence that begins with its name; "" where it is sound.

        Raises:
            OSError: where it can't be read.
        """

    def weights(self, folder: Path) -> str:
        """The digest of the weights that it is of, see `checkpoint_file.weights_of`; "" where it
        is of none.
        """
        return ""

    def answering(self, folder: Path) -> str:
        """A digest of the file, where it answers for the run in place of its weights: its accuracy
        is then that of the file. "" where the weights do.
        """
        return ""


ARTIFACTS: tuple[str, ...] = (
    "workbench.runs.checkpoint_file:CHECKPOINT",
    "workbench.compression.progress:PROGRESS",
    "workbench.compression.model_file:MODEL_FILE",
    "workbench.evaluation.predictions:OF_TEST",
    "workbench.evaluation.predictions:OF_VALIDATION",
    "workbench.evaluation.latency:LATENCY",
)
"""Module and name of each, in the order in which they are written and taken in, so that those which
are of others come after these. The module is imported when
they are asked for: what a file says is often known above this package.
"""


def known_artifacts() -> Iterator[Artifact]:
    """All that a run may have."""
    for name in ARTIFACTS:
        module, _, attribute = name.partition(":")
        found = getattr(import_module(module), attribute)
        assert isinstance(found, Artifact), f"{name} is no artifact"
        yield found


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run.

    Attributes:
        path: Where it lies; it need not exist.
    """

    path: Path

    def file(self, artifact: Artifact) -> Path:
        """Where an artifact lies, whether it exists or not."""
        return self.path / artifact.name

    def has(self, artifact: Artifact) -> bool:
        """Whether there is a file (or a link) of its name."""
        return os.path.lexists(self.file(artifact))

    def there(self) -> list[Artifact]:
        """The artifacts that the run has, sound or not."""
        return [artifact for artifact in known_artifacts() if self.has(artifact)]

    @property
    def answering(self) -> str:
        """The digest of the file that answers for the run; "" where its weights do."""
        return next(filter(None, (each.answering(self.path) for each in self.there())), "")

    def sound(self) -> list[Artifact]:
        """The artifacts that can be used: not what another network answered, before it was trained
        on, nor what can't be read.
        """
        return [artifact for artifact in self.there() if not artifact.fault(self.path)]

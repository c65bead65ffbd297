"""A run's LiteRT file on the test part beside the network that it was made of: asked and answered.

A search judges its candidates by validation images; this is how the one that it chose is tested.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.evaluation.significance import Difference, mcnemar
from workbench.hardware.requests import AboutRun


@dataclass(frozen=True)
class JudgeFileRequest(AboutRun):
    """Asks how a compressed run's file does on the test part."""


@dataclass(frozen=True)
class JudgedFile:
    """How a file and its original did on the same test images.

    Attributes:
        images: How many.
        accuracy, original_accuracy: Of each.
        only_file, only_original: Images that one alone has right.
    """

    images: int
    accuracy: float
    original_accuracy: float
    only_file: int
    only_original: int

    @property
    def difference(self) -> Difference:
        """Of the accuracies, file less original, with its interval (McNemar, Tango)."""
        return mcnemar(self.only_original, self.only_file, self.images)

"""Varying the training images as source: word for word what the workbench trains with."""

from __future__ import annotations

from importlib.resources import files

from workbench.exchange.codegen.expressions import call, written
from workbench.experiment import Experiment
from workbench.spec.data import DataInfo

WARP_IMPORTS_END = "import numpy as np\n"
AUGMENT_IMPORTS_END = "import DRAWS, contrasts, holes, sources\n"

VARIED = '''
class Varied(Batches):
    """Batches whose images are varied at random, alike in every run."""

    def __init__(self, augmenter, epoch, *arguments):
        super().__init__(*arguments)
        self.augmenter, self.epoch = augmenter, epoch

    def __getitem__(self, index):
        images, labels = super().__getitem__(index)
        varied = self.augmenter(tf.constant(images), tf.constant(labels), self.epoch, index)
        return tuple(part.numpy() for part in varied)
'''


def augmentation_source(experiment: Experiment) -> list[str]:
    """The functions and classes; empty where nothing is varied."""
    if not experiment.augmentation.is_on:
        return []
    return [
        *_text("workbench.spec", "warp.py", WARP_IMPORTS_END),
        "",
        "",
        *_text("workbench.runtime.training", "augment.py", AUGMENT_IMPORTS_END),
        "",
        "",
        *VARIED.strip().splitlines(),
    ]


def augmenter_lines(experiment: Experiment, info: DataInfo) -> list[str]:
    """`augmenter = `; empty where nothing is varied."""
    settings = experiment.augmentation.settings()
    if not settings:
        return []
    given = {name: written(value) for name, value in settings.items()}
    return call(
        "Augmenter", {"seed": "SEED", "classes": str(info.classes), **given}, "augmenter = "
    )


def _text(package: str, file: str, imports_end: str) -> list[str]:
    text = (files(package) / file).read_text(encoding="utf-8")
    return text.partition(imports_end)[2].strip().splitlines()

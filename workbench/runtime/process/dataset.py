"""The data of a run or task, downloaded where they have to be; says what it does, can be ended."""

from __future__ import annotations

from collections.abc import Callable

from workbench.base.text import tr
from workbench.data import Dataset, is_downloaded, load
from workbench.runtime.process import download, memory
from workbench.spec.data import Data, KerasData, Reading

Report = Callable[[str, int, int, str], None]
"""Takes what is done ("downloading", "reading"), how much, of how much (0: unknown), the unit."""


def load_dataset(
    spec: Data, report: Report, ended: Callable[[], bool], kept: Reading | None = None
) -> Dataset:
    """The data set that a spec names.

    Args:
        spec: Which.
        report: Hears what is done.
        ended: Whether to stop.
        kept: How the data of a run were read before.

    Raises:
        download.Cancelled: where `ended` says so meanwhile.
        DataError: where they can't be had.
    """

    def progress(phase: str, done: int, total: int) -> None:
        if ended():
            raise download.PreparationCancelled
        report(phase, done, total, "images")

    memory.use()
    if isinstance(spec, KerasData) and not is_downloaded(spec):
        download.fetch(spec, lambda done, total: report(tr("downloading"), done, total, "B"), ended)
    progress(tr("reading"), 0, 0)
    return load(spec, progress=progress, kept=kept)

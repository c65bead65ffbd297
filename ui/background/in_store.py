"""Work on the store in a thread: with a store of that thread, as one belongs to one thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from workbench.runs.store import Store

Result = TypeVar("Result")


def in_store(folder: Path, work: Callable[[Store], Result]) -> Callable[[], Result]:
    """A job that opens the store, does something with it, and closes it.

    Args:
        folder: Of the store.
        work: Called with it.

    Raises:
        StoreError: by the job, where the store can't be used.
    """
    return partial(_do, folder, work)


def _do(folder: Path, work: Callable[[Store], Result]) -> Result:
    with Store(folder) as store:
        return work(store)

"""What went wrong in a run: one sentence for a person, and a code for logic."""

from __future__ import annotations

import errno
import sqlite3

import tensorflow as tf

from workbench.base.errors import BadInput, Failed
from workbench.base.files import LinkError
from workbench.base.text import tr
from workbench.data import DataError
from workbench.runs.status import Outcome
from workbench.runs.store import StoreError
from workbench.runtime.training.checkpoint import CheckpointError
from workbench.runtime.training.train import NotFinite
from workbench.spec.base import SpecError

PLAIN = (BadInput, Failed, CheckpointError, NotFinite, LinkError)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OUT_OF_MEMORY = tr(
    "the device ran out of memory; lower training.batch_size, the image size or the number of "
    "filters"
)


_OUTCOMES: dict[type[BaseException], Outcome] = {
    NotFinite: Outcome.DIVERGED,
    SpecError: Outcome.BAD_SETTINGS,
    DataError: Outcome.BAD_DATA,
    CheckpointError: Outcome.BAD_CHECKPOINT,
    LinkError: Outcome.STORE,
    StoreError: Outcome.STORE,
    MemoryError: Outcome.OUT_OF_MEMORY,
    tf.errors.ResourceExhaustedError: Outcome.OUT_OF_MEMORY,
}


def outcome(error: BaseException) -> Outcome:
    """The code of any failure of a run, beside its `sentence`."""
    if _is_full_disk(error) or _is_full_disk(error.__cause__):
        return Outcome.DISK_FULL
    known = (found for kind, found in _OUTCOMES.items() if isinstance(error, kind))
    return next(known, Outcome.FAILED)


def _is_full_disk(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
    return isinstance(error, OSError) and error.errno in FULL


def sentence(error: BaseException) -> str:
    """One sentence on any failure of a run; the traceback is in the log."""
    if isinstance(error, (*PLAIN, BadInput, Failed)):
        return str(error)
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return OUT_OF_MEMORY
    if _is_full_disk(error):
        return tr("the disk that holds the store is full; free some space and resume the run")
    if isinstance(error, OSError):
        return tr(
            "{file} can't be read or written ({reason})",
            file=error.filename or tr("a file"),
            reason=error.strerror or error,
        )
    detail = str(error).strip().splitlines()
    return tr(
        "unexpected {kind}: {detail} (see the log)",
        kind=type(error).__name__,
        detail=detail[0][:300] if detail else "",
    )

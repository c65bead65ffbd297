"""What went wrong in a run, as one sentence for a person."""

from __future__ import annotations

import errno

import tensorflow as tf

from workbench.base.files import LinkError
from workbench.data import DataError
from workbench.runs.store import StoreError
from workbench.runtime.training.checkpoint import CheckpointError
from workbench.runtime.training.train import NotFinite
from workbench.spec.base import SpecError

PLAIN = (SpecError, DataError, StoreError, CheckpointError, NotFinite, LinkError)
OUT_OF_MEMORY = (
    "the device ran out of memory; lower training.batch_size, the image size or the number of "
    "filters"
)


def sentence(error: BaseException) -> str:
    """One sentence on any failure of a run; the traceback is in the log."""
    if isinstance(error, PLAIN):
        return str(error)
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return OUT_OF_MEMORY
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk that holds the store is full; free some space and resume the run"
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'} can't be read or written ({error.strerror or error})"
    detail = str(error).strip().splitlines()
    return f"unexpected {type(error).__name__}: {detail[0][:300] if detail else ''} (see the log)"

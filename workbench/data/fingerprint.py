"""A short digest of a data set: equal for equal data, so that a run can be reproduced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

from workbench.data.dataset import Array

LENGTH = 16


def of_arrays(arrays: Iterable[Array]) -> str:
    """Digest of shapes, types and contents, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype.str}".encode())
        digest.update(np.ascontiguousarray(array).data.cast("B"))
    return digest.hexdigest()[:LENGTH]


def of_lines(lines: Iterable[str]) -> str:
    """Digest of texts, 16 hexadecimal digits; file names may hold bytes that are no UTF-8."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:LENGTH]

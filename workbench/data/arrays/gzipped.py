"""Opening a file that may be gzipped: one way, with one sentence where it is damaged."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from workbench.base.text import tr
from workbench.data.errors import first_line, refused, unreadable

GZIP_START = b"\x1f\x8b"


@contextmanager
def maybe_gzipped(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Open a file; yields its content, unpacked, and the file as it lies on disk.

    Both are the same object where it is not gzipped.

    Raises:
        DataError: where it can't be read, or is a damaged gzip file; also while it is being read.
    """
    try:
        with open(path, "rb") as raw:
            zipped = raw.read(2) == GZIP_START
            raw.seek(0)
            if not zipped:
                yield raw, raw
                return
            with gzip.open(raw) as file:
                yield cast("IO[bytes]", file), raw
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise refused(
            path,
            tr(
                "is a damaged gzip file ({error}); copy or download it again",
                error=first_line(error),
            ),
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None

"""What an export writes is put in place whole, or not at all: a full disk leaves nothing behind."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.deployment.litert_file import gzip_bytes


@contextmanager
def placed(output: Path) -> Iterator[Path]:
    """A folder beside `output` to write into; its entries then move beside `output`, it last.

    Raises:
        OSError: where that fails; what stood there before is then unharmed.
    """
    folder = output.with_name(f".{output.name}.{secrets.token_hex(4)}")
    folder.mkdir()
    try:
        yield folder
        for path in folder.rglob("*"):
            if path.is_file():
                _force_to_disk(path)
        for path in sorted(folder.iterdir(), key=lambda path: path.name == output.name):
            os.replace(path, output.with_name(path.name))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _force_to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sizes(path: Path) -> tuple[int, int, str]:
    """Bytes, gzipped bytes and SHA-256 of a file, or of all files in a folder."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    digest, raw, coded = hashlib.sha256(), 0, 0
    for file in files:
        content = file.read_bytes()
        digest.update(content)
        raw += len(content)
        coded += gzip_bytes(content)
    return raw, coded, digest.hexdigest()

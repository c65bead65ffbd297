"""Digests of a folder's files, by which a run knows its data again."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.data import fingerprint
from workbench.data.dataset import Shape
from workbench.data.folders.found import Rows, present
from workbench.spec.data import Reading


def source_digest(parts: Mapping[str, Rows]) -> str:
    """Digest of the files' names below the folder, and of their sizes: no copy changes those."""
    return fingerprint.of_lines(
        f"{part} {label} {file.bytes} {file.path}"
        for part in present(parts)
        for file, label in zip(*parts[part], strict=True)
    )


def stream_fingerprint(parts: Mapping[str, Rows], shape: Shape, reading: Reading) -> str:
    """Digest of the files' names, sizes and times: reading them all would take too long."""
    rules = f" {reading.white:g} {reading.ground}" if reading.white or reading.ground else ""
    lines = [f"{shape}{rules}"]
    for part in present(parts):
        lines += [
            f"{part} {label} {file.bytes} {file.mtime_ns} {file.path}"
            for file, label in zip(*parts[part], strict=True)
        ]
    return fingerprint.of_lines(lines)

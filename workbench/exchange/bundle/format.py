"""The format of a bundle: its version, members and their limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from workbench.runs.record import EpochMetrics
from workbench.runs.store import StoreError

FORMAT, VERSIONS = "dlopt-workbench run", (1, 2, 3, 4)
"""The last is written. In version 1 `seconds` are what passed; the loss contains the penalty. Until
version 2 a run has no kind, no outcome and no group; until version 3 no recipe.
"""

MANIFEST, SPEC, RECORD, METRICS = "manifest.json", "spec.toml", "record.json", "metrics.npz"

LARGEST = {
    MANIFEST: 1_000_000,
    SPEC: 4_000_000,
    RECORD: 4_000_000,
    METRICS: 4_000_000_000,
}
"""Bytes that each member may have; the others are artifacts of the run."""

BLOCK_BYTES = 1 << 20

OWN = ("position", "owner", "maker", "colour", "hidden", "deleted")
"""Columns that say something about a store, not about the run."""

GROUPS = "groups"
"""In the record: the groups that the run is in."""

EPOCH_COLUMNS = tuple(field.name for field in fields(EpochMetrics))

Progress = Callable[[int, int], None]
"""Told how many of how many bytes are done; may raise to end it."""


class BundleError(StoreError):
    """A file that can't be written or taken in, in one sentence."""


def silent(done: int, total: int) -> None:
    """Nobody asks how far it is."""

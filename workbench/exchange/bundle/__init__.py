"""A run as one file: to be kept, sent, and taken in on another machine.

A zip archive of the spec (TOML), the record (JSON), the metrics, the checkpoint and the predictions
(.npz, no pickle), the latency (JSON), and a manifest with the SHA-256 of each. Nothing in it is
code; whatever an archive claims is held against what it is before it is believed, and a run comes
into the store whole or not at all.
"""

from workbench.exchange.bundle.format import (
    LARGEST,
    MANIFEST,
    METRICS,
    RECORD,
    SPEC,
    BundleError,
    Progress,
)
from workbench.exchange.bundle.reading import import_run
from workbench.exchange.bundle.writing import export_run

__all__ = [
    "LARGEST",
    "MANIFEST",
    "METRICS",
    "RECORD",
    "SPEC",
    "BundleError",
    "Progress",
    "export_run",
    "import_run",
]

"""A finished run written as a bundle."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO

import numpy as np

from workbench import __version__
from workbench.base.files import LinkError, open_inside
from workbench.base.text import tr
from workbench.exchange.bundle.format import (
    BLOCK_BYTES,
    EPOCH_COLUMNS,
    FORMAT,
    GROUPS,
    MANIFEST,
    METRICS,
    OWN,
    RECORD,
    SPEC,
    VERSIONS,
    BundleError,
    Progress,
    silent,
)
from workbench.runs.artifacts import RunFolder
from workbench.runs.record import PROBE_DTYPE, STEP_DTYPE, Run
from workbench.runs.store import Store

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the same run gives the same bytes."""


def export_run(store: Store, run: Run, path: Path, progress: Progress = silent) -> None:
    """Writes a finished run, whole or not at all.

    Raises:
        BundleError: where the run isn't finished, or one of its files is a link.
        StoreError: where the store can't be read.
        OSError: where the file can't be written.
    """
    if not run.status.is_finished:
        raise BundleError(
            tr(
                "run {run_id} is {status}; export it once it has ended",
                run_id=run.run_id,
                status=run.status,
            )
        )
    beside = path.resolve().with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            _write(file, store, run, progress)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path.resolve())
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, LinkError):  # of the run's files, not of the one that is written
            raise BundleError(str(error)) from None
        raise


def _write(file: IO[bytes], store: Store, run: Run, progress: Progress) -> None:
    folder = RunFolder(store.artifacts(run.run_id))
    artifacts = folder.sound()
    sources: dict[str, Callable[[], IO[bytes]]] = {
        SPEC: lambda: io.BytesIO(run.experiment_toml.encode()),
        RECORD: lambda: io.BytesIO(_record(store, run)),
        METRICS: lambda: io.BytesIO(_metrics(store, run.run_id)),
    }
    sources |= {each.name: _opened(folder.file(each)) for each in artifacts}
    total = sum(folder.file(each).lstat().st_size for each in artifacts)
    weights = {each.name: each.weights(folder.path) for each in artifacts}
    members: dict[str, dict[str, str | int]] = {}
    done = 0
    with zipfile.ZipFile(file, "w") as archive:
        for name, source in sources.items():
            digest, size = hashlib.sha256(), 0
            with source() as content, archive.open(_info(name), "w", force_zip64=True) as out:
                while block := content.read(BLOCK_BYTES):
                    digest.update(block)
                    out.write(block)
                    size += len(block)
                    done += len(block)
                    progress(done, max(total, done))
            members[name] = {"sha256": digest.hexdigest(), "bytes": size}
            if weights.get(name):
                members[name]["weights"] = weights[name]
        manifest = {
            "format": FORMAT,
            "version": VERSIONS[-1],
            "written_by": __version__,
            "run_id": run.run_id,
            "members": members,
        }
        archive.writestr(_info(MANIFEST), json.dumps(manifest, indent=1))


def _opened(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: open_inside(path)


def _info(name: str) -> zipfile.ZipInfo:
    """Stored as it is: weights don't shrink, and what isn't packed can't swell."""
    info = zipfile.ZipInfo(name, _EARLIEST)
    info.external_attr = 0o644 << 16
    return info


def _record(store: Store, run: Run) -> bytes:
    """All that is known of a run, with the groups that it is in."""
    values = {name: value for name, value in asdict(run).items() if name not in OWN}
    del values["experiment_toml"]
    values[GROUPS] = [asdict(group) for group in store.groups_of(run)]
    return json.dumps(values, indent=1, sort_keys=True).encode()


def _metrics(store: Store, run_id: str) -> bytes:
    steps, probes, epochs = store.steps(run_id), store.probes(run_id), store.epochs(run_id)
    arrays = {f"step.{name}": steps.values[name] for name in STEP_DTYPE.names or ()}
    arrays |= {f"probe.{name}": probes.values[name] for name in PROBE_DTYPE.names or ()}
    arrays |= {"step.number": steps.steps, "probe.number": probes.steps}
    for name in EPOCH_COLUMNS:
        values = [getattr(epoch, name) for epoch in epochs]
        arrays[f"epoch.{name}"] = np.array(
            [np.nan if value is None else value for value in values], np.float64
        )
    content = io.BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]
    return content.getvalue()

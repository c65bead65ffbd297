"""A bundle taken in: unpacked, and held against its manifest before it is believed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from workbench.base.files import open_named
from workbench.base.text import tr
from workbench.base.versions import made_by_newer
from workbench.data import DataError
from workbench.data.arrays.npy import ARCHIVE_FAULTS
from workbench.exchange.adoption import adopt
from workbench.exchange.bundle.format import (
    BLOCK_BYTES,
    FORMAT,
    LARGEST,
    MANIFEST,
    METRICS,
    RECORD,
    SPEC,
    VERSIONS,
    BundleError,
    Progress,
    silent,
)
from workbench.exchange.bundle.members import read_metrics, read_record
from workbench.runs.artifacts import RunFolder, known_artifacts
from workbench.runs.record import Run
from workbench.runs.store import Store, StoreError

NEEDED = (SPEC, RECORD, METRICS)


def import_run(store: Store, path: Path, progress: Progress = silent) -> Run:
    """Takes a run in; under another id where its own is taken.

    Raises:
        BundleError: where the file is no bundle, is damaged, or was tampered with.
        StoreError: where the store can't be written.
    """
    store.require_writable()
    try:
        folder = Path(tempfile.mkdtemp(prefix=".import-", dir=store.folder))
    except OSError as error:
        raise StoreError(
            tr(
                "the store {folder} can't be written ({reason})",
                folder=store.folder,
                reason=error.strerror or error,
            )
        ) from None
    try:
        try:
            _unpack(path, folder, progress)
            run, groups = read_record(path, folder)
            metrics = read_metrics(path, folder)
            artifacts = _taken_artifacts(path, folder)
        except BundleError:
            raise  # it is one of the faults below
        except DataError as error:
            raise BundleError(str(error)) from None
        except OSError as error:
            raise BundleError(
                tr("{path}: can't be read ({reason})", path=path, reason=error.strerror or error)
            ) from None
        except ARCHIVE_FAULTS as error:
            raise BundleError(
                tr("{path}: is damaged or no run's file ({error})", path=path, error=error)
            ) from None
        return adopt(store, run, groups, metrics, artifacts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(path: Path, folder: Path, progress: Progress) -> None:
    """Puts the members there, each as its manifest says it is."""
    with open_named(path) as file, zipfile.ZipFile(file) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        largest = LARGEST | {each.name: each.most_bytes for each in known_artifacts()}
        if len(entries) != len(archive.infolist()) or not set(entries) <= set(largest):
            foreign = sorted(set(entries) - set(largest))
            what = (
                tr("the member {foreign}", foreign=repr(foreign[0][:80]))
                if foreign
                else tr("a member twice")
            )
            raise BundleError(
                tr("{path}: holds {what}, which no run's file does", path=path, what=what)
            )
        for name, entry in entries.items():
            packed = entry.compress_type != zipfile.ZIP_STORED
            if packed or entry.file_size > min(largest[name], path.stat().st_size):
                raise BundleError(
                    tr(
                        "{path}: {name} claims {file_size} bytes, too many",
                        path=path,
                        name=name,
                        file_size=f"{entry.file_size:,}",
                    )
                )
        members = _manifest(path, archive, entries)
        total = sum(entries[name].file_size for name in members)
        done = 0
        for name, known in members.items():
            digest = hashlib.sha256()
            with archive.open(entries[name]) as content, (folder / name).open("wb") as out:
                while block := content.read(BLOCK_BYTES):
                    digest.update(block)
                    out.write(block)
                    done += len(block)
                    progress(done, max(total, done))
            if digest.hexdigest() != known:
                raise BundleError(
                    tr(
                        "{path}: {name} is not what was exported (its SHA-256 differs)",
                        path=path,
                        name=name,
                    )
                )


def _manifest(
    path: Path, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]
) -> dict[str, str]:
    """The SHA-256 of each member by name."""
    if MANIFEST not in entries:
        raise BundleError(
            tr("{path}: holds no {manifest}; it is no run's file", path=path, manifest=MANIFEST)
        )
    try:
        values: Any = json.loads(archive.read(entries[MANIFEST]))
        if values["format"] != FORMAT:
            raise BundleError(tr("{path}: is no run's file", path=path))
        version = values["version"]
        if version not in VERSIONS:
            newer = made_by_newer("format", repr(version), VERSIONS[-1])
            raise BundleError(f"{path}: was {newer}")
        members = {str(name): str(known["sha256"]) for name, known in values["members"].items()}
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise BundleError(
            tr("{path}: its {manifest} is damaged", path=path, manifest=MANIFEST)
        ) from None
    missing = [name for name in NEEDED if name not in members]
    if missing or set(members) | {MANIFEST} != set(entries):
        raise BundleError(
            tr(
                "{path}: holds other members than its {manifest} lists",
                path=path,
                manifest=MANIFEST,
            )
        )
    return members


def _taken_artifacts(path: Path, folder: Path) -> Path:
    """A folder with the files of the run's own one, each proven to be what its name says."""
    artifacts = folder / "artifacts"
    artifacts.mkdir()
    taken = RunFolder(artifacts)
    for each in known_artifacts():
        if (folder / each.name).exists():
            os.replace(folder / each.name, taken.file(each))
    for each in taken.there():
        fault = each.fault(artifacts)
        if fault:
            raise BundleError(f"{path}: {each.name} {fault}")
    return artifacts

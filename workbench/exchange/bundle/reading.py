"""A run as one file: to be kept, sent, and taken in on another machine.

A zip archive of the spec (TOML), the record (JSON), the metrics, the checkpoint and the predictions
(.npz, no pickle), the latency (JSON), and a manifest with the SHA-256 of each. Nothing in it is
code; whatever an archive claims is held against what it is before it is believed, and a run comes
into the store whole or not at all.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from workbench import __version__
from workbench.base.files import LinkError, open_inside
from workbench.base.text import tr
from workbench.base.versions import made_by_newer
from workbench.data import DataError
from workbench.data.arrays.npy import ARCHIVE_FAULTS, members_of, read_member
from workbench.exchange.adoption import Metrics, adopt
from workbench.experiment import MOST_LETTERS, in_one_line
from workbench.network.costs import FLOAT_BYTES
from workbench.runs import older_runs
from workbench.runs.artifacts import RunFolder, is_run_id, known_artifacts
from workbench.runs.groups import GroupRecord
from workbench.runs.record import PROBE_DTYPE, STEP_DTYPE, EpochMetrics, Run, StepMetrics
from workbench.runs.rows import is_storable
from workbench.runs.store import Store, StoreError

FORMAT, VERSIONS = "dlopt-workbench run", (1, 2, 3)
"""The last is written. In version 1 `seconds` are what passed; the loss contains the penalty. Until
version 2 a run has no kind, no outcome and no group.
"""

MANIFEST, SPEC, RECORD, METRICS = "manifest.json", "spec.toml", "record.json", "metrics.npz"
LARGEST = {
    MANIFEST: 1_000_000,
    SPEC: 4_000_000,
    RECORD: 4_000_000,
    METRICS: 4_000_000_000,
}
"""Bytes that each member may have; the others are artifacts of the run."""

NEEDED = (SPEC, RECORD, METRICS)
BLOCK_BYTES = 1 << 20
OWN = ("position", "owner", "maker", "colour", "hidden", "deleted")
"""Columns that say something about a store, not about the run."""

GROUPS = "groups"
"""In the record: the groups that the run is in."""

_GROUPS = TypeAdapter(list[GroupRecord])
_EPOCH_COLUMNS = tuple(field.name for field in fields(EpochMetrics))
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the same run gives the same bytes."""

Progress = Callable[[int, int], None]
"""Told how many of how many bytes are done; may raise to end it."""


class BundleError(StoreError):
    """A file that can't be written or taken in, in one sentence."""


def _silent(done: int, total: int) -> None:
    """Nobody asks how far it is."""


# --- writing -------------------------------------------------------------------------------------


def export_run(store: Store, run: Run, path: Path, progress: Progress = _silent) -> None:
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
    for name in _EPOCH_COLUMNS:
        values = [getattr(epoch, name) for epoch in epochs]
        arrays[f"epoch.{name}"] = np.array(
            [np.nan if value is None else value for value in values], np.float64
        )
    content = io.BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]
    return content.getvalue()


# --- reading -------------------------------------------------------------------------------------


def import_run(store: Store, path: Path, progress: Progress = _silent) -> Run:
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
            run, groups = _read_record(path, folder)
            metrics = _read_metrics(path, folder)
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
    with zipfile.ZipFile(path) as archive:
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


def _read_record(path: Path, folder: Path) -> tuple[Run, list[GroupRecord]]:
    try:
        values = json.loads((folder / RECORD).read_bytes())
        if not isinstance(values, dict) or set(values) & {*OWN, "experiment_toml"}:
            raise BundleError(
                tr("{path}: its {record} is no record of a run", path=path, record=RECORD)
            )
        if "elapsed" not in values:  # of version 1
            values["elapsed"] = values.pop("seconds", None)
        if "outcome" not in values:  # of version 2
            ended = str(values.get("status")), str(values.get("message"))
            values["outcome"] = older_runs.outcome_of(*ended)
        groups = _GROUPS.validate_json(json.dumps(values.pop(GROUPS, [])), strict=True)
        values["experiment_toml"] = (folder / SPEC).read_text(encoding="utf-8")
        run = TypeAdapter(Run).validate_json(json.dumps(values), strict=True)
    except (ValidationError, UnicodeDecodeError, RecursionError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise BundleError(
            tr(
                "{path}: its {record} is no record of a run ({reason})",
                path=path,
                record=RECORD,
                reason=reason,
            )
        ) from None
    if not is_run_id(run.run_id) or not run.status.is_finished:
        raise BundleError(
            tr("{path}: its {record} names no run that has ended", path=path, record=RECORD)
        )
    for name, value in (*vars(run).items(), *(("created", group.created) for group in groups)):
        if not is_storable(name, value):
            raise BundleError(
                tr(
                    "{path}: its {record} has a {name} that no run can have",
                    path=path,
                    record=RECORD,
                    name=name,
                )
            )
    ids = [run.parent_id, run.group_id, run.study_id, *(group.group_id for group in groups)]
    if not all(each is None or is_run_id(each) for each in ids):
        raise BundleError(
            tr(
                "{path}: its {record} names no run or group that the run belongs to",
                path=path,
                record=RECORD,
            )
        )
    groups = [replace(group, name=_name(group.name, group.group_id)) for group in groups]
    run = replace(run, name=_name(run.name, run.run_id))
    if run.file_bytes is None and run.parameters is not None:  # of before it was kept: float32
        run = replace(run, file_bytes=FLOAT_BYTES * run.parameters)
    return run, groups


def _name(name: str, otherwise: str) -> str:
    """A name from a file, as long and on as many lines as a name may be."""
    return str(in_one_line(name[:MOST_LETTERS])).strip() or otherwise


def _read_metrics(path: Path, folder: Path) -> Metrics:
    where = f"{path}: {METRICS}"
    with zipfile.ZipFile(folder / METRICS) as archive:
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
            raise BundleError(tr("{where} is packed, which no run's file is", where=where))
        found = members_of(archive, where)
        arrays = {name: read_member(m, where, None) for name, m in found.items()}
    if "step.elapsed" not in arrays:
        _complete(arrays)
    epochs = _columns(where, arrays, "epoch", _EPOCH_COLUMNS)
    rows = zip(*(epochs[name].tolist() for name in _EPOCH_COLUMNS), strict=True)
    return Metrics(
        _at_steps(where, arrays, "step", STEP_DTYPE),
        _at_steps(where, arrays, "probe", PROBE_DTYPE),
        [_epoch(row) for row in rows],
    )


def _complete(arrays: dict[str, Any]) -> None:
    """Gives the metrics of version 1 what they lack: training time and penalty are unknown."""
    for table in ("step", "epoch"):
        elapsed = arrays.pop(f"{table}.seconds", None)
        if isinstance(elapsed, np.ndarray):
            unknown = np.full(elapsed.shape, np.nan)
            arrays |= {f"{table}.elapsed": elapsed, f"{table}.seconds": unknown}
            arrays[f"{table}.penalty"] = unknown


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


def _at_steps(where: str, arrays: dict[str, Any], group: str, dtype: np.dtype[Any]) -> StepMetrics:
    names = dtype.names or ()
    columns = _columns(where, arrays, group, ("number", *names))
    values = np.zeros(len(columns["number"]), dtype)
    for name in names:
        values[name] = columns[name]
    numbers = columns["number"].astype(np.int64)
    if len(numbers) and (numbers[0] < 1 or (np.diff(numbers) <= 0).any()):
        raise BundleError(tr("{where}: its {group}s must rise from 1", where=where, group=group))
    return StepMetrics(numbers, values)


def _columns(
    where: str, arrays: dict[str, Any], group: str, names: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """The columns of a table, numbers of one length."""
    found = {name: arrays.get(f"{group}.{name}") for name in names}
    shapes = {None if v is None or v.dtype.kind not in "iuf" else v.shape for v in found.values()}
    if len(shapes) != 1 or len(next(iter(shapes)) or ()) != 1:
        raise BundleError(
            tr("{where}: its columns of {group}s are not whole", where=where, group=group)
        )
    return {name: np.asarray(value) for name, value in found.items()}


def _epoch(row: tuple[float, ...]) -> EpochMetrics:
    values: dict[str, Any] = dict(zip(_EPOCH_COLUMNS, row, strict=True))
    values["epoch"], values["step"] = int(values["epoch"]), int(values["step"])
    for name in ("val_loss", "val_accuracy", "seconds", "penalty"):
        values[name] = None if np.isnan(values[name]) else values[name]
    return EpochMetrics(**values)

"""Record and metrics of a bundle, each proven to be what a run can have."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from workbench.base.text import tr
from workbench.data.arrays.npy import members_of, read_member
from workbench.exchange.adoption import Metrics
from workbench.exchange.bundle.format import (
    EPOCH_COLUMNS,
    GROUPS,
    METRICS,
    OWN,
    RECORD,
    SPEC,
    BundleError,
)
from workbench.experiment import MOST_LETTERS, in_one_line
from workbench.network.costs import FLOAT_BYTES
from workbench.runs import older_runs
from workbench.runs.artifacts import is_run_id
from workbench.runs.groups import GroupRecord
from workbench.runs.record import PROBE_DTYPE, STEP_DTYPE, EpochMetrics, Run, StepMetrics
from workbench.runs.rows import is_storable

_GROUPS = TypeAdapter(list[GroupRecord])


def read_record(path: Path, folder: Path) -> tuple[Run, list[GroupRecord]]:
    """The run and the groups that it was in, of an unpacked bundle.

    Args:
        path: Of the bundle, for sentences.
        folder: Where it was unpacked.

    Raises:
        BundleError: where they are damaged, or no run can be like that.
    """
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


def read_metrics(path: Path, folder: Path) -> Metrics:
    """The metrics of the run in an unpacked bundle; arguments as in `read_record`.

    Raises:
        BundleError: where they are damaged, or no run can have them.
    """
    where = f"{path}: {METRICS}"
    with zipfile.ZipFile(folder / METRICS) as archive:
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
            raise BundleError(tr("{where} is packed, which no run's file is", where=where))
        found = members_of(archive, where)
        arrays = {name: read_member(m, where, None) for name, m in found.items()}
    if "step.elapsed" not in arrays:
        _complete(arrays)
    epochs = _columns(where, arrays, "epoch", EPOCH_COLUMNS)
    rows = zip(*(epochs[name].tolist() for name in EPOCH_COLUMNS), strict=True)
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
    values: dict[str, Any] = dict(zip(EPOCH_COLUMNS, row, strict=True))
    values["epoch"], values["step"] = int(values["epoch"]), int(values["step"])
    for name in ("val_loss", "val_accuracy", "seconds", "penalty"):
        values[name] = None if np.isnan(values[name]) else values[name]
    return EpochMetrics(**values)

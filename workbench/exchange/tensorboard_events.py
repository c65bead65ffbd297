"""A run's metrics as event files that TensorBoard reads, without TensorFlow.

An event file is a row of records, each framed by its length and two masked CRC-32C; a record is a
protocol buffer `Event` of a few fields. Both are written by hand here: about a hundred lines, where
the `tensorboard` package would bring a dozen others along.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.base.files import write_atomically
from workbench.runs.record import Run
from workbench.runs.store import Store

_POLYNOMIAL = 0x82F63B78
_MASK = 0xA282EAD8
_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
STEP_TAGS = {
    "loss": "train/loss",
    "penalty": "train/penalty",
    "accuracy": "train/accuracy",
    "learning_rate": "train/learning_rate",
    "images_per_second": "train/images_per_second",
    "seconds": "train/seconds",
}
"""`penalty` only where the network has one; what isn't known is left out. Events lie at the elapsed
time."""
PROBE_TAGS = {"gradient_norm": "train/gradient_norm", "update_ratio": "train/update_ratio"}
EPOCH_TAGS = {"val_loss": "validation/loss", "val_accuracy": "validation/accuracy"}
Scalars = Sequence[tuple[str, float]]


def write_events(store: Store, run: Run, folder: Path) -> Path:
    """Writes all scalars of a run into a folder of its own, named after it; the file's path.

    Raises:
        OSError: where that can't be written.
        StoreError: where the store can't be read.
    """
    target = folder / run.run_id
    target.mkdir(parents=True, exist_ok=True)
    begun = run.started or run.created
    path = target / f"events.out.tfevents.{int(begun)}.dlopt-workbench"
    records = [_event(begun, version="brain.Event:2")]
    records += [_event(begun + time, step, scalars) for time, step, scalars in _rows(store, run)]
    write_atomically(path, framed(records))
    return path


def _rows(store: Store, run: Run) -> Iterator[tuple[float, int, Scalars]]:
    """(seconds, step, scalars) of every step and epoch, in order of the steps."""
    steps, epochs = store.steps(run.run_id), store.epochs(run.run_id)
    at_end = {epoch.step: epoch for epoch in epochs}
    tags = {name: tag for name, tag in STEP_TAGS.items() if _is_told(steps.values[name], name)}
    columns = [steps.values[name].tolist() for name in tags]
    probes = store.probes(run.run_id)
    probed = dict(zip(probes.steps.tolist(), probes.values.tolist(), strict=True))
    told = set()
    for step, time, *values in zip(
        steps.steps.tolist(), steps.values["elapsed"].tolist(), *columns, strict=True
    ):
        scalars = list(zip(tags.values(), values, strict=True))
        if step in probed:
            scalars += zip(PROBE_TAGS.values(), probed[step], strict=True)
        if step in at_end:
            told.add(step)
            scalars += _validation(at_end[step])
        yield time, step, scalars
    for step, epoch in at_end.items():
        if step not in told:
            yield epoch.elapsed, step, _validation(epoch)


def _is_told(values: np.ndarray, name: str) -> bool:
    """Whether a column says something: not one that is unknown, nor a penalty that isn't there."""
    return not np.isnan(values).all() and (name != "penalty" or bool(np.any(values)))


def _validation(epoch: object) -> list[tuple[str, float]]:
    known = ((tag, getattr(epoch, name)) for name, tag in EPOCH_TAGS.items())
    return [(tag, value) for tag, value in known if value is not None]


# --- records ---------------------------------------------------------------------------------


def framed(records: Sequence[bytes]) -> bytes:
    """Records as they stand in the file."""
    lengths = [struct.pack("<Q", len(record)) for record in records]
    parts: list[bytes] = []
    for length, of_length, record, of_record in zip(
        lengths, masked_crcs(lengths), records, masked_crcs(records), strict=True
    ):
        parts += [length, struct.pack("<I", of_length), record, struct.pack("<I", of_record)]
    return b"".join(parts)


def masked_crcs(contents: Sequence[bytes]) -> list[int]:
    """CRC-32C of each, turned and shifted, so that a checksum of checksums stays sound."""
    crcs = np.zeros(len(contents), np.uint32)
    lengths = np.array([len(content) for content in contents])
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        joined = b"".join(contents[row] for row in rows.tolist())
        crcs[rows] = crc32c(np.frombuffer(joined, np.uint8).reshape(len(rows), int(length)))
    masked: list[int] = (((crcs >> 15) | (crcs << 17)) + np.uint32(_MASK)).tolist()
    return masked


def _crc_table() -> npt.NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.asarray((table >> 1) ^ ((table & 1) * np.uint32(_POLYNOMIAL)), np.uint32)
    return table


_TABLE = _crc_table()


def crc32c(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """The Castagnoli checksum of each row, all rows at once."""
    crcs = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for column in rows.T:
        crcs = _TABLE[(crcs ^ column) & 0xFF] ^ (crcs >> 8)
    return np.asarray(crcs ^ np.uint32(0xFFFFFFFF))


# --- protocol buffers ------------------------------------------------------------------------


def _event(time: float, step: int = 0, scalars: Scalars = (), version: str = "") -> bytes:
    """`Event`: wall_time 1, step 2, file_version 3, summary 5."""
    parts = [_key(1, _DOUBLE), struct.pack("<d", time)]
    if step:
        parts += [_key(2, _VARINT), _varint(step)]
    if version:
        parts.append(_field(3, version.encode()))
    if scalars:
        parts.append(_field(5, b"".join(_field(1, _value(*scalar)) for scalar in scalars)))
    return b"".join(parts)


def _value(tag: str, value: float) -> bytes:
    """`Summary.Value`: tag 1, simple_value 2."""
    return _field(1, tag.encode()) + _key(2, _FLOAT) + np.float32(value).tobytes()


def _field(number: int, content: bytes) -> bytes:
    return _key(number, _BYTES) + _varint(len(content)) + content


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    parts: list[int] = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*parts, value))

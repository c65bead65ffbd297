"""What was measured on a machine, remembered in the store's folder as JSON, one file each.

A file that is damaged or of a later version counts as not measured: it can be measured again.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from workbench.base.files import open_inside, write_inside
from workbench.base.plain_values import parsed, plain
from workbench.experiment import Experiment
from workbench.hardware.roofline import Peaks, Roof
from workbench.spec.hardware import Hardware
from workbench.spec.machine import Machine

FOLDER = "measured"
PEAK = "peak"

T = TypeVar("T")


def remember(store: Path, kind: str, key: str, value: object) -> None:
    """Keeps a frozen dataclass; that the same kind and key before is replaced.

    Args:
        store: Folder of the store.
        kind: What was measured: "peak", "tune".
        key: Of the machine, with that of the network where it matters.
        value: What was measured.
    """
    content = json.dumps(plain(value, by_parts=True), indent=1).encode()
    with suppress(OSError):  # of a disk that is read-only or full: it is measured again next time
        write_inside(_path(store, kind, key), content)


def recall(store: Path, kind: str, key: str, of: type[T]) -> T | None:
    """What was remembered; None where nothing was, it can't be read or is of another version.

    Args:
        store: Folder of the store.
        kind: What was measured.
        key: As `remember` took it.
        of: The type of what was measured.
    """
    try:
        with open_inside(_path(store, kind, key)) as file:
            return parsed(of, json.load(file), kind)
    except (OSError, ValueError, RecursionError):
        return None


def network_key(experiment: Experiment) -> str:
    """Another one for each network, data, batch size and optimizer: what decides the speed."""
    values = experiment.values()
    decisive = {name: values[name] for name in ("structure", "data", "optimizer")}
    decisive["batch_size"] = experiment.training.batch_size
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:16]


def peak_key(machine: Machine, hardware: Hardware) -> str:
    """Of what a target can do at best: of the processor or of the GPUs."""
    return f"{machine.key}-{hardware.name()}"


def roof(store: Path, machine: Machine, hardware: Hardware) -> Roof | None:
    """What a target was measured to do at best, in its precision; None where it wasn't."""
    known = recall(store, PEAK, peak_key(machine, hardware), Peaks)
    return Roof.of(known, hardware.precision) if known is not None else None


def _path(store: Path, kind: str, key: str) -> Path:
    return store / FOLDER / f"{kind}-{key}.json"

"""In which settings some runs differ."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.experiment import CHOICE_KEYS
from workbench.runs.table.frame import RunFrame


def differing(frame: RunFrame, places: Sequence[int]) -> list[str]:
    """The paths of the settings in which the runs at `places` differ, as the TOML orders them.

    Where another choice was made (`optimizer.kind`), the arguments that only one of them has are
    left out: the choice says it.
    """
    varied = frame.varied(places)
    chosen = {owner for owner, key in map(_parted, varied) if key in CHOICE_KEYS}
    return [
        path
        for path, some_have_none in varied.items()
        if not some_have_none or _parted(path)[0] not in chosen
    ]


def _parted(path: str) -> tuple[str, str]:
    owner, _, key = path.rpartition(".")
    return owner, key

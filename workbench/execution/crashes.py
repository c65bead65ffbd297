"""Training processes that died by a fault of their own (SIGSEGV and its like): what is remembered
of them beside the run, so that a second one at the same step is known for what it is, and which
layer it was.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.base.child_process import cause_of
from workbench.base.files import open_inside, write_inside
from workbench.base.text import tr

FILE = "crash.json"
FINDER = "workbench.runtime.worker.find_crash"

NATIVE = tuple(
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")
    if hasattr(signal, name)
)


@dataclass(frozen=True)
class Crash:
    """A death of the training process.

    Attributes:
        code: The process's exit code.
        step: The last step it reported.
        saved: When the checkpoint that is there was saved, in nanoseconds; 0 for none. Memory that
            is written past its end kills at one step or a few later, so this tells whether
            training got any further.
    """

    code: int
    step: int
    saved: int = 0

    @property
    def is_native(self) -> bool:
        """Whether a library's fault killed it, and nobody from outside."""
        return -self.code in NATIVE

    def is_again(self, before: Crash | None) -> bool:
        """Whether it is the death before once more, behind the same checkpoint."""
        return self.is_native and before is not None and before.saved == self.saved


class Speaker(Protocol):
    """What a process is to who listens to it."""

    def lines(self) -> Iterator[str]:
        """Each line it says."""

    def end(self) -> int:
        """Ends it; its exit code."""


def remembered(folder: Path) -> Crash | None:
    """The last native death of a run; None where there is none (that can be read)."""
    with suppress(OSError, ValueError, TypeError), open_inside(folder / FILE) as file:
        return Crash(**json.loads(file.read()))
    return None


def remember(folder: Path, crash: Crash) -> None:
    """Keeps a death beside its run; where the disk refuses, the next one counts as the first."""
    with suppress(OSError):
        write_inside(folder / FILE, json.dumps(asdict(crash)).encode())


def sentence(crash: Crash, before: Crash | None, find_layer: Callable[[], str]) -> str:
    """The sentence about a death.

    Args:
        crash: The death.
        before: The one before it, None where there was none.
        find_layer: Looks for the layer, which takes seconds; "" where it can't be told.
    """
    cause = cause_of(tr("the training process"), crash.code)
    if not crash.is_again(before):
        return tr("{cause}; resume goes on from the last checkpoint", cause=cause)
    if crash.step:
        cause = tr("{cause} about step {step} once more", cause=cause, step=f"{crash.step:,}")
    else:
        cause = tr("{cause} at its first step once more", cause=cause)
    layer = find_layer()
    blamed = (
        tr("{layer} does it, so change or remove that layer", layer=layer)
        if layer
        else tr("change its layers")
    )
    return tr(
        "{cause}, and would at every resume: {blamed}, or start with the environment variable "
        "TF_ENABLE_ONEDNN_OPTS=0",
        cause=cause,
        blamed=blamed,
    )


def layer_found(finder: Speaker) -> str:
    """The layer at which the finder (`runtime.find_crash`) dies natively; "" where it doesn't."""
    tried: Any = ""
    for line in finder.lines():
        with suppress(ValueError):
            tried = json.loads(line)["trying"]
    return str(tried) if Crash(finder.end(), 0).is_native else ""

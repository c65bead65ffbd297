"""How a run of each kind is made: one function a kind, which ends as training does.

A run that is made from another one names it in `Run.parent_id`; what comes of it is written through
the log, as training writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from workbench.base.text import tr
from workbench.runs.record import COMPRESSED, TRAINING
from workbench.runs.status import RunStatus
from workbench.runtime.process.control import Control
from workbench.runtime.training.run_log import RunLog
from workbench.spec.base import SpecError

RUNNERS: dict[str, str] = {
    TRAINING: "workbench.runtime.worker.run_training:train_run",
    COMPRESSED: "workbench.runtime.compression.compress_run:compress_run",
}
"""Where each kind is made, `module:function`, imported at its first use.

The function takes (log, control) and gives how the run ended, with a sentence for a person where
there is one to say; whatever it raises becomes the run's failure.
"""


def make_run(log: RunLog, control: Control) -> tuple[RunStatus, str]:
    """Make a run that has been claimed, as its kind is made.

    Raises:
        SpecError: where this version doesn't know the kind.
        Exception: whatever goes wrong; `failures.sentence` puts it into words.
    """
    kind = log.read().kind
    if kind not in RUNNERS:
        known = ", ".join(RUNNERS)
        raise SpecError.at(
            "",
            tr(
                "the run is of the kind {kind}; this version makes: {known}",
                kind=repr(kind),
                known=known,
            ),
        )
    module, _, name = RUNNERS[kind].partition(":")
    runner: Callable[[RunLog, Control], tuple[RunStatus, str]]
    runner = getattr(import_module(module), name)
    return runner(log, control)

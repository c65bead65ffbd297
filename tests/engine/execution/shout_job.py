"""The made-up tasks' work, in the training process."""

from __future__ import annotations

from tests.engine.execution.shout import SHOUT, WRITES, Heard, Shout, ShoutRequest
from workbench.hardware.requests import AboutRun
from workbench.runtime.process.work import TaskWork, does


@does(SHOUT)
def shout(request: ShoutRequest, work: TaskWork[Heard]) -> Shout:
    """In capitals, word by word."""
    for number, word in enumerate(request.words):
        work.progress(number + 1, len(request.words), word, Heard(word.upper()))
    return Shout(" ".join(request.words).upper())


@does(WRITES)
def writes(request: AboutRun, work: TaskWork[Heard]) -> Shout:
    """Writes into the folder of a run."""
    folder = work.store / "runs" / request.run_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shout.txt").write_text("HERE", encoding="utf-8")
    return Shout("HERE")

"""The training process: `python -m workbench.runtime.worker.main`.

Reads commands from standard input, says messages on standard output, prints the rest on standard
error. One run at a time. It notices its parent's death as the end of its input: it then saves a
checkpoint and ends.
"""

from __future__ import annotations

import faulthandler
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.execution.messages import (
    Cancel,
    Close,
    Do,
    Message,
    Piece,
    Progress,
    RemoteRun,
    StatusChanged,
    Stop,
    TaskEnd,
    Train,
    Unsuited,
    decode,
)
from workbench.execution.pieces import Assembly, Damaged
from workbench.experiment import Experiment
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError
from workbench.spec.hardware import Startup

if TYPE_CHECKING:
    from workbench.runtime.training.run_log import RunLog

Say = Callable[[Message], None]
Asked = Train | RemoteRun | Do | Piece
"""What waits for its turn."""


class Commands:
    """Reads the parent's commands in a thread: runs and tasks wait, the rest goes to them."""

    def __init__(self, source: TextIO) -> None:
        from workbench.runtime.process.control import Control

        self._new_control = Control
        self._asked: queue.Queue[Asked | None] = queue.Queue()
        self._cancelled: set[int] = set()
        self._task: int | None = None
        self._lock = threading.Lock()
        self._closing = False
        self.control = Control()
        threading.Thread(target=self._read, args=(source,), daemon=True).start()

    def next(self) -> Asked | None:
        """The next run or task; None when the process is to end."""
        asked = self._asked.get()
        with self._lock:
            if isinstance(asked, Do):
                self._task = asked.number
                if asked.number in self._cancelled:
                    self.control.request(Stop())
            return None if self._closing else asked

    def renew(self) -> None:
        """Forgets what was asked of the run or task before."""
        with self._lock:
            self.control = self._new_control()
            self._task = None
            if self._closing:
                self.control.request(Close())

    def _read(self, source: TextIO) -> None:
        for line in source:
            try:
                self._take(decode(line))
            except ValueError as error:
                print(error, file=sys.stderr)
        self._take(Close())

    def _take(self, message: Message) -> None:
        with self._lock:
            if isinstance(message, Asked):
                self._asked.put(message)
                return
            if isinstance(message, Cancel):
                self._cancelled.add(message.number)
                if message.number == self._task:
                    self.control.request(Stop())
                return
            self.control.request(message)
            if isinstance(message, Close):
                self._closing = True
                self._asked.put(None)


class Worker:
    """Trains one run, or does one task, after another."""

    def __init__(self, commands: Commands, say: Say, startup: Startup) -> None:
        self._commands, self._say, self._startup = commands, say, startup
        self._assembly, self._files = Assembly(), dict[str, bytes]()

    def warm_up(self) -> None:
        """Imports and rehearses what a run needs, and says so."""
        from workbench.runtime.worker.warm import warm_up

        self._say(warm_up(self._startup))

    def serve(self) -> None:
        """Until the parent closes, or something is asked that another process has to do."""
        from workbench.runtime.training.hardware import suits

        while (asked := self._commands.next()) is not None:
            wanted = _needed(asked)
            if wanted is not None and not suits(self._startup, wanted):
                self._say(Unsuited(wanted._asdict()))
                return
            if isinstance(asked, Piece):
                self._receive(asked)
                continue
            if isinstance(asked, Do):
                self._do(asked)
            elif isinstance(asked, RemoteRun):
                self._train_job(asked)
            else:
                self._train(asked)
            self._commands.renew()

    def _receive(self, piece: Piece) -> None:
        """A part of a file for the next job; the job finds out what is missing."""
        try:
            content = self._assembly.add(piece)
        except Damaged as error:
            print(error, file=sys.stderr)
            return
        if content is not None:
            self._files[piece.name] = content

    def _do(self, asked: Do) -> None:
        """One task; whatever goes wrong becomes its answer, and this process lives on."""
        from workbench.runtime.process.work import TaskCancelled, TaskWork
        from workbench.runtime.training.failures import sentence
        from workbench.runtime.worker.tasks import perform

        work: TaskWork[Any] = TaskWork(
            asked.number, Path(asked.store), self._say, self._commands.control
        )
        try:
            self._say(TaskEnd(asked.number, perform(asked.task, asked.request, work)))
        except TaskCancelled:
            self._say(TaskEnd(asked.number))
        except Exception as error:  # noqa: BLE001  the boundary: a task's failure must not end the process
            traceback.print_exc()
            bad_input = isinstance(error, BadInput)
            self._say(TaskEnd(asked.number, error=sentence(error), is_bad_input=bad_input))

    def _train(self, asked: Train) -> None:
        from workbench.runtime.training.run_log import StoreLog

        try:
            with Store(Path(asked.store)) as store:
                if not store.claim(asked.run_id, asked.maker):
                    self._refuse(asked.run_id, tr("another process trains it"))
                    return
                self._say(StatusChanged(asked.run_id, RunStatus.RUNNING))
                self._run(StoreLog(store, asked.run_id, self._say))
        except StoreError as error:
            self._refuse(asked.run_id, str(error))

    def _train_job(self, job: RemoteRun) -> None:
        from workbench.runtime.training.run_log import log_of_job

        files, self._files = self._files, {}
        try:
            with log_of_job(job, files, self._say) as log:
                log.status(RunStatus.RUNNING)
                self._run(log)
        except (Damaged, OSError) as error:
            self._refuse(job.run_id, str(error))

    def _refuse(self, run_id: str, sentence: str) -> None:
        self._say(StatusChanged(run_id, RunStatus.FAILED, sentence, Outcome.STORE))

    def _run(self, log: RunLog) -> None:
        """One run; whatever goes wrong becomes its message, and this process lives on."""
        from workbench.runtime.training.failures import outcome, sentence
        from workbench.runtime.worker.kinds import make_run

        try:
            status, message = make_run(log, self._commands.control)
            code = Outcome.of(status)
        except Exception as error:  # noqa: BLE001  the boundary: one run's failure must not end the process
            traceback.print_exc()
            status, message, code = RunStatus.FAILED, sentence(error), outcome(error)
        log.finish(status, message, code)


def _needed(asked: Asked) -> Startup | None:
    """How the process has to be started for this; None where any will do."""
    if isinstance(asked, Piece):
        return None
    if isinstance(asked, Do):
        return Startup(**asked.startup) if asked.startup is not None else None
    try:
        if isinstance(asked, RemoteRun):
            return Experiment.from_toml(asked.experiment).hardware.startup
        with Store(Path(asked.store)) as store:
            return store.run(asked.run_id).experiment.hardware.startup
    except (StoreError, SpecError):  # the run will say so itself
        return None


def _private_output() -> TextIO:
    """Standard output for messages alone: what any library prints goes to standard error."""
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return messages


def _behave(nice: int) -> None:
    """Leaves the window's thread the first turn on a processor both want."""
    if nice and hasattr(os, "nice"):
        os.nice(nice)


def main() -> int:
    """Serves until the parent closes; the process's exit code.

    Arguments: how nice it is, and the fields of its `Startup` as JSON; both may be left out.
    """
    faulthandler.enable()
    output = _private_output()
    lock = threading.Lock()

    def say(message: Message) -> None:
        with lock:
            try:
                output.write(f"{message.encode()}\n")
                output.flush()
            except OSError:  # the parent is gone: its closed input ends the run
                return

    nice, fields = (*sys.argv[1:], *("0", "{}")[len(sys.argv) - 1 :])
    _behave(int(nice))
    commands = Commands(sys.stdin)
    worker = Worker(commands, say, Startup(**json.loads(fields)))
    say(Progress("", tr("starting")))
    worker.warm_up()
    worker.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())

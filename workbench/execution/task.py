"""What a task is to everybody who asks for it or does it: its name and its three types.

Nothing is done here: the work is a job of the training process (`workbench.runtime.jobs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from workbench.base.plain_values import parsed, plain
from workbench.base.text import tr
from workbench.execution.messages import Do
from workbench.hardware.requests import AboutRun, Request
from workbench.runs.store import Store, StoreError

Req = TypeVar("Req", bound=Request)
Found = TypeVar("Found")
Res = TypeVar("Res")


@dataclass(frozen=True)
class Task(Generic[Req, Found, Res]):
    """A kind of work that a training process does besides training.

    Attributes:
        name: In messages.
        request: What it is asked.
        found: What it says of its findings before it is done; NoneType where it says none.
        result: What it answers.
        job: The module that does it, which the training process imports at the first use.
        writes_to_run: It writes into the run that it is asked about, so it begins only where that
            run has ended and its store can be written.
        keeps_network: Its network stays for the next call: looking for what to give back takes
            0.2 s, which one who draws would wait for at each stroke. It gives back itself what it
            replaces.
    """

    name: str
    request: type[Req]
    found: type[Found]
    result: type[Res]
    job: str
    writes_to_run: bool = False
    keeps_network: bool = False

    def __post_init__(self) -> None:
        if self.writes_to_run and not issubclass(self.request, AboutRun):
            raise TypeError(f"{self.name} writes to a run, so its request must be an AboutRun")

    def require_writable(self, store: Path, request: Req) -> None:
        """Nothing where the task may be done, before any work.

        Args:
            store: Folder of the store.
            request: What it is asked.

        Raises:
            StoreError: where it writes to a run, and that run hasn't ended, isn't there, or its
                store can't be written.
        """
        if not self.writes_to_run or not isinstance(request, AboutRun):
            return
        with Store(store) as opened:
            opened.require_writable()
            run = opened.run(request.run_id)
        if run.status.is_active:
            raise StoreError(
                tr(
                    "run {run_id} is {status}; ask again once it has ended",
                    run_id=run.run_id,
                    status=run.status.value,
                )
            )

    def parse_request(self, values: object) -> Req:
        """From plain values.

        Raises:
            Malformed: where they are no such request.
        """
        return parsed(self.request, values, f"the request of task {self.name}")

    def parse_found(self, values: object) -> Found:
        """From plain values.

        Raises:
            Malformed: where they are no such finding.
        """
        return parsed(self.found, values, f"what task {self.name} found")

    def parse_result(self, values: object) -> Res:
        """From plain values.

        Raises:
            Malformed: where they are no such result.
        """
        return parsed(self.result, values, f"the result of task {self.name}")


def asked(number: int, task: Task[Req, Found, Res], store: Path, request: Req) -> Do:
    """The message that asks for a task.

    Args:
        number: That its answers carry.
        task: Which.
        store: Folder of the store.
        request: What it is asked.
    """
    startup = request.startup
    return Do(
        number,
        task.name,
        str(store),
        plain(request),
        startup._asdict() if startup is not None else None,
    )

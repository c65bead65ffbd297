"""Executors for tests of those who use one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.execution.executor import Command, Tell


class Asked:
    """An executor that trains nothing, and remembers what it was asked for.

    It takes what `LocalExecutor` takes, to stand in its place.

    Attributes:
        tell: Takes what a training process would say.
    """

    def __init__(
        self, store: Path | None = None, tell: Tell = print, *, capacity: int = 1, **_: Any
    ) -> None:
        self.tell, self.capacity = tell, capacity
        self.memory_bytes = 0
        self.submitted: list[tuple[str, str]] = []
        self.commands: list[tuple[str, Command]] = []

    def submit(self, run_id: str, maker: str = "") -> None:
        self.submitted.append((run_id, maker))

    def control(self, run_id: str, command: Command) -> None:
        self.commands.append((run_id, command))

    def warm_up(self) -> None: ...

    def close(self) -> None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> bool:
        return True

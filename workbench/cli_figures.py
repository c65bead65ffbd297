"""What the commands that write files and draw have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.runs.query import QueryError
from workbench.spec.base import SpecError


@contextmanager
def writing(output: Path | None) -> Iterator[None]:
    """Says in the command line's way that a file can't be written.

    Args:
        output: The file or folder; None for none.

    Raises:
        SpecError: one sentence.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise SpecError.at("", f"{output}: can't be written ({reason})") from None


@contextmanager
def drawing(output: Path | None) -> Iterator[None]:
    """Says in the command line's way what can't be drawn or written.

    Args:
        output: The file; None for none.

    Raises:
        SpecError: one sentence.
    """
    try:
        with writing(output):
            yield
    except (SpecError, QueryError):
        raise
    except ValueError as error:
        raise SpecError.at("", str(error)) from None

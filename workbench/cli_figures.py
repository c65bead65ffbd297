"""What the commands that draw have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.runs.query import QueryError
from workbench.spec.base import SpecError


@contextmanager
def drawing(output: Path | None) -> Iterator[None]:
    """Says in the command line's way what can't be drawn or written.

    Args:
        output: The file; None for none.

    Raises:
        SpecError: one sentence.
    """
    try:
        yield
    except (SpecError, QueryError):
        raise
    except ValueError as error:
        raise SpecError.at("", str(error)) from None
    except OSError as error:
        reason = error.strerror or error
        raise SpecError.at("", f"{output}: can't be written ({reason})") from None

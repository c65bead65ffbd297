"""The command line's way out: everything that it prints, and how it ends when it is asked to.

All text goes through `guarded`, so no name, path or message that a file brought along can move the
cursor, recolour the screen or turn the direction of what follows. Imports next to nothing: it is
there before anything heavy is.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any, TextIO, cast

from workbench.base.text import in_english, tr
from workbench.base.units import aligned, in_one_line, visible, wide

INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell says of a command that SIGPIPE ended."""

CLEAR = "\r\x1b[2K"
"""To the beginning of the line, and empties it."""

NARROWEST, USUAL_COLUMNS = 20, 80
CLEANING_SECONDS = 3.0
"""After Ctrl+C, so long may a command clean up."""


class OutputLost(OSError):
    """Standard output can't be written any more."""


class Output:
    """A stream that shows control and direction characters escaped; line ends and tabs stay.

    Args:
        stream: Where it goes to.
        is_needed: Whether a failure has to be known; where nobody can read errors, no one can be
            notified of another.
    """

    def __init__(self, stream: TextIO, *, is_needed: bool) -> None:
        self.stream, self._is_needed = stream, is_needed
        self._lost: OutputLost | None = None
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that lacks a letter gets its number
            reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Writes it, without what a terminal would obey."""
        self._do(lambda: self.stream.write(visible(text)))
        return len(text)

    def flush(self) -> None:
        """Hands on what was written."""
        if self._lost is not None:  # whoever wrote may have thought nothing of it: argparse does
            raise self._lost
        self._do(self.stream.flush)

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BrokenPipeError:
            if self._is_needed:
                raise
        except OSError as error:
            if self._is_needed:
                self._lost = OutputLost(*error.args)
                raise self._lost from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Lets all that is printed meanwhile go through `Output`."""
    before = sys.stdout, sys.stderr
    out, err = (s if s is None else Output(s, is_needed=s is before[0]) for s in before)
    sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, err)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def complain(sentence: object) -> None:
    """Says one sentence on standard error, in one line."""
    print(f"dlopt-workbench: {in_one_line(str(sentence))}", file=sys.stderr)


def warn(sentence: object) -> None:
    """Says one sentence on standard error that ends nothing."""
    complain(tr("warning: {sentence}", sentence=str(sentence)))


def give_json(value: Any) -> None:
    """Prints a result for other programs: one JSON value, in English whatever a person speaks."""
    import json  # here: most commands print none, and quick ones stay quick

    print(json.dumps(in_english(value)))


def abandon_output() -> None:
    """Standard output is gone: what is left in its buffer goes nowhere, without a word at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


# --- a line that is rewritten ---------------------------------------------------------------------


class LiveLine:
    """One line on a terminal, rewritten in place; silent where the stream is no terminal.

    Args:
        stream: Standard error, guarded or not.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO = getattr(stream, "stream", stream)
        self.shows = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._is_drawn = False

    @property
    def columns(self) -> int:
        """Letters that fit on the line; the last column would make some terminals begin another."""
        chosen = os.environ.get("COLUMNS", "")
        columns = int(chosen) if chosen.isdecimal() else 0
        if not columns:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                columns = os.get_terminal_size(self._stream.fileno()).columns
        return max(NARROWEST, columns or USUAL_COLUMNS) - 1

    def draw(self, words: str) -> None:
        """Puts it in place of what stands there, cut off at the terminal's width."""
        if self.shows:
            self._write(f"{CLEAR}{fitted(in_one_line(words), self.columns)}")
            self._is_drawn = True

    def clear(self) -> None:
        """Removes what stands there."""
        if self._is_drawn:
            self._write(CLEAR)
            self._is_drawn = False

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # the terminal is gone; what is done goes on
            self.shows = False


def fitted(text: str, columns: int) -> str:
    """A text that takes no more columns, letters of two columns counted as such."""
    if wide(text) <= columns:
        return text
    taken, room = "", columns - 1
    for letter in text:
        room -= wide(letter)
        if room < 0:
            break
        taken += letter
    return f"{taken}…"


# --- ending ---------------------------------------------------------------------------------------


def leave_at_once() -> None:
    """Ctrl+C ends the process without a traceback, as long as it is only starting."""
    _when_interrupted(_left)


def _left(number: int, frame: FrameType | None) -> None:
    say_at_once("interrupted")
    os._exit(INTERRUPTED)


def say_at_once(sentence: str) -> None:
    """Says one sentence on standard error, from a signal's handler: past all buffers."""
    with contextlib.suppress(OSError):
        clear = CLEAR if os.isatty(2) else ""
        os.write(2, f"{clear}dlopt-workbench: {sentence}\n".encode())


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl+C (or SIGTERM) says so at once and raises KeyboardInterrupt; a second one ends.

    So does time: what cleans up longer than `CLEANING_SECONDS` is not waited for.
    """
    asked = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(INTERRUPTED)
        asked = True
        say_at_once(tr("interrupted, ending"))
        late = threading.Timer(CLEANING_SECONDS, os._exit, (INTERRUPTED,))
        late.daemon = True
        late.start()
        raise KeyboardInterrupt

    before = _when_interrupted(stop)
    try:
        yield
    finally:
        for signal_, handler in before.items():
            signal.signal(signal_, handler)


def _when_interrupted(handler: Callable[[int, FrameType | None], None]) -> dict[int, Any]:
    """Sets what Ctrl+C and SIGTERM do; what they did before. In a main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}


def print_aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table with its columns below one another."""
    print("\n".join(aligned([heads, *rows], "<" * len(heads))))

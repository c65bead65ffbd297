"""Files as messages: cut into pieces that fit a line each, and put together again.

Bounded: whoever puts one together never holds more than `MOST_BYTES`, and nothing counts that
isn't whole and of the right digest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.base.text import tr
from workbench.base.units import size
from workbench.execution.messages import Piece

PIECE_BYTES = 1 << 19
MOST_BYTES = 1 << 30
"""The largest file that is sent: a checkpoint of 90 million weights with Adam's state."""


class TooLarge(RuntimeError):
    """A file that is larger than may be sent, in one sentence."""


class Damaged(ValueError):
    """Pieces that make no file, in one sentence."""


def cut(run_id: str, name: str, content: bytes) -> Iterator[Piece]:
    """The pieces of a file, in order.

    Args:
        run_id: Whose file it is.
        name: Of the file.
        content: All of it.

    Raises:
        TooLarge: where it is larger than `MOST_BYTES`; before the first piece.
    """
    if len(content) > MOST_BYTES:
        raise TooLarge(
            tr(
                "{name} of run {run_id} takes {count}; at most {most_bytes} are "
                "sent to another machine",
                name=name,
                run_id=run_id,
                count=size(len(content)),
                most_bytes=size(MOST_BYTES),
            )
        )
    digest = hashlib.sha256(content).hexdigest()
    for start in range(0, max(1, len(content)), PIECE_BYTES):
        data = base64.b64encode(content[start : start + PIECE_BYTES]).decode()
        yield Piece(run_id, name, start, len(content), digest, data)


@dataclass
class Assembly:
    """Puts the pieces of files together, one file at a time."""

    _first: Piece | None = None
    _content: bytearray = field(default_factory=bytearray)

    def add(self, piece: Piece) -> bytes | None:
        """Take the next piece; the whole file with the last one, else None.

        Raises:
            Damaged: where it isn't the next piece, or the file is too large or isn't what was cut.
        """
        if piece.start == 0:
            self._first, self._content = piece, bytearray()
        first = self._first
        if first is None or piece.start != len(self._content) or piece.file != first.file:
            raise Damaged(
                tr(
                    "a piece of {name} of run {run_id} is missing",
                    name=piece.name,
                    run_id=piece.run_id,
                )
            )
        if not 0 <= piece.total <= MOST_BYTES:
            raise Damaged(
                tr(
                    "{name} of run {run_id} is larger than {most_bytes}",
                    name=piece.name,
                    run_id=piece.run_id,
                    most_bytes=size(MOST_BYTES),
                )
            )
        try:
            self._content += base64.b64decode(piece.data, validate=True)
        except binascii.Error as error:
            raise Damaged(
                tr(
                    "a piece of {name} of run {run_id}: {error}",
                    name=piece.name,
                    run_id=piece.run_id,
                    error=error,
                )
            ) from None
        if len(self._content) < piece.total:
            return None
        content, self._content, self._first = bytes(self._content), bytearray(), None
        if len(content) > piece.total or hashlib.sha256(content).hexdigest() != piece.digest:
            raise Damaged(
                tr(
                    "{name} of run {run_id} was changed on its way",
                    name=piece.name,
                    run_id=piece.run_id,
                )
            )
        return content

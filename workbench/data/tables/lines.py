"""The lines of a table, whatever encoding and line ends it was saved with: whole ones, as UTF-8.

A spreadsheet that exports "Unicode text" writes UTF-16. Opens no file.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO

from workbench.base.text import tr
from workbench.data.errors import refused

BLOCK_BYTES = 8 << 20
MAX_LINE = 64 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOTHING = b" \t\r\n,;"
"""What a spreadsheet writes of an empty row."""


class Lines:
    """Reads a table block by block.

    Args:
        file: Its bytes.
        where: The file, for sentences.

    Attributes:
        encoding: Of the file, as Python names it.
        skipped: Empty lines before the first row.
    """

    def __init__(self, file: IO[bytes], where: str) -> None:
        self._file, self._where = file, where
        self.encoding = "utf-8-sig"
        self.skipped = 0
        self._is_ascii = True

    def blocks(self) -> Iterator[bytes]:
        """Whole lines from the first row on, about 8 MB at a time; all end in a line feed.

        Raises:
            DataError: where a line has no end, or there is text of another encoding.
        """
        has_begun = False
        for block in self._whole(self._content()):
            if not has_begun:
                block = self._without_empty(block)
                has_begun = bool(block)
            if block:
                yield self._utf8(block)

    def _content(self) -> Iterator[bytes]:
        """The file in pieces: as UTF-8 (or one byte a letter), with line feeds."""
        decoder, has_returns = None, False
        is_first = True
        while content := self._file.read(BLOCK_BYTES):
            if is_first:
                self.encoding, is_first = _encoding_of(content), False
                if self.encoding != "utf-8-sig":
                    decoder = codecs.getincrementaldecoder(self.encoding)()
                content = content.removeprefix(codecs.BOM_UTF8)
            if decoder is not None:
                try:
                    content = decoder.decode(content).encode()
                except UnicodeError:
                    raise self._wrong_encoding() from None
            if not has_returns and b"\r" in content and b"\n" not in content:
                has_returns = True  # alone, as old spreadsheets write them
            yield content.replace(b"\r", b"\n") if has_returns else content

    def _whole(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        rest = b""
        for content in pieces:
            end = content.rfind(b"\n")
            if end < 0:
                rest += content
                if len(rest) > MAX_LINE:
                    raise refused(
                        self._where,
                        tr("has no line end in its first 64 MB, so it is no table of rows"),
                    )
                continue
            yield rest + content[: end + 1]
            rest = content[end + 1 :]
        if rest.strip():
            yield rest + b"\n"

    def _without_empty(self, block: bytes) -> bytes:
        begin = len(block) - len(block.lstrip(NOTHING))
        first = block.rfind(b"\n", 0, begin) + 1  # the first row may begin with an empty cell
        self.skipped += block.count(b"\n", 0, first)
        return block[first:]

    def _utf8(self, block: bytes) -> bytes:
        """The same text as UTF-8: a file in no other encoding has one byte a letter."""
        if block.isascii():
            return block
        if self.encoding != "latin-1":
            try:
                block.decode("utf-8")
            except UnicodeDecodeError:
                if not self._is_ascii:
                    raise self._wrong_encoding() from None
                self.encoding = "latin-1"
        self._is_ascii = False
        return block.decode("latin-1").encode() if self.encoding == "latin-1" else block

    def _wrong_encoding(self) -> Exception:
        name = self.encoding.removesuffix("-sig").upper()
        fault = tr("is no text in {name} throughout; save it as UTF-8", name=name)
        return refused(self._where, fault)


def _encoding_of(begin: bytes) -> str:
    """By the mark that it begins with; without one, by which bytes of the first letters are 0."""
    for mark, name in MARKS:
        if begin.startswith(mark):
            return name
    head = begin[:64]
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    return "utf-16-be" if head[::2].count(0) > len(head) // 4 else "utf-8-sig"

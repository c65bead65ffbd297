"""The store's SQLite file: opening it, transactions, and its errors as sentences.

Knows no table; `migrations` makes them, `store` fills them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from workbench import artifacts, files
from workbench.runs import migrations

FILE = "runs.sqlite3"
BUSY_MILLISECONDS = 10_000
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "webdav"}


class StoreError(RuntimeError):
    """The store can't be used, in one sentence."""


class Database:
    """An open store file in WAL mode; for the thread that opened it.

    Args:
        folder: Of the store; made where it doesn't exist.

    Raises:
        StoreError: where it can't be written, is no store, is of a later version, or lies where
            SQLite's locks don't hold.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self.is_read_only = False
        try:
            (self.folder / artifacts.FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the store {self.folder} can't be made ({error.strerror}); choose another folder"
            ) from None
        network = network_file_system(self.folder)
        if network:
            raise StoreError(
                f"the store {self.folder} lies on a network file system ({network}), where its "
                "database can be damaged; choose a folder on a local disk"
            )
        for name in (FILE, artifacts.FOLDER):
            try:
                files.refuse_link(self.folder / name)
            except files.LinkError as error:
                raise StoreError(str(error)) from None
        with self._explained():
            self._connection = sqlite3.connect(
                self.folder / FILE, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None
            )
        try:
            with self._explained():
                self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        try:
            migrations.migrate(self._connection)
        except migrations.TooNew as error:
            raise StoreError(f"the store {self.folder} {error}") from None
        with self.change() as db:  # a store that can't be written shows itself here, not later
            db.execute("UPDATE settings SET value = value WHERE key = 'queue_held'")

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Everything that a query finds."""
        with self._explained():
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row that a query finds, or None."""
        with self._explained():
            found: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
            return found

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing; joins the one that is under way."""
        connection = self._connection
        with self._explained():
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns SQLite's errors into one sentence each."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(self._sentence(error)) from error

    def _sentence(self, error: sqlite3.Error) -> str:
        name = getattr(error, "sqlite_errorname", "") or ""
        for start, sentence in _SENTENCES.items():
            if name.startswith(start):
                return sentence(self.folder)
        return f"the store {self.folder} reports: {error}"


def network_file_system(folder: Path) -> str:
    """The kind of network file system a folder lies on; empty where it is on a local disk."""
    partitions = {Path(p.mountpoint): p.fstype for p in psutil.disk_partitions(all=True)}
    folder = folder.resolve()
    kind = next((partitions[p] for p in (folder, *folder.parents) if p in partitions), "")
    return kind if kind.lower() in NETWORK_FILE_SYSTEMS else ""


_SENTENCES: dict[str, Callable[[Path], str]] = {
    "SQLITE_FULL": lambda folder: (
        f"the disk that holds the store {folder} is full; free some space and resume the run"
    ),
    "SQLITE_READONLY": lambda folder: (
        f"the store {folder} is read-only; choose a folder that you may write to"
    ),
    "SQLITE_CANTOPEN": lambda folder: (
        f"the store {folder} can't be opened; choose a folder that you may write to"
    ),
    "SQLITE_NOTADB": lambda folder: (
        f"{folder / FILE} is not a store of the workbench; choose another folder"
    ),
    "SQLITE_CORRUPT": lambda folder: (
        f"{folder / FILE} is damaged; choose another folder, or restore it from a backup"
    ),
    "SQLITE_BUSY": lambda folder: (
        f"the store {folder} is locked by another program; close it and try again"
    ),
    "SQLITE_IOERR": lambda folder: (
        f"the store {folder} can't be read or written (disk error or disk full)"
    ),
}

"""The store's SQLite file: opening it, transactions, and its errors as sentences.

Knows no table; `migrations` makes them, `store` fills them.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from workbench.base import files
from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.runs import artifacts, migrations

FILE = "runs.sqlite3"
BUSY_MILLISECONDS = 10_000
BUSY_SECONDS = 0.01
"""Between two tries."""

BOOKS_BYTES = 1 << 20
"""What SQLite may need beside a store, at most, to open it: a store on a disk with less free space
that can't be opened is opened to be read."""

NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "fuse.sshfs", "webdav"}


class StoreError(BadInput, RuntimeError):
    """The store can't be used, in one sentence."""


class Database:
    """An open store file in WAL mode; for the thread that opened it.

    Where nothing can be written, it is opened to be read: on a read-only disk, in a folder of
    somebody else, and on a disk so full that SQLite can't even keep its books. What has to be
    changed before it can be read (an older schema) is then changed in a copy in memory.

    Args:
        folder: Of the store; made where it doesn't exist.

    Attributes:
        folder: Of the store.
        read_only: Why nothing can be written, in one sentence; "" where it can.
        is_still: Whether nobody's changes are seen: it is read as it was when it was opened.

    Raises:
        StoreError: where it can neither be read nor made, is no store, is of a later version, or
            lies where SQLite's locks don't hold.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self.read_only = ""
        self.is_still = False
        self._file = self.folder / FILE
        self._aside: tempfile.TemporaryDirectory[str] | None = None
        try:
            for name in artifacts.PARTS:
                files.refuse_link(self.folder / name)
        except files.LinkError as error:
            raise StoreError(str(error)) from None
        if not self._is_there():
            self._make()
        network = network_file_system(self.folder)
        if network:
            raise StoreError(
                tr(
                    "the store {folder} lies on a network file system ({network}), where its "
                    "database can be damaged; choose a folder on a local disk",
                    folder=self.folder,
                    network=network,
                )
            )
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    # --- opening -------------------------------------------------------------------------------

    def _is_there(self) -> bool:
        try:
            return self._file.stat().st_size > 0
        except OSError:
            return False

    def _make(self) -> None:
        try:
            (self.folder / artifacts.FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                tr(
                    "the store {folder} can't be made ({reason}); choose another folder",
                    folder=self.folder,
                    reason=error.strerror or "",
                )
            ) from None

    def _may_write(self) -> bool:
        """Whether the system lets this person write the file, and beside it."""
        effective = os.access in os.supports_effective_ids
        places = (self._file, self.folder) if self._file.exists() else (self.folder,)
        return all(os.access(place, os.W_OK, effective_ids=effective) for place in places)

    def _open(self) -> None:
        """To be written where that is possible, else to be read."""
        if not self._may_write():
            self._open_to_read(_SENTENCES["SQLITE_READONLY"](self.folder))
            return
        try:
            self._connect(self._file.as_uri())
            self._prepare()
        except StoreError:
            if not self._is_there() or shutil.disk_usage(self.folder).free > BOOKS_BYTES:
                raise
            self._open_to_read(_SENTENCES["SQLITE_FULL"](self.folder))

    def _connect(self, uri: str) -> None:
        """A connection to this address takes the place of the one there is."""
        self._disconnect()
        with self._explained():
            self._connection = sqlite3.connect(
                uri, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None, uri=True
            )
        self._connection.row_factory = sqlite3.Row

    def _prepare(self) -> None:
        """Sets the connection up and brings the file to the newest schema."""
        with self._explained(), self._not_newer():
            self._keep_a_log()
            for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            migrations.migrate(self._connection)

    def _keep_a_log(self) -> None:
        """Turns the log on, and waits where another process makes the file, as SQLite doesn't."""
        until = time.monotonic() + BUSY_MILLISECONDS / 1000
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                    raise
                time.sleep(BUSY_SECONDS)

    @contextmanager
    def _not_newer(self) -> Iterator[None]:
        try:
            yield
        except migrations.TooNew as error:
            raise StoreError(
                tr("the store {folder} {error}", folder=self.folder, error=error)
            ) from None

    def _open_to_read(self, why: str) -> None:
        """Opens a store that can't be written.

        With the log of the latest changes and its index, as other processes have them; where there
        is no index, and none can be made, the file alone, or a copy of both where there is a log.
        """
        try:
            is_old = self._is_old(f"{self._file.as_uri()}?mode=ro")
            may_change = False
        except StoreError as error:
            if getattr(error.__cause__, "sqlite_errorname", "") in ("SQLITE_NOTADB", None):
                raise
            log = Path(f"{self._file}-wal")
            has_log = log.exists() and log.stat().st_size > 0
            alone = f"{self._file.as_uri()}?mode=ro&immutable=1"
            is_old = self._is_old(self._copied(log, why) if has_log else alone)
            may_change = not has_log and not self._is_on_a_read_only_disk()
            self.is_still = True
        if is_old or may_change:
            self._copy()
        self.read_only = why

    def _is_old(self, uri: str) -> bool:
        """Opens this address, and tells whether it holds an older schema."""
        self._connect(uri)
        with self._explained(), self._not_newer():
            return migrations.is_old(self._connection)

    def _is_on_a_read_only_disk(self) -> bool:
        """Whether nobody at all can write the file while it is read."""
        flag = getattr(os, "ST_RDONLY", 0)
        return bool(flag and os.statvfs(self.folder).f_flag & flag)

    def _copied(self, log: Path, why: str) -> str:
        """The file with its log in a temporary folder; its address."""
        try:
            self._aside = tempfile.TemporaryDirectory(prefix="dlopt-store-")
            for path in (self._file, log):
                with files.open_inside(path) as source:
                    Path(self._aside.name, path.name).write_bytes(source.read())
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(
                tr("{why} (and it can't be copied to be read: {reason})", why=why, reason=reason)
            ) from None
        return Path(self._aside.name, FILE).as_uri()

    def _copy(self) -> None:
        """Puts a copy in memory, of the newest schema, in the place of the file."""
        copy = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with self._explained():
                self._connection.backup(copy)
        except BaseException:
            copy.close()
            raise
        self._disconnect()
        self._connection = copy
        self._connection.row_factory = sqlite3.Row
        self.is_still = True
        self._prepare()

    @contextmanager
    def on_a_copy(self) -> Iterator[None]:
        """Lets a store that can't be written be changed for its reader alone, in memory."""
        self._copy()
        why, self.read_only = self.read_only, ""
        try:
            yield
        finally:
            self.read_only = why

    def require_writable(self) -> None:
        """Refuses where nothing can be written.

        Raises:
            StoreError: where it can't.
        """
        if self.read_only:
            raise StoreError(self.read_only)

    # --- use -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Lets go of the file."""
        self._disconnect()
        if self._aside is not None:
            self._aside.cleanup()

    def _disconnect(self) -> None:
        connection: sqlite3.Connection | None = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

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
        self.require_writable()
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
        return tr("the store {folder} reports: {error}", folder=self.folder, error=error)


def network_file_system(folder: Path) -> str:
    """The kind of network file system a folder lies on; empty where it is on a local disk."""
    partitions = {Path(p.mountpoint): p.fstype for p in psutil.disk_partitions(all=True)}
    folder = folder.resolve()
    kind = next((partitions[p] for p in (folder, *folder.parents) if p in partitions), "")
    return kind if kind.lower() in NETWORK_FILE_SYSTEMS else ""


_SENTENCES: dict[str, Callable[[Path], str]] = {
    "SQLITE_FULL": lambda folder: tr(
        "the disk that holds the store {folder} is full; free some space and resume the run",
        folder=folder,
    ),
    "SQLITE_READONLY": lambda folder: tr(
        "the store {folder} is read-only; choose a folder that you may write to", folder=folder
    ),
    "SQLITE_CANTOPEN": lambda folder: tr(
        "the store {folder} can't be opened; choose a folder that you may write to", folder=folder
    ),
    "SQLITE_NOTADB": lambda folder: tr(
        "{folder} is not a store of the workbench; choose another folder", folder=folder / FILE
    ),
    "SQLITE_CORRUPT": lambda folder: tr(
        "{folder} is damaged; choose another folder, or restore it from a backup",
        folder=folder / FILE,
    ),
    "SQLITE_BUSY": lambda folder: tr(
        "the store {folder} is locked by another program; close it and try again", folder=folder
    ),
    "SQLITE_IOERR": lambda folder: tr(
        "the store {folder} can't be read or written (disk error or disk full)", folder=folder
    ),
}

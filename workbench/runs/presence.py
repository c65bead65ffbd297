"""Which processes are there: each holds a lock on a file of its own in the store while it lives.

The system lets go of the lock when the process ends, however it ends: closed, crashed, killed, or
killed and not yet reaped by its parent. So whether the owner of a run is alive is asked of the
system, and neither a clock that somebody sets nor process numbers, which come back and mean another
process in another container, have a say. The lock holds for all processes of the machine, also
for containers that share the folder; a store on a network file system is refused elsewhere.

Before this, an owner was `PID:START` with the start by the clock. Such a one counts as alive while
a training process has its number: a run is rather left alone than trained twice.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import sys
from pathlib import Path

import psutil

from workbench.base.files import LinkError, refuse_link

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FOLDER = "processes"
OLD_OWNERS = "workbench.runtime.worker"
"""The module that was the only one to own runs before there were locks; it has moved since."""

_TOKEN = re.compile(r"[0-9]{1,10}-[0-9a-f]{16}")
_OLD_TOKEN = re.compile(r"([0-9]{1,10}):[0-9.]+")
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class Presence:
    """Says to other processes that this one is there, from the first use of `token` on.

    Args:
        store: Folder of the store.
    """

    def __init__(self, store: Path) -> None:
        self._folder = store / FOLDER
        self._token = ""
        self._descriptor: int | None = None

    @property
    def token(self) -> str:
        """What stands for this process in the store, and for no other, ever.

        To be asked for the first time inside a change of the store: so nobody sweeps the file
        between its making and its locking.

        Raises:
            OSError: where the store can't be written, or files can't be locked there.
        """
        if self._descriptor is None:
            refuse_link(self._folder)
            self._folder.mkdir(exist_ok=True)
            self._sweep()
            token = f"{os.getpid()}-{secrets.token_hex(8)}"
            path = self._folder / token
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, 0o644)
            try:
                if not _lock(descriptor):
                    raise OSError(errno.EAGAIN, "the lock of a new file is held", str(path))
            except OSError:
                os.close(descriptor)
                path.unlink(missing_ok=True)
                raise
            self._token, self._descriptor = token, descriptor
        return self._token

    def leave(self) -> None:
        """Lets go; whatever still names this process then has lost its owner."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            with contextlib.suppress(OSError):  # of a disk that is read-only by now: swept later
                (self._folder / self._token).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Removes the files of processes that were killed."""
        for name in os.listdir(self._folder):
            if _TOKEN.fullmatch(name) and not is_there(self._folder.parent, name):
                (self._folder / name).unlink(missing_ok=True)


def is_there(store: Path, token: str) -> bool:
    """Whether the process that a token stands for is alive.

    Where it can't be told, it is: a run is rather left alone than trained twice.
    """
    if not _TOKEN.fullmatch(token):
        return _is_old_owner(token)
    try:
        refuse_link(store / FOLDER)
        descriptor = os.open(store / FOLDER / token, os.O_RDONLY | _FLAGS)
    except (FileNotFoundError, LinkError):
        return False
    except OSError as error:
        return error.errno != errno.ELOOP  # a link is no file of ours
    try:
        return not _lock(descriptor, shared=True)  # those who ask don't see one another
    except OSError:
        return True
    finally:
        os.close(descriptor)  # and the lock, where it was free, with it


def _lock(descriptor: int, *, shared: bool = False) -> bool:
    """Locks an open file without waiting; False where another has it."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _is_old_owner(token: str) -> bool:
    """Whether a training process has the number of a token of before there were locks."""
    known = _OLD_TOKEN.fullmatch(token)
    if known is None:
        return False
    try:
        process = psutil.Process(int(known[1]))
        dead = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return not dead and OLD_OWNERS in process.cmdline()
    except (psutil.NoSuchProcess, OverflowError, ValueError):
        return False
    except psutil.AccessDenied:
        return True

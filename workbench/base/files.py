"""Writing a file whole or not at all, and files that are never reached through a link.

A person may name a link as the place to save to, and it is followed. Inside a store nobody has any:
one that is there came with somebody else's store, so it is replaced by what is written, and never
read through.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import BinaryIO


class LinkError(OSError):
    """A link where none is followed, in one sentence."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside `path`, force it to disk and put it in place in one step.

    For a file that a person chose: a link is followed; a file that was there keeps its rights.

    Raises:
        OSError: where that fails; what stood at `path` is then unharmed.
    """
    _put(path.resolve(), content)


def write_inside(path: Path, content: bytes) -> None:
    """Write a file of the store's own as `write_atomically` does, following no link.

    A link at `path` is replaced; the folder is made where it doesn't exist.

    Raises:
        LinkError: where the folder is a link.
        OSError: where writing fails; what stood at `path` is then unharmed.
    """
    refuse_link(path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    _put(path, content)


def open_inside(path: Path) -> BinaryIO:
    """Open a file of the store's own for reading, following no link.

    Raises:
        LinkError: where it or its folder is a link.
        OSError: where it can't be opened or is no plain file (a pipe would wait for ever).
    """
    refuse_link(path.parent)
    refuse_link(path)
    return _open(path, "O_NOFOLLOW")


def open_named(path: Path) -> BinaryIO:
    """Open a file that a person named for reading; a link is followed.

    Raises:
        OSError: where it can't be opened or is no plain file (a pipe would wait for ever).
    """
    return _open(path)


def _open(path: Path, *flags: str) -> BinaryIO:
    names = ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", *flags)  # as far as the system has them
    descriptor = os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in names))
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is not a plain file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def is_meant(path: Path) -> bool:
    """Whether a TOML file is meant, and not something of this name that isn't a file: it ends so,
    or there is one.
    """
    return path.suffix == ".toml" or os.path.exists(path)  # False for a name that is too long


def refuse_link(path: Path) -> None:
    """Refuse a link.

    Raises:
        LinkError: where `path` is one.
    """
    if is_link(path):
        raise LinkError(
            f"{path} is a link, and a store's files are never reached through one; put the file "
            "or folder itself there"
        )


def is_link(path: Path) -> bool:
    """Whether `path` is a symbolic link or a junction."""
    return path.is_symlink() or bool(getattr(os.path, "isjunction", _never)(path))


def _never(path: Path) -> bool:
    return False


def remove_inside(folder: Path) -> None:
    """Remove a folder of the store's own; of a link only the link, not what it leads to.

    Raises:
        OSError: where something is left of it.
    """
    if is_link(folder):
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)  # doesn't follow links either


def _put(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not is_link(path):
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise

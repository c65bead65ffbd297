"""A user's path, checked before anything opens it. Never reads content."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from workbench.base.text import tr
from workbench.data.errors import DataError, refused, unreadable
from workbench.spec.data import FileData


def existing(spec: FileData) -> Path:
    """The regular file or the folder that `data.path` names.

    Raises:
        DataError: where it is empty, missing, not allowed, or a device or pipe (opening one could
            wait for ever).
    """
    if not spec.path.strip():
        raise DataError(tr("data.path: must name {path_words}", path_words=spec.path_words))
    path = Path(spec.path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise refused(
            path, tr("there is nothing here; must name {path_words}", path_words=spec.path_words)
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError:
        raise refused(
            path, tr("is no path; must name {path_words}", path_words=spec.path_words)
        ) from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise refused(
            path,
            tr(
                "is neither a file nor a folder; must name {path_words}", path_words=spec.path_words
            ),
        )
    return path


def existing_file(spec: FileData) -> Path:
    """The regular file that `data.path` names.

    Raises:
        DataError: where there is none.
    """
    path = existing(spec)
    if path.is_dir():
        raise refused(path, tr("is a folder; must name {path_words}", path_words=spec.path_words))
    return path


def existing_folder(spec: FileData) -> Path:
    """The folder that `data.path` names.

    Raises:
        DataError: where there is none.
    """
    path = existing(spec)
    if not path.is_dir():
        raise refused(path, tr("is a file; must name {path_words}", path_words=spec.path_words))
    return path

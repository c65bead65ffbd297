"""What the processes that look at data, and fetch them, say, as values.

`workbench.data` is imported once there are data, and not in the window's thread: it takes long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.base.plain_values import Said, parsed

if TYPE_CHECKING:
    from workbench.data.preview import Preview


@dataclass(frozen=True)
class Inspection:
    """What `workbench.data.inspect` says but for a `Preview`: one of progress, error and lack.

    Attributes:
        progress: What is done, how much of it, and of how many; 0 where that is unknown.
        error: A sentence on why they can't be read.
        proposed_size: Height and width that images of unlike sizes could be brought to.
        not_downloaded: A sentence on data that have to be fetched first.
        download_bytes: How much that is.
    """

    progress: tuple[Said, int, int] | None = None
    error: Said = ""
    proposed_size: tuple[int, int] | None = None
    not_downloaded: Said = ""
    download_bytes: int = 0


@dataclass(frozen=True)
class Download:
    """What `workbench.runtime.process.download` says.

    Attributes:
        done: Bytes that are here.
        total: Bytes in all; 0 where that is unknown.
        finished: Whether all is here, and kept.
        error: A sentence on why it can't be fetched.
    """

    done: int = 0
    total: int = 0
    finished: bool = False
    error: Said = ""


def inspection(message: dict[str, Any]) -> Preview | Inspection:
    """What a line of `workbench.data.inspect` stands for; not for the window's thread."""
    if "info" not in message:
        return parsed(Inspection, message, "the inspection of the data")
    from workbench.data.preview import Preview

    return Preview.from_json(message)


def download(message: dict[str, Any]) -> Download:
    """What a line of `workbench.runtime.process.download` stands for."""
    return parsed(Download, message, "the download")

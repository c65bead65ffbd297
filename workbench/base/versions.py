"""What is said of a file of a newer workbench: the same of experiments, stores and bundles."""

from __future__ import annotations

from workbench.base.text import tr


def made_by_newer(what: str, found: object, known: int) -> str:
    """A sentence's end for a file in a format that is not known yet.

    Args:
        what: What is numbered: "schema", "format".
        found: The number in the file.
        known: The highest number that this version reads.
    """
    return tr(
        "made by a newer version of the workbench ({what} {found}, known up to {known}); "
        "update the workbench",
        what=what,
        found=str(found),
        known=known,
    )

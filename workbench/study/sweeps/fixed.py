"""Settings that are the same for all trials of a search."""

from __future__ import annotations

from workbench.base.text import tr

_SAME_FOR_ALL = ("data", "training.validation_split", "training.folds", "training.fold")
"""Settings that decide which images judge a trial."""

_NOT_OF_TRAINING = ("name", "schema_version")


def fixed_reason(path: str) -> str:
    """Why a setting is the same for all trials, in one sentence; "" where it may be varied."""
    if path == "training.seed":
        return tr("training.seed can't be varied; ask for several seeds instead")
    if any(path == fixed or path.startswith(f"{fixed}.") for fixed in _SAME_FOR_ALL):
        return tr(
            "{path} can't be varied: trials are compared on the same images; set it in the "
            "experiment",
            path=path,
        )
    if path in _NOT_OF_TRAINING:
        return tr("{path} changes nothing of training; vary a setting", path=path)
    return ""

"""Where things lie on disk: the default store and the cache of downloads. No reading or writing."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "dlopt-workbench"


def default_store() -> Path:
    """`DLOPT_STORE`, or the user's data folder of this application."""
    chosen = os.environ.get("DLOPT_STORE")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir(APP, False))


def cache_folder() -> Path:
    """`DLOPT_CACHE`, or the user's cache folder; all in it can be made again."""
    chosen = os.environ.get("DLOPT_CACHE")
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_cache_dir(APP, False))

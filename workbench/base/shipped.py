"""TOML files that come with the workbench, in folders of `resources/`: presets and recipes.

The first line of each is a comment: one sentence on what it is for.
"""

from __future__ import annotations

from importlib.resources import files


def names(folder: str) -> list[str]:
    """Names of a folder's files without their ending, sorted."""
    found = (files("resources") / folder).iterdir()
    return sorted(f.name.removesuffix(".toml") for f in found if f.name.endswith(".toml"))


def text(folder: str, name: str) -> str:
    """The TOML of the file of one of `names`."""
    return (files("resources") / folder / f"{name}.toml").read_text(encoding="utf-8")


def description(toml: str) -> str:
    """The sentence in the first line of a file's TOML."""
    return toml.partition("\n")[0].removeprefix("#").strip()

"""The recipes that come with the workbench: TOML files in `resources/recipes/`.

The first line of each is a comment: one sentence on what it is for.
"""

from __future__ import annotations

from workbench.base import shipped
from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.compression.recipe import CompressionRecipe
from workbench.spec.base import SpecError
from workbench.spec.errors import shown

FOLDER = "recipes"


def names() -> list[str]:
    """Names of all recipes, sorted."""
    return shipped.names(FOLDER)


def text(name: str) -> str:
    """The TOML of a recipe.

    Raises:
        SpecError: where there is none of that name.
    """
    if name not in names():
        fault = tr("there is no recipe {name}", name=shown(name))
        raise SpecError.at("", near_miss(fault, name, names()))
    return shipped.text(FOLDER, name)


def load(name: str) -> CompressionRecipe:
    """A recipe by its name.

    Raises:
        SpecError: where there is none of that name.
    """
    return CompressionRecipe.from_toml(text(name))


def description(name: str) -> str:
    """What a recipe is for, in one sentence.

    Raises:
        SpecError: where there is none of that name.
    """
    return shipped.description(text(name))

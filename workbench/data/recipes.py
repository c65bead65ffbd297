"""What reading arrays found out, as a script needs it to read them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from workbench.data.dataset import Array
from workbench.data.images.pixels import PixelScale
from workbench.spec.recipe import PixelTable, Recipe, StoredPart


class StoredImages(Protocol):
    """Images and labels of a part as files hold them; see `assembly.Stored`."""

    @property
    def images(self) -> Array: ...  # noqa: D102

    @property
    def labels(self) -> Array: ...  # noqa: D102

    @property
    def images_name(self) -> str: ...  # noqa: D102

    @property
    def labels_name(self) -> str: ...  # noqa: D102

    @property
    def files(self) -> tuple[str, str] | None: ...  # noqa: D102

    @property
    def is_rows(self) -> bool: ...  # noqa: D102

    @property
    def is_transposed(self) -> bool: ...  # noqa: D102

    @property
    def labels_form(self) -> str: ...  # noqa: D102

    @property
    def table(self) -> PixelTable | None: ...  # noqa: D102


def recipe_of(parts: Mapping[str, StoredImages | None], scale: PixelScale) -> Recipe:
    """The recipe of arrays.

    Args:
        parts: By name, the training part first; None where the files bring none.
        scale: How their pixels are read.
    """
    there = {name: stored for name, stored in parts.items() if stored is not None}
    stored_type = next(iter(there.values())).images.dtype.name
    return Recipe(
        tuple(_part(*item) for item in there.items()),
        stored_type,
        scale.factor,
        opaque=scale.opaque,
    )


def _part(name: str, stored: StoredImages) -> StoredPart:
    images, labels = stored.files or (stored.images_name, stored.labels_name)
    return StoredPart(
        name,
        images,
        labels,
        stored.images.shape[1:],
        is_rows=stored.is_rows,
        labels_form=stored.labels_form or _form(stored.labels),
        in_files=stored.files is not None,
        is_transposed=stored.is_transposed,
        table=stored.table,
    )


def _form(labels: Array) -> str:
    if labels.dtype.kind == "U":
        return "text"
    if labels.dtype.kind == "S":
        try:
            np.char.decode(labels, "utf-8")
        except UnicodeDecodeError:
            return "latin-1"
        return "utf-8"
    return "one-hot" if labels.ndim == 2 and 1 not in labels.shape else "number"

"""The rows of a form: those that are made, and those that are folded away and made when needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pydantic.fields import FieldInfo
from PySide6.QtWidgets import QGridLayout

from ui.forms.row import FormRow
from ui.look import theme

MakeRow = Callable[[str, FieldInfo, QGridLayout], FormRow]
"""Makes the row of a setting of this name and adds it to a grid."""


class FormRows:
    """Rows by the name of their setting.

    Args:
        make: Makes one.

    Attributes:
        made: Those that there are, in their order; the form adds its own.
    """

    def __init__(self, make: MakeRow) -> None:
        self._make = make
        self.made: dict[str, FormRow] = {}
        self._late: dict[str, tuple[FieldInfo, QGridLayout]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.made or name in self._late

    @property
    def names(self) -> list[str]:
        """Of all rows, made or not."""
        return [*self.made, *self._late]

    @property
    def late(self) -> list[str]:
        """Of those that are yet to be made."""
        return list(self._late)

    def clear(self) -> None:
        """Forgets all of them."""
        self.made, self._late = {}, {}

    def plan(self, fields: Mapping[str, FieldInfo], grid: QGridLayout) -> None:
        """Rows of these settings belong into a grid, once they are needed."""
        self._late |= {name: (field, grid) for name, field in fields.items()}

    def make(self, names: Iterable[str]) -> bool:
        """Makes those of these that aren't made yet, in the order of the form.

        Returns:
            Whether there were any.
        """
        wanted = set(names) & self._late.keys()
        for name in [each for each in self._late if each in wanted]:
            self.made[name] = self._make(name, *self._late.pop(name))
        return bool(wanted)


def space_out(grid: QGridLayout) -> None:
    """Lays out labels and entries as everywhere."""
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(2 * theme.UNIT)
    grid.setVerticalSpacing(theme.UNIT)
    grid.setColumnStretch(1, 1)

"""All runs of a store in memory, a column an array: what tables filter, sort and group.

A run keeps its place (`place`) in the arrays as long as the frame lives, so that what was computed
beside it still means the same run. Nothing here reads the store; `Reader` gives it batches. Only
the thread that applies batches may use the frame; others get a `Snapshot`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.runs.columns import RUN_COLUMNS, Column, Value, column_of
from workbench.runs.packing.spec_pieces import PART_DTYPE, Field, section_of
from workbench.runs.reader import NUMBERS, TEXTS, Batch, FeedPosition, Pieces

Array = npt.NDArray[Any]
FIRST_CAPACITY = 64


@dataclass(frozen=True)
class Snapshot:
    """Some columns as they were at one moment, for another thread.

    Attributes:
        alive: Which places hold a run that is not deleted.
        columns: By key; numbers as float64 with NaN for missing, texts as objects with None.
    """

    alive: npt.NDArray[np.bool_]
    columns: Mapping[str, Array]

    def column(self, key: str) -> Array:
        """Values of a column that was asked for."""
        return self.columns[key]

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.alive)


class _Section:
    """The different pieces of one group of the specs: each setting as a list, a piece an entry."""

    def __init__(self) -> None:
        self.pieces = 0
        self.values: dict[str, list[Field | None]] = {}

    def extend(self, values: Mapping[str, list[Field | None]], count: int) -> None:
        """Takes in `count` more pieces."""
        for path, new in values.items():
            known = self.values.setdefault(path, [])
            known.extend([None] * (self.pieces - len(known)))
            known.extend(new)
        self.pieces += count

    def column(self, path: str) -> list[Field | None]:
        """One entry a piece, and a last one for runs that have none."""
        known = self.values.get(path, [])
        return [*known, *[None] * (self.pieces + 1 - len(known))]


class RunFrame:
    """Holds the columns and keeps them up to date.

    Attributes:
        mark: How far in the store's feed it is.
    """

    def __init__(self) -> None:
        self.mark = FeedPosition()
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._alive = np.zeros(FIRST_CAPACITY, np.bool_)
        self._columns: dict[str, Array] = {key: np.full(FIRST_CAPACITY, np.nan) for key in NUMBERS}
        self._columns |= {key: np.full(FIRST_CAPACITY, None, np.object_) for key in TEXTS}
        self._columns["run_id"] = np.full(FIRST_CAPACITY, None, np.object_)
        self._sections: dict[str, _Section] = {}
        self._piece_section = np.zeros(0, np.int16)  # by the piece's number in the store
        self._piece_number = np.zeros(0, PART_DTYPE)
        self._of_section: dict[str, Array] = {}
        self._made: dict[str, Array] = {}
        self._read: dict[str, Array] = {}
        self._given: dict[str, Array] = {}

    # --- what there is -------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many places there are, of runs that are deleted too."""
        return len(self._ids)

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        """Which places hold a run that is not deleted."""
        return self._alive[: len(self)]

    def place(self, run_id: str) -> int | None:
        """Where a run lies; None where there is none, or it is deleted."""
        found = self._places.get(run_id)
        return found if found is not None and self._alive[found] else None

    def place_of_any(self, run_id: str) -> int | None:
        """Where a run lies, or lay before it was deleted."""
        return self._places.get(run_id)

    def run_id(self, place: int) -> str:
        """The run at a place."""
        return self._ids[place]

    def name_of(self, run_id: str) -> str:
        """The name of a run; "" where there is none, or it is deleted."""
        place = self.place(run_id)
        return str(self.value("name", place)) if place is not None else ""

    def settings(self) -> list[str]:
        """The path of every setting that a run has, in the order of the TOML."""
        return [path for section in self._sections.values() for path in section.values]

    def has(self, key: str) -> bool:
        """Whether there is a column of this name."""
        column = column_of(key)
        section = self._sections.get(section_of(key))
        known = section is not None and key in section.values
        is_known = known or key in self._given
        return is_known or key in RUN_COLUMNS or column.is_of_epochs or column.best

    def about(self, key: str) -> Column:
        """The column of this name; a setting is a number where all its values are."""
        if key in RUN_COLUMNS or "@" in key:
            return column_of(key)
        return column_of(key, numbers=self.values(key).dtype != np.object_)

    # --- values --------------------------------------------------------------------------------

    def values(self, key: str) -> Array:
        """A column, an entry a place; a setting that no run has is all missing."""
        count = len(self)
        if key in self._columns:
            return self._columns[key][:count]
        if column_of(key).is_of_epochs:
            known = self._read.get(key)
            return np.full(count, np.nan) if known is None else known[:count]
        if key in self._given:
            return self._given[key]
        if key not in self._made:
            self._made[key] = self._setting(key)
        return self._made[key]

    def value(self, key: str, place: int) -> Value:
        """One cell."""
        return plain(self.values(key)[place])

    def setting(self, key: str, place: int) -> Field | None:
        """A setting's value as the spec has it; None where the run has no such setting."""
        return self.alternatives([place]).get(key, [None])[0]

    def alternatives(self, places: Sequence[int]) -> dict[str, list[Field | None]]:
        """What the runs at `places` have in every setting that one of them has, each value once."""
        found: dict[str, list[Field | None]] = {}
        for name, section in self._sections.items():
            pieces = np.unique(self._pieces_of(name)[np.asarray(places, np.intp)]).tolist()
            for path, values in section.values.items():
                known = [values[p] if 0 <= p < len(values) else None for p in pieces]
                once = list({(type(value), value): value for value in known}.values())
                if once != [None]:
                    found[path] = once
        return found

    def varied(self, places: Sequence[int]) -> dict[str, bool]:
        """The settings in which the runs at `places` differ, and whether one of them has none.

        Told without listing the values, as thousands of runs may have thousands of them.
        """
        found: dict[str, bool] = {}
        for name, section in self._sections.items():
            pieces = np.unique(self._pieces_of(name)[np.asarray(places, np.intp)]).tolist()
            if len(pieces) < 2:
                continue
            pick = itemgetter(*pieces)  # -1, of runs without it, picks the last entry: None
            for path in section.values:
                values = pick(section.column(path))
                if values.count(values[0]) < len(values):
                    found[path] = None in values
        return found

    def snapshot(self, keys: Iterable[str], places: Array | None = None) -> Snapshot:
        """Copies of some columns (of some places), for another thread."""
        which = slice(None) if places is None else places
        columns = {key: self.values(key)[which].copy() for key in keys}
        return Snapshot(self.alive[which].copy(), columns)

    def _setting(self, key: str) -> Array:
        name = section_of(key)
        if name not in self._sections:
            return np.full(len(self), None, np.object_)
        pieces = _as_array(self._sections[name].column(key))
        return pieces[self._pieces_of(name)[: len(self)]]

    def _pieces_of(self, name: str) -> Array:
        """Which piece of a section each run has; -1, so the last entry, for none."""
        if name not in self._of_section:
            self._of_section[name] = np.full(len(self._alive), -1, PART_DTYPE)
        return self._of_section[name]

    # --- changing ------------------------------------------------------------------------------

    def apply(self, batch: Batch) -> list[int]:
        """Takes a batch in; the places of its runs."""
        self.mark = batch.mark
        for pieces in batch.new_parts:
            self._add_pieces(pieces)
        for run_id in batch.gone:
            if run_id in self._places:
                self._alive[self._places[run_id]] = False
        before = len(self)
        places = [self._place_for(run_id) for run_id in batch.ids]
        where = np.array(places, np.intp)
        self._alive[where] = ~batch.deleted
        self._columns["run_id"][where] = _objects(batch.ids)
        for key, values in (*batch.numbers.items(), *batch.texts.items()):
            self._columns[key][where] = values
        if self._set_pieces(where, batch.parts) or batch.new_parts or len(self) > before:
            self._made.clear()
        return places

    def put_read(self, key: str, values: Mapping[str, float], places: Iterable[int]) -> None:
        """Takes in values of a column that is read from the epochs, for the runs at `places`."""
        if key not in self._read:
            self._read[key] = np.full(len(self._alive), np.nan)
        known = self._read[key]
        for place in places:
            known[place] = values.get(self._ids[place], np.nan)

    def put_given(self, key: str, values: Mapping[str, Field]) -> None:
        """Takes in a column that runs don't have themselves, by run id; it must not grow after."""
        self._given[key] = _as_array([values.get(run_id) for run_id in self._ids])

    def _place_for(self, run_id: str) -> int:
        known = self._places.get(run_id)
        if known is not None:
            return known
        place = len(self._ids)
        if place == len(self._alive):
            self._grow()
        self._places[run_id] = place
        self._ids.append(run_id)
        return place

    def _grow(self) -> None:
        more = len(self._alive)
        self._alive = np.concatenate([self._alive, np.zeros(more, np.bool_)])
        for columns in (self._columns, self._read):
            for key, values in columns.items():
                empty = None if values.dtype == np.object_ else np.nan
                columns[key] = np.concatenate([values, np.full(more, empty, values.dtype)])
        for name, numbers in self._of_section.items():
            self._of_section[name] = np.concatenate([numbers, np.full(more, -1, PART_DTYPE)])

    def _add_pieces(self, pieces: Pieces) -> None:
        section = self._sections.setdefault(pieces.section, _Section())
        parts = np.array(pieces.numbers, np.intp)
        missing = int(parts.max(initial=-1)) + 1 - len(self._piece_number)
        if missing > 0:
            more = np.zeros(missing, PART_DTYPE)
            self._piece_number = np.concatenate([self._piece_number, more])
            self._piece_section = np.concatenate([self._piece_section, more.astype(np.int16)])
        self._piece_section[parts] = list(self._sections).index(pieces.section)
        self._piece_number[parts] = section.pieces + np.arange(len(parts))
        section.extend(pieces.values, len(parts))

    def _set_pieces(self, places: Array, parts: list[bytes | None]) -> bool:
        """Notes which pieces of spec the runs at `places` have; whether any has changed."""
        pieces = np.frombuffer(b"".join(part or b"" for part in parts), PART_DTYPE)
        lengths = [len(part or b"") // PART_DTYPE.itemsize for part in parts]
        owners = np.repeat(np.arange(len(places)), lengths)
        sections, numbers = self._piece_section[pieces], self._piece_number[pieces]
        changed = False
        for number, name in enumerate(self._sections):
            mine = sections == number
            new = np.full(len(places), -1, PART_DTYPE)
            new[owners[mine]] = numbers[mine]
            known = self._pieces_of(name)
            if (known[places] != new).any():
                changed = True
                known[places] = new
        return changed


def plain(cell: Any) -> Value:
    """An entry of a column; None where it is missing."""
    if cell is None or isinstance(cell, str):
        return cell
    return None if np.isnan(cell) else float(cell)


def _objects(values: list[str]) -> Array:
    made = np.empty(len(values), np.object_)
    made[:] = values
    return made


def _as_array(values: list[Field | None]) -> Array:
    """Numbers as float64 where all that are there are numbers; else texts."""
    if {*map(type, values)} <= {int, float, NoneType}:
        return np.array(values, np.float64)
    made = np.empty(len(values), np.object_)
    made[:] = [None if value is None else as_text(value) for value in values]
    return made


def as_text(value: Field) -> str:
    """A setting's value as it is shown and compared where its column is text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else f"{value:.15g}"

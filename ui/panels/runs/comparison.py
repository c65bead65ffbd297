"""Runs side by side: only what differs, against a baseline, and a run with one value of another."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, Signal

from ui.panels.runs.view import RunsView
from workbench.base.text import isolated, tr
from workbench.runs.columns import RUN_COLUMNS
from workbench.runs.table.differences import differing
from workbench.runs.table.setting_titles import setting_title

MOST_COMPARED = 200


class RunComparison(QObject):
    """Compares runs in their table.

    Args:
        table: Shows it.

    Signals:
        said: A sentence on what was found.
        try_setting: Put the settings of a run ("" for the form's own) into the form, with one of
            them replaced: its id, the path, the value.

    Attributes:
        own_keys: The columns that a person chose, while others are shown; else none.
    """

    said = Signal(str)
    try_setting = Signal(str, str, object)

    def __init__(self, table: RunsView) -> None:
        super().__init__(table)
        self._model, self._table = table.runs, table
        self.own_keys: list[str] = []

    @property
    def is_on(self) -> bool:
        """Whether only some runs are shown, with only what differs."""
        return self._model.only is not None

    def compare(self, on: bool) -> None:
        """Shows only the chosen runs, and only the settings in which they differ."""
        if not on:
            self._model.set_view(only=None)
            self._table.set_columns(self.own_keys)
            self.own_keys = []
            return
        base = self._model.cells.baseline
        ids = [*self._table.chosen_ids, *([base] if base else [])]
        places = [place for i in ids if (place := self._model.frame.place(i)) is not None]
        keys = differing(self._model.frame, places)
        self.own_keys = self._table.keys
        figures = [k for k in self.own_keys if self._model.frame.about(k).better]
        self._model.set_view(only=frozenset(ids), group="")
        self._table.set_columns(["name", *keys, *figures])
        self._table.clearSelection()  # its colour would hide what differs
        if not keys:
            self.said.emit(tr("These runs have the same settings."))

    def pin(self, run_id: str) -> None:
        """Compares all others with this run; "" for none."""
        self._model.set_baseline(run_id)
        self._table.lay_out()

    def pin_current(self) -> None:
        """Makes the current run the baseline; where it is already, none is."""
        current = self._table.current_id
        self.pin("" if current == self._model.cells.baseline else current)

    def offer(self, run_id: str, key: str) -> str:
        """The words that offer a run with the value of a cell; "" where it is no setting."""
        place = self._model.frame.place(run_id)
        if place is None or key in RUN_COLUMNS or "@" in key:
            return ""
        value = self._model.frame.setting(key, place)
        base = self._model.frame.place(self._model.cells.baseline)
        if value is None or (base is not None and value == self._model.frame.setting(key, base)):
            return ""
        text = self._model.frame.about(key).text(self._model.frame.value(key, place))
        if base is None:
            return tr(
                "Set {setting_title} = {text} in the form",
                setting_title=setting_title(key),
                text=text,
            )
        name = isolated(str(self._model.frame.value("name", base)))
        return tr(
            "Try {name} with {setting_title} = {text}",
            name=name,
            setting_title=setting_title(key),
            text=text,
        )

    def take_offer(self, run_id: str, key: str) -> None:
        """Puts the baseline with that one value into the form."""
        place = self._model.frame.place(run_id)
        if place is not None:
            value: Any = self._model.frame.setting(key, place)
            if isinstance(value, str) and value.startswith("["):
                value = json.loads(value)  # a list, as `flat` keeps it
            self.try_setting.emit(self._model.cells.baseline, key, value)

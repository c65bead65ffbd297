"""The menus of the table of runs: of a column's header, of a run, and of how the table is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QInputDialog, QMenu

from ui.look import theme
from ui.panels.runs.actions import RunActions
from ui.panels.runs.comparison import RunComparison
from ui.panels.runs.view import RunsView
from ui.plots.theme import run_style
from workbench.base.text import tr
from workbench.runs.columns import AT_EPOCH, BEST_OF, Column
from workbench.runs.table.matching import known_columns

MOST_GROUPS = 12
LOOKED_AT = 500
"""Newest runs that are looked at for settings to group by."""

COLOURS = 8
SIDE = 12


class RunMenus:
    """Makes the menus of a table.

    Args:
        table: Whose menus they are.
        actions: On its runs.
        comparison: In that table.

    Attributes:
        more_of_runs: Adds what others can do with the chosen runs to their menu.
    """

    def __init__(self, table: RunsView, actions: RunActions, comparison: RunComparison) -> None:
        self._table, self._model = table, table.runs
        self._actions, self._comparison = actions, comparison
        self.more_of_runs: Callable[[QMenu], None] | None = None

    # --- a column ------------------------------------------------------------------------------

    def header(self, place: QPoint) -> None:
        """Opens the menu of the column at a place of the header."""
        number = self._table.header.logicalIndexAt(place)
        if number >= 0:
            menu = self.of_column(self._model.columns[number])
            menu.exec(self._table.header.mapToGlobal(place))

    def of_column(self, column: Column) -> QMenu:
        """What can be done with a column."""
        menu = QMenu(self._table)
        if column.metric:
            for text, key, wanted in (
                (tr("Last epoch"), column.metric, not column.at and not column.best),
                (tr("Best epoch"), f"{column.metric}@best", column.best),
            ):
                if key == column.metric or column.metric in BEST_OF:
                    self._add(
                        menu,
                        text,
                        partial(self._table.replace_column, column.key, key),
                        checked=wanted,
                    )
            if column.metric in AT_EPOCH:
                self._add(
                    menu, tr("At epoch…"), partial(self._ask_epoch, column), checked=bool(column.at)
                )
            menu.addSeparator()
        self._add(menu, tr("Group by this"), partial(self._table.group_by, column.key))
        if column.key != "name":
            self._add(
                menu, tr("Hide this column"), partial(self._table.replace_column, column.key, "")
            )
        menu.addSeparator()
        self._add(menu, tr("Time to an accuracy…"), self._ask_goal)
        menu.addAction(self._actions["columns"])
        return menu

    def _ask_epoch(self, column: Column) -> None:
        epoch, sure = QInputDialog.getInt(
            self._table, tr("At epoch"), tr("Epoch"), column.at or 1, 1, 100_000
        )
        if sure:
            self._table.replace_column(column.key, f"{column.metric}@{epoch}")

    def _ask_goal(self) -> None:
        goal, sure = QInputDialog.getDouble(
            self._table,
            tr("Time to an accuracy"),
            tr("Validation accuracy in %"),
            98.0,
            1.0,
            99.99,
            2,
        )
        if sure:
            self._table.set_columns([*self._table.keys, f"time_to@{goal / 100:.6g}"])

    # --- how the table is shown ----------------------------------------------------------------

    def fill_groups(self, menu: QMenu) -> None:
        """Offers what the runs can be grouped by: the settings in which they differ first."""
        menu.clear()
        now = self._model.group
        self._add(menu, tr("No groups"), partial(self._table.group_by, ""), checked=not now)
        menu.addSeparator()
        varied = self._model.frame.alternatives(self._model.places[:LOOKED_AT])
        keys = [key for key, values in varied.items() if 1 < len(values) < LOOKED_AT / 4]
        for key in dict.fromkeys(
            (*filter(None, [now]), "status", "group", "tags", *keys[:MOST_GROUPS])
        ):
            title = self._model.frame.about(key).title
            self._add(menu, title, partial(self._table.group_by, key), checked=key == now, tip=key)
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        self._add(menu, tr("Another column…"), self._ask_group)

    def _ask_group(self) -> None:
        frame = self._model.frame
        keys = {frame.about(key).listed: key for key in known_columns(frame)}
        chosen, sure = QInputDialog.getItem(
            self._table, tr("Group by"), tr("Column"), list(keys), 0, editable=False
        )
        if sure:
            self._table.group_by(keys[chosen])

    def fill_more(self, menu: QMenu) -> None:
        """Offers the rest."""
        menu.clear()
        menu.addAction(self._actions["archived"])
        if self._model.cells.baseline:
            menu.addAction(self._actions["unpin"])
        menu.addSeparator()
        menu.addAction(self._actions["export"])

    # --- runs ----------------------------------------------------------------------------------

    def runs(self, place: QPoint) -> None:
        """Opens the menu of the chosen runs, at a place of the table."""
        table = self._table
        index = table.indexAt(place)
        key = self._model.columns[index.column()].key if index.isValid() else ""
        run_id = self._model.id_at(index.row()) if index.isValid() else ""
        self.of_runs(run_id, key).exec(table.viewport().mapToGlobal(place))

    def of_runs(self, run_id: str, key: str) -> QMenu:
        """What can be done with the chosen runs, and with the cell that was clicked.

        Args:
            run_id: Of the run that was clicked; "" for none.
            key: Of its column.
        """
        menu = QMenu(self._table)
        offer = self._comparison.offer(run_id, key)
        if offer:
            self._add(menu, offer, partial(self._comparison.take_offer, run_id, key), icon="plus")
            menu.addSeparator()
        for name in ("use", "resume", "rename", "hide"):
            menu.addAction(self._actions[name])
        menu.addSeparator()
        for name in ("star", "tag", "note"):
            menu.addAction(self._actions[name])
        if self._actions["star"].isEnabled():
            self._colours(menu.addMenu(tr("Colour")))
        menu.addAction(self._actions["pin"])
        menu.addAction(self._actions["compare"])
        menu.addSeparator()
        for name in ("network", "copy_rows", "copy", "archive", "delete"):
            menu.addAction(self._actions[name])
        if self.more_of_runs is not None:
            menu.addSeparator()
            self.more_of_runs(menu)
        return menu

    def _colours(self, menu: QMenu) -> None:
        """Colours that can be told apart, and line styles."""
        names = (
            tr("Blue"),
            tr("Vermillion"),
            tr("Bluish green"),
            tr("Reddish purple"),
            tr("Orange"),
            tr("Sky blue"),
            tr("Text colour"),
            tr("Yellow"),
        )
        for number in range(COLOURS):
            pixmap = QPixmap(SIDE, SIDE)
            pixmap.fill(run_style(number, QColor(theme.tones().text))[0])
            action = menu.addAction(QIcon(pixmap), names[number])
            action.triggered.connect(partial(self._paint, number, None))
        menu.addSeparator()
        styles = (tr("Solid line"), tr("Dashed line"), tr("Dashes and dots"), tr("Dotted line"))
        for number, name in enumerate(styles):
            action = menu.addAction(name)
            action.triggered.connect(partial(self._paint, None, number))

    def _paint(self, colour: int | None, style: int | None) -> None:
        """Gives the chosen runs another colour, or another style of line."""
        values = {}
        for place in self._table.chosen_places.tolist():
            now = int(self._model.frame.values("colour")[place])
            style_, colour_ = divmod(now, COLOURS)
            wanted = colour_ if colour is None else colour
            values[self._model.frame.run_id(place)] = wanted + COLOURS * (
                style_ if style is None else style
            )
        if values:
            self._actions.change.emit("colour", values)

    def _add(
        self,
        menu: QMenu,
        text: str,
        act: Callable[[], object],
        *,
        checked: bool | None = None,
        icon: str = "",
        tip: str = "",
    ) -> None:
        action = menu.addAction(text)
        if tip:
            action.setToolTip(tip)
        if icon:
            theme.set_icon(action, icon)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        action.triggered.connect(lambda _=False: act())

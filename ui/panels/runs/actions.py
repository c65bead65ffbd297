"""What can be done with the chosen runs: each action once, with its keys, icon and reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from ui.look import theme

if TYPE_CHECKING:
    from ui.panels.runs.panel import RunsPanel


def make_actions(panel: RunsPanel) -> dict[str, QAction]:
    """The panel's actions by name; their keys work while its table has the focus."""
    tr = panel.tr
    made: dict[str, QAction] = {}
    for key, icon, text, keys, act, reason in (
        ("use", "reuse", tr("Use these settings"), "Ctrl+U", panel.use,
         tr("Put the settings of this run into the form, to change one and compare")),
        ("resume", "play", tr("Resume"), "Ctrl+R", panel.go_on,
         tr("Go on with a stopped, interrupted or failed run from its last checkpoint")),
        ("rename", "edit", tr("Rename"), "F2", partial(panel.write, "name"),
         tr("Give this run a name that says what was tried")),
        ("hide", "live", tr("Show or hide curves"), "Space", partial(panel.toggle, "hidden"),
         tr("Show the curves of the chosen runs, or take them out of the plots")),
        ("star", "star", tr("Star"), "S", partial(panel.toggle, "starred"),
         tr("Mark the chosen runs as worth remembering, or take the mark away")),
        ("tag", "", tr("Edit tags"), "T", partial(panel.write, "tags"),
         tr("Give this run words of your own, parted by commas")),
        ("note", "", tr("Edit notes"), "N", partial(panel.write, "notes"),
         tr("Write down what this run taught")),
        ("pin", "pin", tr("Compare others with this"), "B", panel.comparison.pin_current,
         tr("Make this run the baseline: the others show how they differ from it")),
        ("compare", "compare", tr("Show only what differs"), "D", panel.comparison.compare,
         tr("Show only the chosen runs, and only the settings in which they differ")),
        ("columns", "columns", tr("Choose columns"), "Ctrl+Shift+C", panel.choose_columns,
         tr("Choose which settings and figures the table shows")),
        ("copy_rows", "duplicate", tr("Copy rows"), "Ctrl+C", panel.copy_rows,
         tr("Copy the chosen runs, with the columns shown, for a spreadsheet")),
        ("copy", "", tr("Copy run id"), "Ctrl+Shift+I", panel.copy_id,
         tr("Copy the id, by which the command line knows this run")),
        ("archive", "archive", tr("Archive"), "Shift+Del", partial(panel.toggle, "archived"),
         tr("Put the chosen runs away, or back; nothing is deleted")),
        ("delete", "trash", tr("Delete"), "Del", panel.remove,
         tr("Delete the chosen runs; Undo brings them back")),
    ):  # fmt: skip
        action = QAction(text, panel.table)
        action.setToolTip(f"{reason} ({keys})")
        if icon:
            theme.set_icon(action, icon)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if key == "compare":
            action.setCheckable(True)
            action.toggled.connect(act)
        else:
            action.triggered.connect(lambda _=False, act=act: act())
        panel.table.addAction(action)
        made[key] = action
    return made

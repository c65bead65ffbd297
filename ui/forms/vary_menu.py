"""The entries that the menu of a field gets: several values of it, or none any more."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from ui.editing.edited import Edited
from ui.look.plain import tip
from workbench.base.text import tr
from workbench.study.sweeps.fixed import fixed_reason


def fill(menu: QMenu, editor: Edited, axis: str, vary: Callable[[], object]) -> None:
    """Adds the entries.

    Args:
        menu: Of a field.
        editor: Of its form.
        axis: The path under which the setting is varied.
        vary: Shows it with several values.
    """
    assert editor.variations is not None
    action = menu.addAction(tr("Try several values…"))
    reason = fixed_reason(axis)
    action.setEnabled(not reason)
    action.setToolTip(tip(reason) or tr("Train a run with each, and see which is best"))
    action.triggered.connect(lambda: vary())
    menu.setToolTipsVisible(True)
    if axis in editor.variations.texts:
        leave = menu.addAction(tr("Try no other values"))
        leave.triggered.connect(lambda: editor.vary(axis, ""))

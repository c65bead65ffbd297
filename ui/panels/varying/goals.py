"""What a search is after, in words: typed, or ticked in a menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton

from ui.look import theme
from workbench.base.text import tr
from workbench.study.sweeps.goals import DEFAULT, GOAL_WORDS


class GoalsLine(QLineEdit):
    """Goals with commas between them: in words, or as the command line has them.

    Attributes:
        button: Opens a menu in which the usual ones are ticked; stands beside the line.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(GOAL_WORDS[DEFAULT])
        self.button = QToolButton()
        theme.set_icon(self.button, "chevron-down", "muted")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolTip(tr("Choose the goals"))
        self.button.setAccessibleName(tr("Choose the goals"))
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.menu = QMenu(self.button)
        for goal, words in GOAL_WORDS.items():
            action = self.menu.addAction(words[:1].upper() + words[1:])
            action.setCheckable(True)
            action.setData(goal)
        self.menu.triggered.connect(self._tick)
        self.menu.aboutToShow.connect(self._show_ticks)
        self.button.setMenu(self.menu)

    @property
    def goals(self) -> tuple[str, ...]:
        """As the command line has them; none for the usual one."""
        parts = (part.strip() for part in self.text().split(","))
        return tuple(_typed(part) for part in parts if part)

    def show_goals(self, goals: tuple[str, ...]) -> None:
        """Shows these in words."""
        self.setText(", ".join(str(GOAL_WORDS.get(goal, goal)) for goal in goals))
        self.setCursorPosition(0)

    @Slot()
    def _show_ticks(self) -> None:
        chosen = self.goals or (DEFAULT,)
        for action in self.menu.actions():
            action.setChecked(action.data() in chosen)

    @Slot(QAction)
    def _tick(self, action: QAction) -> None:
        """A goal is one no longer, or the last one."""
        goal, known = action.data(), self.goals or (DEFAULT,)
        kept = tuple(each for each in known if each != goal)
        self.show_goals((*kept, goal) if goal not in known else kept)
        self.textEdited.emit(self.text())


def _typed(words: str) -> str:
    """A goal that is said in words, as it is typed."""
    found = (goal for goal, known in GOAL_WORDS.items() if known.casefold() == words.casefold())
    return next(found, words)

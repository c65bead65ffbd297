"""A line above the centre that says what happened, with one thing to do about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from ui.look import theme
from ui.look.plain import Label, tip
from workbench.base.text import tr


class Banner(QFrame):
    """Hidden until something is said; goes when it is dismissed or something else is said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], None] | None = None
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton()
        self.button.clicked.connect(self._do)
        self.dismiss = QToolButton()
        theme.set_icon(self.dismiss, "cancel")
        self.dismiss.setToolTip(tr("Dismiss"))
        self.dismiss.setAccessibleName(tr("Dismiss message"))
        self.dismiss.clicked.connect(self.hide)
        self.mark = QToolButton()
        self.mark.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.set_icon(self.mark, "warning", "bad")
        row = QHBoxLayout(self)
        theme.spaced(row, 2, 1, 1, 1, spacing=2)
        row.addWidget(self.mark)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        row.addWidget(self.dismiss)
        self.hide()

    def say(
        self,
        sentence: str,
        *,
        bad: bool = False,
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """Shows a sentence.

        Args:
            sentence: What happened.
            bad: Whether it is a problem.
            action: Words of the button; "" for none.
            act: What the button does.
        """
        theme.set_property(self, "bad", bad)
        self.mark.setVisible(bad)
        self.words.setText(sentence)
        self._act = act
        self.button.setText(action)
        self.button.setToolTip(tip(sentence))
        self.button.setVisible(bool(action))
        self.show()

    @property
    def offers(self) -> Callable[[], None] | None:
        """What its button does; None where there is none or the banner is gone."""
        return None if self.isHidden() else self._act

    @Slot()
    def _do(self) -> None:
        self.hide()
        if self._act is not None:
            self._act()

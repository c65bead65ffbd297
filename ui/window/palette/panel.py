"""The palette itself: a line to type in, and what was found below it, above the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ui.look import theme
from ui.look.plain import Label
from ui.window.palette.entries import Offer, found
from ui.window.palette.rows import OFFER_ROLE, ROW_HEIGHT, OfferDelegate, OfferList
from workbench.base.text import tr

WIDTH = 160 * theme.UNIT
MOST_ROWS = 9
TOP = 16 * theme.UNIT
MOST_USED = 8
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QFrame):
    """Finds actions and settings by their words; Return does what is chosen, Escape closes.

    It lies in the window, not in one of its own, and goes when the focus leaves it.

    Args:
        offers: All that there is, asked for whenever it opens.
        window: It lies above.
    """

    def __init__(self, offers: Callable[[], Iterable[Offer]], window: QWidget) -> None:
        super().__init__(window)
        self._ask, self._window = offers, window
        self._offers: list[Offer] = []
        self._used: list[str] = []
        self._before: QWidget | None = None
        self.setObjectName("palette")
        self.setAccessibleName(tr("Command palette"))
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("What to do, or which setting to change"))
        self.line.setAccessibleName(tr("Search actions and settings"))
        self.line.setToolTip(tr("Words of a title, a path or an explanation, in any order"))
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.model = OfferList(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(OfferDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Actions and settings"))
        self.list.clicked.connect(self._choose)
        self.nothing = Label(tr("Nothing has all of these words."))
        self.nothing.setProperty("role", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setFixedHeight(ROW_HEIGHT)
        self.hint = Label(tr("Up and Down choose  ·  Return does it  ·  Esc closes"))
        self.hint.setProperty("role", "muted")
        self.hint.setContentsMargins(3 * theme.UNIT, 0, 3 * theme.UNIT, 0)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 2, spacing=2)
        for part in (self.line, self.list, self.nothing, self.hint):
            layout.addWidget(part)
        self.hide()

    @Slot()
    def open(self) -> None:
        """Shows it empty, with all that can be done now; hides it where it is open."""
        if self.isVisible():
            self._leave()
            return
        self._before = QApplication.focusWidget()
        self._offers = list(self._ask())
        self.line.clear()
        self._search()
        self._window.installEventFilter(self)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    @property
    def current(self) -> Offer | None:
        """What Return would do; None where nothing was found."""
        index = self.list.currentIndex()
        return index.data(OFFER_ROLE) if index.isValid() else None

    @Slot()
    def _search(self) -> None:
        offers = found(self._offers, self.line.text(), self._used)
        self.model.show_offers(offers)
        self.list.setVisible(bool(offers))
        self.nothing.setVisible(not offers)
        self.list.setCurrentIndex(self.model.index(0))
        self._place()

    def _place(self) -> None:
        """In the middle near the top, as wide and high as the window has room for."""
        room = self._window.size()
        margins = self.layout().contentsMargins()  # type: ignore[union-attr]
        rest = self.line.sizeHint().height() + self.hint.sizeHint().height() + 6 * theme.UNIT
        rest += margins.top() + margins.bottom()
        most = max(1, min(MOST_ROWS, (room.height() - TOP - rest - 4 * theme.UNIT) // ROW_HEIGHT))
        self.list.setFixedHeight(min(most, max(1, self.model.rowCount())) * ROW_HEIGHT)
        width = min(WIDTH, room.width() - 8 * theme.UNIT)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(QPoint((room.width() - width) // 2, TOP))

    @Slot()
    def _choose(self) -> None:
        """Does what is chosen; nothing where that can't be done now, which its row says."""
        offer = self.current
        if offer is None or offer.obstacle:
            return
        self._used = [offer.key, *(key for key in self._used if key != offer.key)][:MOST_USED]
        self._leave()
        offer.call()

    def _leave(self) -> None:
        """Hides it and puts the focus back."""
        if not self.isVisible():
            return
        self._window.removeEventFilter(self)
        QApplication.instance().focusChanged.disconnect(self._focus_moved)  # type: ignore[union-attr]
        inside = self.isAncestorOf(QApplication.focusWidget() or self)
        self.hide()
        before, self._before = self._before, None
        if inside and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(QWidget, QWidget)
    def _focus_moved(self, old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and not self.isAncestorOf(now):
            self._leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize:
                self._place()
            return False
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif event.key() in MOVES:
            self._move(event)
        else:
            return False
        return True

    def _move(self, event: QKeyEvent) -> None:
        """Up from the first leads to the last, and the other way round."""
        row, last = self.list.currentIndex().row(), self.model.rowCount() - 1
        page = max(1, self.list.height() // ROW_HEIGHT - 1)
        if event.key() == Qt.Key.Key_PageDown:
            row = min(row + page, last)
        elif event.key() == Qt.Key.Key_PageUp:
            row = max(row - page, 0)
        else:
            row = (row + (1 if event.key() == Qt.Key.Key_Down else -1)) % (last + 1 or 1)
        self.list.setCurrentIndex(self.model.index(row))

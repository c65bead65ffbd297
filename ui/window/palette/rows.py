"""The rows of the palette: a title with its shortcut, and below it where it is and what it does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.look import theme
from ui.window.palette.entries import Offer

ROW_HEIGHT = 11 * theme.UNIT
SIDE = 3 * theme.UNIT
GAP = 4 * theme.UNIT
OFFER_ROLE = Qt.ItemDataRole.UserRole

Index = QModelIndex | QPersistentModelIndex


def under(offer: Offer) -> str:
    """The second line: where it is, then why it can't be chosen or what it does."""
    place = " · ".join(filter(None, (offer.place, offer.path)))
    return " — ".join(filter(None, (place, offer.obstacle or offer.help)))


class OfferList(QAbstractListModel):
    """What was found."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._offers: Sequence[Offer] = ()

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """Shows these."""
        self.beginResetModel()
        self._offers = offers
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        offer = self._offers[index.row()]
        if role == OFFER_ROLE:
            return offer
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (offer.title, offer.keys, under(offer))))
        return None


class OfferDelegate(QStyledItemDelegate):
    """Draws a row; what can't be chosen now is dimmed and says why."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        offer: Offer = index.data(OFFER_ROLE)
        tones, metrics = theme.tones(), option.fontMetrics
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(option.rect, QColor(tones.selection))
            edge = QRect(option.rect.topLeft(), QSize(3, option.rect.height()))
            painter.fillRect(edge, QColor(tones.accent))
        inside = option.rect.adjusted(SIDE, theme.UNIT, -SIDE, -theme.UNIT)
        upper = QRect(inside.topLeft(), QSize(inside.width(), inside.height() // 2))
        lower = upper.translated(0, upper.height())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tones.muted))
        painter.drawText(upper, right, offer.keys)
        taken = metrics.horizontalAdvance(offer.keys) + GAP if offer.keys else 0
        elide = Qt.TextElideMode.ElideRight
        title = metrics.elidedText(offer.title, elide, upper.width() - taken)
        painter.setPen(QColor(tones.muted if offer.obstacle else tones.text))
        painter.drawText(upper, left, title)
        painter.setPen(QColor(tones.warn if offer.obstacle and chosen else tones.muted))
        painter.drawText(lower, left, metrics.elidedText(under(offer), elide, lower.width()))
        painter.restore()

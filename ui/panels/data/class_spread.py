"""How many images classes have, at a glance: one column a class, the most frequent first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.look import theme
from ui.look.plain import Label
from workbench.base.text import tr

HEIGHT = 20 * theme.UNIT


class ClassSpread(QWidget):
    """For more classes than a list shows at once: their counts in falling order, and the extremes.

    Attributes:
        totals: Images a class, training and test part together, falling.
        trained: Those of the training part, in the same order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.totals: list[int] = []
        self.trained: list[int] = []
        self.words = Label()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.setAccessibleName(tr("Images by class, the most frequent first"))
        self.setToolTip(
            tr("Every class in the order of its images: a level edge is a balanced data set")
        )
        column = QVBoxLayout(self)
        theme.spaced(column, 0)
        column.addSpacing(HEIGHT + theme.UNIT)
        column.addWidget(self.words)

    def show_counts(self, names: Sequence[str], train: Sequence[int], test: Sequence[int]) -> None:
        """Shows the counts of all classes."""
        both = [a + b for a, b in zip(train, test, strict=True)]
        order = sorted(range(len(both)), key=lambda label: -both[label])
        self.totals = [both[label] for label in order]
        self.trained = [train[label] for label in order]
        most, least = order[0], order[-1]
        sentence = tr(
            "{classes} classes: from {least} images ({least_name}) to {most} ({most_name}), "
            "median {median}",
            classes=f"{len(both):,}",
            least=f"{both[least]:,}",
            least_name=names[least],
            most=f"{both[most]:,}",
            most_name=names[most],
            median=f"{self.totals[len(both) // 2]:,}",
        )
        self.words.setText(sentence)
        self.setAccessibleDescription(sentence)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.totals:
            return
        painter = QPainter(self)
        tones = theme.tones()
        inside = QRectF(0, 0, self.width(), HEIGHT)
        for counts, tone in ((self.totals, tones.muted), (self.trained, tones.accent)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tone))
            painter.drawPolygon(_steps(counts, inside, self.totals[0]))
        painter.setPen(QPen(QColor(tones.edge), 1))
        painter.drawLine(inside.bottomLeft(), inside.bottomRight())


def _steps(counts: Sequence[int], inside: QRectF, most: int) -> QPolygonF:
    """The columns as one area; where there are more classes than pixels, the first of each."""
    columns = min(len(counts), max(1, round(inside.width())))
    width, scale = inside.width() / columns, inside.height() / max(most, 1)
    edge = [inside.bottomLeft()]
    for column in range(columns):
        top = inside.bottom() - counts[column * len(counts) // columns] * scale
        edge += [QPointF(column * width, top), QPointF((column + 1) * width, top)]
    return QPolygonF([*edge, inside.bottomRight()])

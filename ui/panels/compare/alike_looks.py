"""A line over the Compare plots where curves look alike: how many, and a grouping to take."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ui.look import theme
from ui.look.plain import Label, caption
from workbench.base.text import tr
from workbench.curves.looks import alike


class AlikeLooks(QWidget):
    """Hidden while every curve has a look of its own.

    Signals:
        group_asked: Group the runs by this; its number among the groupings.
    """

    group_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._number = 0
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.button = QPushButton()
        self.button.clicked.connect(self._group)
        row = QHBoxLayout(self)
        theme.spaced(row, 3, 1, 3, 1, spacing=3)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.hide()

    def show_looks(
        self, looks: Sequence[tuple[object, ...]], offers: Sequence[tuple[int, str, int]]
    ) -> None:
        """Says whether some of them are the same, and offers the first grouping that ends it.

        Args:
            looks: Of the curves that are drawn.
            offers: Number and title of each grouping, and how many curves it would leave.
        """
        different = len(set(looks))
        self.words.setText(tr("{said}.", said=alike(len(looks), different)))
        self.setVisible(different < len(looks))
        offer = next((offer for offer in offers if 1 < offer[2] <= different), None)
        self.button.setVisible(offer is not None)
        if offer is not None:
            self._number, title, count = offer
            self.button.setText(caption(tr("Group by: {title}", title=title)))
            self.button.setToolTip(tr("Draws {count} groups, as mean and band", count=f"{count:,}"))

    @Slot()
    def _group(self) -> None:
        self.group_asked.emit(self._number)

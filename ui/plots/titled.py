"""A plot with a title above it and the words for x below, in the palette's colours."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.look.plain import Label
from ui.plots.theme import PlotTheme
from ui.plots.view import PlotView


class TitledPlot(QWidget):
    """What plots that draw all they have at once share; each gives `fit` and `draw`.

    Args:
        view: The axes.
        title: Above the plot: what y is.
        x_title: Below it.
    """

    _is_built = False
    """Qt sends events before the constructor has ended."""

    def __init__(self, view: PlotView, title: str, x_title: str) -> None:
        super().__init__()
        self.view = view
        view.fit_requested.connect(self.fit)
        self.title, self.x_title = Label(title), Label(x_title)
        self.x_title.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.x_title.setProperty("role", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget, stretch in ((self.title, 0), (view, 1), (self.x_title, 0)):
            column.addWidget(widget, stretch)
        self._apply_theme()
        self._is_built = True

    def fit(self) -> None:
        """Shows all of it again, after a person has zoomed."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draws all of it in the theme in force."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event.type() in kinds and self._is_built:
            self._apply_theme()
            self.draw()

    def _apply_theme(self) -> None:
        self._theme = PlotTheme.from_palette(self.palette())
        small, title = QFont(self.font()), QFont(self.font())
        small.setPointSizeF(max(7.0, small.pointSizeF() * 0.9))
        title.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(title)
        self.view.apply_theme(self._theme, small)
        margins = self.view.axis_width, 0, self.view.right_margin, 0
        self.title.setContentsMargins(*margins)
        self.x_title.setContentsMargins(*margins)
